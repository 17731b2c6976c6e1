"""What the temperature makes of a small world, exactly: the soft-optimal policy and its price."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from rl_core.tabular import soft
from rl_core.tabular.dynamic_programming import optimal_values, policy_evaluation
from rl_core.tabular.mdp import FiniteMDP, Floats


@dataclass(frozen=True)
class Optimum:
    """The best policy at a temperature, and what becomes of it."""

    v: Floats  # [states] soft values
    q: Floats  # [states, actions] soft values
    policy: Floats  # [states, actions]
    entropy: Floats  # [states]
    earned: float  # discounted rewards from the start, without entropy
    steps: float  # mean length of an episode


def optimum(mdp: FiniteMDP, gamma: float, alpha: float) -> Optimum:
    """The soft-optimal policy; with `alpha` = 0 the optimal one, equally good actions sharing.

    Raises `NoSolutionError` as of `soft_value_iteration`, or if no episode ends.
    """
    if alpha == 0:
        q = optimal_values(mdp, gamma)
    else:
        tolerance = 1e-10 * max(alpha, 1)  # values grow with the temperature
        *_, last = soft.soft_value_iteration(mdp, gamma, alpha, tolerance)
        q = last.q
    v = np.where(mdp.terminal, 0.0, soft.soft_maximum(q, alpha))
    policy = soft.soft_policy(q, alpha)
    return Optimum(
        v,
        q,
        policy,
        soft.entropy(policy),
        float(mdp.start @ policy_evaluation(mdp, policy, gamma)),
        mean_steps(mdp, policy),
    )


def mean_steps(mdp: FiniteMDP, policy: Floats) -> float:
    r"""How many steps an episode takes in the mean.

    $$
    T(s) = 1 + \sum_a \pi(a \mid s) \sum_{s'} P(s' \mid s,a) \, T(s')
    $$

    The value without discount where every step pays 1 (Sutton & Barto, equation 4.4).
    """
    clock = dataclasses.replace(
        mdp, r=np.where(mdp.terminal[:, None, None], 0.0, np.ones_like(mdp.r))
    )
    return float(mdp.start @ policy_evaluation(clock, policy, 1.0))
