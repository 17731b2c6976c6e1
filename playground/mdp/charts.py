"""The charts of the mathematics page; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]


def weights_chart(bars: Rows, marks: Rows, kinds: Sequence[str], titles: Titles, alt: str) -> None:
    """Bars of `k`, `value`, `kind`; an upright line at each mark's `k` with its `text`."""
    spec = _weights_spec(tuple(kinds), titles["k"], titles["value"])
    charts.show(spec, {"bars": bars, "marks": marks}, alt)


def lens_chart(lines: Rows, marks: Rows, titles: Titles, alt: str) -> None:
    """Lines of `gamma`, `value`, `series`; uprights of `gamma`, `text`, `kind` ("flip", "now")."""
    spec = _lens_spec(titles["gamma"], titles["value"])
    charts.show(spec, {"lines": lines, "marks": marks}, alt)


def sampling_chart(
    band: Rows, runs: Rows, exact: Rows, cursor: int, titles: Titles, alt: str
) -> None:
    """Running means: `n`, `mean`, `low`, `high`; each run by `n`, `value`, `run`; the truth."""
    spec = _sampling_spec(titles["n"], titles["value"])
    data = {"band": band, "runs": runs, "exact": exact, "cursor": [{"n": cursor}]}
    charts.show(spec, data, alt)


def error_chart(points: Rows, cursor: int, kinds: Sequence[str], titles: Titles, alt: str) -> None:
    """Points of `k`, `value`, `kind` on a logarithmic axis."""
    spec = _error_spec(tuple(kinds), titles["k"], titles["value"])
    charts.show(spec, {"points": points, "cursor": [{"k": cursor}]}, alt)


@cache
def _weights_spec(kinds: tuple[str, ...], k: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X("k:Q", title=k, axis=alt.Axis(grid=False, format="d", tickMinStep=1)).scale(
        domain=[-0.8, 29.8], nice=False
    )
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[PALETTE[0], "#9AA5B1"]))
    bars = alt.Chart(alt.NamedData("bars")).mark_bar(size=8)
    marks = alt.Chart(alt.NamedData("marks")).encode(x="k:Q")
    chart = alt.layer(
        bars.encode(
            x=x,
            y=alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5)).scale(domain=[0, 1]),
            color=colour.legend(orient="top", title=None),
        ),
        marks.mark_rule(strokeDash=[5, 4], strokeWidth=2, color=PALETTE[1]),
        marks.mark_text(align="left", dx=6, fontSize=13, color=PALETTE[1]).encode(
            y=alt.value(14), text="text:N"
        ),
    )
    return charts.finished(chart, height=220)


@cache
def _lens_spec(gamma: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("gamma:Q", title=gamma, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(grid=False))
    colour = alt.Color("series:N", scale=alt.Scale(range=PALETTE)).legend(orient="top", title=None)
    lines = alt.Chart(alt.NamedData("lines")).encode(x=x)
    marks = alt.Chart(alt.NamedData("marks")).encode(x="gamma:Q")
    flips = marks.transform_filter("datum.kind == 'flip'")
    chart = alt.layer(
        lines.mark_line(strokeWidth=2.5).encode(
            y=alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5)),
            color=colour,
            strokeDash=alt.StrokeDash("series:N", legend=None),
        ),
        flips.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        flips.mark_text(align="right", dx=-4, fontSize=12, color="gray").encode(
            y=alt.value(12), text="text:N"
        ),
        marks.transform_filter("datum.kind == 'now'").mark_rule(strokeWidth=2, opacity=0.5,
                                                                color=PALETTE[4]),
    )  # fmt: skip
    return charts.finished(chart)


@cache
def _sampling_spec(n: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:Q", title=n, scale=alt.Scale(type="log", nice=False), axis=alt.Axis(
        grid=False, values=[1, 2, 5, 10, 20, 50, 100, 200], format="d"))  # fmt: skip
    band = alt.Chart(alt.NamedData("band")).encode(x=x)
    runs = alt.Chart(alt.NamedData("runs")).encode(x=x, y="value:Q", detail="run:N")
    exact = alt.Chart(alt.NamedData("exact")).encode(y="value:Q")
    scale = alt.Scale(zero=False)
    chart = alt.layer(
        band.mark_area(opacity=0.22, color=PALETTE[0]).encode(
            y=alt.Y("low:Q", title=value, scale=scale, axis=alt.Axis(tickCount=5)), y2="high:Q"
        ),
        runs.mark_line(strokeWidth=1, opacity=0.25, color=PALETTE[0]),
        band.mark_line(strokeWidth=2.5, color=PALETTE[0]).encode(y="mean:Q"),
        exact.mark_rule(strokeDash=[5, 4], strokeWidth=2, color=PALETTE[1]),
        exact.mark_text(align="right", baseline="bottom", dx=-4, dy=-3, fontSize=13,
                        color=PALETTE[1]).encode(x=alt.value("width"), text="text:N"),
        alt.Chart(alt.NamedData("cursor")).mark_rule(opacity=0.4, color="gray").encode(x="n:Q"),
    )  # fmt: skip
    return charts.finished(chart)


@cache
def _error_spec(kinds: tuple[str, ...], k: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("k:Q", title=k, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[PALETTE[2], "#888888"]))
    dash = alt.StrokeDash("kind:N", scale=alt.Scale(domain=kinds, range=[[1, 0], [5, 4]]))
    points = alt.Chart(alt.NamedData("points")).encode(
        x=x,
        y=alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=4, format=".1~g")).scale(
            type="log"
        ),
        color=colour.legend(orient="top", title=None),
        strokeDash=dash.legend(None),
    )
    cursor = alt.Chart(alt.NamedData("cursor")).encode(x="k:Q")
    chart = alt.layer(
        cursor.mark_rule(opacity=0.35, color="gray"),
        points.mark_line(strokeWidth=2.5),
    )
    return charts.finished(chart, height=240)
