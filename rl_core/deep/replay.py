"""Replay buffer (Lin 1992; Mnih et al. 2015): the last transitions of every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep.envs import Box, Discrete
from rl_core.deep.episodes import Transition
from rl_core.events import Floats

SCALED_BY = 1000  # transitions, at most, that the scale of observations is judged by


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

    @property
    def newest(self) -> int:
        """The place of the last transition stored, 0 to capacity − 1."""
        return (self._next - 1) % self.capacity

    def xray(self, size: int) -> dict[str, Floats]:
        """How old and how alike `size` transitions are, each number [runs].

        "sample_age": mean age, in steps, of a batch drawn as `sample` does; "sampled_alike": how
        alike its observations are, each to the one drawn next, as a correlation (1: the same, 0:
        nothing in common); "neighbours_alike": the same of the newest transitions in a row, which
        a batch would be without a buffer. Drawn by luck of its own: it changes no training.
        """
        runs = len(self._table)
        rng = np.random.default_rng(self._next)
        drawn = rng.integers(self.size, size=(runs, size))
        row = np.broadcast_to(np.arange(min(size, self.size)), (runs, min(size, self.size)))
        return {
            "sample_age": drawn.mean(-1),
            "sampled_alike": self._alike(drawn),
            "neighbours_alike": self._alike(row),
        }

    def _alike(self, age: NDArray[np.int64]) -> Floats:
        """The correlation of observations next to each other, by their age [runs, batch]."""
        if self.size == 1:
            return np.ones(len(age))  # all of them are the same one
        seen = self._table[:, : self.size, : self.features]
        some = seen[:, :: -(-self.size // SCALED_BY)].astype(float)  # enough for their scale
        mean, deviation = some.mean(1), np.maximum(some.std(1), 1e-9)
        place = (self.newest - age) % self.capacity
        found = np.take_along_axis(seen, place[..., None], axis=1)
        z = (found - mean[:, None]) / deviation[:, None]
        one, other = z[:, :-1], z[:, 1:]
        products, squares = (one * other).sum((-2, -1)), (one**2 + other**2).sum((-2, -1)) / 2
        return products / np.maximum(squares, 1e-9)  # type: ignore[no-any-return]
