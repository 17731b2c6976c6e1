"""The driver: what events come, when, and that they can be trusted."""

import time

import numpy as np
import pytest

from rl_core.deep import classroom, dqn, envs, evaluation, training
from rl_core.deep.seeds import Purpose, generator, seeds
from rl_core.events import Evaluation, Progress, Snapshot, Update
from rl_core.settings import SettingError
from rl_core.timeline import Timeline

SMALL = dqn.Config(hidden=8, batch=8, learning_starts=20, replay_size=200, epsilon_steps=100)


def events(steps=400, runs=2, seed=0, config=SMALL, timeline=None, env_id="CartPole-v1"):
    timeline = timeline or Timeline(config, steps)
    return list(training.train("dqn", env_id, timeline, runs=runs, seed=seed))


def equal(a, b):
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b, equal_nan=True)
    return a == b


def test_events_come_in_order():
    story = events()
    assert isinstance(story[0], Snapshot)
    assert story[0].step == 0
    assert isinstance(story[-1], Evaluation)
    assert [e.step for e in story if isinstance(e, Progress)] == list(range(2, 401, 2))
    assert [e.step for e in story if isinstance(e, Snapshot)] == [
        0,
        *sorted(training.grid(400, 60)),
    ]
    assert sum(isinstance(e, Evaluation) for e in story) == 1


def test_shapes():
    for event in events(runs=3):
        match event:
            case Progress():
                assert event.returns.shape == (3,)
                assert all(v.shape == (3,) for v in event.metrics.values())
            case Snapshot():
                assert event.validation.shape == (3,)
                assert all(len(w) == 3 for w in event.weights.values())
            case Evaluation():
                assert event.best.shape == event.last.shape == event.best_step.shape == (3,)


def test_same_config_seed_and_runs_same_events():
    for a, b in zip(events(seed=3), events(seed=3), strict=True):
        assert type(a) is type(b)
        assert equal(vars(a), vars(b))


def test_the_curve_is_the_mean_of_the_last_ten_episodes():
    curve, nan = training.Curve(2), np.nan
    assert np.isnan(curve.point(0).returns).all()
    for k in range(1, 13):
        curve.add(Update(k, np.array([k, nan])))
    point = curve.point(12)
    assert point.returns[0] == np.mean(range(3, 13))
    assert np.isnan(point.returns[1])


def test_metrics_are_means_since_the_last_point():
    curve = training.Curve(1)
    for k in (1.0, 3.0):
        curve.add(Update(1, np.array([np.nan]), {"loss": np.array([k])}))
    curve.add(Update(2, np.array([np.nan])))
    assert curve.point(2).metrics["loss"] == 2.0
    assert curve.point(3).metrics == {}


def test_a_run_that_has_not_learned_since_keeps_its_metrics():
    curve, nan = training.Curve(3), np.nan
    loss, returns = np.array([1.0, nan, 3.0]), np.full(3, nan)
    curve.add(Update(1, returns, {"loss": loss}, np.array([True, False, True])))
    np.testing.assert_array_equal(curve.point(1).metrics["loss"], [1, nan, 3])
    for step, loss in ((2, [nan, 5, 7]), (3, [nan, nan, 9])):
        curve.add(Update(step, returns, {"loss": np.array(loss)}, ~np.isnan(loss)))
    np.testing.assert_array_equal(curve.point(3).metrics["loss"], [1, 5, 8])
    curve.add(Update(4, returns, {"loss": np.array([nan, 5, nan])}, np.array([1, 1, 0], bool)))
    np.testing.assert_array_equal(curve.point(4).metrics["loss"], [nan, 5, 8])  # a run that broke


