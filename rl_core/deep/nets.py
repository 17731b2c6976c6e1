"""Small networks of several independent runs at once.

All parameters of a network are one flat tensor `[runs, P]`; its layers are views of it. So Adam is
one fused call, a target network follows by one `lerp_`, and a snapshot is one copy. The runs axis
is known to the linear layer and to `total`; everything else counts axes from the end.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy, deepcopy
from functools import cached_property
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, optim
from torch.autograd.function import once_differentiable
from torch.optim.adam import adam as functional_adam

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
        self._layers = self.views(flat.detach())
        self._arrays = [(weight.numpy(), bias.numpy()) for weight, bias in self._layers]

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
            out: Tensor = _Forward.apply(x, self.flat, self)  # type: ignore[no-untyped-call]
            return out
        return _forward(x, self._layers, self.activation)[-1]

    def plain(self, x: Tensor, flat: Tensor | None = None) -> Tensor:
        """The same by autograd alone, which can differentiate it more than once; with the
        parameters `flat` in place of its own.
        """
        layers = self.views(self.flat if flat is None else flat)
        return _forward(x, layers, self.activation, in_place=False)[-1]

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


def _forward(x: Tensor, layers: Layers, activation: str, in_place: bool = True) -> list[Tensor]:
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


class _Forward(torch.autograd.Function):
    """A whole network as one step of autograd: for small ones, its bookkeeping per layer costs
    more than the arithmetic.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, flat: Tensor, net: MLP) -> Tensor:
        *signals, out = _forward(x, net._layers, net.activation)
        ctx.save_for_backward(flat, *signals)
        ctx.net = net
        return out

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        net, (flat, *signals) = ctx.net, ctx.saved_tensors
        of_input, of_flat = ctx.needs_input_grad[:2]
        slope, gradient = _backward(net, signals, slope, of_flat)
        gradient = None if gradient is None else gradient.view_as(flat)
        return torch.bmm(slope, net._layers[0][0].mT) if of_input else None, gradient, None


