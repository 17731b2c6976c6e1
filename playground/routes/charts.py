"""The charts of the page "Two routes"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]


def returns_chart(
    bands: Rows, dots: Rows, best: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:
    """Return per episode of two learners.

    Args:
        bands: rows of `n`, `mean`, `low`, `high`, `series`.
        dots: the episodes on stage: `n`, `value`, `series`.
        best: one row of `value`, `text`.
    """
    spec = _returns_spec(tuple(series), titles["n"], titles["value"])
    charts.show(spec, {"bands": bands, "dots": dots, "best": best}, alt)


def error_chart(
    bands: Rows, now: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """Error over tries, both on logarithmic axes: `n`, `mean`, `low`, `high`, `series`."""
    spec = _error_spec(tuple(series), titles["n"], titles["value"])
    charts.show(spec, {"bands": bands, "now": now}, alt)


def corridor_chart(curve: Rows, marks: Rows, titles: Titles, alt: str) -> None:
    """J(p) as rows of `p`, `value`; points with `text` on it, of `kind` "fixed" or "now"."""
    charts.show(_corridor_spec(titles["p"], titles["value"]), {"curve": curve, "marks": marks}, alt)


def chances_chart(band: Rows, runs: Rows, best: Rows, titles: Titles, alt: str) -> None:
    """The chance of Right over episodes: mean and band, single runs, and the best as a line."""
    spec = _chances_spec(titles["n"], titles["value"])
    charts.show(spec, {"band": band, "runs": runs, "best": best}, alt)


def _colour(alt: Any, series: tuple[str, ...]) -> Any:
    """The route by value is blue, the one by policy vermilion, in every chart of the page."""
    scale = alt.Scale(domain=series, range=PALETTE[:2])
    return alt.Color("series:N", scale=scale).legend(
        orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0
    )


@cache
def _returns_spec(series: tuple[str, ...], n: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X("n:Q", title=n, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Scale(domain=[0, 1])
    bands = alt.Chart(alt.NamedData("bands")).encode(x=x, color=_colour(alt, series))
    dots = alt.Chart(alt.NamedData("dots")).encode(x=x, y="value:Q", color=_colour(alt, series))
    best = alt.Chart(alt.NamedData("best")).encode(y="value:Q")
    chart = alt.layer(
        bands.mark_area(opacity=0.18).encode(
            y=alt.Y("low:Q", title=value, scale=y, axis=alt.Axis(tickCount=5)), y2="high:Q"
        ),
        best.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        best.mark_text(align="right", baseline="bottom", dx=-2, dy=-3, fontSize=12, color="gray")
        .encode(x=alt.value("width"), text="text:N"),
        bands.mark_line(strokeWidth=2.5).encode(
            y="mean:Q", strokeDash=alt.StrokeDash("series:N", sort=series, legend=None)
        ),
        dots.mark_point(filled=True, size=45).encode(
            shape=alt.Shape("series:N", sort=series, legend=None)
        ),
    )  # fmt: skip
    return charts.finished(chart, height=260)


@cache
def _error_spec(series: tuple[str, ...], n: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:Q", title=n, axis=alt.Axis(grid=False, format="~s", tickCount=6)).scale(type="log")
    y = alt.Y("low:Q", title=value, axis=alt.Axis(format="~g", values=[0.001, 0.01, 0.1, 1])).scale(
        type="log"
    )
    bands = alt.Chart(alt.NamedData("bands")).encode(x=x, color=_colour(alt, series))
    now = alt.Chart(alt.NamedData("now")).encode(x="n:Q")
    chart = alt.layer(
        bands.mark_area(opacity=0.18).encode(y=y, y2="high:Q"),
        now.mark_rule(opacity=0.45, color="gray"),
        now.mark_text(align="right", dx=-5, fontSize=12, color="gray").encode(
            y=alt.value(10), text="text:N"
        ),
        bands.mark_line(strokeWidth=2.5).encode(
            y="mean:Q", strokeDash=alt.StrokeDash("series:N", sort=series, legend=None)
        ),
    )
    return charts.finished(chart, height=300)


@cache
def _corridor_spec(p: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("p:Q", title=p, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5)).scale(domain=[-100, 0])
    curve = alt.Chart(alt.NamedData("curve")).encode(x=x, y=y)
    marks = alt.Chart(alt.NamedData("marks")).encode(x=x, y=y)
    fixed, now = (marks.transform_filter(f"datum.kind == '{kind}'") for kind in ("fixed", "now"))
    text = fixed.encode(text="text:N")
    chart = alt.layer(
        curve.mark_line(strokeWidth=2.5, color="gray", clip=True),
        fixed.mark_point(filled=True, size=90, opacity=1, color=PALETTE[0]),
        now.mark_rule(strokeWidth=1.5, color=PALETTE[1], strokeDash=[4, 3]).encode(y2=alt.datum(0)),
        now.mark_point(filled=True, size=120, opacity=1, color=PALETTE[1], shape="diamond"),
        text.transform_filter("datum.p < 0.3").mark_text(
            align="left", dx=9, fontSize=13, color="gray"
        ),
        text.transform_filter("datum.p >= 0.3 && datum.p < 0.8").mark_text(
            dy=-14, fontSize=13, color="gray"
        ),
        text.transform_filter("datum.p >= 0.8").mark_text(
            align="right", dx=-9, fontSize=13, color="gray"
        ),
    )
    return charts.finished(chart)


@cache
def _chances_spec(n: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:Q", title=n, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("low:Q", title=value, axis=alt.Axis(tickCount=5)).scale(domain=[0, 1])
    band = alt.Chart(alt.NamedData("band")).encode(x=x)
    runs = alt.Chart(alt.NamedData("runs")).encode(x=x, y="value:Q", detail="run:N")
    best = alt.Chart(alt.NamedData("best")).encode(y="value:Q")
    chart = alt.layer(
        band.mark_area(opacity=0.2, color=PALETTE[1]).encode(y=y, y2="high:Q"),
        runs.mark_line(strokeWidth=1, opacity=0.3, color=PALETTE[1]),
        band.mark_line(strokeWidth=2.5, color=PALETTE[1]).encode(y="mean:Q"),
        best.mark_rule(strokeDash=[5, 4], strokeWidth=2, color=PALETTE[0]),
        best.mark_text(
            align="right", baseline="bottom", dx=-4, dy=-3, fontSize=13, color="gray"
        ).encode(x=alt.value("width"), text="text:N"),
    )
    return charts.finished(chart)
