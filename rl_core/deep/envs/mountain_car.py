"""The car that must first roll backwards to get up the hill."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools
from rl_core.deep.envs.spaces import Discrete, Floats


class MountainCar(Classic):
    """Gymnasium's MountainCar-v0, bit for bit (Moore 1990).

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
