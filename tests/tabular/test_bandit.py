import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from rl_core.settings import SettingError
from rl_core.tabular import bandit
from rl_core.tabular.bandit import Config, State, softmax, train, train_many, trainer, update
from rl_core.tabular.luck import Luck
from rl_core.timeline import Timeline


def learn(config=None, steps=200, seed=0, mistakes=0.0, **kwargs):
    return list(train(trainer(0, mistakes), Timeline(config or Config(), steps), seed, **kwargs))


def test_softmax_by_hand():
    np.testing.assert_allclose(softmax(np.log([2.0, 1.0, 1.0])), [0.5, 0.25, 0.25])
    np.testing.assert_allclose(softmax(np.array([1000.0, 1000.0, -1000.0])), [0.5, 0.5, 0])


def test_update_by_hand():
    """One reward of 1 where 0.5 was usual, after the third of three equally likely actions."""
    h, pi = np.array([0.0, 1.0, 2.0]), np.array([0.25, 0.25, 0.5])
    new = update(h, 0.4, 1.0, 0.5, np.array([0, 0, 1]), pi)
    np.testing.assert_allclose(new, [-0.05, 0.95, 2.1])


def test_preferences_keep_their_sum():
    for event in learn(mistakes=0.3):
        assert event.h.sum() == pytest.approx(0, abs=1e-12)


def test_the_expected_update_is_the_gradient_of_the_expected_reward():
    """Sutton & Barto, 2.8: and so with any baseline. Against finite differences."""
    h, values = np.array([0.3, -0.2, 0.5]), np.array([1.0, 0.2, -0.4])
    pi, eps = softmax(h), 1e-6
    gradient = [
        (softmax(h + d) @ values - softmax(h - d) @ values) / (2 * eps) for d in np.eye(3) * eps
    ]
    for mean in (0.0, 0.7, -3.0):
        steps = [update(h, 1.0, values[a], mean, np.eye(3)[a], pi) - h for a in range(3)]
        np.testing.assert_allclose(pi @ np.array(steps), gradient, atol=1e-8)


def test_the_average_is_the_mean_of_the_rewards_of_that_action():
    events = learn(mistakes=0.4)
    for a in range(3):
        rewards = [event.r for event in events if event.a == a]
        assert events[-1].tries[a] == len(rewards)
        assert events[-1].q[a] == pytest.approx(np.mean(rewards))


def test_the_baseline_is_the_mean_of_the_rewards_before():
    events = learn(mistakes=0.4)
    rewards = [event.r for event in events]
    assert [e.mean for e in events[1:]] == pytest.approx(
        [np.mean(rewards[:t]) for t in range(1, len(rewards))]
    )
    assert events[0].mean == 0
    assert not any(e.mean for e in learn(Config(baseline=False), mistakes=0.4))


def test_an_event_tells_its_own_arithmetic_and_is_a_snapshot():
    events = learn(mistakes=0.2)
    for before, e in pairwise(events):
        chosen = np.arange(3) == e.a
        assert (e.h_before == before.h).all()
        assert (e.h == update(e.h_before, e.alpha, e.r, e.mean, chosen, e.pi)).all()


def test_actions_follow_their_chances():
    pi = np.array([0.5, 0.2, 0.3])
    drawn = bandit.draw(pi, np.linspace(0, 1, 1000, endpoint=False))
    assert np.bincount(drawn).tolist() == [500, 200, 300]
    assert bandit.draw(np.array([0.0, 1.0, 0.0]), 0.0) == 1


def test_it_learns_what_is_paid():
    assert softmax(learn()[-1].h)[0] > 0.98
    assert softmax(learn(mistakes=0.2, steps=400)[-1].h)[0] > 0.95


def test_without_a_baseline_no_reward_teaches_nothing():
    never = list(train(lambda a, draws: 0.0, Timeline(Config(baseline=False), 20)))
    assert not never[-1].h.any()


def test_it_goes_on_from_a_state_as_if_it_had_not_stopped():
    whole, state = learn(seed=5, steps=60), State.initial(3)
    learn(seed=5, steps=25, state=state)
    rest = learn(seed=5, steps=35, state=state)
    assert [(e.t, e.a) for e in rest] == [(e.t, e.a) for e in whole[25:]]
    assert (rest[-1].h == whole[-1].h).all()


@pytest.mark.parametrize("mistakes", [0.0, 0.25])
@pytest.mark.parametrize("config", [Config(), Config(alpha=2.0, baseline=False)])
def test_many_runs_at_once_are_the_single_runs(config, mistakes):
    many = train_many(0, mistakes, config, runs=6, steps=80)
    for seed in range(6):
        events = learn(config, 80, seed, mistakes)
        single = np.array([softmax(State.initial(3).h), *(softmax(e.h) for e in events)])
        np.testing.assert_allclose(many[seed], single, rtol=1e-12, atol=1e-15)


def test_expected_rewards_are_what_the_trainer_pays():
    reward, luck = trainer(1, 0.2), Luck(0)
    paid = [np.mean([reward(a, luck(0, t)) for t in range(4000)]) for a in range(3)]
    np.testing.assert_allclose(paid, bandit.expected_rewards(1, 0.2), atol=0.025)  # 4 sigma


def test_a_steady_trainer_is_faster_and_a_coin_teaches_nothing():
    """40 puppies, 200 tries; standard error of the mean chance below 0.05."""
    final = [train_many(0, m, Config(), 40, 200)[:, -1, 0].mean() for m in (0.0, 0.4, 0.5)]
    assert final[0] > 0.98
    assert final[0] > final[1] > 0.8
    assert final[2] == pytest.approx(1 / 3, abs=0.15)


def test_a_bad_setting_is_named():
    with pytest.raises(SettingError, match="alpha"):
        Config(alpha=-1.0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().alpha = 1.0  # type: ignore[misc]