def _backward(
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
            slope = _through(net.activation, x, torch.bmm(slope, net._layers[k][0].mT))
    return slope, torch.cat(parts[::-1], -1) if of_flat else None


def _through(activation: str, out: Tensor, slope: Tensor) -> Tensor:
    """The slope in what went into an activation, from what came out of it and the slope there."""
    if activation == TANH:
        return torch.ops.aten.tanh_backward(slope, out)
    return torch.ops.aten.threshold_backward(slope, out, 0)


class Jacobian:
    """J, the slopes of a network's outputs in its parameters at the inputs x [runs, batch, in]: as
    products with J and Jᵀ, for J itself would be large.

    Attributes:
        net: the network.
        out: its outputs, [runs, batch, out].
    """

    def __init__(self, net: MLP, x: Tensor):
        self.net, self._out = net, net(x)
        self.out = self._out.detach()
        *self._signals, _ = _forward(x, net._layers, net.activation)

    def times(self, v: Tensor) -> Tensor:
        """J v: how the outputs change when the parameters move along v [runs, P], →
        [runs, batch, out].
        """
        layers = zip(self._signals, self.net._layers, self.net.views(v), strict=True)
        change = torch.zeros_like(self._signals[0])
        for k, (x, (weight, _), (weight_change, bias_change)) in enumerate(layers):
            if k > 0:
                change = _through(self.net.activation, x, change)
            change = linear(x, weight_change, bias_change).baddbmm_(change, weight)
        return change

    def transposed_times(self, slope: Tensor) -> Tensor:
        """Jᵀ slope: the gradient in the parameters, [runs, P], where that in the outputs is slope
        [runs, batch, out].
        """
        (gradient,) = torch.autograd.grad(self._out, self.net.flat, slope, retain_graph=True)
        return gradient


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


class Critics:
    """Action values Q(s, a) of continuous actions: `copies` independent networks in each run.

    The copies are further runs of one `MLP`, copy after copy, so that two cost little more
    than one.
    """

    def __init__(self, net: MLP, copies: int):
        self.net, self.copies = net, copies

    @classmethod
    def init(
        cls, copies: int, inputs: int, hidden: int, runs: int, generator: torch.Generator
    ) -> Self:
        """Trainable; inputs: numbers in an observation and an action together."""
        return cls(MLP.init((inputs, hidden, hidden, 1), copies * runs, generator), copies)

    def __call__(self, observation: Tensor, action: Tensor) -> Tensor:
        """observation [runs, batch, features], action [runs, batch, size] → values
        [copies, runs, batch].
        """
        q: Tensor = _Values.apply(observation, action, self.net.flat, self)  # type: ignore[no-untyped-call]
        return q

    @cached_property
    def first(self) -> Critics:
        """The first copy alone, the same parameters, but no gradient reaches them."""
        net = self.net
        flat = net.flat.detach()[: len(net.flat) // self.copies]
        return Critics(MLP(net.sizes, flat, net.activation), 1)

    def frozen_copy(self) -> Self:
        return type(self)(self.net.frozen_copy(), self.copies)

    def frozen_view(self) -> Self:
        return type(self)(self.net.frozen_view(), self.copies)

    def follow(self, other: Critics, tau: float) -> None:
        self.net.follow(other.net, tau)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        # neither does the view of the first
        return type(self)(deepcopy(self.net, memo), self.copies)


class _Values(torch.autograd.Function):
    """`Critics` as one step of autograd."""

    @staticmethod
    def forward(
        ctx: Any, observation: Tensor, action: Tensor, flat: Tensor, critics: Critics
    ) -> Tensor:
        net, copies = critics.net, critics.copies
        x = torch.cat((observation, action), -1)
        *signals, q = _forward(torch.cat((x,) * copies), net._layers, net.activation)
        ctx.save_for_backward(flat, *signals)
        ctx.critics, ctx.features = critics, observation.shape[-1]
        return q.view(copies, *x.shape[:-1])

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(
        ctx: Any, slope: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        net, (_, *signals) = ctx.critics.net, ctx.saved_tensors
        of_observation, of_action, of_flat, _ = ctx.needs_input_grad
        slope, gradient = _backward(net, signals, slope.reshape(len(net.flat), -1, 1), of_flat)
        if not (of_observation or of_action):
            return None, None, gradient, None
        of_x = torch.bmm(slope, net._layers[0][0].mT)
        of_x = of_x.view(ctx.critics.copies, -1, *of_x.shape[-2:]).sum(0)
        return of_x[..., : ctx.features], of_x[..., ctx.features :], gradient, None


def total(loss: Tensor) -> Tensor:
    """loss [runs, batch] → one number: the mean over the batch, the *sum* over the runs, so that
    the gradient of a run is what it would be if the run were alone.
    """
    return loss.mean(-1).sum()


def adam(parameters: Tensor | Sequence[Tensor], lr: float) -> optim.Adam:
    """Adam (Kingma & Ba 2015) on flat tensors, each [runs, …]."""
    tensors = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    return optim.Adam(tensors, lr=lr, fused=True)


def descend(loss: Tensor, optimizer: optim.Adam, lr: float) -> None:
    """One step down the gradient of loss [runs, batch], however long it is."""
    _differentiate(loss, optimizer, lr)
    _step(optimizer)


def minimise(loss: Tensor, optimizer: optim.Adam, lr: float, max_norm: float) -> Tensor:
    """One step down the gradient of loss [runs, batch], at most max_norm long in each run.

    Returns the length of each run's gradient before clipping, [runs].
    """
    gradients = _differentiate(loss, optimizer, lr)
    norm = clip(gradients, max_norm)
    _step(optimizer)
    return norm


def _differentiate(loss: Tensor, optimizer: optim.Adam, lr: float) -> list[Tensor]:
    """The gradient of each of the optimizer's parameters, ready for its step of length lr."""
    # Adam's averages of a unit that has died shrink into subnormal numbers, in which a processor
    # computes several times slower; counted as zero they cost nothing. (A flag of this thread.)
    torch.set_flush_denormal(True)
    (group,) = optimizer.param_groups
    group["lr"] = lr
    for parameters in group["params"]:
        parameters.grad = None
    total(loss).backward()  # type: ignore[no-untyped-call]
    return [parameters.grad for parameters in group["params"]]


def _step(optimizer: optim.Adam) -> None:
    """`optimizer.step()` without its hooks and checks: for small networks they cost more than the
    arithmetic.
    """
    (group,) = optimizer.param_groups
    parameters = [p for p in group["params"] if p.grad is not None]
    states = [optimizer.state[p] for p in parameters]
    if not all(states):
        optimizer.step()  # the first one begins the averages
        return
    beta1, beta2 = group["betas"]
    with torch.no_grad():
        functional_adam(
            parameters,
            [p.grad for p in parameters],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=beta1,
            beta2=beta2,
            lr=group["lr"],
            weight_decay=0.0,
            eps=group["eps"],
            maximize=False,
        )


def clip(gradients: Sequence[Tensor], max_norm: float) -> Tensor:
    """Shorten each run's gradient, all its parts [runs, P] or [copies, runs, P] together and in
    place, to max_norm where it is longer.

    Returns the lengths before, [runs].
    """
    lengths = [
        torch.linalg.vector_norm(gradient, dim=(0, -1) if gradient.ndim == 3 else -1)
        for gradient in gradients
    ]
    norm = (
        lengths[0] if len(lengths) == 1 else torch.linalg.vector_norm(torch.stack(lengths), dim=0)
    )
    shorter = (max_norm / norm.clamp(min=max_norm)).unsqueeze(-1)
    for gradient in gradients:
        gradient.mul_(shorter)
    return norm
