"""Probe environments: seconds to learn, and each can fail for few reasons only.

After Andy Jones, "Debugging Reinforcement Learning Systems" (2021). What one probe shows, the next
takes for granted: if an algorithm passes 1 and fails 2, look at what 2 adds.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs import Bools, Box, Discrete, Environment, Floats, Step


class Probe(Environment):
    """Episodes of `length` steps that end by themselves; one observed number."""

    low, high = np.full(1, -1, np.float32), np.ones(1, np.float32)
    actions: Discrete | Box = Discrete(1)
    length: ClassVar[int] = 1

    def __init__(self, seeds: Sequence[int]):
        super().__init__(seeds)
        self.sign = np.ones(self.n, np.float32)  # +1 or −1, drawn at each reset
        self.seed(seeds)

    @abstractmethod
    def observe(self) -> Floats:
        """What is seen at `self.t` with `self.sign`, [n]."""

    @abstractmethod
    def reward(self, action: NDArray[Any]) -> Floats:
        """What action [n], or [n, size], earns at `self.t` with `self.sign`, [n]."""

    def seed(self, seeds: Sequence[int]) -> None:
        self._generators = [np.random.default_rng(s) for s in seeds]
        self.t = np.zeros(self.n, np.int64)

    def reset(self, mask: Bools) -> Floats:
        for i in np.flatnonzero(mask):
            self.sign[i] = self._generators[i].choice((-1, 1))
        self.t = np.where(mask, 0, self.t)
        return self.observe()[:, None]

    def step(self, action: NDArray[Any]) -> Step:
        going_on = self.t < self.length
        reward = np.where(going_on, self.reward(action), 0).astype(np.float32)
        self.t = self.t + going_on
        terminated = self.t >= self.length
        return Step(self.observe()[:, None], reward, terminated, np.zeros(self.n, bool))


class Probe1(Probe):
    """One action, observation 0, reward 1, end: V = 1. Fails when loss or optimiser does."""

    def observe(self) -> Floats:
        return np.zeros(self.n, np.float32)

    def reward(self, action: NDArray[Any]) -> Floats:
        return np.ones(self.n, np.float32)


class Probe2(Probe):
    """Observation ±1 and the same as reward: V = observation. Adds: the network sees its input."""

    def observe(self) -> Floats:
        return self.sign.copy()

    def reward(self, action: NDArray[Any]) -> Floats:
        return self.sign.copy()


class Probe3(Probe):
    """Observation 0, then 1; reward 1 at the end: V(0) = γ, V(1) = 1. Adds: discounting."""

    length = 2

    def observe(self) -> Floats:
        return np.minimum(self.t, 1).astype(np.float32)

    def reward(self, action: NDArray[Any]) -> Floats:
        return (self.t == 1).astype(np.float32)


class Probe4(Probe):
    """Observation 0, reward −1 for action 0, +1 for action 1. Adds: the choice of an action."""

    actions = Discrete(2)

    def observe(self) -> Floats:
        return np.zeros(self.n, np.float32)

    def reward(self, action: NDArray[Any]) -> Floats:
        return np.where(action == 1, 1, -1).astype(np.float32)


class Probe5(Probe):
    """Observation ±1; +1 where the action matches (1 for +1, 0 for −1), else −1: V = 1. Adds: a
    policy that depends on what it sees.
    """

    actions = Discrete(2)

    def observe(self) -> Floats:
        return self.sign.copy()

    def reward(self, action: NDArray[Any]) -> Floats:
        return np.where((action == 1) == (self.sign > 0), 1, -1).astype(np.float32)


class ContinuousProbe(Probe):
    """Observation 0, reward −(1 − a)² for an action a in [−2, 2]: a = 1, V = 0. For those that act
    continuously; in units of the bounds (`envs.UnitActions`) the best action is ½.
    """

    actions = Box(np.full(1, -2, np.float32), np.full(1, 2, np.float32))

    def observe(self) -> Floats:
        return np.zeros(self.n, np.float32)

    def reward(self, action: NDArray[Any]) -> Floats:
        within: Floats = np.clip(action[:, 0], -2, 2)
        return -np.square(1 - within)


PROBES = (Probe1, Probe2, Probe3, Probe4, Probe5)
