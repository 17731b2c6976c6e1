"""Action values of continuous actions."""

from __future__ import annotations

from copy import deepcopy
from functools import cached_property
from typing import Any, Self

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from rl_core.deep.nets.mlp import MLP, backward, forward


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
        if torch.is_grad_enabled():
            q: Tensor = _Values.apply(observation, action, self.net.flat, self)  # type: ignore[no-untyped-call]
            return q
        return self.signals(observation, action)[-1].view(self.copies, *observation.shape[:-1])

    def signals(self, observation: Tensor, action: Tensor) -> list[Tensor]:
        """What goes into each layer, and what comes out of the last, [copies · runs, batch, …]."""
        x = torch.cat((observation, action), -1)
        return forward(torch.cat((x,) * self.copies), self.net.fixed, self.net.activation)

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
        *ctx.signals, q = critics.signals(observation, action)
        ctx.critics, ctx.features = critics, observation.shape[-1]
        return q.view(critics.copies, *observation.shape[:-1])

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(
        ctx: Any, slope: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        net = ctx.critics.net
        of_observation, of_action, of_flat, _ = ctx.needs_input_grad
        slope = slope.reshape(len(net.flat), -1, 1)
        slope, gradient = backward(net, ctx.signals, slope, of_flat)
        if not (of_observation or of_action):
            return None, None, gradient, None
        of_x = torch.bmm(slope, net.fixed[0][0].mT)
        of_x = of_x.view(ctx.critics.copies, -1, *of_x.shape[-2:]).sum(0)
        return of_x[..., : ctx.features], of_x[..., ctx.features :], gradient, None
