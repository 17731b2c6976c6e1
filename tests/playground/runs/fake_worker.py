"""A worker whose algorithm learns nothing, at the pace and with the mishaps that a test wants."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from playground.runs.records import Event, Training
from playground.runs.worker import main, settings
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.settings import SettingError, Settings, setting
from rl_core.timeline import Timeline


@dataclass(frozen=True)
class Config(Settings):
    pause: float = setting(0.0, "seconds between two steps", 0.0, 60.0)
    every: int = setting(1, "steps between two points", 1, 1000)
    fail_at: int = setting(-1, "the step at which it fails", -1, 1000)
    exit_at: int = setting(-1, "the step at which its process ends", -1, 1000)
    deaf: bool = setting(False, "whether it ignores the clock")
    lr: float = setting(0.5, "a setting that may change", 0.0, 1.0, live=True)


def start(training: Training) -> tuple[Timeline[Config], Iterator[Event]]:
    if training.algorithm != "fake":
        raise SettingError("algorithm", training.algorithm, "one of fake")
    clock = Timeline(settings(Config, training.config), training.steps)
    return clock, events(clock, training.runs)


def events(clock: Timeline[Config], runs: int) -> Iterator[Event]:
    print("an algorithm may print")
    for step, config in clock:
        if config.deaf:
            time.sleep(60)
        if step == config.fail_at:
            raise ZeroDivisionError("the loss is gone\nfor ever")
        if step == config.exit_at:
            os._exit(3)
        time.sleep(config.pause)
        if step % config.every == 0:
            returns = np.full(runs, np.nan if step == 0 else step)
            metrics = {"lr": np.full(runs, config.lr), "q": np.arange(runs) + 0.5}
            yield Progress(step + 1, returns, metrics)
    weights = {"w": np.arange(runs * 3.0).reshape(runs, 3)}
    yield Snapshot(clock.steps, weights, np.ones(runs))
    yield Evaluation(np.ones(runs), np.full(runs, clock.steps), np.zeros(runs))


if __name__ == "__main__":
    main(start)
