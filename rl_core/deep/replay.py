"""Replay buffer (Lin 1992; Mnih et al. 2015): the last transitions of every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from rl_core.deep.envs import Box, Discrete
from rl_core.deep.episodes import Transition


class Batch(NamedTuple):
    """Transitions drawn from the buffer. Terminated and truncated stay apart: only the first
    decides whether there is a future value.
    """

    observation: Tensor  # [runs, batch, features]
    action: Tensor  # [runs, batch] whole numbers, or [runs, batch, size]
    reward: Tensor  # [runs, batch]
    next_observation: Tensor  # [runs, batch, features]
    terminated: Tensor  # [runs, batch] 1 or 0
    truncated: Tensor  # [runs, batch] 1 or 0


class Replay:
    """The last `capacity` transitions of each run, newest over oldest.

    A transition is one row [observation, next observation, reward, terminated, truncated, action]
    of one table, so that a batch is one gather.
    """

    def __init__(self, runs: int, capacity: int, features: int, actions: Discrete | Box):
        self.capacity, self.features = capacity, features
        self.size = 0  # transitions per run
        self._discrete = isinstance(actions, Discrete)
        columns = 2 * features + 3 + (1 if self._discrete else actions.outputs)
        self._table = np.zeros((runs, capacity, columns), np.float32)
        self._next = 0

    def add(self, t: Transition) -> None:
        """Store one transition of every run."""
        f, row = self.features, self._table[:, self._next]
        row[:, :f] = t.observation
        row[:, f : 2 * f] = t.next_observation
        row[:, 2 * f] = t.reward
        row[:, 2 * f + 1] = t.terminated
        row[:, 2 * f + 2] = t.truncated
        row[:, 2 * f + 3 :] = t.action[:, None] if self._discrete else t.action
        self._next = (self._next + 1) % self.capacity
        self.size = min(self.size + 1, self.capacity)

    def sample(self, batches: int, size: int, rng: np.random.Generator) -> Iterator[Batch]:
        """`batches` times `size` transitions of each run, uniformly, with replacement,
        independent of the other runs' draws. All are gathered at once, which is faster.
        """
        runs, f = len(self._table), self.features
        index = rng.integers(self.size, size=(batches, runs, size))
        index += np.arange(runs)[:, None] * self.capacity
        rows = self._table.reshape(-1, self._table.shape[-1]).take(index, axis=0)
        columns = torch.from_numpy(rows)
        fields = (
            columns[..., :f],
            columns[..., -1].long() if self._discrete else columns[..., 2 * f + 3 :],
            columns[..., 2 * f],
            columns[..., f : 2 * f],
            columns[..., 2 * f + 1],
            columns[..., 2 * f + 2],
        )
        return map(Batch._make, zip(*(field.unbind() for field in fields), strict=True))
