"""Multilayer perceptrons, each a step of autograd."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.autograd.function import once_differentiable

Floats = NDArray[np.float32]
Layers = list[tuple[Tensor, Tensor]]  # weight [runs, in, out], bias [runs, 1, out]

RELU, TANH = "relu", "tanh"


class MLP:
    """`runs` independent multilayer perceptrons.

    Args:
        sizes: units per layer, inputs first, outputs last.
        flat: all parameters, [runs, P]: weight [in, out], bias [1, out], layer after layer.
        activation: what stands between the linear layers, RELU or TANH.
    """

    def __init__(self, sizes: Sequence[int], flat: Tensor, activation: str = RELU):
        self.sizes, self.flat, self.activation = tuple(sizes), flat, activation
        self._shapes = [shape for i, o in pairwise(sizes) for shape in ((i, o), (1, o))]
        self._counts = [rows * columns for rows, columns in self._shapes]
        self.fixed = self.views(flat.detach())  # the layers, out of reach of gradients
        self._arrays = [(weight.numpy(), bias.numpy()) for weight, bias in self.fixed]

    @classmethod
    def init(
        cls,
        sizes: Sequence[int],
        runs: int,
        generator: torch.Generator,
        activation: str = RELU,
        last: float = 1.0,
    ) -> Self:
        """A trainable network, every run drawn as torch's `nn.Linear` draws by default:
        weights and biases uniform in ±1/√inputs; those of the last layer times `last`.
        """
        parts = []
        for inputs, outputs in pairwise(sizes):
            uniform = torch.rand(runs, (inputs + 1) * outputs, generator=generator)
            parts.append((2 * uniform - 1) / math.sqrt(inputs))
        parts[-1] *= last
        return cls(sizes, torch.cat(parts, -1).requires_grad_(), activation)

    def __call__(self, x: Tensor) -> Tensor:
        """x [runs, batch, in] → [runs, batch, out]. Differentiable once; see `plain`."""
        if torch.is_grad_enabled() and (self.flat.requires_grad or x.requires_grad):
            out: Tensor = _Whole.apply(x, self.flat, self)  # type: ignore[no-untyped-call]
            return out
        return forward(x, self.fixed, self.activation)[-1]

    def plain(self, x: Tensor, flat: Tensor | None = None) -> Tensor:
        """The same by autograd alone, which can differentiate it more than once; with the
        parameters `flat` in place of its own.
        """
        layers = self.views(self.flat if flat is None else flat)
        return forward(x, layers, self.activation, in_place=False)[-1]

    def frozen_copy(self) -> Self:
        """The same network with parameters of its own that no gradient reaches."""
        return type(self)(self.sizes, self.flat.detach().clone(), self.activation)

    def frozen_view(self) -> Self:
        """The same network, the same parameters, but no gradient reaches them."""
        view = copy(self)  # made at every update: the layers need no new views
        view.flat = self.flat.detach()
        return view

    def follow(self, other: MLP, tau: float) -> None:
        """Move a share tau of the way to `other`: θ ← (1 − τ) θ + τ θ_other (Polyak averaging)."""
        self.flat.detach().lerp_(other.flat.detach(), tau)

    def act(self, observation: Floats) -> Floats:
        """observation [runs, in] → outputs [runs, out], in NumPy: for one row, torch's overhead
        would cost more than the arithmetic.
        """
        return self.answer(observation[..., None, :])[..., 0, :]

    def answer(self, observation: Floats) -> Floats:
        """observation [runs, batch, in] → outputs [runs, batch, out], in NumPy."""
        return torch_free_forward(self._arrays, observation, self.activation)

    def weights(self, prefix: str = "") -> dict[str, Floats]:
        """A copy of every layer: "0.weight" [runs, in, out], "0.bias" [runs, 1, out], "1.…", each
        name after the prefix.
        """
        names = ("weight", "bias")
        return {
            f"{prefix}{k}.{name}": array.copy()
            for k, layer in enumerate(self._arrays)
            for name, array in zip(names, layer, strict=True)
        }

    def views(self, flat: Tensor) -> Layers:
        """The layers within [runs, P] numbers that are laid out as its parameters."""
        parts = torch.split(flat, self._counts, -1)
        views = [p.view(-1, *shape) for p, shape in zip(parts, self._shapes, strict=True)]
        return list(zip(views[::2], views[1::2], strict=True))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # views do not survive copying
        return type(self)(self.sizes, deepcopy(self.flat, memo), self.activation)


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x [runs, batch, in], weight [runs, in, out], bias [runs, 1, out] → [runs, batch, out]."""
    return torch.baddbmm(bias, x, weight)


