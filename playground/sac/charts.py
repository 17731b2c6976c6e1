"""The charts of the page "SAC"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
BLUE, RED = PALETTE[:2]
MOST_DENSITY = 2.5  # of the squashed Gaussian's chart: what is higher is cut off


def dial_chart(
    lines: Rows, dots: Rows, alpha: float, states: Sequence[str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """The chance of an action over the temperature: rows of `alpha`, `chance`, `state`; `dots` are
    those at the temperature in force.
    """
    spec = _dial_spec(tuple(states), titles["alpha"], titles["chance"], titles["state"])
    half = [{"chance": 0.5}]
    charts.show(spec, {"lines": lines, "dots": dots, "now": [{"alpha": alpha}], "half": half}, alt)


def density_chart(
    lines: Rows, bars: Rows, names: Sequence[str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """Densities over the action, rows of `a`, `density`, `line`, and a histogram of samples, rows
    of `from`, `to`, `density`.
    """
    spec = _density_spec(tuple(names), titles["a"], titles["density"])
    charts.show(spec, {"lines": lines, "bars": bars}, alt)


def policy_chart(density: Rows, best: Rows, titles: Titles, alt: str) -> None:
    """A density over the action: rows of `a`, `density`; `best` has `a`, `text`."""
    spec = _policy_spec(titles["a"], titles["density"])
    charts.show(spec, {"density": density, "best": best}, alt)


def course_chart(rows: Rows, goal: Rows, log: bool, titles: Titles, alt: str) -> None:
    """A number over steps, rows of `step`, `value`; `goal` has `value`, `text`."""
    spec = _course_spec(log, titles["step"], titles["value"])
    charts.show(spec, {"rows": rows, "goal": goal}, alt)


@cache
def _dial_spec(states: tuple[str, ...], alpha: str, chance: str, state: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    ticks = [0.01, 0.1, 1, 10, 100]
    x = alt.X("alpha:Q", title=alpha, scale=alt.Scale(type="log", domain=[0.01, 100]),
              axis=alt.Axis(values=ticks, format="~g", grid=False))  # fmt: skip
    y = alt.Y("chance:Q", title=chance, scale=alt.Scale(domain=[0, 1]))
    colour = alt.Color("state:N", scale=alt.Scale(domain=states, range=PALETTE)).legend(
        orient="right", title=state, symbolOpacity=1, symbolStrokeWidth=0
    )
    lines = alt.Chart(alt.NamedData("lines")).encode(x=x, y=y, color=colour)
    dots = alt.Chart(alt.NamedData("dots")).encode(x=x, y=y, color=colour)
    dashes = alt.StrokeDash("state:N", sort=states, legend=None)
    chart = alt.layer(
        alt.Chart(alt.NamedData("half")).mark_rule(color="gray", opacity=0.5).encode(y="chance:Q"),
        alt.Chart(alt.NamedData("now")).mark_rule(strokeDash=[4, 4], color="gray").encode(x=x),
        lines.mark_line(strokeWidth=2.5).encode(strokeDash=dashes),
        dots.mark_point(filled=True, size=110, opacity=1),
    )
    return charts.finished(chart, height=210)


@cache
def _density_spec(names: tuple[str, ...], a: str, density: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("a:Q", title=a, scale=alt.Scale(domain=[-1, 1]), axis=alt.Axis(grid=False))
    y = alt.Y("density:Q", title=density, axis=alt.Axis(tickCount=4),
              scale=alt.Scale(domain=[0, MOST_DENSITY]))  # fmt: skip
    colour = alt.Color("line:N", scale=alt.Scale(domain=names, range=[BLUE, RED])).legend(
        orient="top", title=None, labelLimit=400
    )
    bars = alt.Chart(alt.NamedData("bars")).encode(x="from:Q", x2="to:Q", y=y)
    lines = alt.Chart(alt.NamedData("lines")).encode(x=x, y=y, color=colour)
    chart = alt.layer(
        bars.mark_rect(opacity=0.3, color="gray", clip=True),
        lines.mark_line(strokeWidth=3, clip=True).encode(
            strokeDash=alt.StrokeDash("line:N", sort=names, legend=None)
        ),
    )
    return charts.finished(chart, height=430)


@cache
def _policy_spec(a: str, density: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("a:Q", title=a, scale=alt.Scale(domain=[-1, 1]), axis=alt.Axis(grid=False))
    y = alt.Y("density:Q", title=density, axis=alt.Axis(tickCount=4)).scale(zero=True)
    area = alt.Chart(alt.NamedData("density")).encode(x=x, y=y)
    best = alt.Chart(alt.NamedData("best")).encode(x=alt.X("a:Q", title=a))
    chart = alt.layer(
        area.mark_area(opacity=0.25, color=BLUE),
        area.mark_line(strokeWidth=2.5, color=BLUE),
        best.mark_rule(strokeDash=[4, 4], color="gray"),
        best.mark_text(fontSize=12, color="gray", align="left", dx=5).encode(
            y=alt.value(8), text="text:N"
        ),
    )
    return charts.finished(chart, height=360)


@cache
def _course_spec(log: bool, step: str, value: str) -> dict[str, Any]:
    import altair as alt

    scale = alt.Scale(type="log") if log else alt.Scale(zero=False, padding=22)
    powers = [10.0**k for k in range(-6, 6)]
    axis = alt.Axis(values=powers, format="~g") if log else alt.Axis(tickCount=4)
    x = alt.X("step:Q", title=step, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, scale=scale, axis=axis)
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    goal = alt.Chart(alt.NamedData("goal")).encode(y=y)
    layers = [rows.mark_line(strokeWidth=2.5, color=BLUE, point=alt.OverlayMarkDef(size=45))]
    if not log:
        layers += [
            goal.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
            goal.mark_text(align="left", baseline="top", dx=3, dy=4, fontSize=12, color="gray")
            .encode(x=alt.value(0), text="text:N"),
        ]  # fmt: skip
    return charts.finished(alt.layer(*layers), height=190)
