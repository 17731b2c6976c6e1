import dataclasses
import itertools

import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import (
    NoSolutionError,
    action_values,
    critical_gammas,
    greedy_actions,
    iterative_policy_evaluation,
    optimal_values,
    policy_evaluation,
    policy_iteration,
    value_iteration,
)
from rl_core.tabular.epsilon_soft import optimal_soft_values, soft_value
from rl_core.tabular.mdp import FiniteMDP
from rl_core.tabular.worlds import LEFT, RIGHT


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


def test_every_sweep_tells_its_number_and_its_values_until_nothing_changes():
    """V is 0, 1 then 0.9, 1 in S1, S2: the third sweep finds nothing to change."""
    mdp, right = worlds.three_state(), np.eye(2)[[RIGHT] * 3]
    for sweeps in (
        list(value_iteration(mdp, 0.9, tolerance=0)),
        list(iterative_policy_evaluation(mdp, right, 0.9, tolerance=0)),
    ):
        assert [sweep.k for sweep in sweeps] == [1, 2, 3]
        assert [sweep.change for sweep in sweeps] == pytest.approx([1, 0.9, 0])
        np.testing.assert_allclose(sweeps[0].q, [[0.9, 0], [1, 0], [0, 0]])
        np.testing.assert_allclose(sweeps[-1].q, [[0.9, 0.81], [1, 0.81], [0, 0]])


def test_as_many_sweeps_as_said_and_no_more():
    endless = dataclasses.replace(worlds.three_state(), r=np.ones((3, 2, 3)))
    left = np.eye(2)[[LEFT] * 3]
    for sweeps in (
        value_iteration(endless, 1.0, most=3),
        iterative_policy_evaluation(endless, left, 1.0, most=3),
    ):
        assert [next(sweeps).k for _ in range(3)] == [1, 2, 3]
        with pytest.raises(NoSolutionError, match="after 3 sweeps"):
            next(sweeps)
    for most in (1, 2):
        found = list(policy_iteration(random_mdp(0), 0.95, most))
        assert [sweep.k for sweep in found] == list(range(1, most + 1))


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


@pytest.mark.parametrize("seed", range(3))
def test_sweeps_of_policy_evaluation_close_in_on_the_linear_solve(seed):
    mdp = random_mdp(seed)
    policy = np.random.default_rng(seed).dirichlet(np.ones(3), size=6)
    exact = policy_evaluation(mdp, policy, 0.8)
    sweeps = list(iterative_policy_evaluation(mdp, policy, 0.8))
    np.testing.assert_allclose(sweeps[-1].v, exact, atol=1e-11)
    errors = [np.abs(sweep.v - exact).max() for sweep in sweeps]
    assert all(b <= 0.8 * a + 1e-12 for a, b in itertools.pairwise(errors))


def test_first_sweeps_of_example_4_1():
    """Figure 4.1: after one sweep -1 everywhere, after two -1.75 beside a corner."""
    grid, random = small_gridworld(), np.full((16, 4), 0.25)
    first, second, *_ = iterative_policy_evaluation(grid, random, 1.0, tolerance=1e-6)
    np.testing.assert_allclose(first.v[1:15], -1)
    np.testing.assert_allclose(second.v[[1, 2, 4, 14]], [-1.75, -2, -1.75, -1.75])
    with pytest.raises(NoSolutionError, match="not settled"):
        list(iterative_policy_evaluation(worlds.cliff(), np.eye(4)[[3] * 38], 1.0, most=50))


@pytest.mark.parametrize("seed", range(5))
def test_policy_iteration_gets_better_at_every_step_and_ends_at_the_optimum(seed):
    mdp = random_mdp(seed)
    sweeps = list(policy_iteration(mdp, 0.95))
    assert all((b.v >= a.v - 1e-9).all() for a, b in itertools.pairwise(sweeps))
    np.testing.assert_allclose(sweeps[-1].q, optimal_values(mdp, 0.95), atol=1e-9)
    assert len(sweeps) < 8
    moves = [np.abs(b.v - a.v).max() for a, b in itertools.pairwise(sweeps)]
    assert [sweep.change for sweep in sweeps] == [np.abs(sweeps[0].v).max(), *moves]


