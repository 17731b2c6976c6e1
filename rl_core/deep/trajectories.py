"""Whole episodes of each run, gathered until there are enough of them to learn from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep.envs import Box, Discrete
from rl_core.deep.episodes import Transition


class Batch(NamedTuple):
    """Whole episodes of one run, one after the other; T is the number of their steps.

    The first axis stands for the run, as elsewhere. There is one batch for each run, of its own
    length, because one for all would have to be padded to the longest, and then the rounding of a
    run's sums would depend on how long the others' episodes are.
    """

    observation: Tensor  # [1, T, features]
    action: Tensor  # [1, T] whole numbers, or [1, T, size]
    reward: Tensor  # [1, T]
    next_observation: Tensor  # [1, T, features] the true one, also at an episode's end
    terminated: Tensor  # [1, T] 1 or 0
    truncated: Tensor  # [1, T] 1 or 0


class Trajectories:
    """What each run has lived through since its episodes were last taken.

    Attributes:
        episodes: how many of its episodes have ended since then, [runs].
    """

    def __init__(self, runs: int, features: int, actions: Discrete | Box):
        size = () if isinstance(actions, Discrete) else (actions.size,)
        kind = np.int64 if isinstance(actions, Discrete) else np.float32
        shapes = ((features,), size, (), (features,), (), ())
        kinds = (np.float32, kind, *[np.float32] * 4)
        self._columns = [  # as in `Batch`, with room for so many steps
            np.zeros((runs, 256, *shape), kind) for shape, kind in zip(shapes, kinds, strict=True)
        ]
        self._steps = np.zeros(runs, np.int64)
        self.episodes = np.zeros(runs, np.int64)

    def add(self, t: Transition) -> None:
        """Note one step of every run."""
        if self._steps.max() == self._columns[0].shape[1]:
            self._columns = [np.concatenate((c, np.zeros_like(c)), 1) for c in self._columns]
        for column, value in zip(self._columns, t[:6], strict=True):
            column[np.arange(len(column)), self._steps] = value
        self._steps += 1
        self.episodes += t.terminated | t.truncated

    def complete(self, episodes: int) -> NDArray[np.int64]:
        """The runs that have gathered as many episodes."""
        return np.flatnonzero(self.episodes >= episodes)

    def take(self, run: int) -> Batch:
        """All that the run has gathered; it begins anew."""
        taken = slice(run, run + 1), slice(self._steps[run])
        self._steps[run] = self.episodes[run] = 0
        return Batch._make(torch.from_numpy(column[taken].copy()) for column in self._columns)
