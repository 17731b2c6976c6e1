"""Experience: the episodes that each run plays, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs import Bools, Environment, Floats
from rl_core.deep.normalise import Running
from rl_core.settings import Settings, setting


@dataclass(frozen=True)
class Preprocessing(Settings):
    """What every algorithm can have done to what it observes and earns."""

    scaled: bool = setting(True, "map bounded observations to [-1, 1]")
    normalise_observation: bool = setting(
        False, "shift and scale observations by the mean and deviation seen so far"
    )
    normalise_reward: bool = setting(
        False, "scale rewards by the deviation of the discounted return seen so far"
    )


class Transition(NamedTuple):
    """One step of every environment, as experience."""

    observation: Floats  # [n, features]
    action: NDArray[Any]  # [n], or [n, size] where actions are continuous
    reward: Floats  # [n]
    next_observation: Floats  # [n, features] the true one, also where the episode ended
    terminated: Bools  # [n]
    truncated: Bools  # [n]
    returns: NDArray[np.float64]  # [runs] mean return of the episodes that ended here; NaN: none


class Episodes:
    """Plays episodes in n environments: the first `n / runs` belong to the first run, and so on.

    Attributes:
        observation: [n, features] what to act upon next.
        seen: the running statistics of each run, by what they normalise: "observation", "reward".
    """

    def __init__(
        self,
        env: Environment,
        preprocessing: Preprocessing | None = None,
        *,
        gamma: float = 1.0,
        envs: int = 1,
    ):
        asked = preprocessing or Preprocessing()
        self.env, self._gamma, self._runs = env, gamma, env.n // envs
        self.seen: dict[str, Running] = {}
        if asked.normalise_observation:
            self.seen["observation"] = Running(self._runs, env.low.size)
        if asked.normalise_reward:
            self.seen["reward"] = Running(self._runs, 1)
        self._return, self._discounted = np.zeros(env.n), np.zeros(env.n)
        self.observation = self._observed(env.reset(np.ones(env.n, bool)))

    def step(self, action: NDArray[Any]) -> Transition:
        """Take action [n, …], then begin a new episode wherever one ended."""
        before, step = self.observation, self.env.step(action)
        ended = step.terminated | step.truncated
        after = self._observed(step.observation)
        reward = self._earned(step.reward, ended)
        self._return = self._return + step.reward
        returns, self.observation = np.full(self._runs, np.nan), after
        if ended.any():
            returns = self._finished(ended)
            fresh = self._observed(self.env.reset(ended), ended)
            self.observation = np.where(ended[:, None], fresh, after)
        return Transition(before, action, reward, after, step.terminated, step.truncated, returns)

    def weights(self) -> dict[str, Floats]:
        """What a policy needs to see as it did while it learned; see `normalise.seen`."""
        seen = self.seen.get("observation")
        return seen.weights() if seen else {}

    def _finished(self, ended: Bools) -> NDArray[np.float64]:
        """Mean return, run by run, of the episodes that ended; their sums begin anew."""
        per_run = (self._runs, -1)
        counts = ended.reshape(per_run).sum(-1)
        sums = np.where(ended, self._return, 0).reshape(per_run).sum(-1)
        self._return = np.where(ended, 0, self._return)
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

    def _observed(self, observation: Floats, new: Bools | None = None) -> Floats:
        """The observation, normalised; `new` marks which ones have not been counted yet."""
        if (seen := self.seen.get("observation")) is None:
            return observation
        rows = observation.reshape(self._runs, -1, observation.shape[-1])
        seen.add(rows, None if new is None else new.reshape(self._runs, -1))
        return seen.centred(rows).reshape(observation.shape)

    def _earned(self, reward: Floats, ended: Bools) -> Floats:
        """The reward, divided by the deviation of the discounted sum of rewards."""
        if (seen := self.seen.get("reward")) is None:
            return reward
        self._discounted = self._gamma * self._discounted + reward
        seen.add(self._discounted.reshape(self._runs, -1, 1))
        self._discounted = np.where(ended, 0, self._discounted)
        return seen.scaled(reward.reshape(self._runs, -1, 1)).reshape(reward.shape)
