"""What the classic control tasks share, so that each is only its own physics."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.contract import Bools, Environment, Step
from rl_core.deep.envs.spaces import Floats

State = NDArray[np.float64]


class Classic(Environment):
    """A task of a few physical quantities with a time limit, all instances in one call.

    Attributes:
        state: the quantities, [variables, n]: one row each, as the formulas of physics want them.
        elapsed: steps taken in this episode, [n].
        time_limit: an episode is truncated at this step.
    """

    variables: ClassVar[int]
    time_limit: ClassVar[int]

    def __init__(self, seeds: Sequence[int]):
        super().__init__(seeds)
        self.state: State = np.zeros((self.variables, self.n))
        self.seed(seeds)

    @abstractmethod
    def _begin(self, generator: np.random.Generator) -> NDArray[Any]:
        """Draw the state [variables] in which one episode begins."""

    @abstractmethod
    def _dynamics(self, action: NDArray[Any]) -> State:
        """The state after action [n] or [n, size]."""

    @abstractmethod
    def _terminal(self) -> Bools:
        """Whether the task ends in the state, [n]."""

    @abstractmethod
    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        """What the action has earned that led from `before` to the state, [n]."""

    @abstractmethod
    def _observation(self) -> Floats:
        """What is seen of the state, [n, features]."""

    def seed(self, seeds: Sequence[int]) -> None:
        self._generators = [np.random.default_rng(s) for s in seeds]
        self.elapsed = np.zeros(self.n, np.int64)
        self._terminated, self._truncated = np.zeros(self.n, bool), np.zeros(self.n, bool)

    def reset(self, mask: Bools) -> Floats:
        for i in np.flatnonzero(mask):
            self.state[:, i] = self._begin(self._generators[i])
        self.elapsed[mask] = 0
        self._terminated, self._truncated = self._terminated & ~mask, self._truncated & ~mask
        return self._observation()

    def step(self, action: NDArray[Any]) -> Step:
        ended = self._terminated | self._truncated
        some_ended = ended.any()
        before, moved = self.state, self._dynamics(action)
        self.state = np.where(ended, before, moved) if some_ended else moved
        self.elapsed = self.elapsed + ~ended
        self._terminated = self._terminal()
        self._truncated = self.elapsed >= self.time_limit
        reward = self._reward(before, action)
        if some_ended:
            reward = np.where(ended, np.float32(0), reward)
        return Step(self._observation(), reward, self._terminated, self._truncated)
