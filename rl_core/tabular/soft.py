"""Exact answers where randomness is worth something: soft values (Haarnoja et al. 2017, 2018)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from rl_core.events import Sweep
from rl_core.tabular.dynamic_programming import (
    NoSolutionError,
    action_values,
    policy_evaluation,
)
from rl_core.tabular.mdp import FiniteMDP, Floats


def soft_maximum(q: Floats, alpha: float) -> Floats:
    r"""What a state is worth when entropy counts: a little more than its best action.

    $$
    V(s) = \alpha \ln \sum_a e^{Q(s,a) / \alpha}
    $$

    Haarnoja et al. 2017 ("Deep Energy-Based Policies"), equation 3. For α → 0 the maximum; where
    actions tie, α ln(their number) above it. Args: `q` [..., actions], `alpha` ≥ 0; 0 is the limit.
    Returns: [...].
    """
    best: Floats = q.max(axis=-1)
    if alpha == 0:
        return best
    return best + alpha * np.log(np.exp((q - best[..., None]) / alpha).sum(axis=-1))


def soft_policy(q: Floats, alpha: float) -> Floats:
    r"""The best policy when entropy counts: every action now and then, good ones more often.

    $$
    \pi(a \mid s) = \frac{e^{Q(s,a) / \alpha}}{\sum_b e^{Q(s,b) / \alpha}}
        = e^{(Q(s,a) - V(s)) / \alpha}
    $$

    Haarnoja et al. 2017, equation 4. For α → 0 greedy, equally good actions sharing; a `q` that
    stays as it is gives the uniform policy for α → ∞. Args: `q` [..., actions], `alpha` ≥ 0; 0 is
    the limit. Returns: [..., actions], rows summing to 1.
    """
    above: Floats = q - q.max(axis=-1, keepdims=True)
    share = (above >= -1e-9).astype(float) if alpha == 0 else np.exp(above / alpha)
    return share / share.sum(axis=-1, keepdims=True)


def entropy(policy: Floats) -> Floats:
    r"""How undecided a policy is in each state, in nats.

    $$
    H(\pi(\cdot \mid s)) = -\sum_a \pi(a \mid s) \ln \pi(a \mid s)
    $$

    Shannon 1948. Args: `policy` [..., actions]. Returns: [...].
    """
    return -(policy * np.log(np.where(policy > 0, policy, 1))).sum(axis=-1)


def soft_value_iteration(
    mdp: FiniteMDP, gamma: float, alpha: float, tolerance: float = 1e-12, most: int = 100_000
) -> Iterator[Sweep]:
    r"""Sweeps from V = 0 until the largest change is at most `tolerance`.

    $$
    V_{k+1}(s) = \alpha \ln \sum_a \exp \frac{1}{\alpha}
        \sum_{s'} P(s' \mid s,a)\,\bigl[R(s,a,s') + \gamma\,V_k(s')\bigr]
    $$

    Haarnoja et al. 2017, theorem 2: value iteration with the soft maximum for the maximum, and with
    `alpha` = 0 value iteration itself. No entropy is earned in terminal states, so that for α → ∞
    the policy becomes uniform only where no action ends the episode sooner than another.

    Raises: `NoSolutionError` if the values have not settled after `most` sweeps: with gamma = 1 it
    may pay to stay for ever, for the entropy.
    """
    v: Floats = np.zeros(len(mdp.states))
    for k in range(1, most + 1):
        q = action_values(mdp, v, gamma)
        v_new = np.where(mdp.terminal, 0.0, soft_maximum(q, alpha))
        change = float(np.abs(v_new - v).max())
        v = v_new
        yield Sweep(k, v, action_values(mdp, v, gamma), change)
        if change <= tolerance:
            return
    raise NoSolutionError(f"the values have not settled after {most} sweeps; choose gamma < 1")


def soft_policy_value(mdp: FiniteMDP, policy: Floats, gamma: float, alpha: float) -> Floats:
    r"""The value of every state under `policy`, entropy included, by solving linear equations.

    $$
    V^{\pi}(s) = \sum_a \pi(a \mid s) \bigl[Q^{\pi}(s,a) - \alpha \ln \pi(a \mid s)\bigr]
    $$

    Haarnoja et al. 2018 ("Soft Actor-Critic"), equation 3. Args: `policy` [states, actions].
    Returns: [states]. Raises: `NoSolutionError` as of `policy_evaluation`.
    """
    bonus = alpha * np.where(mdp.terminal, 0.0, entropy(policy))
    paid = dataclasses.replace(mdp, r=mdp.r + bonus[:, None, None])
    return policy_evaluation(paid, policy, gamma)
