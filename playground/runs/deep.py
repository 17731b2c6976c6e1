"""The worker that the app uses: it carries out the algorithms of `rl_core.deep`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from playground.runs import worker
from playground.runs.records import Event, Training
from rl_core.deep import training as driver
from rl_core.timeline import Timeline


def start(training: Training) -> tuple[Timeline[Any], Iterator[Event]]:
    """Begin a training. Raises `ValueError` for one that is not allowed."""
    config = worker.settings(driver.algorithm(training.algorithm).Config, training.config)
    clock = Timeline(config, training.steps)
    events = driver.train(
        training.algorithm, training.env, clock, runs=training.runs, seed=training.seed
    )
    return clock, events


if __name__ == "__main__":
    torch.set_num_threads(1)
    worker.main(start)