def test_gamma_decides_between_near_and_far():
    expected = [0.5, np.sqrt(0.5)]
    np.testing.assert_allclose(critical_gammas(worlds.near_far()), expected, atol=1e-8)
    for far, flip in ((100, 0.1), (16, 0.25), (5000, 0.0141421356)):
        found = critical_gammas(worlds.near_far(1, far))
        np.testing.assert_allclose(found, [flip, np.sqrt(flip)], atol=1e-8)
    v = {gamma: optimal_values(worlds.near_far(), gamma) for gamma in (0.49, 0.51, 0.7, 0.72)}
    assert [int(q[2].argmax()) for q in v.values()] == [LEFT, RIGHT, RIGHT, RIGHT]
    assert [int(q[1].argmax()) for q in v.values()] == [LEFT, LEFT, LEFT, RIGHT]


def test_gamma_decides_nothing_in_the_three_state_world():
    assert critical_gammas(worlds.three_state()) == []


def test_critical_gammas_are_where_two_actions_tie():
    found = 0
    for seed in range(8):
        mdp = random_mdp(seed)
        for gamma in critical_gammas(mdp):
            q = np.sort(optimal_values(mdp, gamma)[~mdp.terminal], axis=1)
            assert (q[:, -1] - q[:, -2]).min() < 1e-6
            found += 1
    assert found > 3


def test_the_best_policy_that_explores_keeps_away_from_the_cliff():
    mdp = worlds.cliff()
    q = optimal_soft_values(mdp, 1.0, 0.1)
    v = soft_value(mdp, q, 1.0, 0.1)
    start = mdp.states.index("3,0")
    assert v[start] == pytest.approx(-20.71, abs=0.005)
    s, path = start, [start]
    while not mdp.terminal[s]:
        s, _, _ = mdp.step(s, int(q[s].argmax()), 0.5)
        path.append(s)
    assert len(path) - 1 == 15


def test_exploring_along_the_edge_is_expensive():
    mdp = worlds.cliff()
    q, start = optimal_values(mdp, 1.0), mdp.states.index("3,0")
    best = greedy_actions(q)
    assert q[start].max() == pytest.approx(-13)
    up, right, down, left = range(4)
    for order, value in {
        (down, right, up, left): -51.81,
        (right, down, up, left): -45.80,
        None: -50.80,
    }.items():
        split = best.astype(float)
        if order:
            first = np.array([next(a for a in order if row[a]) for row in best])
            split = np.eye(4)[first]
        # a table whose only best actions are those of the policy
        assert soft_value(mdp, split, 1.0, 0.1)[start] == pytest.approx(value, abs=0.005)


def test_the_corridor_with_a_little_exploration():
    mdp = worlds.short_corridor()
    for greedy_action, value in ((RIGHT, -44.21), (LEFT, -82.11)):
        q = np.tile(np.eye(2)[greedy_action], (4, 1))
        assert soft_value(mdp, q, 1.0, 0.1)[0] == pytest.approx(value, abs=0.005)


def test_without_exploration_the_soft_optimum_is_the_optimum():
    mdp = random_mdp(3)
    np.testing.assert_allclose(optimal_soft_values(mdp, 0.9, 0), optimal_values(mdp, 0.9))
    q = optimal_soft_values(mdp, 0.9, 0.3)
    v = 0.7 * q.max(axis=1) + 0.3 * q.mean(axis=1)
    np.testing.assert_allclose(q, action_values(mdp, v, 0.9), atol=1e-9)
    np.testing.assert_allclose(soft_value(mdp, q, 0.9, 0.3)[~mdp.terminal], v[~mdp.terminal])
