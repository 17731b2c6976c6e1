"""Small networks of several independent runs at once.

All parameters of a network are one flat tensor `[runs, P]`; its layers are views of it. So Adam is
one fused call, a target network follows by one `lerp_`, and a snapshot is one copy. The runs axis
is known to the linear layer and to `total`; everything else counts axes from the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, optim

Floats = NDArray[np.float32]


class MLP:
    """`runs` independent multilayer perceptrons with ReLU between their linear layers.

    Args:
        sizes: units per layer, inputs first, outputs last.
        flat: all parameters, [runs, P]: weight [in, out], bias [1, out], layer after layer.
    """

    def __init__(self, sizes: Sequence[int], flat: Tensor):
        self.sizes, self.flat = tuple(sizes), flat
        self._shapes = [shape for i, o in pairwise(sizes) for shape in ((i, o), (1, o))]
        self._counts = [rows * columns for rows, columns in self._shapes]
        self._layers = self._views(flat.detach())
        self._arrays = [(weight.numpy(), bias.numpy()) for weight, bias in self._layers]

    @classmethod
    def init(cls, sizes: Sequence[int], runs: int, generator: torch.Generator) -> Self:
        """A trainable network, every run drawn as torch's `nn.Linear` draws by default:
        weights and biases uniform in ±1/√inputs.
        """
        parts = []
        for inputs, outputs in pairwise(sizes):
            uniform = torch.rand(runs, (inputs + 1) * outputs, generator=generator)
            parts.append((2 * uniform - 1) / math.sqrt(inputs))
        return cls(sizes, torch.cat(parts, -1).requires_grad_())

    def __call__(self, x: Tensor) -> Tensor:
        """x [runs, batch, in] → [runs, batch, out]."""
        # Views through which gradients flow are made anew each time; the others are at hand.
        layers = self._views(self.flat) if self.flat.requires_grad else self._layers
        for weight, bias in layers[:-1]:
            x = linear(x, weight, bias).relu_()
        return linear(x, *layers[-1])

    def frozen_copy(self) -> Self:
        """The same network with parameters of its own that no gradient reaches."""
        return type(self)(self.sizes, self.flat.detach().clone())

    def follow(self, other: MLP, tau: float) -> None:
        """Move a share tau of the way to `other`: θ ← (1 − τ) θ + τ θ_other (Polyak averaging)."""
        self.flat.detach().lerp_(other.flat.detach(), tau)

    def act(self, observation: Floats) -> Floats:
        """observation [runs, in] → outputs [runs, out], in NumPy: for one row, torch's overhead
        would cost more than the arithmetic.
        """
        x = torch_free_forward(self._arrays, observation[..., None, :])
        return x[..., 0, :]

    def weights(self) -> dict[str, Floats]:
        """A copy of every layer: "0.weight" [runs, in, out], "0.bias" [runs, 1, out], "1.…"."""
        names = ("weight", "bias")
        return {
            f"{k}.{name}": array.copy()
            for k, layer in enumerate(self._arrays)
            for name, array in zip(names, layer, strict=True)
        }

    def _views(self, flat: Tensor) -> list[tuple[Tensor, Tensor]]:
        parts = torch.split(flat, self._counts, -1)
        views = [p.view(-1, *shape) for p, shape in zip(parts, self._shapes, strict=True)]
        return list(zip(views[::2], views[1::2], strict=True))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(self.sizes, deepcopy(self.flat, memo))  # views do not survive copying


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """x [runs, batch, in], weight [runs, in, out], bias [runs, 1, out] → [runs, batch, out]."""
    return torch.baddbmm(bias, x, weight)


def torch_free_forward(layers: Sequence[tuple[Floats, Floats]], x: Floats) -> Floats:
    """What `MLP` computes, in NumPy: x [runs, batch, in] → [runs, batch, out]."""
    for weight, bias in layers[:-1]:
        x = np.maximum(x @ weight + bias, 0)
    weight, bias = layers[-1]
    out: Floats = x @ weight + bias
    return out


def layers(weights: Mapping[str, Floats]) -> list[tuple[Floats, Floats]]:
    """The layers in a copy made by `MLP.weights`, first to last."""
    return [(weights[f"{k}.weight"], weights[f"{k}.bias"]) for k in range(len(weights) // 2)]


def total(loss: Tensor) -> Tensor:
    """loss [runs, batch] → one number: the mean over the batch, the *sum* over the runs, so that
    the gradient of a run is what it would be if the run were alone.
    """
    return loss.mean(-1).sum()


def adam(parameters: Tensor, lr: float) -> optim.Adam:
    """Adam (Kingma & Ba 2015) on one flat tensor."""
    return optim.Adam([parameters], lr=lr, fused=True)


def minimise(loss: Tensor, optimizer: optim.Adam, lr: float, max_norm: float) -> Tensor:
    """One step down the gradient of loss [runs, batch], at most max_norm long in each run.

    Returns the length of each run's gradient before clipping, [runs].
    """
    # Adam's averages of a unit that has died shrink into subnormal numbers, in which a processor
    # computes several times slower; counted as zero they cost nothing. (A flag of this thread.)
    torch.set_flush_denormal(True)
    (group,) = optimizer.param_groups
    (parameters,) = group["params"]
    group["lr"] = lr
    parameters.grad = None
    total(loss).backward()  # type: ignore[no-untyped-call]
    norm = clip(parameters.grad, max_norm)
    optimizer.step()
    return norm


def clip(gradient: Tensor, max_norm: float) -> Tensor:
    """Shorten each run's gradient [runs, P], in place, to max_norm where it is longer.

    Returns the lengths before, [runs].
    """
    norm: Tensor = torch.linalg.vector_norm(gradient, dim=-1)
    gradient.mul_((max_norm / norm.clamp(min=max_norm)).unsqueeze(-1))
    return norm
