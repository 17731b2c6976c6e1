"""What an algorithm yields: frozen snapshots, never views into what goes on changing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Transition:
    """One tabular step and the update it caused."""

    episode: int
    t: int  # step within the episode, from 0
    s: int
    a: int
    r: float
    s_next: int
    terminated: bool
    truncated: bool
    alpha: float  # the step size that was used
    gamma: float
    q_sa: float  # Q(s, a) before the update
    v_next: float  # what s' counted for, before the update; 0 where the episode terminated
    delta: float  # the TD error
    q: Floats  # [states, actions] after the update
    a_next: int | None = None  # the action that s' was valued by, where the algorithm names one
    tables: Floats | None = None  # [2, states, actions] after the update, of Double Q-learning

    @property
    def max_q_next(self) -> float:
        """What s' counts for in Q-learning: the largest Q(s', a')."""
        return self.v_next


@dataclass(frozen=True)
class Backup:
    """One number of a table, moved towards a target."""

    s: int
    a: int | None  # None in a table of states
    alpha: float  # the step size that was used
    before: float  # the number before the update
    target: float
    delta: float  # target - before


@dataclass(frozen=True)
class Step:
    """One tabular step and the updates that it caused: none while a return is being gathered."""

    episode: int
    t: int  # step within the episode, from 0
    s: int
    a: int
    r: float
    s_next: int
    terminated: bool
    truncated: bool
    backups: tuple[Backup, ...]  # in the order in which they were made
    q: Floats  # the table after them: [states, actions]; of prediction, [states]


@dataclass(frozen=True)
class Sweep:
    """One sweep of a dynamic-programming method over all states."""

    k: int
    v: Floats  # [states]
    q: Floats  # [states, actions]
    change: float  # the largest |V_k - V_{k-1}|


@dataclass(frozen=True)
class Update:
    """One environment step of every run of a deep algorithm, with what it learned."""

    step: int  # environment steps per run so far, this one included
    returns: Floats  # [runs] undiscounted return of the episode that ended here; NaN where none did
    metrics: dict[str, Floats] = field(
        default_factory=dict
    )  # each [runs]; empty where nothing was learned
    learned: NDArray[np.bool_] | None = None  # [runs] whom the metrics are of; None: of all


@dataclass(frozen=True)
class Progress:
    """One point of a training's curve."""

    step: int
    returns: (
        Floats  # [runs] mean return of each run's last episodes; NaN before the first has ended
    )
    metrics: dict[str, Floats]  # each [runs], mean since the last point


@dataclass(frozen=True)
class Snapshot:
    """The policies of all runs as they were after `step`."""

    step: int
    weights: dict[str, Floats]  # each [runs, ...]
    validation: Floats  # [runs] mean return of the greedy policy over the validation episodes


@dataclass(frozen=True)
class Evaluation:
    """How the trained policies play: mean returns over fresh greedy episodes, each [runs]."""

    best: Floats  # each run's snapshot with the highest validation
    best_step: NDArray[np.integer]  # the step of that snapshot
    last: Floats  # the weights at the end
