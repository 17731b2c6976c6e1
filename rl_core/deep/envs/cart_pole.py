"""The pole that must not fall."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools
from rl_core.deep.envs.spaces import Discrete, Floats


class CartPole(Classic):
    """Gymnasium's CartPole-v1, bit for bit (Barto, Sutton & Anderson 1983).

    Observation: cart position (m) and velocity, pole angle (rad) and angular velocity. Actions:
    push left, push right. Reward 1 a step. Terminates beyond ±2.4 m or ±12°, truncated at step 500.
    """

    variables = 4  # x, ẋ, θ, θ̇
    actions = Discrete(2)
    max_position, max_angle, time_limit = 2.4, 12 * 2 * math.pi / 360, 500
    high = np.array([2 * max_position, np.inf, 2 * max_angle, np.inf], np.float32)
    low = -high

    def _begin(self, generator: np.random.Generator) -> State:
        return generator.uniform(-0.05, 0.05, 4)

    def _dynamics(self, action: NDArray[Any]) -> State:
        # Every operation in Gymnasium's order: rounding depends on it.
        gravity, pole_mass, half_length, tau = 9.8, 0.1, 0.5, 0.02
        mass = pole_mass + 1.0
        x, x_dot, theta, theta_dot = self.state
        force = np.where(action == 1, 10.0, -10.0)
        cos, sin = np.cos(theta), np.sin(theta)
        temp = (force + pole_mass * half_length * np.square(theta_dot) * sin) / mass
        theta_acc = (gravity * sin - cos * temp) / (
            half_length * (4.0 / 3.0 - pole_mass * np.square(cos) / mass)
        )
        x_acc = temp - pole_mass * half_length * theta_acc * cos / mass
        moved = np.empty_like(self.state)  # several times faster than np.stack
        moved[0] = x + tau * x_dot
        moved[1] = x_dot + tau * x_acc
        moved[2] = theta + tau * theta_dot
        moved[3] = theta_dot + tau * theta_acc
        return moved

    def _terminal(self) -> Bools:
        x, _, theta, _ = self.state
        return (np.abs(x) > self.max_position) | (np.abs(theta) > self.max_angle)

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        return np.ones(self.n, np.float32)

    def _observation(self) -> Floats:
        return self.state.T.astype(np.float32)
