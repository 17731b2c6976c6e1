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

    delta [...] → [...].
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
