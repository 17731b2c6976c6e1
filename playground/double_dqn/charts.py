"""The charts of the page on Double DQN; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
RED, BLUE = PALETTE[1], PALETTE[0]


def lines(
    rows: Rows,
    references: Rows,
    series: Sequence[str],
    titles: Titles,
    alt: str,
    *,
    x_end: float,
    limits: tuple[float, float] | None = None,
    share: bool = False,
    below: bool = False,
) -> None:
    """One or two lines beside what they should be.

    Args:
        rows: of `x`, `value`, `series`; with `low` and `high` a band; with `line` several lines of
            one series.
        references: rows of `value`, `text`, drawn as horizontals.
        series: the names, the one that overestimates first.
        titles: of "x" and "value".
        share: whether the values are shares, with the horizontal near the bottom.
        below: whether what is said of a horizontal stands below it.
    """
    spec = _spec(tuple(series), titles["x"], titles["value"], x_end, limits, share, below)
    # every row with the same columns, or Vega would not find those of the band
    whole = [{"line": 0, "low": None, "high": None, **row} for row in rows]
    latest = {(row["series"], row["line"]): row for row in whole}  # a lone point is no line yet
    data = {"rows": whole, "latest": list(latest.values()), "references": references}
    charts.show(spec, data, alt)


@cache
def _spec(
    series: tuple[str, ...],
    x_title: str,
    value: str,
    x_end: float,
    limits: tuple[float, float] | None,
    share: bool,
    below: bool,
) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X(
        "x:Q", title=x_title, axis=alt.Axis(grid=False, tickCount=5, format="d"),
        scale=alt.Scale(domain=[0, x_end], nice=False),
    )  # fmt: skip
    axis = alt.Axis(tickCount=5, format="%") if share else alt.Axis(tickCount=5)
    y = alt.Y("value:Q", title=value, axis=axis)
    y = y.scale(domain=limits) if limits else y.scale(zero=True)
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=[RED, BLUE]))
    colour = colour.legend(orient="top", title=None, symbolOpacity=1, symbolStrokeWidth=4)
    rows, latest = (
        alt.Chart(alt.NamedData(name)).encode(x=x, color=colour) for name in ("rows", "latest")
    )
    references = alt.Chart(alt.NamedData("references")).encode(y=alt.Y("value:Q", title=value))
    first, *others = (rows.transform_filter(alt.datum.series == name) for name in series)
    chart = alt.layer(
        references.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        references.mark_text(
            align="left" if share else "right",
            baseline="top" if below else "bottom",
            dx=4 if share else -4,
            dy=4 if below else -2,
            fontSize=12,
            color="gray",
        ).encode(x=alt.value(0 if share else "width"), text="text:N"),
        rows.mark_area(opacity=0.18, clip=True).encode(y="low:Q", y2="high:Q", detail="line:N"),
        first.mark_line(strokeWidth=3, clip=True).encode(y=y, detail="line:N"),
        latest.mark_point(filled=True, size=70, opacity=1).encode(y=y),
        *(
            line.mark_line(strokeWidth=3, strokeDash=[7, 3], clip=True).encode(y=y, detail="line:N")
            for line in others
        ),
    )
    return charts.finished(chart, height=300)
