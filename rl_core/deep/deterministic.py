"""Deterministic policies of continuous actions, and how they explore: common to DDPG and TD3.

Actions are in units of their bounds, −1 to 1; the environment maps them to what it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import nets, normalise
from rl_core.deep.nets import MLP, Floats

SATURATED = 0.97  # an action beyond this is all but at its bound: the tanh is nearly flat there


def action(actor: MLP, observation: Tensor) -> Tensor:
    r"""What the policy does, within −1 and 1.

    $$
    \mu(s) = \tanh f(s; \phi)
    $$

    Lillicrap et al. 2016, section 7 (a final tanh layer bounds the actions). observation
    [runs, batch, features] → [runs, batch, size].
    """
    return torch.tanh(actor(observation))


def explored(action: Floats, deviation: float, rng: np.random.Generator) -> Floats:
    r"""The action with noise, still within the bounds.

    $$
    a = \mathrm{clip}(\mu(s) + \epsilon,\, -1,\, 1), \qquad \epsilon \sim \mathcal{N}(0, \sigma^2)
    $$

    Fujimoto et al. 2018, Algorithm 1. Lillicrap et al. had noise that remembers the step before
    (Ornstein-Uhlenbeck), which turned out not to help. action [n, size] → [n, size].
    """
    noise = deviation * rng.standard_normal(action.shape, np.float32)
    return np.minimum(np.maximum(action + noise, np.float32(-1)), np.float32(1))


def anything(n: int, size: int, rng: np.random.Generator) -> Floats:
    """n actions from all over the bounds, evenly: [n, size]."""
    return 2 * rng.random((n, size), np.float32) - 1


def act(actor: MLP, observation: Floats) -> Floats:
    """The policy in NumPy: observation [runs, features] → [runs, size]."""
    return np.tanh(actor.act(observation))


def policy(weights: Mapping[str, Any], observation: Floats) -> Floats:
    """The policy of a copy of the weights: observation [runs, batch, features] → [runs, batch,
    size].
    """
    seen = normalise.seen(weights, observation)
    return np.tanh(nets.torch_free_forward(nets.layers(weights), seen))