@pytest.mark.parametrize(("steps", "first", "count"), [(20_000, 100, 200), (1, 1, 1), (7, 1, 7)])
def test_grid(steps, first, count):
    grid = sorted(training.grid(steps, 200))
    assert (grid[0], grid[-1], len(grid)) == (first, steps, count)
    assert max(np.diff([0, *grid])) <= -(-steps // 200)


def test_the_best_is_each_run_s_own_and_of_equals_the_latest():
    best = training.Best()
    for step, validation in ((0, [1, 5]), (10, [3, 2]), (20, [2, 5])):
        best.add(Snapshot(step, {"w": np.full((2, 1), step)}, np.array(validation, float)))
    assert best.step.tolist() == [10, 20]
    assert best.weights["w"].tolist() == [[10], [20]]


def test_evaluation_is_of_the_best_and_of_the_last_weights():
    """Play them again, one run and one episode at a time."""
    story = events(runs=2, seed=1)
    snapshots = {e.step: e for e in story if isinstance(e, Snapshot)}
    verdict = story[-1]
    for run in range(2):
        validations = {step: e.validation[run] for step, e in snapshots.items()}
        assert validations[verdict.best_step[run]] == max(validations.values())
        for step, claimed in ((verdict.best_step[run], verdict.best), (400, verdict.last)):
            own = {k: w[run : run + 1] for k, w in snapshots[step].weights.items()}
            played = [one_episode(own, s) for s in seeds(1, Purpose.EVALUATION, 100)]
            assert claimed[run] == pytest.approx(np.mean(played))


def one_episode(weights, seed):
    env = envs.make("CartPole-v1", [seed], scaled=True)
    observation, score, ended = env.reset(np.ones(1, bool)), 0.0, False
    while not ended:
        action = dqn.policy(weights, observation[:, None])[:, 0]
        observation, reward, terminated, truncated = env.step(action)
        score, ended = score + reward[0], terminated[0] or truncated[0]
    return score


def test_evaluation_leaves_an_unfinished_episode_out():
    def push_left(observation):
        return np.zeros(observation.shape[:2], int)

    env = envs.CartPole([0] * 4)
    whole = evaluation.returns(env, push_left, 2, [1, 2])
    assert whole.tolist() == [[10, 9], [10, 9]]
    stopped = iter([False] * 9 + [True])
    played = evaluation.returns(env, push_left, 2, [1, 2], lambda: next(stopped))
    np.testing.assert_array_equal(played, [[np.nan, 9], [np.nan, 9]])


@pytest.mark.parametrize("at", [0, 200, 400])
def test_a_stopped_training_ends_without_an_evaluation(at):
    timeline, story = Timeline(SMALL, 400), []
    for event in training.train("dqn", "CartPole-v1", timeline, runs=2, seed=0):
        story.append(event)
        if isinstance(event, Snapshot) and event.step == at:
            timeline.stop()
    assert story[-1].step == at
    assert timeline.stopped


class Impatient(Timeline):
    """Stopped from outside while the final evaluation plays."""

    asked = 0

    @property
    def stopped(self):
        type(self).asked += self.evaluating
        return self.asked > 3

    @stopped.setter
    def stopped(self, value):
        self.evaluating = False


def test_stop_is_noticed_between_two_steps_of_the_evaluation():
    timeline = Impatient(SMALL, 400)
    for event in training.train("dqn", "CartPole-v1", timeline, runs=2, seed=0):
        assert not isinstance(event, Evaluation)
        timeline.evaluating = event.step == 400 and isinstance(event, Snapshot)
    assert timeline.asked < 20


def test_changes_are_replayed_bit_for_bit():
    timeline, first = Timeline(SMALL, 400), []
    for event in training.train("dqn", "CartPole-v1", timeline, runs=2, seed=0):
        first.append(event)
        if isinstance(event, Progress) and event.step == 100:
            timeline.change("lr", 0.05)
    again = events(timeline=Timeline(SMALL, 400, timeline.changes))
    assert all(equal(vars(a), vars(b)) for a, b in zip(first, again, strict=True))
    unchanged = events()
    assert not equal(vars(first[-2]), vars(unchanged[-2]))


@pytest.mark.filterwarnings("ignore:.*out of date")
def test_gymnasium_s_environments_train_on_the_same_contract():
    story = events(steps=30, runs=1, env_id="CartPole-v0")
    assert [e.step for e in story if isinstance(e, Snapshot)] == list(range(0, 31, 3))
    assert (story[-1].best > 5).all()


def test_what_is_unknown_is_refused_at_once():
    with pytest.raises(training.UnknownAlgorithmError, match="must be one of dqn"):
        training.train("dqm", "CartPole-v1", Timeline(SMALL, 1), runs=1, seed=0)
    with pytest.raises(envs.EnvironmentIdError, match="Pendulum"):
        training.train("dqn", "Pendulum-v1", Timeline(SMALL, 1), runs=1, seed=0)


def test_seeds_of_purposes_and_runs_are_apart():
    drawn = [s for p in Purpose for seed in (0, 1) for s in seeds(seed, p, 50)]
    assert len(set(drawn)) == len(drawn)
    assert seeds(0, Purpose.PLAY, 3) == seeds(0, Purpose.PLAY, 5)[:3]
    draws = {generator(seed, p).random() for seed in (0, 1) for p in Purpose}
    assert len(draws) == 2 * len(Purpose)


def test_lessons_are_of_algorithms_and_settings_that_exist():
    for name, env_id in classroom.LESSONS:
        assert classroom.config(name, env_id)
        envs.check(env_id)
    assert classroom.config("dqn", "Acrobot-v1", {"lr": 0.5}).lr == 0.5
    with pytest.raises(SettingError):
        classroom.config("dqn", "CartPole-v1", {"lr": 5})


@pytest.mark.slow
def test_dqn_solves_cart_pole_with_the_settings_of_the_lesson():
    lesson = classroom.lesson("dqn", "CartPole-v1")
    timeline = Timeline(classroom.config("dqn", "CartPole-v1"), lesson.steps)
    begin = time.process_time()
    *_, verdict = training.train("dqn", "CartPole-v1", timeline, runs=8, seed=7)
    print(f"{time.process_time() - begin:.1f} s, best {verdict.best}, last {verdict.last}")
    assert (verdict.best >= 475).all()
