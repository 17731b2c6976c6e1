"""The replay buffer of a training under an X-ray: how old and how alike what it hands out is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground import training
from playground.dqn import charts
from playground.language import label, prose
from playground.numbers import shown
from playground.runs.records import Point, Training

ALIKE = ("neighbours_alike", "sampled_alike")


def draw_xray(panel: training.Panel) -> None:
    prose("dqn", "xray")
    id = st.session_state.get(panel.of("run"))
    found = training.pool().store.get(id) if id else None
    if not found:
        st.caption(label("dqn.xray.empty"))
        return

    def look() -> None:
        _draw(found, training.pool().store.points(found.id))

    st.fragment(look, run_every=1.0 if found.active else None)()


def _draw(found: Training, points: Sequence[Point]) -> None:
    seen = [p for p in points if "sample_age" in p.metrics]
    names = [label(f"dqn.xray.{name}") for name in ALIKE]
    alike = [
        row for metric, name in zip(ALIKE, names, strict=True) for row in _rows(seen, metric, name)
    ]
    ages = _rows(seen, "sample_age", label("dqn.xray.sample_age"))
    half = [{"value": found.config["replay_size"] / 2, "text": label("dqn.xray.half")}]
    latest = {
        metric: shown(float(np.mean(seen[-1].metrics[metric])), 2) if seen else "–"
        for metric in (*ALIKE, "sample_age")
    }
    titles = {"step": label("training.curve.step"), "value": label("dqn.xray.axis_alike")}
    with st.container(key="dqn_xray_pair_stage", horizontal=True):
        with st.container(key="dqn_xray_alike"):
            charts.alike_chart(
                alike, names, found.steps, titles, label("dqn.xray.alike_alt", **latest)
            )
            st.caption(label("dqn.xray.alike_says"))
        with st.container(key="dqn_xray_age"):
            titles["value"] = label("dqn.xray.axis_age")
            said = label("dqn.xray.age_alt", **latest)
            charts.age_chart(ages, half, found.steps, titles, said)
            st.caption(label("dqn.xray.age_says"))


def _rows(points: Sequence[Point], metric: str, series: str) -> list[dict[str, Any]]:
    """The mean of the runs, and from the lowest to the highest."""
    return [
        {"step": p.step, "series": series, "mean": float(np.mean(p.metrics[metric])),
         "low": min(p.metrics[metric]), "high": max(p.metrics[metric])}
        for p in points
    ]  # fmt: skip
