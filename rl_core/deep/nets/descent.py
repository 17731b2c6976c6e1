"""From a loss to a step of every run."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, optim


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
    optimizer.step()


def minimise(loss: Tensor, optimizer: optim.Adam, lr: float, max_norm: float) -> Tensor:
    """One step down the gradient of loss [runs, batch], at most max_norm long in each run.

    Returns the length of each run's gradient before clipping, [runs].
    """
    gradients = _differentiate(loss, optimizer, lr)
    norm = clip(gradients, max_norm)
    optimizer.step()
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
