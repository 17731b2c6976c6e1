"""What holds for every algorithm, found by their names: nobody has to remember to test it."""

import dataclasses
import inspect
import re

import numpy as np
import pytest

from rl_core.deep import envs, policies, training
from rl_core.deep.envs import Box, Discrete
from rl_core.deep.episodes import Preprocessing
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.timeline import Timeline
from tests.deep.every import ALGORITHMS, ENVS, PAIRS, course, equal, has, short, small

every = pytest.mark.parametrize("name", ALGORITHMS)
on_every_kind = pytest.mark.parametrize(("name", "env_id"), PAIRS)


@pytest.fixture(autouse=True)
def short_episodes(monkeypatch):
    short(monkeypatch)


def started(name, env_id, config=None, runs=2, seed=3, wrap=lambda env: env):
    """A state before the first step."""
    config = config or small(name)
    env_seeds = seeds(seed, Purpose.ENVIRONMENT, training.instances(config, runs))
    env = wrap(envs.make(env_id, env_seeds, scaled=config.scaled))
    return training.algorithm(name).start(env, config, seed)


def updates(name, env_id, steps=120, config=None, changes=(), **options):
    timeline = Timeline(config or small(name), steps, changes)
    state = started(name, env_id, timeline.config, **options)
    return list(training.algorithm(name).train(timeline, state)), state


# The form of a module


def formulas(module):
    """Functions of the module itself, and those that it shows as its own."""
    for name, member in vars(module).items():
        if inspect.isfunction(member) and not name.startswith("_") and "$$" in (doc(member)):
            yield name, member


def doc(member):
    return inspect.getdoc(member) or ""


@every
def test_the_form_of_a_module(name):
    module = training.algorithm(name)
    assert module.ACTIONS
    assert set(module.ACTIONS) <= {Discrete, Box}
    assert issubclass(module.Config, Preprocessing)
    assert dataclasses.is_dataclass(module.State)
    assert re.match(r".+\S\.$", doc(module).splitlines()[0])
    for function, first, second in (
        (module.start, "env", "config"),
        (module.train, "timeline", "state"),
        (module.policy, "weights", "observation"),
    ):
        assert doc(function)
        assert list(inspect.signature(function).parameters)[:2] == [first, second]
    assert list(inspect.signature(module.weights).parameters) == ["state"]
    assert inspect.isgeneratorfunction(module.train)


@every
def test_every_setting_explains_itself(name):
    config = training.algorithm(name).Config
    assert config()
    for field in dataclasses.fields(config):
        about = field.metadata["help"]
        assert about, field.name
        assert "\n" not in about
        assert not about.endswith("."), field.name


@every
def test_every_formula_tells_its_latex_and_its_source(name):
    told = dict(formulas(training.algorithm(name)))
    assert len(told) >= 2
    for formula in told.values():
        text = doc(formula)
        lines = [line.strip() for line in text.splitlines()]
        assert lines.count("$$") >= 2, formula
        assert lines.count("$$") % 2 == 0
        assert "$$" not in "".join(line for line in lines if line != "$$")
        assert "\t" not in text, formula  # \tau of a string that is not raw
        assert "\f" not in text
        source = text[text.rindex("$$") :]
        assert re.search(r"\b(1[89]|20)\d\d|Sutton|habit", source), formula


@every
def test_the_public_says_what_it_does(name):
    module = training.algorithm(name)
    for member, it in vars(module).items():
        ours = inspect.getmodule(it) is module
        if ours and inspect.isfunction(it) and not member.startswith("_"):
            assert doc(it), member


# A training


