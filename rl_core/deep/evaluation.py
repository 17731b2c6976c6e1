"""How well policies play: greedy episodes, all runs and episodes side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs import Environment

Act = Callable[[NDArray[Any]], NDArray[Any]]


def returns(
    env: Environment,
    act: Act,
    runs: int,
    seeds: Sequence[int],
    stopped: Callable[[], bool] = lambda: False,
) -> NDArray[np.float64]:
    """Undiscounted returns of one episode for each seed, the same episodes' seeds for every run.

    Args:
        env: an environment of runs x episodes instances, run after run.
        act: the policy, observation [runs, episodes, features] → action [runs, episodes], or
            [runs, episodes, size] where actions are continuous.
        seeds: one per episode.
        stopped: asked at every step; when it says yes, the rest is left out.

    Returns [runs, episodes]; NaN for an episode that was left unfinished.
    """
    env.seed([*seeds] * runs)
    observation = env.reset(np.ones(env.n, bool))
    score, ended = np.zeros(env.n), np.zeros(env.n, bool)
    while not ended.all() and not stopped():
        action = act(observation.reshape(runs, len(seeds), -1))
        observation, reward, terminated, truncated = env.step(
            action.reshape(env.n, *action.shape[2:])
        )
        score += reward  # 0 where the episode has ended
        ended = terminated | truncated
    return np.where(ended, score, np.nan).reshape(runs, len(seeds))
