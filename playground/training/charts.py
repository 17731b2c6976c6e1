"""Charts of a training: built once with Altair, then fed with data at every look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from playground.runs.records import Point
from playground.symbols import theme

# Okabe & Ito's blues and oranges, one of each that stands out on the page's ground
COLOURS = {"light": ("#0072B2", "#D55E00"), "dark": ("#56B4E9", "#E69F00")}
OTHERS = ["#009E73", "#CC79A7", "#E69F00", "#7A5195"]
GREY = "#8A8A85"
RESAMPLES = 400
ROOM = 0.3  # of the axis, that the name of a changed setting takes

Spec = dict[str, Any]
Floats = NDArray[np.floating]


def band(returns: Floats) -> tuple[Floats, Floats]:
    """The 95 % bootstrap interval of the mean over runs: returns [points, runs] → [points] twice.

    Percentile bootstrap over the runs (Agarwal et al. 2021), the same resamples at every point.
    """
    _, runs = returns.shape
    draws = np.random.default_rng(0).integers(runs, size=(RESAMPLES, runs))
    low, high = np.quantile(returns[:, draws].mean(-1), [0.025, 0.975], axis=1)
    return low, high


def curve(
    points: Sequence[Point],
    changes: Sequence[tuple[int, str]],
    others: Sequence[tuple[str, Sequence[Point]]],
    *,
    steps: int,
    limits: tuple[float, float],
    threshold: float,
    names: Mapping[str, str],
    alt: str,
) -> None:
    """The learning curve: mean, band, single runs, the threshold and the changed settings.

    Args:
        changes: each a step and what has been different since.
        others: earlier trainings, each a name and its points: their means are drawn too.
        steps: where the x axis ends.
        limits: where the y axis begins and ends.
        names: "step" and "value" for the axes, "solved" for the threshold.
    """
    whole = [p for p in points if np.isfinite(p.returns).all()]
    rows: list[Mapping[str, Any]] = []
    if whole:
        returns = np.array([p.returns for p in whole])
        low, high = band(returns)
        columns = zip(whole, returns.mean(-1).tolist(), low.tolist(), high.tolist(), strict=True)
        rows = [{"step": p.step, "mean": m, "low": lo, "high": hi} for p, m, lo, hi in columns]
    runs = [
        {"step": p.step, "run": run, "value": value}
        for p in points
        for run, value in enumerate(p.returns)
        if np.isfinite(value)
    ]
    earlier: list[Mapping[str, Any]] = [
        {"step": p.step, "mean": float(np.mean(p.returns)), "name": name}
        for name, theirs in others
        for p in theirs
        if np.isfinite(p.returns).all()
    ]
    longest = max([steps, *(p.step for _, theirs in others for p in theirs)])
    marks = [{"step": step} for step, _ in changes]
    said = [
        {"step": step, "text": text, "late": step > longest / 2}
        for step, text in together(changes, longest)
    ]
    goal = [{"value": threshold, "text": names["solved"]}]
    spec = _curve_spec(theme(), longest, limits, names["step"], names["value"])
    data: dict[str, Sequence[Mapping[str, Any]]]
    data = {
        "mean": rows,
        "runs": runs,
        "others": earlier,
        "changes": marks,
        "said": said,
        "goal": goal,
    }
    _show(spec, data, alt)


def together(changes: Sequence[tuple[int, str]], steps: int) -> list[tuple[int, str]]:
    """What was changed soon after something else is said below it, for there is no room beside."""
    said: list[tuple[int, str]] = []
    for step, text in changes:
        if said and step - said[-1][0] < ROOM * steps:
            said[-1] = said[-1][0], f"{said[-1][1]}\n{text}"
        else:
            said.append((step, text))
    return said


def health(
    points: Sequence[Point],
    metric: str,
    reference: Sequence[tuple[int, float]],
    *,
    steps: int,
    step: str,
    alt: str,
) -> None:
    """One metric over steps: the mean of the runs, and from the lowest to the highest run.

    Args:
        reference: what to compare it with, each a step and the value from there on (NaN: none).
    """
    rows = [
        {"step": p.step, "mean": np.mean(v), "low": min(v), "high": max(v)}
        for p in points
        if np.isfinite(v := p.metrics.get(metric, [np.nan])).all()
    ]
    ends = [*(at for at, _ in reference[1:]), steps]
    lines = [
        {"step": at, "value": value, "line": k}
        for k, ((begin, value), end) in enumerate(zip(reference, ends, strict=False))
        if np.isfinite(value)
        for at in (begin, end)
    ]
    _show(_health_spec(theme(), steps, step), {"mean": rows, "reference": lines}, alt)


def _show(spec: Spec, data: Mapping[str, Sequence[Mapping[str, Any]]], alt: str) -> None:
    st.vega_lite_chart(spec=spec | {"datasets": dict(data)}, width="stretch", alt=alt)


@cache
def _curve_spec(
    ground: str, steps: int, limits: tuple[float, float], step: str, value: str
) -> Spec:
    import altair as alt  # here, so that the first page does not wait for it

    colour, changed = COLOURS[ground]
    x = alt.X(
        "step:Q",
        title=step,
        scale=alt.Scale(domain=[0, steps], nice=False),
        axis=alt.Axis(grid=False, tickCount=5, format="d"),
    )
    y_scale = alt.Scale(domain=limits, nice=False)
    y = alt.Y("mean:Q", title=value, scale=y_scale, axis=alt.Axis(tickCount=5))
    goal = alt.Chart(alt.NamedData("goal")).encode(y="value:Q")
    mean = alt.Chart(alt.NamedData("mean")).encode(x=x, y=y)
    runs = alt.Chart(alt.NamedData("runs")).encode(x=x, y="value:Q", detail="run:N")
    others = alt.Chart(alt.NamedData("others")).encode(
        x=x,
        y="mean:Q",
        color=alt.Color("name:N", legend=None, scale=alt.Scale(range=OTHERS)),
        detail="name:N",
    )
    ends = others.transform_window(
        place="row_number()", sort=[alt.SortField("step", "descending")], groupby=["name"]
    ).transform_filter("datum.place == 1")
    changes = alt.Chart(alt.NamedData("changes")).encode(x=x)
    said = alt.Chart(alt.NamedData("said")).encode(x=x, y=alt.value(34), text="text:N")
    style: Spec = {"baseline": "top", "fontSize": 13, "color": changed, "fontWeight": 600}
    style["lineBreak"] = "\n"
    tips = [alt.Tooltip("step:Q"), alt.Tooltip("mean:Q", format=".1f")]
    return _finished(
        alt.layer(
            goal.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=GREY),
            goal.mark_text(
                align="left", baseline="bottom", dx=4, dy=-3, fontSize=13, color=GREY
            ).encode(x=alt.value(0), text="text:N"),
            mean.mark_area(opacity=0.22, color=colour).encode(y="low:Q", y2="high:Q"),
            others.mark_line(strokeWidth=2, strokeDash=[6, 3], clip=True),
            ends.mark_text(align="right", dx=-4, dy=-8, fontSize=13, fontWeight=600).encode(
                text="name:N"
            ),
            runs.mark_line(opacity=0.4, strokeWidth=1, color=colour, clip=True),
            mean.mark_line(strokeWidth=3, color=colour).encode(tooltip=tips),
            changes.mark_rule(strokeDash=[3, 3], strokeWidth=2, color=changed),
            said.transform_filter("!datum.late").mark_text(align="left", dx=4, **style),
            said.transform_filter("datum.late").mark_text(align="right", dx=-4, **style),
        ),
        460,
    )


@cache
def _health_spec(ground: str, steps: int, step: str) -> Spec:
    import altair as alt

    colour, compared = COLOURS[ground]
    x = alt.X(
        "step:Q",
        title=step,
        scale=alt.Scale(domain=[0, steps], nice=False),
        axis=alt.Axis(grid=False, tickCount=4, format="d"),
    )
    reference = alt.Chart(alt.NamedData("reference")).encode(
        x=x, y=alt.Y("value:Q", title=None), detail="line:N"
    )
    mean = alt.Chart(alt.NamedData("mean")).encode(x=x)
    # where all values are 0, Vega would write it with six decimals
    axis = alt.Axis(tickCount=4, labelExpr="datum.value === 0 ? '0' : datum.label")
    y = alt.Y("low:Q", title=None, axis=axis)
    area = mean.mark_area(opacity=0.22, color=colour).encode(y=y, y2="high:Q")
    return _finished(
        alt.layer(
            area,
            mean.mark_line(strokeWidth=2.5, color=colour).encode(y="mean:Q"),
            reference.mark_line(strokeWidth=2, strokeDash=[6, 4], color=compared),
        ),
        190,
    )


def _finished(chart: Any, height: int) -> Spec:
    spec: Spec = chart.properties(height=height).to_dict()
    return {key: part for key, part in spec.items() if key not in ("config", "$schema")}