@on_every_kind
def test_events_shapes_and_numbers(name, env_id):
    story = list(course(name, env_id, steps=120, runs=3))
    *before, verdict = story
    points = [event for event in before if isinstance(event, Progress)]
    snapshots = [event for event in before if isinstance(event, Snapshot)]
    assert isinstance(verdict, Evaluation)
    assert snapshots[0].step == 0
    assert points[-1].step == snapshots[-1].step == 120
    for point in points:
        assert point.returns.shape == (3,)
        assert all(value.shape == (3,) for value in point.metrics.values())
    learned = {k for point in points for k, v in point.metrics.items() if np.isfinite(v).all()}
    known = {k for point in points for k in point.metrics}
    assert learned == known
    assert len(learned) >= 4
    for snapshot in snapshots:
        assert all(len(array) == 3 for array in snapshot.weights.values())
        assert all(np.isfinite(array).all() for array in snapshot.weights.values())
        assert np.isfinite(snapshot.validation).all()
    for returns in (verdict.best, verdict.last):
        assert np.isfinite(returns).all()
        assert returns.shape == (3,)
    first, last = snapshots[0].weights, snapshots[-1].weights
    for run in range(3):  # each has learned something of its own
        assert any(not np.array_equal(first[k][run], last[k][run]) for k in first)
    for one, other in ((0, 1), (1, 2), (0, 2)):
        assert any(not np.array_equal(last[k][one], last[k][other]) for k in last)


@on_every_kind
def test_the_same_seed_gives_the_same_training(name, env_id):
    story = list(course(name, env_id, steps=100))
    assert equal(list(course(name, env_id, steps=100)), story)
    assert not equal(list(course(name, env_id, steps=100, seed=4))[-2], story[-2])


@on_every_kind
def test_metrics_are_of_runs(name, env_id):
    story, _ = updates(name, env_id, runs=3)
    told = [update for update in story if update.metrics]
    assert told
    for update in told:
        of_all = np.ones(3, bool) if update.learned is None else update.learned
        for metric, value in update.metrics.items():
            assert value.shape == (3,), metric
            assert np.isfinite(value[of_all]).all(), metric


class FirstRun(envs.UnitActions):
    """The same environments, but the first run's earn something else."""

    def __init__(self, env, instances):
        self.env, self.n, self.vectorised = env, env.n, env.vectorised
        self.low, self.high, self.actions = env.low, env.high, env.actions
        self.instances = instances

    def step(self, action):
        step = self.env.step(action)
        reward = step.reward.copy()
        reward[: self.instances] = -7 * reward[: self.instances] - 3
        return step._replace(reward=reward)


@on_every_kind
@pytest.mark.parametrize("normalised", [False, True])
def test_nothing_leaks_from_run_to_run(name, env_id, normalised):
    config = small(name, normalise_observation=normalised, normalise_reward=normalised)
    instances = training.instances(config, 1)

    def disturbed(env):
        return FirstRun(env, instances)

    story, state = updates(name, env_id, config=config)
    other, disturbed_state = updates(name, env_id, config=config, wrap=disturbed)
    for a, b in zip(story, other, strict=True):
        np.testing.assert_array_equal(a.returns[1], b.returns[1])
        learned = [u.metrics if u.learned is None or u.learned[1] else {} for u in (a, b)]
        assert learned[0].keys() == learned[1].keys()
        for metric, value in learned[0].items():
            assert value[1] == learned[1][metric][1], metric
    module = training.algorithm(name)
    weights, others = module.weights(state), module.weights(disturbed_state)
    assert all(np.array_equal(weights[k][1], others[k][1]) for k in weights)
    assert any(not np.array_equal(weights[k][0], others[k][0]) for k in weights)


@on_every_kind
def test_live_changes_are_repeated(name, env_id):
    made, story = course(name, env_id, steps=120), []
    for event in made:
        story.append(event)
        if isinstance(event, Progress) and event.step == 60:
            made.timeline.change("gamma", 0.25)
    (change,) = made.timeline.changes
    assert 60 <= change.step <= 62
    again = course(name, env_id, steps=120, changes=made.timeline.changes)
    assert equal(list(again), story)
    assert not equal(list(course(name, env_id, steps=120))[-2], story[-2])


@every
def test_every_live_setting_can_be_changed_while_it_runs(name):
    config = training.algorithm(name).Config
    live = [f for f in dataclasses.fields(config) if f.metadata["live"]]
    assert {"gamma"} <= {f.name for f in live}
    timeline = Timeline(small(name), 200)
    state = started(name, ENVS[training.algorithm(name).ACTIONS[0]])
    for k, update in enumerate(training.algorithm(name).train(timeline, state)):
        if k == 20:
            for field in live:
                timeline.change(field.name, another(field, getattr(timeline.config, field.name)))
        for value in update.metrics.values():
            assert np.isfinite(value if update.learned is None else value[update.learned]).all()
    assert len(timeline.changes) == len(live)


