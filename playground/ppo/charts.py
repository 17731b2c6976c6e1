"""The charts of the page "PPO"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
BLUE, RED, GREEN, ORANGE = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[4]
MOST_RATIO, MOST_VALUE = 2.5, 3.0  # where the axes of the objective end
EDGE = 20.0  # ratios beyond it, or below 1 / EDGE, count where the histogram ends
TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]


def objective_chart(data: Mapping[str, Rows], positive: bool, titles: Titles, alt: str) -> None:
    """The objective of one sample over its ratio.

    Args:
        data: `lines` (rows of `r`, `value`, `line`: "plain" or "clipped"), `names` of the lines
            (`r`, `value`, `text`), `flat` (`from`, `to`, `text`), `marks` on the axis (`r`,
            `text`), `now` (`r`, `value`) and its `push` (`r`, `to`, `middle`, `value`,
            `shape`, `text`).
        positive: whether the advantage is, for the axis.
        titles: of "r" and "value".
    """
    charts.show(_objective_spec(positive, titles["r"], titles["value"]), data, alt)


def histogram(bars: Rows, marks: Rows, kinds: Sequence[str], titles: Titles, alt: str) -> None:
    """A histogram of ratios: rows of `from`, `to`, `low`, `high`, `kind`; `marks` of `r`."""
    spec = _histogram_spec(tuple(kinds), titles["r"], titles["count"])
    charts.show(spec, {"bars": bars, "marks": marks}, alt)


def epochs_chart(
    means: Rows, runs: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """A number over epochs for both objectives: rows of `epoch`, `value`, `series`; of the single
    runs, `run` too.
    """
    spec = _epochs_spec(tuple(series), titles["epoch"], titles["value"])
    charts.show(spec, {"means": means, "runs": runs}, alt)


@cache
def _objective_spec(positive: bool, r: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    domain = [-0.4, MOST_VALUE] if positive else [-MOST_VALUE, 0.4]
    axis = alt.Axis(grid=False, values=[0, 0.5, 1, 1.5, 2, 2.5])
    x = alt.X("r:Q", title=r, axis=axis, scale=alt.Scale(domain=[0, MOST_RATIO]))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5)).scale(domain=domain)
    lines, names, flat, marks, now, push = (
        alt.Chart(alt.NamedData(name))
        for name in ("lines", "names", "flat", "marks", "now", "push")
    )
    line = lines.encode(x=x, y=y)
    area = flat.encode(x="from:Q", x2="to:Q")
    arrow = push.encode(y="value:Q")
    chart = alt.layer(
        area.mark_rect(opacity=0.2, color=ORANGE),
        flat.mark_text(fontSize=13, fontWeight="bold", color="gray").encode(
            x="middle:Q", y=alt.datum(2.8 if positive else -2.8), text="text:N"
        ),
        marks.mark_rule(strokeDash=[4, 4], color="gray").encode(x="r:Q"),
        marks.mark_text(fontSize=12, color="gray", dy=-4, baseline="bottom").encode(
            x="r:Q", y=alt.value(0), text="text:N"
        ),
        line.transform_filter("datum.line == 'plain'").mark_line(
            strokeDash=[5, 4], strokeWidth=2, color="gray"
        ),
        line.transform_filter("datum.line == 'clipped'").mark_line(strokeWidth=3, color=BLUE),
        names.mark_text(fontSize=13, align="right" if positive else "left", color="gray").encode(
            x="r:Q", y="value:Q", text="text:N"
        ),
        arrow.mark_rule(strokeWidth=4, color=RED).encode(x="r:Q", x2="to:Q"),
        arrow.mark_point(filled=True, size=160, color=RED, opacity=1).encode(
            x="to:Q", shape=alt.Shape("shape:N", scale=None)
        ),
        push.mark_text(fontSize=13, dy=20, fontWeight="bold", color=RED).encode(
            x="middle:Q", y="value:Q", text="text:N"
        ),
        now.mark_point(filled=True, size=190, opacity=1, color=BLUE).encode(x="r:Q", y="value:Q"),
    )
    return charts.finished(chart, height=390)


@cache
def _histogram_spec(kinds: tuple[str, ...], r: str, count: str) -> dict[str, Any]:
    import altair as alt

    scale = alt.Scale(type="log", domain=[1 / EDGE, EDGE])
    axis = alt.Axis(grid=False, values=TICKS, format="~g")
    colour = alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=[BLUE, ORANGE, RED])).legend(
        orient="top", title=None, columns=3, labelLimit=300
    )
    bars = alt.Chart(alt.NamedData("bars")).encode(
        x=alt.X("from:Q", title=r, axis=axis, scale=scale),
        x2="to:Q",
        y=alt.Y("low:Q", title=count, axis=alt.Axis(tickCount=4, tickMinStep=1, format="d")),
        y2="high:Q",
        color=colour,
    )
    marks = alt.Chart(alt.NamedData("marks")).encode(x=alt.X("r:Q", scale=scale))
    chart = alt.layer(
        bars.mark_rect(), marks.mark_rule(strokeDash=[4, 4], strokeWidth=1.5, color="gray")
    )
    return charts.finished(chart, height=235)


@cache
def _epochs_spec(series: tuple[str, ...], epoch: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("epoch:Q", title=epoch, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=4))
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[BLUE, RED])).legend(
        orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0
    )
    rows = alt.Chart(alt.NamedData("means")).encode(x=x, y=y, color=colour)
    single = alt.Chart(alt.NamedData("runs")).encode(x=x, y=y, color=colour, detail="run:N")
    chart = alt.layer(
        single.mark_line(strokeWidth=1, opacity=0.3),
        rows.mark_line(strokeWidth=2.5).encode(
            strokeDash=alt.StrokeDash("series:N", sort=series, legend=None)
        ),
        rows.mark_point(filled=True, size=60, opacity=1).encode(
            shape=alt.Shape("series:N", sort=series, legend=None)
        ),
    )
    return charts.finished(chart, height=215)
