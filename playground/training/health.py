"""The health of a training: the metrics that an expert would watch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import streamlit as st

from playground.language import label
from playground.numbers import shown
from playground.runs.records import Training
from playground.runs.store import Store
from playground.training import charts
from playground.training.view import points_of

if TYPE_CHECKING:
    from playground.training.panel import Panel


class Reference(NamedTuple):
    """The setting that a metric is to be compared with, drawn into its chart."""

    setting: str
    only_with: str | None = None  # the switch without which it means nothing


def draw(panel: Panel, store: Store, training: Training | None) -> None:
    """The metrics that an expert would watch, and what they look like when all is well."""
    if not training:
        return
    st.subheader(label("training.health.title"), anchor=False)
    st.caption(label("training.health.caption"))
    points = points_of(panel, store, training)
    measured = next((p.metrics for p in reversed(points) if p.metrics), None)
    settings = in_force(store, training)
    now = settings[-1][1]
    gamma = now.get("gamma", 1)
    with st.container(horizontal=True, key=panel.of("health_stage")):
        for metric in panel.health:
            if measured is not None and metric not in measured:
                continue  # not every algorithm of a page has it
            with st.container(key=panel.of(f"{metric}_stage_side")):
                name = label(f"training.health.{metric}")
                wanted = reference(panel.references.get(metric), settings)
                st.markdown(f"**{name}**{_said(panel.references.get(metric), wanted)}")
                values = [p.metrics[metric] for p in points if metric in p.metrics]
                latest = shown(float(np.mean(values[-1])), 3) if values else "–"
                charts.health(
                    points,
                    metric,
                    wanted,
                    steps=training.steps,
                    step=label("training.curve.step"),
                    alt=label("training.health.alt", name=name, value=latest),
                )
                says = f"training.health.{metric}_says"
                of_one = panel.offer_of(training).rewards_of_one
                if metric == "q" and (gamma == 1 or not of_one or now.get("normalise_reward")):
                    says += "_no_bound"
                bound = shown(1 / (1 - gamma), 1) if gamma < 1 else ""
                st.caption(label(says, bound=bound))


def in_force(store: Store, training: Training) -> list[tuple[int, dict[str, Any]]]:
    """All settings from the first step on, and from each change on."""
    settings = [(0, dict(training.config))]
    for change in store.changes(training.id):
        settings.append((change.step, settings[-1][1] | {change.field: change.value}))
    return settings


def reference(
    of: Reference | None, settings: Sequence[tuple[int, dict[str, Any]]]
) -> list[tuple[int, float]]:
    """From which step on the reference had which value; NaN where it meant nothing."""
    if of is None or of.setting not in settings[0][1]:
        return []  # not every algorithm of a page has it
    name, switch = of
    return [
        (step, float(now[name]) if switch is None or now.get(switch) else math.nan)
        for step, now in settings
    ]


def _said(of: Reference | None, values: Sequence[tuple[int, float]]) -> str:
    """What the dashed line of a chart is, to stand beside its title."""
    if of is None or not values or not math.isfinite(values[-1][1]):
        return ""
    name = label(f"training.setting.{of.setting}")
    return f" :orange[┄ {label('training.health.dashed', name=name, value=shown(values[-1][1]))}]"
