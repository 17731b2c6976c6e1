"""Many runs of Q-learning side by side: its step sizes by hand, its sweeps against exact ones."""

import numpy as np
import pytest

from rl_core.tabular import comparisons, worlds
from rl_core.tabular.slip import slippery

MDP = worlds.three_state()


def test_the_power_by_hand():
    """1, 2^-0.7, 100^-0.7: whatever the first step size."""
    found = [comparisons.power(alpha, n) for alpha in (0.1, 1) for n in (0, 1, 99)]
    assert found == pytest.approx(2 * [1, 0.615572, 0.0398107], rel=1e-5)


def test_sweeps_that_forget_are_those_of_value_iteration_where_nothing_is_left_to_chance():
    q = comparisons.sampled_sweeps(MDP, 0.9, np.ones(3), runs=2)
    exact, going = np.zeros((3, 2)), ~MDP.terminal
    for found in q:
        best = exact.max(axis=1) * going
        exact = (MDP.p * (MDP.r + 0.9 * best)).sum(axis=2) * going[:, None]
        np.testing.assert_allclose(found, [exact, exact])


def test_sweeps_meet_what_follows_as_often_as_it_is_likely():
    """The reward is 1 where the slip leads on: so many runs have learned it after one sweep."""
    q = comparisons.sampled_sweeps(slippery(MDP, 0.2), 0.9, np.ones(1), runs=20_000)[0]
    assert set(q[:, 1].flat) == {0, 1}
    assert q[:, 1].mean(axis=0) == pytest.approx([0.8, 0.2], abs=5 * 0.4 / 20_000**0.5)
    assert not q[:, [0, 2]].any()


@pytest.mark.parametrize("epsilon", [0, 1])
def test_who_never_explores_and_knows_nothing_chooses_at_random(epsilon):
    """Half go on from S1, half of these from S2; who explores always does no better."""
    found = comparisons.explore(MDP, lambda n: np.full(len(n), epsilon), 0.5, 0.9, 2000, 2)
    assert found.rewards.mean(axis=0) == pytest.approx([0, 0.25], abs=0.05)
    assert np.array_equal(found.q[:, 1], found.rewards[:, 1, None] / 2 * [1, 0])
