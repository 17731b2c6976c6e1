"""The Bellman equations, one state and action at a time (Sutton & Barto, sections 3.5 and 3.6)."""

from __future__ import annotations

import numpy as np

from rl_core.tabular.mdp import FiniteMDP, Floats


def state_value(policy_s: Floats, q_s: Floats) -> float:
    r"""The value of a state: the mean of its action values, weighted by the policy.

    $$
    V^{\pi}(s) = \sum_a \pi(a \mid s)\,Q^{\pi}(s,a)
    $$
    """
    return float(policy_s @ q_s)


def best_value(q_s: Floats) -> float:
    r"""The value of a state to one who always does the best.

    $$
    V^*(s) = \max_a Q^*(s,a)
    $$
    """
    return float(q_s.max())


def expected(mdp: FiniteMDP, s: int, a: int, v: Floats, gamma: float) -> float:
    r"""Reward and discounted value of the next state, in the mean over where (s, a) may lead.

    $$
    Q(s,a) = \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V(s')\bigr]
    $$

    Args: `v` [states]; what it says of terminal states counts as 0.
    """
    v_next = np.where(mdp.terminal, 0.0, v)
    return float(mdp.p[s, a] @ (mdp.r[s, a] + gamma * v_next))


def expectation_equation(
    mdp: FiniteMDP, s: int, a: int, policy: Floats, q: Floats, gamma: float
) -> float:
    r"""The right-hand side for a policy: what follows is worth what the policy makes of it.

    $$
    Q^{\pi}(s,a) = \sum_{s'} P(s' \mid s,a)\,
        \Bigl[R(s,a,s') + \gamma \sum_{a'} \pi(a' \mid s')\,Q^{\pi}(s',a')\Bigr]
    $$
    """
    v = np.array([state_value(*pair) for pair in zip(policy, q, strict=True)])
    return expected(mdp, s, a, v, gamma)


def optimality_equation(mdp: FiniteMDP, s: int, a: int, q: Floats, gamma: float) -> float:
    r"""The right-hand side for the best policy: what follows is worth its best action.

    $$
    Q^*(s,a) = \sum_{s'} P(s' \mid s,a)\,
        \Bigl[R(s,a,s') + \gamma \max_{a'} Q^*(s',a')\Bigr]
    $$
    """
    v = np.array([best_value(q_s) for q_s in q])
    return expected(mdp, s, a, v, gamma)
