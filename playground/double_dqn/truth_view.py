"""Overestimation while it trains, one training beside another: learned maximum less the true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground import training
from playground.double_dqn import charts
from playground.language import label, prose
from playground.numbers import shown
from playground.runs.records import Point, Training

METRIC = "overestimation"
NAMES = ("dqn", "double_dqn")
LIMITS = (-0.3, 1.0)


def draw(panel: training.Panel) -> None:
    prose("double_dqn", "truth")
    store = training.pool().store
    ids = st.session_state.get(panel.of("kept"), [])
    found = [t for id in dict.fromkeys([*ids, st.session_state.get(panel.of("run"))])
             if id and (t := store.get(id)) and t.algorithm in NAMES]  # fmt: skip
    if not found:
        st.caption(label("ddqn.truth_empty"))
        return
    now = found[-1]
    shown_ones = [t for t in found if t.env == now.env and t.steps == now.steps][-4:]

    def look() -> None:
        _draw(shown_ones, [store.points(t.id) for t in shown_ones])

    st.fragment(look, run_every=1.0 if any(t.active for t in found) else None)()


def _draw(trainings: Sequence[Training], points: Sequence[Sequence[Point]]) -> None:
    names = {name: label(f"ddqn.algorithm.{name}") for name in NAMES}
    rows: list[dict[str, Any]] = []
    latest = dict.fromkeys(NAMES, "–")
    for line, (one, theirs) in enumerate(zip(trainings, points, strict=True)):
        for p in theirs:
            if np.isfinite(values := p.metrics.get(METRIC, [np.nan])).all():
                mean = float(np.mean(values))
                latest[one.algorithm] = shown(mean, 3)
                rows.append(
                    {"x": p.step, "value": mean, "low": min(values), "high": max(values),
                     "series": names[one.algorithm], "line": line}
                )  # fmt: skip
    if not rows and any(theirs and theirs[-1].metrics for theirs in points):
        st.caption(label("ddqn.truth_unknown"))
        return
    truth = [{"value": 0.0, "text": label("ddqn.truth_line")}]
    titles = {"x": label("training.curve.step"), "value": label("ddqn.axis.over")}
    charts.lines(
        rows, truth, list(names.values()), titles, label("ddqn.truth_alt", **latest),
        x_end=trainings[-1].steps, limits=LIMITS, below=True,
    )  # fmt: skip
    st.caption(label("ddqn.truth_caption"))
