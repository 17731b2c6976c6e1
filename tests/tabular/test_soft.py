"""Soft values: by hand, against their definition, and at both ends of the temperature."""

import dataclasses
import inspect
import itertools
import math
import re

import numpy as np
import pytest
from scipy.optimize import minimize

from rl_core.tabular import soft, worlds
from rl_core.tabular.dynamic_programming import (
    NoSolutionError,
    action_values,
    greedy_actions,
    optimal_values,
    value_iteration,
)
from rl_core.tabular.mdp import FiniteMDP

GAMMA = 0.9


def random_mdp(seed: int, n: int = 6, m: int = 3) -> FiniteMDP:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(n), size=(n, m))
    names = tuple(f"s{i}" for i in range(n))
    return FiniteMDP(
        p, rng.normal(size=(n, m, n)), rng.random(n) < 0.2, np.eye(n)[0], names, ("a", "b", "c")
    )


def solved(mdp, alpha, gamma=GAMMA):
    *_, last = soft.soft_value_iteration(mdp, gamma, alpha)
    return last


def test_soft_maximum_by_hand():
    assert soft.soft_maximum(np.array([0.0, 0.0]), 2.0) == pytest.approx(2 * math.log(2))
    q = np.array([[math.log(1), math.log(3)], [5.0, 5.0]])
    np.testing.assert_allclose(soft.soft_maximum(q, 1.0), [math.log(4), 5 + math.log(2)])


def test_soft_policy_by_hand():
    np.testing.assert_allclose(soft.soft_policy(np.log([1.0, 3.0]), 1.0), [0.25, 0.75])
    np.testing.assert_allclose(soft.soft_policy(np.log([1.0, 9.0]), 2.0), [0.25, 0.75])
    np.testing.assert_allclose(soft.soft_policy(np.array([1.0, 1.0, 0.0]), 0.0), [0.5, 0.5, 0])


def test_entropy_by_hand():
    policy = np.array([[0.5, 0.5], [1, 0], [0.25, 0.75]])
    third = 0.25 * math.log(4) + 0.75 * math.log(4 / 3)
    np.testing.assert_allclose(soft.entropy(policy), [math.log(2), 0, third])


def test_nothing_overflows():
    q = np.array([1e5, 0.0, -1e5])
    assert soft.soft_maximum(q, 1e-3) == 1e5
    np.testing.assert_array_equal(soft.soft_policy(q, 1e-3), [1, 0, 0])


@pytest.mark.parametrize("alpha", [0.1, 1.0, 10.0])
def test_the_soft_maximum_is_the_best_mean_plus_entropy(alpha):
    """V = max over π of Σ π Q + α H(π), found by a general optimiser."""
    q = np.array([1.0, 0.3, -0.5])

    def loss(z):
        pi = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        return -(pi @ q + alpha * soft.entropy(pi))

    found = minimize(loss, np.zeros(3), tol=1e-12)
    assert -found.fun == pytest.approx(soft.soft_maximum(q, alpha), abs=1e-6)
    pi = soft.soft_policy(q, alpha)
    assert pi @ q + alpha * soft.entropy(pi) == pytest.approx(soft.soft_maximum(q, alpha))


