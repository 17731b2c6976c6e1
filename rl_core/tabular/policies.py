"""How actions are chosen from values."""

from __future__ import annotations

import numpy as np

from rl_core.tabular.luck import Draws
from rl_core.tabular.mdp import Floats


def greedy(q_s: Floats, tie: float) -> int:
    r"""The best action; equal ones with equal chance, by the uniform number `tie`.

    $$
    a^* = \arg\max_a Q(s,a)
    $$
    """
    best = np.flatnonzero(q_s == q_s.max())
    return int(best[int(tie * len(best))])


def epsilon_greedy(q_s: Floats, epsilon: float, draws: Draws) -> int:
    """Any action with chance epsilon, the greedy one otherwise (Sutton & Barto, 2.2).

    Exploring draws from all actions, the greedy one included.
    """
    if draws.explore < epsilon:
        return int(draws.action * len(q_s))
    return greedy(q_s, draws.tie)


def epsilon_greedy_policy(q_s: Floats, epsilon: float) -> Floats:
    r"""The chance of every action under `epsilon_greedy`; equally good ones share the second part.

    $$
    \pi(a \mid s) = \frac{\varepsilon}{|\mathcal{A}|}
        + (1 - \varepsilon)\,\mathbb{1}\bigl[a = \arg\max_{a'} Q(s,a')\bigr]
    $$

    Args: `q_s` [..., actions]: one state's values, or a whole table. Returns: the same shape.
    """
    best = q_s == q_s.max(axis=-1, keepdims=True)
    return epsilon / q_s.shape[-1] + (1 - epsilon) * best / best.sum(axis=-1, keepdims=True)
