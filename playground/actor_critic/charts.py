"""The charts of the page "Actor-Critic"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
BLUE, RED, GREEN, PINK, ORANGE = PALETTE[:5]
SHAPES = ["square", "circle", "triangle-up", "diamond"]


def advantages_chart(
    rows: Rows, borders: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:
    """Advantages over the steps of a recording: the first of `series` as bars, the others as marks.

    Args:
        rows: of `t`, `value`, `series`, `kind` ("gae" for the bars).
        borders: rows of `t`, where an episode ends and another begins.
        titles: of "t" and "value".
    """
    spec = _advantages_spec(tuple(series), titles["t"], titles["value"])
    charts.show(spec, {"rows": rows, "borders": borders}, alt)


def error_chart(
    lines: Rows, dots: Rows, marks: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:
    """Squared bias, variance and their sum over λ.

    Args:
        lines: exact: rows of `lam`, `value`, `series`.
        dots: the same, measured.
        marks: rows of `lam` and `text`, upright lines.
        titles: of "lam" and "value".
    """
    spec = _error_spec(tuple(series), titles["lam"], titles["value"])
    charts.show(spec, {"lines": lines, "dots": dots, "marks": marks}, alt)


@cache
def _advantages_spec(series: tuple[str, ...], t: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    rows, borders = (alt.Chart(alt.NamedData(name)) for name in ("rows", "borders"))
    axis = alt.Axis(grid=False, values=list(range(8)), format="d")
    x = alt.X("t:Q", title=t, axis=axis, scale=alt.Scale(domain=[-0.6, 7.6], nice=False))
    y = alt.Y(
        "value:Q", title=value, axis=alt.Axis(tickCount=5), scale=alt.Scale(domain=[-0.9, 0.9])
    )
    colours = alt.Scale(domain=series, range=[BLUE, ORANGE, GREEN, PINK])
    legend = alt.Legend(orient="top", title=None, columns=2, labelLimit=300)
    drawn = rows.encode(x=x, y=y, color=alt.Color("series:N", scale=colours, legend=legend))
    shape = alt.Shape("series:N", scale=alt.Scale(domain=series, range=SHAPES), legend=legend)
    chart = alt.layer(
        borders.mark_rule(strokeDash=[4, 4], strokeWidth=1.5, color="gray").encode(x="t:Q"),
        drawn.transform_filter("datum.kind == 'gae'").mark_bar(size=20, opacity=0.85),
        drawn.transform_filter("datum.kind != 'gae'")
        .mark_point(filled=True, size=85, opacity=1, stroke="white", strokeWidth=0.7)
        .encode(shape=shape),
    )
    return charts.finished(chart, height=340)


@cache
def _error_spec(series: tuple[str, ...], lam: str, value: str) -> dict[str, Any]:
    import altair as alt

    lines, dots, marks = (alt.Chart(alt.NamedData(name)) for name in ("lines", "dots", "marks"))
    x = alt.X("lam:Q", title=lam, axis=alt.Axis(grid=False), scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5))
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[RED, BLUE, GREEN])).legend(
        orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0, labelLimit=300
    )
    dash = alt.StrokeDash(
        "series:N", scale=alt.Scale(domain=series, range=[[6, 3], [2, 2], [1, 0]]), legend=None
    )
    sides: tuple[tuple[str, Any, int], ...] = (("<=", "left", 5), (">", "right", -5))
    chart = alt.layer(
        marks.mark_rule(strokeWidth=1.5, color="gray").encode(x=x),
        # beside its line, on the side where there is room
        *(
            marks.transform_filter(f"datum.lam {where} 0.6")
            .mark_text(align=side, dx=dx, fontSize=12, color="gray", baseline="top")
            .encode(x=x, y="row:Q", text="text:N")
            for where, side, dx in sides
        ),
        lines.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash),
        dots.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=colour),
    )
    return charts.finished(chart, height=370)
