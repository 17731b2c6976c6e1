"""Environments of several instances at once, all on one contract.

Each instance has a random generator of its own, so that what happens in one cannot move another.
`step` returns the *true* next observation and never resets; `reset` is a call of its own. That
leaves no puzzle about what the observation at the end of an episode was.
"""

from __future__ import annotations

import difflib
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


class EnvironmentIdError(ValueError):
    """No such environment, or one that does not fit."""


class Step(NamedTuple):
    """What the environments answer to one action each."""

    observation: Floats  # [n, features] the true next one, also where the episode ended
    reward: Floats  # [n]
    terminated: Bools  # [n] the task itself ended: no future reward, no bootstrap
    truncated: Bools  # [n] cut off from outside (time limit): there would have been more


class Environment(ABC):
    """n instances of one task.

    Attributes:
        low, high: bounds of an observation, [features]; infinite where there are none.
        actions: the number of discrete actions.
        n: the number of instances.
        vectorised: whether one call computes all instances, not one after the other.
    """

    low: Floats
    high: Floats
    actions: int
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
    def step(self, action: NDArray[np.integer]) -> Step:
        """Take action [n]. An instance whose episode has ended stays as it is, with reward 0,
        until it is reset.
        """


class CartPole(Environment):
    """Gymnasium's CartPole-v1, bit for bit (Barto, Sutton & Anderson 1983).

    Observation: cart position (m) and velocity, pole angle (rad) and angular velocity. Actions:
    push left, push right. Reward 1 a step. Terminates beyond ±2.4 m or ±12°, truncated at step 500.
    """

    actions = 2
    max_position, max_angle, time_limit = 2.4, 12 * 2 * math.pi / 360, 500
    high = np.array([2 * max_position, np.inf, 2 * max_angle, np.inf], np.float32)
    low = -high

    def __init__(self, seeds: Sequence[int]):
        super().__init__(seeds)
        self.state = np.zeros((4, self.n))  # float64; rows x, ẋ, θ, θ̇
        self.seed(seeds)

    def seed(self, seeds: Sequence[int]) -> None:
        self._generators = [np.random.default_rng(s) for s in seeds]
        self._elapsed = np.zeros(self.n, np.int64)
        self._terminated, self._truncated = np.zeros(self.n, bool), np.zeros(self.n, bool)

    def reset(self, mask: Bools) -> Floats:
        for i in np.flatnonzero(mask):
            self.state[:, i] = self._generators[i].uniform(-0.05, 0.05, 4)
        self._elapsed[mask] = 0
        self._terminated, self._truncated = self._terminated & ~mask, self._truncated & ~mask
        return self._observation()

    def step(self, action: NDArray[np.integer]) -> Step:
        ended = self._terminated | self._truncated
        moved = self._dynamics(action)
        self.state = np.where(ended, self.state, moved) if ended.any() else moved
        self._elapsed = self._elapsed + ~ended
        x, _, theta, _ = self.state
        self._terminated = (np.abs(x) > self.max_position) | (np.abs(theta) > self.max_angle)
        self._truncated = self._elapsed >= self.time_limit
        reward = (~ended).astype(np.float32)
        return Step(self._observation(), reward, self._terminated, self._truncated)

    def _dynamics(self, action: NDArray[np.integer]) -> NDArray[np.float64]:
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

    def _observation(self) -> Floats:
        return self.state.T.astype(np.float32)


class Gymnasium(Environment):
    """Any registered Gymnasium environment with Box observations and discrete actions.

    Observations are flattened. Raises `EnvironmentIdError` for one that does not fit.
    """

    vectorised = False

    def __init__(self, env_id: str, seeds: Sequence[int]):
        super().__init__(seeds)
        self._instances = [_gymnasium_make(env_id) for _ in seeds]
        observations, actions = _spaces(env_id, self._instances[0])
        self._first_action, self.actions = int(actions.start), int(actions.n)
        self.low, self.high = (
            bound.astype(np.float32).ravel() for bound in (observations.low, observations.high)
        )
        self._observation = np.zeros((self.n, self.low.size), np.float32)
        self.seed(seeds)

    def seed(self, seeds: Sequence[int]) -> None:
        self._seeds: list[int | None] = list(seeds)
        self._terminated, self._truncated = np.zeros(self.n, bool), np.zeros(self.n, bool)

    def reset(self, mask: Bools) -> Floats:
        for i in np.flatnonzero(mask):
            observation, _ = self._instances[i].reset(seed=self._seeds[i])
            self._seeds[i] = None  # only the first reset seeds: later ones go on from there
            self._observation[i] = np.ravel(observation)
        self._terminated, self._truncated = self._terminated & ~mask, self._truncated & ~mask
        return self._observation.copy()

    def step(self, action: NDArray[np.integer]) -> Step:
        reward = np.zeros(self.n, np.float32)
        terminated, truncated = self._terminated.copy(), self._truncated.copy()
        for i in np.flatnonzero(~(terminated | truncated)):
            answer = self._instances[i].step(action[i] + self._first_action)
            observation, reward[i], terminated[i], truncated[i], _ = answer
            self._observation[i] = np.ravel(observation)
        self._terminated, self._truncated = terminated, truncated
        return Step(self._observation.copy(), reward, terminated, truncated)


