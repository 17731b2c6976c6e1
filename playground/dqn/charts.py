"""The charts of the page on DQN; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
TENS = [10.0**k for k in range(-6, 40)]
POWER = (
    "datum.value >= 1e5 || datum.value < 1e-3 ? '10^' + round(log(datum.value) / LN10)"
    " : format(datum.value, '~g')"
)


def growth_chart(lines: Rows, series: Sequence[str], titles: Titles, alt: str) -> None:
    """Values over updates on a logarithmic axis: `k`, `value`, `series`, `state`."""
    charts.show(_growth_spec(tuple(series), titles["k"], titles["value"]), {"lines": lines}, alt)


def alike_chart(rows: Rows, series: Sequence[str], steps: int, titles: Titles, alt: str) -> None:
    """Correlations over steps: `step`, `mean`, `low`, `high`, `series`."""
    spec = _xray_spec(tuple(series), steps, titles["step"], titles["value"], (-0.25, 1))
    charts.show(spec, {"rows": rows, "goal": []}, alt)


def age_chart(rows: Rows, goal: Rows, steps: int, titles: Titles, alt: str) -> None:
    """Ages over steps: the same rows of one series; `goal` is a line of `value`, `text`."""
    series = tuple(dict.fromkeys(row["series"] for row in rows))
    spec = _xray_spec(series, steps, titles["step"], titles["value"], None)
    charts.show(spec, {"rows": rows, "goal": goal}, alt)


@cache
def _growth_spec(series: tuple[str, ...], k: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    lines = alt.Chart(alt.NamedData("lines")).encode(
        x=alt.X("k:Q", title=k, axis=alt.Axis(grid=False, format="d", tickCount=6)),
        y=alt.Y("value:Q", title=value, axis=alt.Axis(values=TENS, labelExpr=POWER)).scale(
            type="log"
        ),
        color=alt.Color("series:N", scale=alt.Scale(domain=series, range=PALETTE[:2])).legend(
            orient="top", title=None, symbolOpacity=1
        ),
        detail="state:N",
    )
    first, last = (lines.transform_filter(f"datum.series == '{name}'") for name in series)
    return charts.finished(
        alt.layer(
            first.mark_line(strokeWidth=1.5, opacity=0.8, strokeDash=[6, 3]),
            last.mark_line(strokeWidth=2.5),
        ),
        height=300,
    )


@cache
def _xray_spec(
    series: tuple[str, ...], steps: int, step: str, value: str, limits: tuple[float, float] | None
) -> dict[str, Any]:
    import altair as alt

    x = alt.X(
        "step:Q", title=step, scale=alt.Scale(domain=[0, steps], nice=False),
        axis=alt.Axis(grid=False, tickCount=4, format="d"),
    )  # fmt: skip
    y = alt.Y("low:Q", title=value, axis=alt.Axis(tickCount=5))
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=PALETTE[:2])).legend(
        orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=0
    )
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, color=colour)
    goal = alt.Chart(alt.NamedData("goal")).encode(y="value:Q")
    chart = alt.layer(
        rows.mark_area(opacity=0.2, clip=True).encode(
            y=y.scale(domain=limits) if limits else y, y2="high:Q"
        ),
        rows.mark_line(strokeWidth=2.5, clip=True).encode(
            y="mean:Q", strokeDash=alt.StrokeDash("series:N", sort=series, legend=None)
        ),
        goal.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        goal.mark_text(align="right", baseline="bottom", dx=-4, fontSize=12, color="gray").encode(
            x=alt.value("width"), text="text:N"
        ),
    )
    return charts.finished(chart, height=230)
