"""Rollouts: what every run has lived through since its last update, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rl_core.deep.episodes import Transition


class Batch(NamedTuple):
    """Consecutive steps of every environment of every run; time is the axis named T."""

    observation: Tensor  # [runs, envs, T, features]
    action: Tensor  # [runs, envs, T] whole numbers, or [runs, envs, T, size]
    reward: Tensor  # [runs, envs, T]
    next_observation: Tensor  # [runs, envs, T, features] the true one, also at an episode's end
    terminated: Tensor  # [runs, envs, T] 1 or 0
    truncated: Tensor  # [runs, envs, T] 1 or 0


class Rollout:
    """Gathers transitions of `envs` environments in each run."""

    def __init__(self, envs: int):
        self.envs = envs
        self._steps: list[Transition] = []

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, t: Transition) -> None:
        self._steps.append(t)

    def take(self) -> Batch:
        """All that was gathered; begins anew."""
        columns = zip(*(t[:6] for t in self._steps), strict=True)
        self._steps = []
        return Batch._make(self._column(column) for column in columns)

    def _column(self, column: tuple[np.ndarray, ...]) -> Tensor:
        """T arrays [n, …] → one tensor [runs, envs, T, …]."""
        stacked = np.stack(column, 1)
        if stacked.dtype != np.int64:
            stacked = stacked.astype(np.float32, copy=False)
        return torch.from_numpy(stacked.reshape(-1, self.envs, *stacked.shape[1:]))


def flat(x: Tensor) -> Tensor:
    """[runs, envs, T, …] → [runs, envs · T, …]."""
    return x.flatten(1, 2)


def minibatches(
    samples: Sequence[Tensor], epochs: int, parts: int, rng: np.random.Generator
) -> Iterator[tuple[Tensor, ...]]:
    """Samples, each [runs, batch, …], in small parts: in every epoch all of them, in a new order of
    its own in each run, in at most `parts` parts, all alike in size or the last one smaller.
    """
    runs, batch = samples[0].shape[:2]
    for _ in range(epochs):
        order = torch.from_numpy(rng.random((runs, batch)).argsort(-1))
        rows = (order + batch * torch.arange(runs)[:, None]).flatten()
        shuffled = [x.flatten(0, 1).index_select(0, rows).view_as(x) for x in samples]
        yield from zip(*(x.chunk(parts, 1) for x in shuffled), strict=True)
