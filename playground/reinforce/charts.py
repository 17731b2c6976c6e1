"""The charts of the page "REINFORCE"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
BLUE, RED, GREEN = PALETTE[:3]
SKY = PALETTE[5]  # seen on light and on dark


def cloud_chart(data: Mapping[str, Rows], titles: Titles, alt: str) -> None:
    """Estimates of a gradient in the plane of its two numbers.

    Args:
        data: `cloud` (rows of `x`, `y`, `n`: how many lie there), `arrows` (rows of `x`, `y`,
            `angle`, `text`, `kind`: "exact" or "mean"), `edge` (two rows of `x`, `y`: the corners).
        titles: of "x" and "y".
    """
    charts.show(_cloud_spec(titles["x"], titles["y"]), data, alt)


def chances_chart(rows: Rows, series: Sequence[str], titles: Titles, alt: str) -> None:
    """The policy over episodes: rows of `n`, `value`, `series`."""
    charts.show(_chances_spec(tuple(series), titles["n"], titles["value"]), {"rows": rows}, alt)


@cache
def _cloud_spec(x_title: str, y_title: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    def named(name: str) -> Any:
        return alt.Chart(alt.NamedData(name)).encode(
            x=alt.X("x:Q", title=x_title, axis=alt.Axis(tickCount=7)),
            y=alt.Y("y:Q", title=y_title, axis=alt.Axis(tickCount=5)),
        )

    cloud, arrows, edge = named("cloud"), named("arrows"), named("edge")
    colour = alt.Color("kind:N", legend=None).scale(domain=["exact", "mean"], range=[RED, GREEN])
    arrow = arrows.encode(color=colour)
    chart = alt.layer(
        edge.mark_point(opacity=0),
        alt.Chart(alt.NamedData("edge")).mark_rule(color="gray", opacity=0.6).encode(
            x=alt.datum(0)
        ),
        alt.Chart(alt.NamedData("edge")).mark_rule(color="gray", opacity=0.6).encode(
            y=alt.datum(0)
        ),
        cloud.mark_point(filled=True, color=SKY, opacity=0.5, clip=True).encode(
            size=alt.Size("n:Q", legend=None).scale(domain=[1, 100], range=[30, 900])
        ),
        arrow.mark_rule(strokeWidth=3.5).encode(
            x2=alt.datum(0), y2=alt.datum(0),
            strokeDash=alt.StrokeDash("kind:N", legend=None).scale(
                domain=["exact", "mean"], range=[[1, 0], [6, 4]]
            ),
        ),
        arrow.mark_point(filled=True, shape="triangle", size=170, opacity=1).encode(
            angle=alt.Angle("angle:Q", scale=None)
        ),
        *(
            arrow.transform_filter(f"datum.kind == '{kind}'")
            .mark_text(fontSize=14, fontWeight="bold", align="left")
            .encode(x=alt.value(10), y=alt.value(14 + 20 * line), text="text:N")
            for line, kind in enumerate(("exact", "mean"))
        ),
    )  # fmt: skip
    return charts.finished(chart, height=310)


@cache
def _chances_spec(series: tuple[str, ...], n: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:Q", title=n, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=3)).scale(domain=[0, 1])
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[BLUE, RED])).legend(
        orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=2.5
    )
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y, color=colour)
    dash = alt.StrokeDash("series:N", sort=series, legend=None)
    return charts.finished(
        alt.layer(rows.mark_line(strokeWidth=2.5).encode(strokeDash=dash)), height=200
    )