class Scaled(Environment):
    """The same environment, its observations mapped linearly to [−1, 1] where they are bounded."""

    def __init__(self, env: Environment):
        self.env, self.n, self.actions, self.vectorised = env, env.n, env.actions, env.vectorised
        # Gymnasium writes "unbounded" as infinity or as the largest float32.
        bounded = (np.abs(env.low) < 1e30) & (np.abs(env.high) < 1e30) & (env.high > env.low)
        low, high = np.where(bounded, env.low, -1), np.where(bounded, env.high, 1)
        self._centre = ((low + high) / 2).astype(np.float32)
        self._reach = ((high - low) / 2).astype(np.float32)
        self.low, self.high = np.where(bounded, -1, env.low), np.where(bounded, 1, env.high)

    def seed(self, seeds: Sequence[int]) -> None:
        self.env.seed(seeds)

    def reset(self, mask: Bools) -> Floats:
        return self.scale(self.env.reset(mask))

    def step(self, action: NDArray[np.integer]) -> Step:
        step = self.env.step(action)
        return step._replace(observation=self.scale(step.observation))

    def scale(self, observation: Floats) -> Floats:
        """observation [..., features] of the environment itself → what the learner sees."""
        return (observation - self._centre) / self._reach


class Transition(NamedTuple):
    """One step of every run, as experience."""

    observation: Floats  # [runs, features]
    action: NDArray[Any]  # [runs]
    reward: Floats  # [runs]
    next_observation: Floats  # [runs, features] the true one, also where the episode ended
    terminated: Bools  # [runs]
    truncated: Bools  # [runs]
    returns: NDArray[np.float64]  # [runs] return of the episode that ended here; NaN where none did


class Episodes:
    """Plays one episode of every run after the other.

    Attribute `observation` [runs, features] is what to act upon next.
    """

    def __init__(self, env: Environment):
        self.env = env
        self.observation = env.reset(np.ones(env.n, bool))
        self._return = np.zeros(env.n)

    def step(self, action: NDArray[Any]) -> Transition:
        """Take action [runs], then begin a new episode in every run whose episode ended."""
        observation, step = self.observation, self.env.step(action)
        ended = step.terminated | step.truncated
        self._return = self._return + step.reward
        returns, self.observation = np.full(len(ended), np.nan), step.observation
        if ended.any():
            returns[ended], self._return[ended] = self._return[ended], 0
            self.observation = self.env.reset(ended)
        return Transition(
            observation,
            action,
            step.reward,
            step.observation,
            step.terminated,
            step.truncated,
            returns,
        )


class Listed(NamedTuple):
    """An environment of the list that the app and the command line offer."""

    env_id: str
    threshold: float  # mean return from which it counts as solved
    vectorised: bool  # computed here for all runs at once, not one by one by Gymnasium


LISTED = (
    Listed("CartPole-v1", 475, True),
    Listed("Acrobot-v1", -100, False),
    Listed("MountainCar-v0", -110, False),
)


def make(env_id: str, seeds: Sequence[int], *, scaled: bool = False) -> Environment:
    """One instance of `env_id` per seed; `scaled` maps its observations as `Scaled` does.

    Raises `EnvironmentIdError` for an unknown environment or one that does not fit.
    """
    env = CartPole(seeds) if env_id == "CartPole-v1" else Gymnasium(env_id, seeds)
    return Scaled(env) if scaled else env


def check(env_id: str) -> None:
    """Raise `EnvironmentIdError` if `make` would."""
    if env_id != "CartPole-v1":
        instance = _gymnasium_make(env_id)
        _spaces(env_id, instance)
        instance.close()


def _gymnasium_make(env_id: str) -> gymnasium.Env[Any, Any]:
    # Only what is registered: Gymnasium would import a module named before a colon.
    if env_id not in gymnasium.registry:
        near = difflib.get_close_matches(env_id, gymnasium.registry, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "see the list of environments"
        raise EnvironmentIdError(f"unknown environment {env_id!r}: {hint}")
    try:
        return gymnasium.make(env_id, disable_env_checker=True)
    except (gymnasium.error.Error, ImportError) as error:
        reason = str(error).strip().splitlines()[0]
        raise EnvironmentIdError(f"environment {env_id!r} cannot be made: {reason}") from error


def _spaces(env_id: str, env: gymnasium.Env[Any, Any]) -> tuple[spaces.Box, spaces.Discrete]:
    observations, actions = env.observation_space, env.action_space
    if not isinstance(observations, spaces.Box):
        raise EnvironmentIdError(
            f"environment {env_id!r} does not fit: its observations are "
            f"{type(observations).__name__}, needed is Box"
        )
    if not isinstance(actions, spaces.Discrete):
        raise EnvironmentIdError(
            f"environment {env_id!r} does not fit: its actions are {type(actions).__name__}, "
            "needed is Discrete"
        )
    return observations, actions
