import dataclasses
import itertools

import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import (
    NoSolutionError,
    action_values,
    greedy_actions,
    optimal_values,
    policy_evaluation,
    value_iteration,
)
from rl_core.tabular.mdp import FiniteMDP


def random_mdp(seed: int, n: int = 6, m: int = 3) -> FiniteMDP:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(n), size=(n, m))
    names = tuple(f"s{i}" for i in range(n))
    return FiniteMDP(
        p, rng.normal(size=(n, m, n)), rng.random(n) < 0.2, np.eye(n)[0], names, ("a", "b", "c")
    )


def small_gridworld() -> FiniteMDP:
    """Sutton & Barto, Example 4.1: 4x4, two terminal corners, -1 a step."""
    p = np.zeros((16, 4, 16))
    for s in range(16):
        row, column = divmod(s, 4)
        for a, (down, right) in enumerate([(-1, 0), (1, 0), (0, -1), (0, 1)]):
            to = 4 * min(max(row + down, 0), 3) + min(max(column + right, 0), 3)
            p[s, a, to] = 1
    terminal = np.zeros(16, bool)
    terminal[[0, 15]] = True
    names = tuple(str(s) for s in range(16))
    return FiniteMDP(
        p, -np.ones_like(p), terminal, np.eye(16)[5], names, ("up", "down", "left", "right")
    )


def test_three_state_has_the_known_answer():
    q = optimal_values(worlds.three_state(), 0.9)
    np.testing.assert_allclose(q, [[0.9, 0.81], [1, 0.81], [0, 0]], atol=1e-12)


def test_policy_evaluation_reproduces_example_4_1():
    v = policy_evaluation(small_gridworld(), np.full((16, 4), 0.25), 1.0)
    expected = [[0, -14, -20, -22], [-14, -18, -20, -20], [-20, -20, -18, -14], [-22, -20, -14, 0]]
    np.testing.assert_allclose(v.reshape(4, 4), expected, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_policy_evaluation_agrees_with_simulated_returns(seed):
    mdp = random_mdp(seed)
    policy = np.random.default_rng(seed).dirichlet(np.ones(3), size=6)
    exact = policy_evaluation(mdp, policy, 0.8)
    v = np.zeros(6)
    for _ in range(200):
        v = (policy * action_values(mdp, v, 0.8)).sum(axis=1)
    np.testing.assert_allclose(v, exact, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_optimal_values_satisfy_the_optimality_equation_and_beat_every_policy(seed):
    mdp = random_mdp(seed)
    q = optimal_values(mdp, 0.9)
    np.testing.assert_allclose(q, action_values(mdp, q.max(axis=1), 0.9), atol=1e-9)
    for actions in np.ndindex(3, 3, 3, 3, 3, 3):
        v = policy_evaluation(mdp, np.eye(3)[list(actions)], 0.9)
        assert (v <= q.max(axis=1) + 1e-9).all()


def test_value_iteration_contracts_by_gamma():
    changes = [sweep.change for sweep in value_iteration(random_mdp(1), 0.7)]
    assert all(b <= 0.7 * a + 1e-12 for a, b in itertools.pairwise(changes))
    assert len(changes) > 10


def test_sweeps_are_snapshots():
    first, second, *_ = list(value_iteration(worlds.three_state(), 0.9))
    np.testing.assert_array_equal(first.v, [0, 1, 0])
    np.testing.assert_allclose(second.v, [0.9, 1, 0])


def test_gamma_one_needs_a_policy_that_ends():
    always_left = np.array([[0.0, 1.0]] * 3)
    with pytest.raises(NoSolutionError, match="gamma < 1"):
        policy_evaluation(worlds.three_state(), always_left, 1.0)
    endless = dataclasses.replace(worlds.three_state(), r=np.ones((3, 2, 3)))
    with pytest.raises(NoSolutionError, match="not settled"):
        list(value_iteration(endless, 1.0, most=50))


def test_gamma_one_where_the_best_policy_ends():
    np.testing.assert_allclose(optimal_values(worlds.three_state(), 1.0)[:2], 1)


def test_greedy_actions_keep_all_ties():
    q = np.array([[1.0, 1.0 + 1e-12, 0.5], [0.0, 2.0, 1.0]])
    np.testing.assert_array_equal(greedy_actions(q), [[True, True, False], [False, True, False]])
