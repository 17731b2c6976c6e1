"""What the store holds of a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rl_core.events import Evaluation, Floats, Progress, Snapshot
from rl_core.settings import Settings, setting
from rl_core.timeline import Change


@dataclass(frozen=True)
class Replay:
    """One greedy episode of each run, as the policies were after `step`, from the same start."""

    step: int
    observations: Floats  # [t, runs, features]; NaN after a run's episode has ended


Event = Progress | Change | Snapshot | Replay | Evaluation


@dataclass(frozen=True)
class Plan:
    """What to train: all that a training needs to be started, or started again."""

    algorithm: str
    env: str
    config: dict[str, Any]  # fields of the algorithm's Config
    runs: int
    steps: int  # per run
    seed: int


@dataclass(frozen=True)
class Size(Settings):
    """How much is trained: what a plan may ask for, whatever the algorithm."""

    runs: int = setting(8, "independent runs, side by side", 1, 32)
    steps: int = setting(20_000, "environment steps of each run", 100, 10**6)
    seed: int = setting(0, "where all random numbers begin", 0, 2**31 - 1)


@dataclass(frozen=True)
class Training(Plan):
    """What Train starts: one record, holding several independent runs."""

    id: str
    versions: dict[str, str]  # of the packages that it was made with
    owner: str  # the app process whose pool carries it out
    status: str  # queued, running, stopped, finished, failed or interrupted
    created: float  # seconds since the epoch, as are the next two
    started: float | None
    ended: float | None
    reason: str  # why it is failed or interrupted: a code, one of REASONS
    detail: str  # the same for people, one line
    trace: str  # the traceback, if an exception ended it

    @property
    def active(self) -> bool:
        """Whether anything may still happen to it."""
        return self.status in ("queued", "running")


REASONS = {
    "error": "an exception in the algorithm; `detail` names it",
    "refused": "the plan or one of its settings is not allowed; `detail` says what would be",
    "worker_died": "its worker process ended; `detail` names the signal or the exit code",
    "no_worker": "no worker process could be started",
    "app_ended": "the app that carried it out ended before it",
}


@dataclass(frozen=True)
class Point:
    """One point of the curve, and when it was made (seconds since the epoch)."""

    step: int
    at: float
    returns: list[float]  # [runs]; NaN before a run's first episode has ended
    metrics: dict[str, list[float]]  # each [runs]