def another(field, value):
    """Another allowed value of a setting."""
    if field.metadata["choices"]:
        return next(choice for choice in field.metadata["choices"] if choice != value)
    if isinstance(value, bool):
        return not value
    low, high = field.metadata["low"], field.metadata["high"]
    if isinstance(value, int):
        return value + 1 if value < high else value - 1
    return value / 2 if value and value / 2 >= low else min(0.1, high)


# What remains of it


@on_every_kind
@pytest.mark.parametrize("normalised", [False, True])
def test_saved_policies_act_as_they_saw(name, env_id, normalised, tmp_path):
    config = small(name, normalise_observation=normalised)
    made = course(name, env_id, steps=100, config=config)
    *_, snapshot, verdict = made
    module = training.algorithm(name)
    assert ("seen.mean" in snapshot.weights) == normalised
    saved = policies.Trained(name, env_id, config, 3, 2, snapshot.weights, made.weights)
    policies.save(tmp_path, saved)
    loaded = policies.load(tmp_path)
    assert equal(dict(loaded.last), made.weights)
    observation = np.random.default_rng(0).normal(0, 0.5, (2, 7, made.env.low.size))
    observation = observation.astype(np.float32)
    acted = module.policy(loaded.last, observation)
    np.testing.assert_array_equal(acted, module.policy(made.weights, observation))
    if isinstance(made.env.actions, Discrete):
        assert acted.shape == (2, 7)
        assert set(acted.ravel()) <= set(range(made.env.actions.n))
    else:
        assert acted.shape == (2, 7, made.env.actions.size)
        assert acted.dtype == np.float32
    if normalised:  # the same observation, shifted by hand, as one that is not normalised
        weights = dict(made.weights)
        mean, deviation = weights.pop("seen.mean"), weights.pop("seen.deviation")
        by_hand = np.clip((observation - mean) / deviation, -10, 10)
        np.testing.assert_allclose(module.policy(weights, by_hand), acted, atol=1e-5)
    played = policies.returns(loaded, "last", 2, 0)
    assert played.shape == (2, 2)
    assert np.isfinite(played).all()
    assert verdict.last.shape == (2,)


@on_every_kind
def test_weights_are_copies(name, env_id):
    module = training.algorithm(name)
    timeline, kept = Timeline(small(name), 120), []
    state = started(name, env_id)
    for update in module.train(timeline, state):
        if update.step in (60, 61):
            kept = [module.weights(state), {k: w.copy() for k, w in module.weights(state).items()}]
    assert equal(*kept)
    assert not equal(kept[0], module.weights(state))


@every
def test_actions_that_do_not_fit_are_one_sentence(name):
    takes = training.algorithm(name).ACTIONS
    for kind, env_id in ENVS.items():
        if kind in takes:
            continue
        with pytest.raises(envs.EnvironmentIdError, match="does not fit") as error:
            course(name, env_id)
        sentence = str(error.value)
        assert env_id in sentence
        assert name in sentence
        assert "\n" not in sentence
        offered = sentence.rsplit("take one of ", 1)[1].split(", ")
        assert all(kind in training.algorithm(other).ACTIONS for other in offered)


@every
def test_a_single_run_is_the_same_code(name):
    env_id = ENVS[training.algorithm(name).ACTIONS[0]]
    *_, verdict = course(name, env_id, steps=60, runs=1)
    assert verdict.last.shape == (1,)


@pytest.mark.parametrize("name", [n for n in ALGORITHMS if has(n, "learning_starts")])
def test_rewards_are_not_the_learner_s_to_change(name):
    """Returns are told in the environment's own units, whatever the learner makes of rewards; seen
    before it learns, for afterwards other rewards lead elsewhere.
    """
    env_id = ENVS[training.algorithm(name).ACTIONS[0]]
    plain, scaled = (
        updates(name, env_id, 190, small(name, normalise_reward=on, learning_starts=10_000))[0]
        for on in (False, True)
    )
    assert equal([u.returns for u in plain], [u.returns for u in scaled])