def forward(x: Tensor, layers: Layers, activation: str, in_place: bool = True) -> list[Tensor]:
    """What goes into each layer, and the output of the last: each [runs, batch, units]."""
    signals = [x]
    for weight, bias in layers[:-1]:
        x = linear(x, weight, bias)
        if activation == TANH:
            x = x.tanh_() if in_place else x.tanh()
        else:
            x = x.relu_() if in_place else x.relu()
        signals.append(x)
    return [*signals, linear(x, *layers[-1])]


class _Whole(torch.autograd.Function):
    """A whole network as one step of autograd: for small ones, its bookkeeping per layer costs
    more than the arithmetic.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, flat: Tensor, net: MLP) -> Tensor:
        *ctx.signals, out = forward(x, net.fixed, net.activation)
        ctx.net = net
        return out

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        net = ctx.net
        of_input, of_flat = ctx.needs_input_grad[:2]
        slope, gradient = backward(net, ctx.signals, slope, of_flat)
        gradient = None if gradient is None else gradient.view_as(net.flat)
        return torch.bmm(slope, net.fixed[0][0].mT) if of_input else None, gradient, None


def backward(
    net: MLP, signals: Sequence[Tensor], slope: Tensor, of_flat: bool
) -> tuple[Tensor, Tensor | None]:
    """From the slope in the outputs [runs, batch, out] and what went into each layer: the slope in
    what the first layer gave, and if asked for, that in the parameters, [runs, P].
    """
    parts: list[Tensor] = []  # last layer first
    for k in reversed(range(len(signals))):
        x = signals[k]
        if of_flat:
            # A product one wide is quicker the other way round.
            wide = slope.shape[-1] > 1
            of_weight = torch.bmm(x.mT, slope) if wide else torch.bmm(slope.mT, x)
            parts += [slope.sum(-2), of_weight.flatten(1)]
        if k > 0:
            slope = through(net.activation, x, torch.bmm(slope, net.fixed[k][0].mT))
    return slope, torch.cat(parts[::-1], -1) if of_flat else None


def through(activation: str, out: Tensor, slope: Tensor) -> Tensor:
    """The slope in what went into an activation, from what came out of it and the slope there."""
    if activation == TANH:
        return torch.ops.aten.tanh_backward(slope, out)
    return torch.ops.aten.threshold_backward(slope, out, 0)


def torch_free_forward(
    layers: Sequence[tuple[Floats, Floats]], x: Floats, activation: str = RELU
) -> Floats:
    """What `MLP` computes, in NumPy: x [runs, batch, in] → [runs, batch, out]."""
    for weight, bias in layers[:-1]:
        x = x @ weight + bias
        x = np.tanh(x) if activation == TANH else np.maximum(x, 0)
    weight, bias = layers[-1]
    out: Floats = x @ weight + bias
    return out


def layers(weights: Mapping[str, Floats], prefix: str = "") -> list[tuple[Floats, Floats]]:
    """The layers in a copy made by `MLP.weights`, first to last."""
    found: list[tuple[Floats, Floats]] = []
    while f"{prefix}{len(found)}.weight" in weights:
        name = f"{prefix}{len(found)}"
        found.append((weights[f"{name}.weight"], weights[f"{name}.bias"]))
    return found