@pytest.mark.parametrize("alpha", [0.05, 0.5, 5.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_values_are_those_of_the_soft_policy(seed, alpha):
    mdp = random_mdp(seed)
    last = solved(mdp, alpha)
    policy = soft.soft_policy(last.q, alpha)
    exact = soft.soft_policy_value(mdp, policy, GAMMA, alpha)
    np.testing.assert_allclose(last.v, exact, atol=1e-9)
    # And no other policy does better, entropy included.
    rng = np.random.default_rng(seed)
    for _ in range(20):
        other = rng.dirichlet(np.ones(3), size=6)
        assert (soft.soft_policy_value(mdp, other, GAMMA, alpha) <= exact + 1e-9).all()


def test_the_value_of_a_policy_is_that_of_its_definition():
    """Σ γᵗ (r + α H) over a long horizon, step by step."""
    mdp, alpha = random_mdp(1), 0.7
    policy = np.random.default_rng(0).dirichlet(np.ones(3), size=6)
    v = np.zeros(6)
    for _ in range(400):
        q = action_values(mdp, v, GAMMA)
        v = np.where(mdp.terminal, 0, (policy * (q - alpha * np.log(policy))).sum(1))
    np.testing.assert_allclose(soft.soft_policy_value(mdp, policy, GAMMA, alpha), v, atol=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_without_temperature_it_is_value_iteration(seed):
    mdp = random_mdp(seed)
    pairs = zip(
        soft.soft_value_iteration(mdp, GAMMA, 0.0), value_iteration(mdp, GAMMA), strict=True
    )
    assert all(np.array_equal(a.q, b.q) and np.array_equal(a.v, b.v) for a, b in pairs)


def test_the_limits_of_the_temperature():
    mdp = random_mdp(2)
    q_star = optimal_values(mdp, GAMMA)
    np.testing.assert_allclose(solved(mdp, 1e-6).q, q_star, atol=1e-4)
    alive = ~mdp.terminal
    cold = soft.soft_policy(solved(mdp, 1e-6).q, 1e-6)
    assert np.array_equal(cold[alive] > 0.5, greedy_actions(q_star)[alive])
    endless = dataclasses.replace(mdp, terminal=np.zeros(6, bool))
    hot = soft.soft_policy(solved(endless, 1e6).q, 1e6)
    np.testing.assert_allclose(hot, 1 / 3, atol=1e-5)


def test_a_hot_policy_shuns_the_end():
    """Not uniform where episodes end: who lives longer earns more entropy."""
    mdp = random_mdp(2)
    hot = soft.soft_policy(solved(mdp, 1e6).q, 1e6)
    ends = mdp.p[:, :, mdp.terminal].sum(-1)
    for s in np.flatnonzero(~mdp.terminal):
        assert hot[s].argmin() == ends[s].argmax()
    assert (hot[~mdp.terminal].max(1) > 0.35).all()


def test_values_rise_with_the_temperature():
    """Entropy is never negative."""
    mdp = random_mdp(3)
    v = [solved(mdp, alpha).v for alpha in (0.0, 0.1, 1.0, 3.0)]
    assert all((b >= a - 1e-12).all() for a, b in itertools.pairwise(v))


def test_one_sweep_of_the_three_state_world_by_hand():
    first = next(soft.soft_value_iteration(worlds.three_state(), GAMMA, 1.0))
    # Only S2 → right earns: 1; everything else 0 so far.
    np.testing.assert_allclose(first.v, [math.log(2), math.log(math.e + 1), 0])


def test_sweeps_contract():
    changes = [s.change for s in soft.soft_value_iteration(random_mdp(4), GAMMA, 0.5)]
    assert all(b <= GAMMA * a + 1e-12 for a, b in itertools.pairwise(changes))


def test_staying_for_the_entropy_has_no_value():
    with pytest.raises(NoSolutionError, match="gamma < 1"):
        list(soft.soft_value_iteration(worlds.three_state(), 1.0, 5.0, most=200))


def test_every_formula_tells_its_latex():
    for formula in (
        soft.soft_maximum,
        soft.soft_policy,
        soft.entropy,
        soft.soft_value_iteration,
        soft.soft_policy_value,
    ):
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


def test_every_sweep_tells_its_number_until_nothing_changes_or_as_many_as_said():
    """Cold, V is 0, 1 then 0.9, 1 in S1, S2: the third sweep finds nothing to change."""
    mdp = worlds.three_state()
    sweeps = list(soft.soft_value_iteration(mdp, GAMMA, 0.0, tolerance=0))
    assert [sweep.k for sweep in sweeps] == [1, 2, 3]
    hot = soft.soft_value_iteration(mdp, 1.0, 5.0, most=3)
    assert [next(hot).k for _ in range(3)] == [1, 2, 3]
    with pytest.raises(NoSolutionError, match="after 3 sweeps"):
        next(hot)
