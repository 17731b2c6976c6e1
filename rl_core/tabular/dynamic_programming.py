"""Exact answers for a known world (Sutton & Barto, chapter 4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rl_core.events import Sweep
from rl_core.tabular.mdp import FiniteMDP, Floats


class NoSolutionError(ValueError):
    """With gamma = 1 the return of a policy that never ends is not a number."""


def action_values(mdp: FiniteMDP, v: Floats, gamma: float) -> Floats:
    r"""The value of every action if the next state is worth `v` (S&B, equation 4.2).

    $$
    Q(s,a) = \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V(s')\bigr]
    $$

    Args: `v` [states]. Returns: [states, actions]; 0 in terminal states.
    """
    v_next = np.where(mdp.terminal, 0.0, v)
    q = np.einsum("ijk,ijk->ij", mdp.p, mdp.r + gamma * v_next)
    return np.where(mdp.terminal[:, None], 0.0, q)


def policy_evaluation(mdp: FiniteMDP, policy: Floats, gamma: float) -> Floats:
    r"""The value of every state under `policy`, by solving the Bellman equations (S&B, 4.1).

    $$
    V^{\pi} = (I - \gamma P^{\pi})^{-1} R^{\pi}
    $$

    Args: `policy` [states, actions], rows summing to 1. Returns: [states].
    Raises: `NoSolutionError` if gamma is 1 and the policy need not end.
    """
    alive = ~mdp.terminal
    p = np.einsum("ij,ijk->ik", policy, mdp.p)[np.ix_(alive, alive)]
    r = np.einsum("ij,ijk,ijk->i", policy, mdp.p, mdp.r)[alive]
    if gamma == 1 and not _always_ends(p):
        raise NoSolutionError("gamma = 1 needs a policy that ends every episode; choose gamma < 1")
    v = np.zeros(len(mdp.states))
    v[alive] = np.linalg.solve(np.eye(len(p)) - gamma * p, r)
    return v


def _always_ends(p: Floats) -> bool:
    """Whether a chain with moves `p` among its non-terminal states leaves them for certain."""
    can_end = p.sum(axis=1) < 1 - 1e-12
    for _ in range(len(p)):
        can_end = can_end | ((p > 0) @ can_end)
    return bool(can_end.all())


def iterative_policy_evaluation(
    mdp: FiniteMDP, policy: Floats, gamma: float, tolerance: float = 1e-12, most: int = 100_000
) -> Iterator[Sweep]:
    r"""Sweeps from V = 0 until the largest change is at most `tolerance` (S&B, section 4.1).

    $$
    V_{k+1}(s) = \sum_a \pi(a \mid s)
        \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V_k(s')\bigr]
    $$

    Args: `policy` [states, actions]. Raises: `NoSolutionError` as of `value_iteration`.
    """
    v: Floats = np.zeros(len(mdp.states))
    for k in range(1, most + 1):
        q = action_values(mdp, v, gamma)
        v_new = (policy * q).sum(axis=1)
        change = float(np.abs(v_new - v).max())
        v = v_new
        yield Sweep(k, v, action_values(mdp, v, gamma), change)
        if change <= tolerance:
            return
    raise NoSolutionError(f"the values have not settled after {most} sweeps; choose gamma < 1")


def value_iteration(
    mdp: FiniteMDP, gamma: float, tolerance: float = 1e-12, most: int = 100_000
) -> Iterator[Sweep]:
    r"""Sweeps from V = 0 until the largest change is at most `tolerance` (S&B, section 4.4).

    $$
    V_{k+1}(s) = \max_a \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V_k(s')\bigr]
    $$

    Raises: `NoSolutionError` if the values have not settled after `most` sweeps (gamma = 1 in a
    world where reward can be collected for ever).
    """
    v: Floats = np.zeros(len(mdp.states))
    for k in range(1, most + 1):
        q = action_values(mdp, v, gamma)
        v_new = q.max(axis=1)
        change = float(np.abs(v_new - v).max())
        v = v_new
        yield Sweep(k, v, action_values(mdp, v, gamma), change)
        if change <= tolerance:
            return
    raise NoSolutionError(f"the values have not settled after {most} sweeps; choose gamma < 1")


def policy_iteration(mdp: FiniteMDP, gamma: float, most: int = 1000) -> Iterator[Sweep]:
    r"""Evaluate a policy exactly, make it greedy, until nothing is better (S&B, section 4.3).

    $$
    \pi_{k+1}(s) = \arg\max_a
        \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V^{\pi_k}(s')\bigr]
    $$

    It begins with the first action everywhere; `v` and `q` of a sweep are that policy's exact
    values. Few sweeps are needed, whatever gamma.

    Raises: `NoSolutionError` if gamma is 1 and a policy on the way need not end.
    """
    rows = np.arange(len(mdp.states))
    actions, v_old = np.zeros(len(rows), dtype=int), np.zeros(len(rows))
    for k in range(1, most + 1):
        v = policy_evaluation(mdp, np.eye(len(mdp.actions))[actions], gamma)
        q = action_values(mdp, v, gamma)
        yield Sweep(k, v, q, float(np.abs(v - v_old).max()))
        better = q.max(axis=1) > q[rows, actions] + 1e-12 * np.abs(q).max(axis=1)
        if not better.any():
            return
        actions, v_old = np.where(better, q.argmax(axis=1), actions), v.astype(float)


def optimal_values(mdp: FiniteMDP, gamma: float) -> Floats:
    r"""Q* [states, actions]: the last sweep of value iteration, made exact by a linear solve.

    $$
    Q^*(s,a) = \mathbb{E}\bigl[R + \gamma \max_{a'} Q^*(s',a')\bigr]
    $$
    """
    *_, last = value_iteration(mdp, gamma)
    best = greedy_actions(last.q).astype(float)
    try:
        v = policy_evaluation(mdp, best / best.sum(axis=1, keepdims=True), gamma)
    except NoSolutionError:  # ties with gamma = 1 may include staying for ever: keep the sweep
        return last.q
    return action_values(mdp, v, gamma)


def greedy_actions(q: Floats, tolerance: float = 1e-9) -> NDArray[np.bool_]:
    """[states, actions] True wherever the action is as good as the best, ties included."""
    best: NDArray[np.bool_] = q >= q.max(axis=1, keepdims=True) - tolerance
    return best


def critical_gammas(mdp: FiniteMDP, tolerance: float = 1e-9) -> list[float]:
    r"""The gammas between 0.01 and 0.999 at which the set of optimal actions changes, ascending.

    $$
    \gamma_c: \quad \max_a Q^*_{\gamma}(s,a) = Q^*_{\gamma}(s,b) = Q^*_{\gamma}(s,c), \quad b \neq c
    $$

    Exact up to a few times `tolerance`, by bisection between 101 gammas about 0.01 apart; a change
    that is undone between two of those is not seen.
    """
    gammas = [*np.linspace(0.01, 0.99, 99).tolist(), 0.995, 0.999]
    best = [_optimal_actions(mdp, gamma) for gamma in gammas]
    found: list[float] = []
    for i in range(len(gammas) - 1):
        flips = _flips(mdp, (gammas[i], gammas[i + 1]), (best[i], best[i + 1]), tolerance)
        # a gamma on the grid at which two actions tie is found from below and from above
        found += [gamma for gamma in flips if not found or gamma - found[-1] > 1e-6]
    return found


def _optimal_actions(mdp: FiniteMDP, gamma: float) -> NDArray[np.bool_]:
    *_, last = policy_iteration(mdp, gamma)
    scale = np.abs(last.q).max(axis=1, keepdims=True)  # a reward far away counts for very little
    return greedy_actions(last.q / np.where(scale > 0, scale, 1))


def _flips(
    mdp: FiniteMDP,
    gammas: tuple[float, float],
    best: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    tolerance: float,
) -> list[float]:
    middle = sum(gammas) / 2
    if (best[0] == best[1]).all():
        return []
    if gammas[1] - gammas[0] <= tolerance:
        return [middle]
    at = _optimal_actions(mdp, middle)
    below = _flips(mdp, (gammas[0], middle), (best[0], at), tolerance)
    above = _flips(mdp, (middle, gammas[1]), (at, best[1]), tolerance)
    return below + [gamma for gamma in above if not below or gamma - below[-1] > 1e-6]
