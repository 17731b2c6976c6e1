"""The worker that the app uses: it carries out the algorithms of `rl_core.deep`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.runs import worker
from playground.runs.records import Event, Replay, Training
from rl_core.deep import envs, evaluation
from rl_core.deep import training as driver
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Floats, Snapshot
from rl_core.timeline import Timeline


def start(training: Training) -> tuple[Timeline[Any], Iterator[Event]]:
    """Begin a training. Raises `ValueError` for one that is not allowed."""
    module = driver.algorithm(training.algorithm)
    clock = Timeline(worker.settings(module.Config, training.config), training.steps)
    events = driver.train(
        training.algorithm, training.env, clock, runs=training.runs, seed=training.seed
    )
    return clock, _with_replays(events, module, training, clock.config.scaled)


def _with_replays(
    events: Iterator[Event], module: ModuleType, training: Training, scaled: bool
) -> Iterator[Event]:
    """The events, and after each snapshot an episode of its policies."""
    camera = Camera(envs.make(training.env, [0] * training.runs))
    env = envs.Scaled(camera) if scaled else camera
    (seed,) = seeds(training.seed, Purpose.VALIDATION, 1)
    for event in events:
        yield event
        if isinstance(event, Snapshot):
            yield Replay(event.step, film(camera, env, module, event.weights, seed))


def film(
    camera: Camera,
    env: envs.Environment,
    module: ModuleType,
    weights: Mapping[str, Floats],
    seed: int,
) -> Floats:
    """What the camera in `env` sees of one greedy episode of each run: [t, runs, features]."""
    evaluation.returns(env, lambda seen: module.policy(weights, seen), camera.n, [seed])
    return np.stack(camera.frames)


class Camera(envs.Environment):
    """An environment that keeps what it shows in `frames`, each [n, features]."""

    def __init__(self, env: envs.Environment):
        self._env, self.n = env, env.n
        self.low, self.high, self.actions = env.low, env.high, env.actions

    def seed(self, seeds: Sequence[int]) -> None:
        self._env.seed(seeds)

    def reset(self, mask: envs.Bools) -> envs.Floats:
        observation = self._env.reset(mask)
        self._ended = np.zeros(self.n, bool)
        self.frames = [observation.copy()]
        return observation

    def step(self, action: NDArray[Any]) -> envs.Step:
        step = self._env.step(action)
        frame = np.where(self._ended[:, None], np.nan, step.observation)
        self.frames.append(frame.astype(np.float32))
        self._ended = self._ended | step.terminated | step.truncated
        return step


if __name__ == "__main__":
    torch.set_num_threads(1)
    worker.main(start)
