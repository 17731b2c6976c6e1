import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.bellman import (
    best_value,
    expectation_equation,
    expected,
    optimality_equation,
    state_value,
)
from rl_core.tabular.dynamic_programming import action_values, optimal_values, policy_evaluation
from rl_core.tabular.slip import slippery
from rl_core.tabular.worlds import LEFT, RIGHT

MDP = worlds.three_state()


def test_by_hand():
    q = np.array([[0.5, 0.2], [1.0, 0.4], [7.0, 7.0]])  # the 7s must not count: S3 ends
    policy = np.array([[0.5, 0.5], [0.75, 0.25], [0.5, 0.5]])
    assert state_value(policy[1], q[1]) == pytest.approx(0.85)
    assert best_value(q[1]) == 1
    assert expectation_equation(MDP, 0, RIGHT, policy, q, 0.5) == pytest.approx(0.5 * 0.85)
    assert optimality_equation(MDP, 0, RIGHT, q, 0.5) == pytest.approx(0.5)
    assert optimality_equation(MDP, 1, RIGHT, q, 0.5) == 1
    assert expected(MDP, 1, LEFT, np.array([2.0, 3, 4]), 0.5) == 1


@pytest.mark.parametrize("slip", [0.0, 0.3])
def test_the_exact_values_are_their_fixed_points(slip):
    mdp, gamma = slippery(worlds.near_far(), slip), 0.8
    policy = np.random.default_rng(0).dirichlet(np.ones(2), size=len(mdp.states))
    q = action_values(mdp, policy_evaluation(mdp, policy, gamma), gamma)
    best = optimal_values(mdp, gamma)
    for s, a in np.ndindex(q.shape):
        if not mdp.terminal[s]:
            assert expectation_equation(mdp, s, a, policy, q, gamma) == pytest.approx(q[s, a])
            assert optimality_equation(mdp, s, a, best, gamma) == pytest.approx(best[s, a])
