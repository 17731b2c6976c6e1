"""From a loss to a step of every run."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, optim
from torch.optim import adam as functional


def total(loss: Tensor) -> Tensor:
    """loss [runs, batch] → one number: the mean over the batch, the *sum* over the runs, so that
    the gradient of a run is what it would be if the run were alone.
    """
    return loss.mean(-1).sum()


class Adam(optim.Adam):
    """Adam (Kingma & Ba 2015) on flat tensors, each [runs, …]."""

    def __init__(self, parameters: Sequence[Tensor], lr: float):
        super().__init__(parameters, lr=lr, fused=True)

    def descend(self, gradients: Sequence[Tensor | None], lr: float) -> None:
        """One step against the gradients of its parameters; one without a gradient stays where it
        is. Bit for bit what `step` does, which spends several times as long on its options as on
        the arithmetic.
        """
        (group,) = self.param_groups
        group["lr"] = lr
        both = zip(group["params"], gradients, strict=True)
        moving = [(parameters, g) for parameters, g in both if g is not None]
        states = [self.state[p] or self._begin(p) for p, _ in moving]
        functional.adam(
            [p.detach() for p, _ in moving],
            [g for _, g in moving],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            lr=lr,
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            eps=group["eps"],
            weight_decay=0,
            amsgrad=False,
            maximize=False,
            fused=True,
        )

    def _begin(self, parameters: Tensor) -> dict[str, Tensor]:
        zeros = torch.zeros_like(parameters, requires_grad=False)
        state = {"step": torch.tensor(0.0), "exp_avg": zeros, "exp_avg_sq": zeros.clone()}
        self.state[parameters] = state
        return state


def adam(parameters: Tensor | Sequence[Tensor], lr: float) -> Adam:
    """`Adam` on one flat tensor or several."""
    return Adam([parameters] if isinstance(parameters, Tensor) else parameters, lr)


def descend(loss: Tensor, optimizer: Adam, lr: float) -> None:
    """One step down the gradient of loss [runs, batch], however long it is."""
    optimizer.descend(gradients(loss, optimizer), lr)


def minimise(loss: Tensor, optimizer: Adam, lr: float, max_norm: float) -> Tensor:
    """One step down the gradient of loss [runs, batch], at most max_norm long in each run.

    Returns the length of each run's gradient before clipping, [runs].
    """
    slopes = gradients(loss, optimizer)
    norm = clip([slope for slope in slopes if slope is not None], max_norm)
    optimizer.descend(slopes, lr)
    return norm


def gradients(loss: Tensor, optimizer: Adam) -> Sequence[Tensor | None]:
    """Those of `total(loss)` in the optimizer's parameters; None where it does not depend on one.

    The slope of `total` in each loss is 1 / batch: to begin with it costs less than to compute it.
    """
    # Adam's averages of a unit that has died shrink into subnormal numbers, in which a processor
    # computes several times slower; counted as zero they cost nothing. (A flag of this thread.)
    torch.set_flush_denormal(True)
    (group,) = optimizer.param_groups
    of_total = torch.full_like(loss, 1 / loss.shape[-1])
    return torch.autograd.grad(loss, group["params"], of_total, allow_unused=True)


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
