"""What every environment promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.spaces import Box, Discrete, Floats

Bools = NDArray[np.bool_]


class EnvironmentIdError(ValueError):
    """No such environment, or one that does not fit."""


class Step(NamedTuple):
    """What the environments answer to one action each."""

    observation: Floats  # [n, features] the true next one, also where the episode ended
    reward: Floats  # [n]
    terminated: Bools  # [n] the task itself ended: no future reward, no bootstrap
    truncated: Bools  # [n] cut off from outside (time limit): there would have been more


class Exact(NamedTuple):
    """The truth about a world that is small enough to be solved."""

    observation: Floats  # [states, features] every state in which one can act
    q: NDArray[np.float64]  # [states, actions] Q* there


class Environment(ABC):
    """n instances of one task.

    Attributes:
        low, high: bounds of an observation, [features]; infinite where there are none.
        actions: what an action is: one of a few, or a vector of numbers.
        n: the number of instances.
        vectorised: whether one call computes all instances, not one after the other.
    """

    low: Floats
    high: Floats
    actions: Discrete | Box
    vectorised = True

    def __init__(self, seeds: Sequence[int]):
        self.n = len(seeds)

    @abstractmethod
    def seed(self, seeds: Sequence[int]) -> None:
        """Give every instance a fresh generator; each needs a reset afterwards."""

    @abstractmethod
    def reset(self, mask: Bools) -> Floats:
        """Begin an episode where mask [n] is true. Returns all current observations
        [n, features].
        """

    @abstractmethod
    def step(self, action: NDArray[Any]) -> Step:
        """Take one action in every instance: whole numbers [n] where `actions` is `Discrete`;
        numbers [n, size] in the environment's own units where it is `Box`, clipped to the bounds.
        An instance whose episode has ended stays as it is, with reward 0, until it is reset.
        """

    def exact(self, gamma: float) -> Exact | None:
        """The exact values at this gamma, where they are known."""
        return None
