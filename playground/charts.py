"""Charts: each kind is built once with Altair and kept as a spec; a click sends only data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import streamlit as st

# Okabe & Ito's colours, which people with any colour vision can tell apart
PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000"]
MOST_POINTS = 400

Rows = Sequence[Mapping[str, Any]]


def thinned(n: int) -> list[int]:
    """At most about `MOST_POINTS` of the numbers 0 .. n-1, the last one always among them."""
    stride = max(1, n // MOST_POINTS)
    return sorted({*range(0, n, stride), n - 1})


def values_chart(
    lines: Rows,
    optimal: Rows,
    cursor: int,
    series: Sequence[str],
    titles: Mapping[str, str],
    alt: str,
) -> None:
    """Values over steps, one colour a series, beside their optimal values.

    Args:
        lines: rows of `step`, `value`, `series`, `line` (0 is the current history).
        optimal: rows of `value`, `series`, `text`.
        cursor: the step that is on the stage.
        titles: of "step" and "value".
        alt: the chart in words.
    """
    spec = _values_spec(tuple(series), titles["step"], titles["value"])
    show(spec, {"lines": lines, "optimal": optimal, "cursor": [{"step": cursor}]}, alt)


def distance_chart(lines: Rows, cursor: int, titles: Mapping[str, str], alt: str) -> None:
    """The distance to the optimal values over steps; rows of `step`, `value`, `line`."""
    spec = _distance_spec(titles["step"], titles["value"])
    show(spec, {"lines": lines, "cursor": [{"step": cursor}]}, alt)


def rounds_chart(points: Rows, references: Rows, titles: Mapping[str, str], alt: str) -> None:
    """Dots that the program computed on curves from a formula.

    Args:
        points: rows of `n`, `value`, `curve`, `series`.
        references: rows of `value`, `text`.
    """
    spec = _rounds_spec(titles["n"], titles["value"])
    show(spec, {"points": points, "references": references}, alt)


def show(spec: dict[str, Any], data: Mapping[str, Rows], alt: str) -> None:
    """Draw a finished spec with its data sets by name."""
    # as Arrow tables: by way of pandas they would cost more than all the rest of a click
    datasets = {name: pa.Table.from_pylist(list(rows)) for name, rows in data.items()}
    st.vega_lite_chart(spec=spec | {"datasets": datasets}, width="stretch", alt=alt)


@cache
def _values_spec(series: tuple[str, ...], step: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the first page does not wait for it

    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=PALETTE)).legend(
        orient="top", title=None
    )
    x = alt.X("step:Q", title=step, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True))
    lines = alt.Chart(alt.NamedData("lines")).encode(x=x, y=y, color=colour)
    now = lines.transform_filter("datum.line == 0")
    others = lines.transform_filter("datum.line > 0").encode(detail="line:N")
    optimal = alt.Chart(alt.NamedData("optimal")).encode(y="value:Q", color=colour)
    cursor = alt.Chart(alt.NamedData("cursor")).encode(x="step:Q")
    chart = alt.layer(
        optimal.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, opacity=0.7),
        optimal.mark_text(align="left", baseline="middle", dx=5, fontSize=12).encode(
            x=alt.value("width"), text="text:N"
        ),
        cursor.mark_rule(opacity=0.35, color="gray"),
        others.mark_line(strokeDash=[2, 3], strokeWidth=2, opacity=0.75),
        now.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=36)),
    )
    return finished(chart)


@cache
def _distance_spec(step: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("step:Q", title=step, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=True))
    lines = alt.Chart(alt.NamedData("lines")).encode(x=x, y=y)
    chart = alt.layer(
        alt.Chart(alt.NamedData("cursor")).mark_rule(opacity=0.35, color="gray").encode(x="step:Q"),
        lines.transform_filter("datum.line > 0")
        .mark_line(strokeDash=[2, 3], strokeWidth=2, color="gray")
        .encode(detail="line:N"),
        lines.transform_filter("datum.line == 0").mark_line(strokeWidth=2.5, color=PALETTE[2]),
    )
    return finished(chart)


@cache
def _rounds_spec(n: str, value: str) -> dict[str, Any]:
    import altair as alt

    colour = alt.Color("series:N", scale=alt.Scale(range=PALETTE)).legend(orient="top", title=None)
    x = alt.X("n:Q", title=n, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    points = alt.Chart(alt.NamedData("points")).encode(x=x, color=colour)
    references = alt.Chart(alt.NamedData("references")).encode(y="value:Q")
    chart = alt.layer(
        references.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        references.mark_text(
            align="right", baseline="bottom", dx=-2, fontSize=12, color="gray"
        ).encode(x=alt.value("width"), text="text:N"),
        points.mark_line(strokeWidth=2).encode(y="curve:Q"),
        points.mark_point(filled=True, size=60).encode(y=alt.Y("value:Q", title=value)),
    )
    return finished(chart)


def finished(chart: Any, height: int = 300) -> dict[str, Any]:
    """The chart's spec, without what Streamlit's own theme decides."""
    spec: dict[str, Any] = chart.properties(height=height).to_dict()
    return {key: part for key, part in spec.items() if key not in ("config", "$schema")}
