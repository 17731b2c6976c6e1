"""Advantages: how much better an action turned out than what was expected of the state."""

from __future__ import annotations

import torch
from torch import Tensor


def td_error(
    reward: Tensor, terminated: Tensor, value: Tensor, next_value: Tensor, gamma: float
) -> Tensor:
    r"""The advantage as one step tells it.

    $$
    \delta_t = r_{t+1} + \gamma \, (1 - \text{terminated}) \, V(s_{t+1}) - V(s_t)
    $$

    Sutton & Barto, section 13.5. An episode that was cut off (truncated) has a future value. All
    [...] → [...].
    """
    return reward + gamma * (1 - terminated) * next_value - value


def gae(delta: Tensor, ended: Tensor, gamma: float, lam: float) -> Tensor:
    r"""Generalised advantage estimation: the TD errors to come, each less than the one before.

    $$
    \hat A_t = \delta_t + \gamma \lambda \, (1 - \text{ended}_t) \, \hat A_{t+1}
    $$

    Schulman et al. 2016, equation 16. λ = 0 is the TD error, λ = 1 the whole return less the
    value. Nothing flows back across the end of an episode, of either kind.
    delta, ended [..., T] → [..., T].
    """
    advantage = torch.empty_like(delta)
    after = torch.zeros_like(delta[..., 0])
    for t in reversed(range(delta.shape[-1])):
        after = delta[..., t] + gamma * lam * (1 - ended[..., t]) * after
        advantage[..., t] = after
    return advantage


def normalised(advantage: Tensor, tiny: float = 1e-8) -> Tensor:
    r"""Advantages of mean 0 and deviation 1 within each run's batch.

    $$
    \tilde A = \frac{\hat A - \operatorname{mean}(\hat A)}{\operatorname{std}(\hat A) + \epsilon}
    $$

    A habit of implementations, not of the papers (Andrychowicz et al. 2021, C67).
    advantage [..., batch] → [..., batch].
    """
    mean, std = advantage.mean(-1, keepdim=True), advantage.std(-1, keepdim=True)
    return (advantage - mean) / (std + tiny)
