"""The settings for a class: what the app, the command line and the benchmarks begin with.

What stands here differs from an algorithm's own defaults because of the environment. All was
chosen on seeds 100-199 and is reported on others.

DQN on CartPole forgets: each run plays perfectly at some moment, and most of them drift off the
track again later. The cause is not noise, for averaging the weights does not help: the values are
near 100 wherever the pole can still be saved, what an action adds to them is less than 1, and the
network's error is of that size. A learning rate that falls to 0 helps the last weights a little.
The squared loss (`loss=squared max_grad_norm=1000 updates=2 lr=0.001`) helps them more, for
Huber's all but ignores the rare falls, whose error is up to 100; but fewer runs ever pass with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rl_core.deep import training
from rl_core.settings import Settings


@dataclass(frozen=True)
class Lesson:
    """How a training begins where nothing else was chosen."""

    steps: int = 50_000  # environment steps per run
    runs: int = 8
    settings: Mapping[str, Any] = field(default_factory=dict)


LESSONS: dict[tuple[str, str], Lesson] = {
    ("dqn", "CartPole-v1"): Lesson(steps=30_000),
    ("reinforce", "CartPole-v1"): Lesson(steps=60_000),
}


def lesson(algorithm: str, env_id: str) -> Lesson:
    """The lesson of a pair, or a plain one where none was prepared."""
    return LESSONS.get((algorithm, env_id), Lesson())


def config(algorithm: str, env_id: str, changes: Mapping[str, Any] | None = None) -> Settings:
    """The settings of a lesson with `changes` made to them.

    Raises `UnknownAlgorithmError`, `SettingError`.
    """
    made: Settings = training.algorithm(algorithm).Config(
        **{**lesson(algorithm, env_id).settings, **(changes or {})}
    )
    return made
