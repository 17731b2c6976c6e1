"""What the temperature makes of the small worlds."""

import math

import numpy as np
import pytest

from rl_core.tabular import temperature, worlds
from rl_core.tabular.worlds import LEFT, RIGHT

GAMMA = 0.9


def test_without_temperature_it_is_the_optimum():
    cold = temperature.optimum(worlds.three_state(), GAMMA, 0)
    np.testing.assert_allclose(cold.q[:2], [[0.9, 0.81], [1, 0.81]])
    np.testing.assert_allclose(cold.policy[:2], [[1, 0], [1, 0]])
    np.testing.assert_allclose(cold.v, [0.9, 1, 0])
    assert (cold.earned, cold.steps) == pytest.approx((0.9, 2))
    nearly = temperature.optimum(worlds.three_state(), GAMMA, 1e-3)
    np.testing.assert_allclose(nearly.q, cold.q, atol=1e-6)
    assert nearly.steps == pytest.approx(2)


def test_steps_by_hand():
    """A coin in both states: T1 = 1 + (T1 + T2) / 2, T2 = 1 + T1 / 2, so T1 = 6."""
    assert temperature.mean_steps(worlds.three_state(), np.full((3, 2), 0.5)) == pytest.approx(6)


def test_a_hot_policy_shuns_the_end():
    """Entropy is earned only while the episode lasts: the goal is what it would not enter."""
    hot = temperature.optimum(worlds.three_state(), GAMMA, 100)
    assert hot.policy[1, LEFT] > 0.9
    assert 0.5 < hot.policy[0, LEFT] < 0.9
    assert hot.steps > 20
    assert hot.earned < 0.2
    # not an accident of 100: it is the limit
    hotter = temperature.optimum(worlds.three_state(), GAMMA, 1e4)
    np.testing.assert_allclose(hot.policy, hotter.policy, atol=0.01)


def test_a_hot_policy_is_uniform_where_both_ends_are_equally_far():
    hot = temperature.optimum(worlds.near_far(), GAMMA, 1e4)
    np.testing.assert_allclose(hot.policy[3], 0.5, atol=1e-3)
    assert hot.policy[1, RIGHT] > 0.7
    assert hot.policy[5, LEFT] > 0.7


@pytest.mark.parametrize("alpha", [0.05, 0.5, 5.0])
def test_the_values_are_the_soft_maximum_of_both_actions(alpha):
    found = temperature.optimum(worlds.three_state(), GAMMA, alpha)
    for s in (0, 1):
        assert found.v[s] == pytest.approx(alpha * math.log(np.exp(found.q[s] / alpha).sum()))
        assert found.policy[s, 0] == pytest.approx(math.exp((found.q[s, 0] - found.v[s]) / alpha))
