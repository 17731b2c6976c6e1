"""Environments that Gymnasium itself computes, one instance after the other."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from rl_core.deep.envs.contract import Bools, Environment, EnvironmentIdError, Step
from rl_core.deep.envs.spaces import Box, Discrete, Floats


class Gymnasium(Environment):
    """Any registered Gymnasium environment with Box observations and Discrete or Box actions.

    Observations and actions are flattened. Raises `EnvironmentIdError` for one that does not fit.
    """

    vectorised = False

    def __init__(self, env_id: str, seeds: Sequence[int]):
        super().__init__(seeds)
        self._instances = [registered(env_id) for _ in seeds]
        observations, self._space = fitting(env_id, self._instances[0])
        self.actions = _actions(self._space)
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

    def step(self, action: NDArray[Any]) -> Step:
        reward = np.zeros(self.n, np.float32)
        terminated, truncated = self._terminated.copy(), self._truncated.copy()
        for i in np.flatnonzero(~(terminated | truncated)):
            answer = self._instances[i].step(self._own(action[i]))
            observation, reward[i], terminated[i], truncated[i], _ = answer
            self._observation[i] = np.ravel(observation)
        self._terminated, self._truncated = terminated, truncated
        return Step(self._observation.copy(), reward, terminated, truncated)

    def _own(self, action: NDArray[Any]) -> Any:
        """One instance's action as the environment itself wants it."""
        if isinstance(self._space, spaces.Discrete):
            return action + self._space.start
        # Not clipped here: each environment clips as it means to (a reward may see the excess).
        return np.asarray(action, self._space.dtype).reshape(self._space.shape)


def registered(env_id: str) -> gymnasium.Env[Any, Any]:
    """Make one instance. Raises `EnvironmentIdError` where Gymnasium has or makes none."""
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


def fitting(
    env_id: str, env: gymnasium.Env[Any, Any]
) -> tuple[spaces.Box, spaces.Discrete | spaces.Box]:
    """Its spaces of observations and actions. Raises `EnvironmentIdError` for other kinds."""
    observations, actions = env.observation_space, env.action_space
    if not isinstance(observations, spaces.Box):
        raise EnvironmentIdError(
            f"environment {env_id!r} does not fit: its observations are "
            f"{type(observations).__name__}, needed is Box"
        )
    if not isinstance(actions, spaces.Discrete | spaces.Box):
        raise EnvironmentIdError(
            f"environment {env_id!r} does not fit: its actions are {type(actions).__name__}, "
            "needed is Discrete or Box"
        )
    return observations, actions


def _actions(space: spaces.Discrete | spaces.Box) -> Discrete | Box:
    if isinstance(space, spaces.Discrete):
        return Discrete(int(space.n))
    return Box(*(bound.astype(np.float32).ravel() for bound in (space.low, space.high)))
