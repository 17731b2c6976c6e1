"""The two-link arm that must swing its tip above a line."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools
from rl_core.deep.envs.spaces import Discrete, Floats


class Acrobot(Classic):
    """Gymnasium's Acrobot-v1, bit for bit (Sutton 1996; Sutton & Barto 2018, the book's equations).

    Observation: cosine and sine of the first link's angle (0 hangs down) and of the second's
    relative to it, both angular velocities (rad/s). Actions: torque −1, 0, 1 N·m on the joint
    between them. Reward −1 a step, 0 where it terminates: tip one link above the fixed joint.
    Truncated at step 500.
    """

    variables = 4  # θ₁, θ₂, θ̇₁, θ̇₂
    actions = Discrete(3)
    max_speed_1, max_speed_2, time_limit = 4 * math.pi, 9 * math.pi, 500
    high = np.array([1, 1, 1, 1, max_speed_1, max_speed_2], np.float32)
    low = -high

    def _begin(self, generator: np.random.Generator) -> NDArray[np.float32]:
        return generator.uniform(-0.1, 0.1, 4).astype(np.float32)

    def _dynamics(self, action: NDArray[Any]) -> State:
        moved = _runge_kutta(self.state, action - 1.0, dt=0.2)
        moved[:2] = _wrapped(moved[:2])
        for row, limit in ((2, self.max_speed_1), (3, self.max_speed_2)):
            moved[row] = np.minimum(np.maximum(moved[row], -limit), limit)
        return moved

    def _terminal(self) -> Bools:
        theta1, theta2, _, _ = self.state
        return -np.cos(theta1) - np.cos(theta2 + theta1) > 1

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        return np.where(self._terminated, np.float32(0), np.float32(-1))

    def _observation(self) -> Floats:
        seen = np.empty((self.n, 6), np.float32)
        cos, sin = np.cos(self.state[:2]), np.sin(self.state[:2])
        seen[:, 0], seen[:, 1], seen[:, 2], seen[:, 3] = cos[0], sin[0], cos[1], sin[1]
        seen[:, 4:] = self.state[2:].T
        return seen


def _runge_kutta(state: State, torque: NDArray[np.float64], dt: float) -> State:
    """The state [4, n] after time `dt`, by the classical method of fourth order."""
    k1 = _derivatives(state, torque)
    k2 = _derivatives(state + dt / 2 * k1, torque)
    k3 = _derivatives(state + dt / 2 * k2, torque)
    k4 = _derivatives(state + dt * k3, torque)
    return state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def _derivatives(state: State, torque: NDArray[np.float64]) -> State:
    """How fast the state [4, n] changes. Links of length, mass and inertia 1, centred halfway."""
    # Every operation in Gymnasium's order: rounding depends on it. So does it on float_power, which
    # rounds as Gymnasium's ** of single numbers does; np.square does not.
    gravity = 9.8
    theta1, theta2, speed1, speed2 = state
    square1, square2 = np.float_power(state[2:], 2)
    cos2, sin2 = np.cos(theta2), np.sin(theta2)
    d1 = 0.25 + (1.25 + cos2) + 1 + 1
    d2 = 0.25 + 0.5 * cos2 + 1
    phi2 = 0.5 * gravity * np.cos(theta1 + theta2 - math.pi / 2)
    phi1 = (
        -0.5 * square2 * sin2
        - speed2 * speed1 * sin2
        + 1.5 * gravity * np.cos(theta1 - math.pi / 2)
        + phi2
    )
    change = np.empty_like(state)
    change[0], change[1] = speed1, speed2
    change[3] = (torque + d2 / d1 * phi1 - 0.5 * square1 * sin2 - phi2) / (
        0.25 + 1 - np.float_power(d2, 2) / d1
    )
    change[2] = -(d2 * change[3] + phi1) / d1
    return change


def _wrapped(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same angles, between −π and π."""
    while (above := angle > math.pi).any():
        angle = np.where(above, angle - 2 * math.pi, angle)
    while (below := angle < -math.pi).any():
        angle = np.where(below, angle + 2 * math.pi, angle)
    return angle
