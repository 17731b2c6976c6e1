import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.returns import (
    backed_up,
    discounted_returns,
    effective_horizon,
    sampled_returns,
    weights,
)
from rl_core.tabular.slip import slippery

HALF = np.full((3, 2), 0.5)


def test_the_golden_vector_of_rlax():
    found = discounted_returns(
        np.array([1, 0, -1, 0, 1.0]), np.array([0.5, 0.9, 1, 0.5, 0.8]), bootstrap=3
    )
    np.testing.assert_allclose(found, [1.315, 0.63, 0.70, 1.7, 3.4])


def test_by_hand():
    # G_2 = 4, G_1 = 2 + 4/2 = 4, G_0 = 1 + 4/2 = 3; the other end first would give 2, 2.5, 3.25 ...
    np.testing.assert_allclose(discounted_returns(np.array([1.0, 2, 4]), 0.5), [3, 4, 4])
    assert backed_up(1, 0.5, 4) == 3


@pytest.mark.parametrize("gamma", [0.0, 0.3, 0.99, 1.0])
def test_against_the_definition(gamma):
    rewards = np.random.default_rng(0).normal(size=12)
    slow = [sum(gamma**k * r for k, r in enumerate(rewards[t:])) for t in range(12)]
    np.testing.assert_allclose(discounted_returns(rewards, gamma), slow)
    np.testing.assert_allclose(weights(gamma, 12) @ rewards, slow[0])


def test_no_rewards_no_returns():
    assert discounted_returns(np.array([]), 0.9).shape == (0,)


def test_effective_horizon():
    assert effective_horizon(0.9) == pytest.approx(10)
    assert effective_horizon(0) == 1
    assert effective_horizon(1) == np.inf
    assert weights(0.9, 1000).sum() == pytest.approx(10)


@pytest.mark.parametrize("slip", [0.0, 0.2])
def test_sampled_returns_average_to_the_exact_value(slip):
    mdp = slippery(worlds.three_state(), slip)
    exact = policy_evaluation(mdp, HALF, 0.9)
    for s in (0, 1):
        g = sampled_returns(mdp, HALF, 0.9, s, (20_000,), np.random.default_rng(s))
        assert abs(g.mean() - exact[s]) < 4 * g.std() / np.sqrt(len(g)) + 1e-3


def test_sampled_returns_repeat_and_have_the_shape_asked_for():
    mdp = worlds.three_state()
    one, two = (
        sampled_returns(mdp, HALF, 0.9, 0, (3, 4), np.random.default_rng(7)) for _ in range(2)
    )
    assert one.shape == (3, 4)
    assert (one == two).all()


def test_an_episode_without_an_end_is_cut_off():
    left = np.array([[0.0, 1], [0, 1], [0, 1]])
    g = sampled_returns(worlds.three_state(), left, 0.9, 1, (5,), np.random.default_rng(0))
    assert (g == 0).all()
