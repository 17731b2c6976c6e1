"""Products with the slopes of a network's outputs in its parameters."""

from __future__ import annotations

import torch
from torch import Tensor

from rl_core.deep.nets.mlp import MLP, backward, forward, linear, through


class Jacobian:
    """J, the slopes of a network's outputs in its parameters at the inputs x [runs, batch, in]: as
    products with J and Jᵀ, for J itself would be large.

    Attributes:
        net: the network.
        out: its outputs, [runs, batch, out].
    """

    def __init__(self, net: MLP, x: Tensor):
        self.net = net
        *self._signals, self.out = forward(x, net.fixed, net.activation)

    def times(self, v: Tensor) -> Tensor:
        """J v: how the outputs change when the parameters move along v [runs, P], →
        [runs, batch, out].
        """
        layers = zip(self._signals, self.net.fixed, self.net.views(v), strict=True)
        change = torch.zeros_like(self._signals[0])
        for k, (x, (weight, _), (weight_change, bias_change)) in enumerate(layers):
            if k > 0:
                change = through(self.net.activation, x, change)
            change = linear(x, weight_change, bias_change).baddbmm_(change, weight)
        return change

    def transposed_times(self, slope: Tensor) -> Tensor:
        """Jᵀ slope: the gradient in the parameters, [runs, P], where that in the outputs is slope
        [runs, batch, out].
        """
        _, gradient = backward(self.net, self._signals, slope, of_flat=True)
        assert gradient is not None
        return gradient
