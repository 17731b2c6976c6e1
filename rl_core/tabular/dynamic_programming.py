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
    v = np.zeros(len(mdp.states))
    for k in range(1, most + 1):
        q = action_values(mdp, v, gamma)
        v_new = q.max(axis=1)
        change = float(np.abs(v_new - v).max())
        v = v_new
        yield Sweep(k, v, action_values(mdp, v, gamma), change)
        if change <= tolerance:
            return
    raise NoSolutionError(f"the values have not settled after {most} sweeps; choose gamma < 1")


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
