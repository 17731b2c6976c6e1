"""Losses of an error, sample by sample."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def squared(delta: Tensor) -> Tensor:
    r"""Squared loss, the one of Q-learning.

    $$
    \ell(\delta) = \tfrac{1}{2} \delta^2
    $$

    Sutton & Barto, section 9.3: its slope is the error itself. delta [...] → [...].
    """
    return 0.5 * delta.square()


def huber(delta: Tensor) -> Tensor:
    r"""Huber loss: squared near zero, straight beyond ±1, so that no error pulls harder than 1.

    $$
    \ell(\delta) = \begin{cases} \tfrac{1}{2} \delta^2 & |\delta| \le 1 \\
    |\delta| - \tfrac{1}{2} & \text{otherwise} \end{cases}
    $$

    Mnih et al. 2015, Methods ("clip the error term to be between −1 and 1"). delta [...] → [...].
    """
    return functional.huber_loss(delta, torch.zeros_like(delta), reduction="none")


LOSSES = {"huber": huber, "squared": squared}


def value_loss(value: Tensor, target: Tensor) -> Tensor:
    r"""How far the value is from the return that came.

    $$
    L = \tfrac{1}{2} \, (\hat G_t - V(s_t))^2
    $$

    Mnih et al. 2016, Algorithm S3; Schulman et al. 2017, equation 9. value, target [...] → [...].
    """
    return 0.5 * (target - value).square()


def clipped_value_loss(value: Tensor, old_value: Tensor, target: Tensor, clip: float) -> Tensor:
    r"""The same, but nothing to gain from moving further than ε away from the value before.

    $$
    L = \max \left( \tfrac{1}{2} (\hat G - V)^2, \;
    \tfrac{1}{2} (\hat G - \operatorname{clip}(V, V_\text{old} - \epsilon,
    V_\text{old} + \epsilon))^2 \right)
    $$

    Not in the paper but in its authors' code (Engstrom et al. 2020). All [...] → [...].
    """
    near = old_value + (value - old_value).clamp(-clip, clip)
    return torch.maximum(value_loss(value, target), value_loss(near, target))
