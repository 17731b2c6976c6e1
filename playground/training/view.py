"""What is shown of a training while it runs and afterwards: status, curve, results."""

from __future__ import annotations

import html
import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.runs.records import Point, Training
from playground.runs.store import Store
from playground.training import charts, overlay

if TYPE_CHECKING:
    from playground.training.panel import Panel

Part = Callable[["Panel", Store, Training | None], None]
ROOM = 'class="rl-status" style="min-height: 3.1em"'  # two lines, so that nothing below moves
SPEED_OVER = 5.0  # seconds over which the speed is measured


def draw_progress(panel: Panel, store: Store, training: Training | None) -> None:
    """The status and the learning curve."""
    points, offer = points_of(panel, store, training), panel.offer_of(training)
    with st.container(key=panel.of("status")):
        st.html(_status(panel, store, training, points))
    names = {name: label(f"training.curve.{name}") for name in ("step", "value")}
    names["solved"] = label("training.curve.solved", threshold=shown(offer.threshold))
    runs = training.runs if training else 0
    mean = float(np.mean(points[-1].returns)) if points else math.nan
    charts.curve(
        points,
        [
            (c.step, f"{label(f'training.setting.{c.field}')} → {shown(c.value)}")
            for c in (store.changes(training.id) if training else [])
        ],
        overlay.others(panel, store, training),
        steps=training.steps if training else st.session_state.get(panel.of("steps"), offer.steps),
        limits=offer.limits,
        threshold=offer.threshold,
        names=names,
        alt=label("training.curve.alt", runs=runs, mean=shown(mean, 1)),
    )
    if training:
        overlay.draw_choice(panel, store, training)
        st.caption(label(f"training.curve.{'band' if runs > 1 else 'single'}", runs=runs))
        if training.trace:
            with st.expander(label("training.trace")):
                st.code(training.trace, language=None, wrap_lines=True)


def points_of(panel: Panel, store: Store, training: Training | None) -> list[Point]:
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
    threshold = panel.offer_of(training).threshold
    best, last = (int((x >= threshold).sum()) for x in (evaluation.best, evaluation.last))
    said = label("training.state.passed", n=best, m=training.runs)
    return [said, label("training.state.passed_last", n=last, m=training.runs) * (last != best)]


def _duration(seconds: int) -> str:
    if seconds < 60:
        return label("training.time.seconds", s=seconds)
    return label("training.time.minutes", m=seconds // 60, s=seconds % 60)


def draw_results(panel: Panel, store: Store, training: Training) -> None:
    """The final evaluation of every run, once there is one."""
    evaluation = store.evaluation(training.id)
    if not evaluation:
        return
    st.subheader(label("training.results.title"), anchor=False)

    threshold = panel.offer_of(training).threshold

    def cell(value: float) -> Cell:
        passed = bool(value >= threshold)
        return {"text": shown(value, 1) + " ✓" * passed, "mark": "" if passed else "dim"}

    rows: list[list[Cell]] = [
        [{"text": str(run + 1)}, cell(best), {"text": str(step)}, cell(last)]
        for run, (best, step, last) in enumerate(
            zip(evaluation.best, evaluation.best_step, evaluation.last, strict=True)
        )
    ]
    columns = label("training.results.columns").split("|")
    table(panel.of("results"), columns, rows, label("training.results.alt"))
    st.caption(label("training.results.caption", threshold=shown(threshold)))
