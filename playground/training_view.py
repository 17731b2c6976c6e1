"""What is shown of a training while it runs and afterwards."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from playground import training_charts
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.runs.records import Point, Training
from playground.runs.store import Store

if TYPE_CHECKING:
    from playground.training_panel import Panel

Part = Callable[["Panel", Store, Training | None], None]
COMPONENTS = Path(__file__).parent / "components"
MOMENTS = 5  # of a training that are replayed, beside the best
ONE_EPISODE = 500  # steps that a pole is held up at most
ROOM = 'class="rl-status" style="min-height: 3.1em"'  # two lines, so that nothing below moves
SPEED_OVER = 5.0  # seconds over which the speed is measured


def draw_progress(panel: Panel, store: Store, training: Training | None) -> None:
    """The status and the learning curve."""
    points = _points(panel, store, training)
    with st.container(key=panel.of("status")):
        st.html(_status(panel, store, training, points))
    names = {name: label(f"training.curve.{name}") for name in ("step", "value")}
    names["solved"] = label("training.curve.solved", threshold=shown(panel.threshold))
    runs = training.runs if training else 0
    mean = float(np.mean(points[-1].returns)) if points else math.nan
    training_charts.curve(
        points,
        [
            (c.step, f"{label(f'training.setting.{c.field}')} → {shown(c.value)}")
            for c in (store.changes(training.id) if training else [])
        ],
        steps=training.steps if training else panel.steps,
        limits=panel.limits,
        threshold=panel.threshold,
        names=names,
        alt=label("training.curve.alt", runs=runs, mean=shown(mean, 1)),
    )
    if training:
        st.caption(label(f"training.curve.{'band' if runs > 1 else 'single'}", runs=runs))
        if training.trace:
            with st.expander(label("training.trace")):
                st.code(training.trace, language=None, wrap_lines=True)


def _points(panel: Panel, store: Store, training: Training | None) -> list[Point]:
    """All points so far; only new ones are read."""
    if not training:
        return []
    id, points = st.session_state.get(panel.of("points"), ("", []))
    if id != training.id:
        points = []
    points = [*points, *store.points(training.id, after=points[-1].step if points else -1)]
    st.session_state[panel.of("points")] = training.id, points
    return points


def _status(panel: Panel, store: Store, training: Training | None, points: Sequence[Point]) -> str:
    """One line: state, step, and what there is to say about it."""
    if not training:
        return f"<div {ROOM}>{html.escape(label('training.state.empty'))}</div>"
    step = points[-1].step if points else 0
    said = label(
        f"training.state.{training.status}",
        step=step,
        steps=training.steps,
        place=store.place(training),
    )
    parts = [
        f"<b>{html.escape(said)}</b>",
        *map(html.escape, _more(panel, store, training, points)),
    ]
    return (
        f'<div {ROOM} role="status" data-state="{training.status}" data-step="{step}">'
        f"{' · '.join(parts)}</div>"
    )


def _more(panel: Panel, store: Store, training: Training, points: Sequence[Point]) -> list[str]:
    if training.reason:
        reason = label(f"training.reason.{training.reason}", detail=training.detail)
        return [reason, label("training.failed_why")]
    if training.status == "finished":
        return [text for text in _passed(panel, store, training) if text]
    if training.status != "running":
        return []
    if not points:
        return [label("training.state.starting")]
    if points[-1].step == training.steps:
        return [label("training.state.evaluating")]
    since = next(p for p in points if p.at >= points[-1].at - SPEED_OVER)
    steps, seconds = points[-1].step - since.step, points[-1].at - since.at
    if steps == 0 or seconds == 0:
        since_start = points[-1].at - (training.started or points[-1].at)
        steps, seconds = points[-1].step, max(since_start, 0.01)
    left = (training.steps - points[-1].step) * seconds / steps - (time.time() - points[-1].at)
    speed = label("training.state.speed", speed=round(training.runs * steps / seconds))
    return [speed, label("training.state.left", left=_duration(max(0, math.ceil(left))))]


def _passed(panel: Panel, store: Store, training: Training) -> list[str]:
    evaluation = store.evaluation(training.id)
    if not evaluation:
        return []
    best, last = (int((x >= panel.threshold).sum()) for x in (evaluation.best, evaluation.last))
    said = label("training.state.passed", n=best, m=training.runs)
    return [said, label("training.state.passed_last", n=last, m=training.runs) * (last != best)]


def _duration(seconds: int) -> str:
    if seconds < 60:
        return label("training.time.seconds", s=seconds)
    return label("training.time.minutes", m=seconds // 60, s=seconds % 60)


def draw_health(panel: Panel, store: Store, training: Training | None) -> None:
    """The metrics that an expert would watch, and what they look like when all is well."""
    if not training:
        return
    st.subheader(label("training.health.title"), anchor=False)
    points = _points(panel, store, training)
    in_force = training.config | {c.field: c.value for c in store.changes(training.id)}
    gamma = in_force.get("gamma", 1)
    with st.container(horizontal=True, key=panel.of("health_stage")):
        for metric in panel.health:
            with st.container(key=panel.of(f"{metric}_stage_side")):
                name = label(f"training.health.{metric}")
                st.markdown(f"**{name}**")
                values = [p.metrics[metric] for p in points if metric in p.metrics]
                latest = shown(float(np.mean(values[-1])), 3) if values else "–"
                training_charts.health(
                    points,
                    metric,
                    steps=training.steps,
                    step=label("training.curve.step"),
                    alt=label("training.health.alt", name=name, value=latest),
                )
                says = f"training.health.{metric}_says"
                if metric == "q" and (gamma == 1 or not panel.highest_value):
                    says += "_no_bound"
                bound = shown(1 / (1 - gamma), 1) if gamma < 1 else ""
                st.caption(label(says, bound=bound))


def draw_replay(panel: Panel, store: Store, training: Training | None) -> None:
    """The policies of one run at play, at several moments of the training."""
    validations = store.validations(training.id) if training else {}
    if not training or not validations:
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
    best = max(validations, key=lambda step: validations[step][run])
    titles = {step: label("training.replay.moment", step=step) for step in moments(validations)}
    titles[best] = label("training.replay.best", step=best)
    scenes = [_scene(store, training.id, step, run, titles[step]) for step in sorted(titles)]
    labels = {name: label(f"training.replay.{name}") for name in ("play", "pause", "time")}
    data = {"id": f"{training.id} {run}", "moments": scenes, "labels": labels}
    _component()(data=data, key=panel.of("replay"))
    st.caption(label("training.replay.caption"))


def moments(steps: Sequence[int] | Any) -> list[int]:
    """At most `MOMENTS` of the steps, evenly spread, the first and the last among them."""
    steps = sorted(steps)
    chosen = np.linspace(0, len(steps) - 1, min(MOMENTS, len(steps))).round().astype(int)
    return [steps[i] for i in chosen]


def _scene(store: Store, id: str, step: int, run: int, title: str) -> dict[str, Any]:
    x, theta = _motion(store, id, step, run)
    n = len(x) - 1
    fell = n < ONE_EPISODE
    said = label(f"training.replay.{'fell' if fell else 'stood'}", n=n)
    return {"title": title, "x": x, "theta": theta, "fell": fell, "outcome": said}


@lru_cache(maxsize=1000)
def _motion(store: Store, id: str, step: int, run: int) -> tuple[list[float], list[float]]:
    """Where the cart was (metres) and how the pole leaned (radians), frame by frame."""
    replay = store.replay(id, step)
    if replay is None:
        return [0.0], [0.0]
    seen = replay.observations[:, run]
    seen = seen[np.isfinite(seen).all(-1)].round(3)
    return seen[:, 0].tolist(), seen[:, 2].tolist()


def draw_results(panel: Panel, store: Store, training: Training) -> None:
    """The final evaluation of every run, once there is one."""
    evaluation = store.evaluation(training.id)
    if not evaluation:
        return
    st.subheader(label("training.results.title"), anchor=False)

    def cell(value: float) -> Cell:
        passed = bool(value >= panel.threshold)
        return {"text": shown(value, 1) + " ✓" * passed, "mark": "" if passed else "dim"}

    rows: list[list[Cell]] = [
        [{"text": str(run + 1)}, cell(best), {"text": str(step)}, cell(last)]
        for run, (best, step, last) in enumerate(
            zip(evaluation.best, evaluation.best_step, evaluation.last, strict=True)
        )
    ]
    columns = label("training.results.columns").split("|")
    table(panel.of("results"), columns, rows, label("training.results.alt"))
    st.caption(label("training.results.caption", threshold=shown(panel.threshold)))


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "rl_playground.replay",
        css=(COMPONENTS / "replay.css").read_text(encoding="utf-8"),
        js=(COMPONENTS / "replay.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
