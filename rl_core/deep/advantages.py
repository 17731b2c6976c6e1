"""Advantages: how much better an action turned out than what was expected of the state."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rl_core.deep.rollout import Batch, flat


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
    # In NumPy, time first: the loop is many small steps, which cost torch several times more.
    deltas = np.ascontiguousarray(np.moveaxis(delta.detach().numpy(), -1, 0))
    weights = gamma * lam * np.moveaxis(1 - ended.numpy(), -1, 0)
    advantage = np.empty_like(deltas)
    after = np.zeros_like(deltas[0])
    for t in reversed(range(len(deltas))):
        after = deltas[t] + weights[t] * after
        advantage[t] = after
    return torch.from_numpy(np.moveaxis(advantage, 0, -1))


def estimate(
    rollout: Batch, value: Tensor, next_value: Tensor, gamma: float, lam: float
) -> tuple[Tensor, Tensor]:
    r"""Advantages of a rollout, and the returns that its values should have foretold (λ-returns).

    $$
    \hat G_t = \hat A_t + V(s_t)
    $$

    Sutton & Barto, section 12.1. value, next_value [runs, envs · T] → twice [runs, envs · T].
    """
    ended = torch.maximum(rollout.terminated, rollout.truncated)
    reward, terminated = flat(rollout.reward), flat(rollout.terminated)
    delta = td_error(reward, terminated, value.detach(), next_value, gamma)
    advantage = flat(gae(delta.view_as(ended), ended, gamma, lam))
    return advantage, advantage + value.detach()


def normalised(advantage: Tensor, tiny: float = 1e-8) -> Tensor:
    r"""Advantages of mean 0 and deviation 1 within each run's batch.

    $$
    \tilde A = \frac{\hat A - \operatorname{mean}(\hat A)}{\operatorname{std}(\hat A) + \epsilon}
    $$

    A habit of implementations, not of the papers (Andrychowicz et al. 2021, C67).
    advantage [..., batch] → [..., batch]; all 0 where they do not differ.
    """
    std, mean = torch.std_mean(advantage, -1, correction=0, keepdim=True)
    return (advantage - mean) / (std + tiny)


def explained_variance(value: Tensor, target: Tensor) -> Tensor:
    r"""Share of what the returns differ by that the value foretold: 1 all of it, 0 nothing, less
    than 0: it would have been better to say the same of every state.

    $$
    1 - \frac{\operatorname{Var}(\hat G - V)}{\operatorname{Var}(\hat G)}
    $$

    The coefficient of determination (Wright 1921).
    value, target [..., batch] → [...]; 0 where the returns do not differ.
    """
    left, variance = (target - value).var(-1, correction=0), target.var(-1, correction=0)
    return torch.where(variance > 0, 1 - left / variance, 0)
