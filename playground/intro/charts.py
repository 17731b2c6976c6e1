"""The charts of the Introduction page, in the manner of `playground.charts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground.charts import Rows, finished, show
from playground.symbols import theme

# sit, jump, run: Okabe & Ito's colours, of those that stand out on the page's ground
ACTION_COLOURS = {
    "light": ("#0072B2", "#D55E00", "#009E73"),
    "dark": ("#56B4E9", "#E69F00", "#1FC79A"),
}
SHAPES = ["circle", "square", "triangle-up"]
GREYS = ("#5B5B57", "#8F8F89", "#C9C9C2")  # groups without a name

Spec = dict[str, Any]
Colours = tuple[str, ...]


def action_colours() -> Colours:
    """The colours of the actions in the current theme."""
    return ACTION_COLOURS[theme()]


def chances_chart(
    chances: Rows, cursor: int, series: Sequence[str], titles: Mapping[str, str], alt: str
) -> None:
    """The chance of each action over the tries; rows of `step`, `value`, `series`."""
    spec = _chances_spec(tuple(series), action_colours(), titles["step"], titles["value"])
    show(spec, {"chances": chances, "cursor": [{"step": cursor}]}, alt)


def trainer_chart(
    mean: Rows, runs: Rows, others: Rows, titles: Mapping[str, str], alt: str
) -> None:
    """The chance of the wanted action under a trainer.

    Args:
        mean: rows of `step`, `mean`, `low`, `high`.
        runs: rows of `step`, `value`, `run`: single runs.
        others: rows of `step`, `value`, `name`, `last` (name only at the end): other trainers.
        titles: of "step" and "value".
    """
    spec = _trainer_spec(action_colours()[0], titles["step"], titles["value"])
    show(spec, {"mean": mean, "runs": runs, "others": others}, alt)


def kind_chart(
    areas: Rows, points: Rows, centres: Rows, titles: Mapping[str, str], alt: str
) -> None:
    """What one learner sees and what it makes of it.

    Args:
        areas: rows of `x`, `x2`, `y`, `y2`, `colour`: squares in the colour of its decision.
        points: rows of `x`, `y`, `colour`, `shape`, `opacity` (of the filling).
        centres: rows of `x`, `y`, `text`.
        titles: of "x" and "y".
    """
    spec = _kind_spec(titles["x"], titles["y"])
    show(spec, {"areas": areas, "points": points, "centres": centres}, alt)


@cache
def _chances_spec(series: tuple[str, ...], colours: Colours, step: str, value: str) -> Spec:
    import altair as alt  # here, so that the first page does not wait for it

    scale = alt.Scale(domain=series, range=colours)
    shapes = alt.Scale(domain=series, range=SHAPES)
    x = alt.X("step:Q", title=step, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    colour = alt.Color("series:N", scale=scale).legend(orient="top", title=None)
    shape = alt.Shape("series:N", scale=shapes).legend(orient="top", title=None)
    lines = alt.Chart(alt.NamedData("chances")).encode(x=x, y=y, color=colour)
    chart = alt.layer(
        alt.Chart(alt.NamedData("cursor")).mark_rule(opacity=0.35, color="gray").encode(x="step:Q"),
        lines.mark_line(strokeWidth=2.5),
        lines.mark_point(filled=True, size=50, opacity=1).encode(shape=shape),
    )
    return finished(chart)


@cache
def _trainer_spec(colour: str, step: str, value: str) -> Spec:
    import altair as alt

    x = alt.X("step:Q", title=step, axis=alt.Axis(grid=False))
    scale = alt.Scale(domain=[0, 1])
    y = alt.Y("value:Q", title=value, scale=scale, axis=alt.Axis(format="%"))
    mean = alt.Chart(alt.NamedData("mean")).encode(x=x)
    runs = alt.Chart(alt.NamedData("runs")).encode(x=x, y=y, detail="run:N")
    others = alt.Chart(alt.NamedData("others")).encode(x=x, y=y)
    chart = alt.layer(
        mean.mark_area(opacity=0.2, color=colour).encode(
            y=alt.Y("low:Q", title=value, scale=scale), y2="high:Q"
        ),
        runs.mark_line(strokeWidth=0.8, opacity=0.4, color=colour),
        others.mark_line(strokeDash=[5, 4], strokeWidth=1.8, color="gray").encode(detail="name:N"),
        others.transform_filter("datum.last")
        .mark_text(align="left", dx=5, fontSize=12, color="gray")
        .encode(text="name:N"),
        mean.mark_line(strokeWidth=3.5, color=colour).encode(y="mean:Q"),
    )
    return finished(chart)


@cache
def _kind_spec(x_title: str, y_title: str) -> Spec:
    import altair as alt

    domain, axis = alt.Scale(domain=[0, 1]), alt.Axis(labels=False, ticks=False, grid=False)
    x, y = (
        alt.X("x:Q", title=x_title, scale=domain, axis=axis),
        alt.Y("y:Q", title=y_title, scale=domain, axis=axis),
    )
    paint = alt.Color("colour:N", scale=None)
    points = alt.Chart(alt.NamedData("points")).encode(
        x=x,
        y=y,
        stroke=alt.Stroke("colour:N", scale=None),
        fill=alt.Fill("colour:N", scale=None),
        fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
        shape=alt.Shape("shape:N", scale=None),
    )
    chart = alt.layer(
        alt.Chart(alt.NamedData("areas"))
        .mark_rect(opacity=0.22)
        .encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=paint),
        points.mark_point(size=60, strokeWidth=1.6, strokeOpacity=1),
        alt.Chart(alt.NamedData("centres"))
        .mark_text(fontSize=20, fontWeight="bold", color="gray")
        .encode(x=x, y=y, text="text:N"),
    )
    return finished(chart, height=250)
