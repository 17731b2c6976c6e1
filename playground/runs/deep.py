"""The worker that the app uses: it carries out the algorithms of `rl_core.deep`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.runs import worker
from playground.runs.records import Event, Replay, Training
from rl_core.deep import envs
from rl_core.deep import training as driver
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Floats, Snapshot
from rl_core.timeline import Timeline

Policy = Callable[[Floats], NDArray[Any]]


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
    """The events, and after each snapshot an episode of its policies, from the same start."""
    env = envs.make(training.env, [0] * training.runs)
    see = envs.Scaled(env).scale if scaled else np.asarray
    start = seeds(training.seed, Purpose.VALIDATION, 1) * training.runs
    for event in events:
        yield event
        if isinstance(event, Snapshot):
            env.seed(start)
            yield Replay(event.step, film(env, partial(module.policy, event.weights), see))


def film(env: envs.Environment, policy: Policy, see: Callable[[Floats], Floats]) -> Floats:
    """One episode of each run: observations [t, runs, features], NaN after its end.

    Args:
        policy: from what it sees [runs, 1, features] to its action [runs, 1].
        see: from an observation to what a policy sees.
    """
    ended = np.zeros(env.n, bool)
    observation = env.reset(~ended)
    frames = [observation]
    while not ended.all():
        step = env.step(policy(see(observation)[:, None])[:, 0])
        observation = step.observation
        frames.append(np.where(ended[:, None], np.float32(np.nan), observation))
        ended = step.terminated | step.truncated
    return np.stack(frames)


def warm_up() -> None:
    """Train for a moment: in a new process the first steps take a second longer than later ones."""
    name = driver.ALGORITHMS[0]
    clock = Timeline(driver.algorithm(name).Config(), 600)
    for _ in driver.train(name, "CartPole-v1", clock, runs=1, seed=0):
        pass


if __name__ == "__main__":
    torch.set_num_threads(1)
    warm_up()
    worker.main(start)
