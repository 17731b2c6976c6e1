"""The car that must first roll backwards to get up the hill."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools
from rl_core.deep.envs.spaces import Box, Discrete, Floats


class MountainCar(Classic):
    """Gymnasium's MountainCar-v0 (Moore 1990), bit for bit where NumPy's cosine is the C library's.

    Observation: position along the valley and velocity. Actions: push left, nothing, push right.
    Reward −1 a step. Terminates at position 0.5, truncated at step 200.
    """

    variables = 2  # x, ẋ
    actions = Discrete(3)
    min_position, max_position, max_speed, goal = -1.2, 0.6, 0.07, 0.5
    time_limit = 200
    low = np.array([min_position, -max_speed], np.float32)
    high = np.array([max_position, max_speed], np.float32)

    def _begin(self, generator: np.random.Generator) -> State:
        return np.array([generator.uniform(-0.6, -0.4), 0.0])

    def _dynamics(self, action: NDArray[Any]) -> State:
        # Every operation in Gymnasium's order: rounding depends on it.
        force, gravity = 0.001, 0.0025
        x, speed = self.state
        speed = speed + ((action - 1) * force + np.cos(3 * x) * -gravity)
        speed = np.minimum(np.maximum(speed, -self.max_speed), self.max_speed)
        moved = np.empty_like(self.state)
        moved[0] = np.minimum(np.maximum(x + speed, self.min_position), self.max_position)
        against_wall = (moved[0] == self.min_position) & (speed < 0)
        moved[1] = np.where(against_wall, 0.0, speed)
        return moved

    def _terminal(self) -> Bools:
        x, speed = self.state
        return (x >= self.goal) & (speed >= 0)

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        return np.full(self.n, -1, np.float32)

    def _observation(self) -> Floats:
        return self.state.T.astype(np.float32)


class MountainCarContinuous(Classic):
    """Gymnasium's MountainCarContinuous-v0, as exactly as `MountainCar`.

    Observation: position along the valley and velocity. Action: push in [−1, 1]. Reward 100 at the
    goal, −0.1 action² a step (of the action as given, before it is clipped). Terminates at
    position 0.45, truncated at step 999.
    """

    variables = 2  # x, ẋ
    actions = Box(-np.ones(1, np.float32), np.ones(1, np.float32))
    # Gymnasium keeps this state in float32 and rounds these limits with it.
    min_position, max_position, max_speed, goal = np.array([-1.2, 0.6, 0.07, 0.45], np.float32)
    time_limit = 999
    low = np.array([min_position, -max_speed])
    high = np.array([max_position, max_speed])

    def _begin(self, generator: np.random.Generator) -> State:
        return np.array([generator.uniform(-0.6, -0.4), 0.0])

    def _dynamics(self, action: NDArray[Any]) -> State:
        # Gymnasium draws the start in float64 and computes the first step so; all later ones in
        # float32. A sum of two float32 is the same if it is rounded after adding in float64.
        x, speed = self.state
        first = self.elapsed == 0
        push = self._push(action, np.where(first, 3 * x, _single(3 * x)))
        speed = np.where(first, push, _single(speed + _single(push)))
        speed = np.minimum(np.maximum(speed, -self.max_speed), self.max_speed)
        moved = np.empty_like(self.state)
        further = _single(x + speed)
        moved[0] = np.minimum(np.maximum(further, self.min_position), self.max_position)
        against_wall = (moved[0] == self.min_position) & (speed < 0)
        moved[1] = np.where(against_wall, 0, _single(speed))
        return moved

    def _push(self, action: NDArray[Any], angle: NDArray[np.float64]) -> NDArray[np.float64]:
        """What action [n, 1] and the slope at `angle` [n] add to the velocity, [n]."""
        power, force, slope = 0.0015, _single(action[:, 0]), 0.0025 * np.cos(angle)
        # Gymnasium computes in float32 with a given force, in float64 with a limit in its place.
        clipped = np.copysign(power, force.astype(np.float64)) - slope
        return np.where(np.abs(force) > 1, clipped, force * power - _single(slope))

    def _terminal(self) -> Bools:
        x, speed = self.state
        return (x >= self.goal) & (speed >= 0)

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        force = _single(action[:, 0]).astype(np.float64)
        return _single(np.where(self._terminated, 100, 0) - np.square(force) * 0.1)

    def _observation(self) -> Floats:
        return self.state.T.astype(np.float32)


def _single(numbers: NDArray[Any]) -> Floats:
    return numbers.astype(np.float32)
