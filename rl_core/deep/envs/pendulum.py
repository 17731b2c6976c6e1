"""The pendulum that is too weak to swing up in one go."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools
from rl_core.deep.envs.spaces import Box, Floats


class Pendulum(Classic):
    """Gymnasium's Pendulum-v1, bit for bit.

    Observation: cos θ, sin θ of the angle (0 is upright) and angular velocity (rad/s). Action:
    torque in [−2, 2] N·m. Reward −(θ² + 0.1 θ̇² + 0.001 torque²), θ in [−π, π], before the step.
    Never terminates, truncated at step 200.
    """

    variables = 2  # θ, θ̇
    max_torque, max_speed, time_limit = 2.0, 8.0, 200
    actions = Box(np.full(1, -max_torque, np.float32), np.full(1, max_torque, np.float32))
    high = np.array([1, 1, max_speed], np.float32)
    low = -high

    def _begin(self, generator: np.random.Generator) -> State:
        high = np.array([math.pi, 1.0])
        return generator.uniform(-high, high)

    def _torque(self, action: NDArray[Any]) -> Floats:
        within = np.maximum(action[:, 0], -self.max_torque)  # quicker than np.clip
        return np.minimum(within, self.max_torque).astype(np.float32)

    def _dynamics(self, action: NDArray[Any]) -> State:
        # Every operation in Gymnasium's order: rounding depends on it. A rod of mass and length 1.
        gravity, dt = 10.0, 0.05
        theta, speed = self.state
        acceleration = 3 * gravity / 2 * np.sin(theta) + 3 * self._torque(action)
        faster = np.maximum(speed + acceleration * dt, -self.max_speed)
        moved = np.empty_like(self.state)
        moved[1] = np.minimum(faster, self.max_speed)
        moved[0] = theta + moved[1] * dt
        return moved

    def _terminal(self) -> Bools:
        return np.zeros(self.n, bool)

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        theta, speed = before
        angle = (theta + math.pi) % (2 * math.pi) - math.pi
        effort = 0.001 * np.square(self._torque(action))
        # float_power rounds as Gymnasium's ** of single numbers does; np.square does not.
        cost = np.float_power(angle, 2) + 0.1 * np.float_power(speed, 2) + effort
        return (-cost).astype(np.float32)

    def _observation(self) -> Floats:
        theta, speed = self.state
        seen = np.empty((self.n, 3), np.float32)
        seen[:, 0], seen[:, 1], seen[:, 2] = np.cos(theta), np.sin(theta), speed
        return seen
