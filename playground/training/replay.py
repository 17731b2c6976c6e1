"""The policies of a training at play: one start, several moments, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from playground import components
from playground.language import label
from playground.runs.records import Training
from playground.runs.store import Store

if TYPE_CHECKING:
    from playground.training.panel import Panel

MOMENTS = 5  # of a training that are replayed, beside the best
UPRIGHT = 0.3  # radians from the top that still count as upright

Floats = NDArray[np.floating]


class Scene(NamedTuple):
    """How an environment is drawn, from its own observations [t, features]."""

    pose: Callable[[Floats], Floats]  # [t, numbers] that the drawing needs
    frames_per_second: int
    outcome: Callable[[Floats], tuple[str, int]]  # what to say at the end, and its number


def _pole(seen: Floats) -> tuple[str, int]:
    n = len(seen) - 1
    return ("stood" if n == 500 else "fell"), n


def _upright(seen: Floats) -> tuple[str, int]:
    return "upright", int((seen[1:, 0] > np.cos(UPRIGHT)).sum())


def _arrived(limit: int) -> Callable[[Floats], tuple[str, int]]:
    def outcome(seen: Floats) -> tuple[str, int]:
        n = len(seen) - 1
        return ("arrived" if n < limit else "never"), n

    return outcome


def _left(outside: int) -> Callable[[Floats], tuple[str, int]]:
    def outcome(seen: Floats) -> tuple[str, int]:
        return ("left" if seen[-1, outside] else "gambled"), len(seen) - 1

    return outcome


def _angles(seen: Floats) -> Floats:
    return np.stack([np.arctan2(seen[:, k + 1], seen[:, k]) for k in (0, 2)], -1)


# by environment: the drawing of the same name is in components/replay.js
SCENES = {
    "CartPole-v1": Scene(lambda seen: seen[:, [0, 2]], 50, _pole),
    "Acrobot-v1": Scene(_angles, 15, _arrived(500)),
    "MountainCar-v0": Scene(lambda seen: seen[:, :1], 30, _arrived(200)),
    "MountainCarContinuous-v0": Scene(lambda seen: seen[:, :1], 30, _arrived(999)),
    "Pendulum-v1": Scene(lambda seen: np.arctan2(seen[:, 1:2], seen[:, :1]), 20, _upright),
    "Casino-v0": Scene(lambda seen: seen.argmax(-1, keepdims=True) + 0.0, 4, _left(outside=4)),
}


def draw_replay(panel: Panel, store: Store, training: Training | None) -> None:
    """The policies of one run at play, at several moments of the training."""
    validations = store.validations(training.id) if training else {}
    if not training or not validations or training.env not in SCENES:
        return
    st.subheader(label("training.replay.title"), anchor=False)
    run = st.segmented_control(
        label("training.replay.run"),
        range(training.runs),
        default=0,
        required=True,
        format_func=lambda run: str(run + 1),
        key=panel.of("replay_run"),
    )
    run = min(run or 0, training.runs - 1)
    # the same as in the final evaluation: of equals the latest
    best = max(validations, key=lambda step: (validations[step][run], step))
    titles = {step: label("training.replay.moment", step=step) for step in moments(validations)}
    titles[best] = label("training.replay.best", step=best)
    scene = SCENES[training.env]
    data = {
        "id": f"{training.id} {run}",
        "env": training.env,
        "second": scene.frames_per_second,
        "moments": [
            moment
            for step in sorted(titles)
            for moment in _moment(store, training, step, run, titles[step])
        ],
        "labels": {name: label(f"training.replay.{name}") for name in ("play", "pause", "time")},
    }
    components.replay(panel.of("replay"), data)
    st.caption(label("training.replay.caption") + label(f"training.replay.about.{training.env}"))


def moments(steps: Sequence[int] | Any) -> list[int]:
    """At most `MOMENTS` of the steps, evenly spread, the first and the last among them."""
    steps = sorted(steps)
    chosen = np.linspace(0, len(steps) - 1, min(MOMENTS, len(steps))).round().astype(int)
    return [steps[i] for i in chosen]


def _moment(
    store: Store, training: Training, step: int, run: int, title: str
) -> list[dict[str, Any]]:
    """One moment of the training; none as long as its episode is being played."""
    try:
        poses, (code, n) = _motion(store, training.id, training.env, step, run)
    except LookupError:
        return []
    said = label(f"training.replay.{code}", n=n)
    failed = code in ("fell", "never", "gambled")
    return [{"title": title, "poses": poses, "failed": failed, "outcome": said}]


@lru_cache(maxsize=1000)
def _motion(
    store: Store, id: str, env: str, step: int, run: int
) -> tuple[list[list[float]], tuple[str, int]]:
    """The pose in each frame, and how the episode went.

    Raises `LookupError` where nothing was played (yet): that must not be remembered.
    """
    replay, scene = store.replay(id, step), SCENES[env]
    if replay is None:
        raise LookupError(step)
    seen = replay.observations[:, run]
    seen = seen[np.isfinite(seen).all(-1)]
    return scene.pose(seen).round(3).tolist(), scene.outcome(seen)
