"""Observations and actions of the same size whatever their units: networks learn best so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from rl_core.deep.envs.contract import Bools, Environment, Exact, Step
from rl_core.deep.envs.spaces import Box, Floats


class UnitActions(Environment):
    """The same environment, its continuous actions mapped from [−1, 1] to their bounds."""

    def __init__(self, env: Environment):
        if not isinstance(env.actions, Box):
            raise TypeError(f"continuous actions are needed, not {env.actions}")
        self.env, self.n, self.vectorised = env, env.n, env.vectorised
        self.low, self.high = env.low, env.high
        self._bounds, self.actions = env.actions, env.actions.unit

    def seed(self, seeds: Sequence[int]) -> None:
        self.env.seed(seeds)

    def reset(self, mask: Bools) -> Floats:
        return self.env.reset(mask)

    def step(self, action: NDArray[Any]) -> Step:
        """action [n, size] in units of the bounds."""
        return self.env.step(self._bounds.from_unit(action))

    def exact(self, gamma: float) -> Exact | None:
        return self.env.exact(gamma)


class Scaled(Environment):
    """The same environment, its observations mapped linearly to [−1, 1] where they are bounded."""

    def __init__(self, env: Environment):
        self.env, self.n, self.actions, self.vectorised = env, env.n, env.actions, env.vectorised
        self._bounds = Box(env.low, env.high)
        self.low, self.high = self._bounds.unit.low, self._bounds.unit.high

    def seed(self, seeds: Sequence[int]) -> None:
        self.env.seed(seeds)

    def reset(self, mask: Bools) -> Floats:
        return self.scale(self.env.reset(mask))

    def step(self, action: NDArray[Any]) -> Step:
        step = self.env.step(action)
        return step._replace(observation=self.scale(step.observation))

    def exact(self, gamma: float) -> Exact | None:
        found = self.env.exact(gamma)
        return found and found._replace(observation=self.scale(found.observation))

    def scale(self, observation: Floats) -> Floats:
        """observation [..., features] of the environment itself → what the learner sees."""
        return self._bounds.to_unit(observation)
