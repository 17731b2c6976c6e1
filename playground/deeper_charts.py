"""The charts of the tabs that go deeper; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Literal

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]  # beside the colours: nobody has to tell them apart
LOG_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500]
LOG_LEVELS = [0.001, 0.01, 0.1, 1]


def parabola_chart(curve: Rows, path: Rows, slope: Rows, titles: Titles, alt: str) -> None:
    """The loss over the estimate: `q`, `loss`; the path also `k`, `text`; the tangent two rows."""
    spec = _parabola_spec(titles["q"], titles["loss"])
    charts.show(spec, {"curve": curve, "path": path, "slope": slope}, alt)


def bands_chart(
    rows: Rows, references: Rows, series: Sequence[str], titles: Titles, alt: str, log: bool = False
) -> None:
    """Means with bands: `x`, `mean`, `low`, `high`, `series`; references `value`, `text`."""
    spec = _bands_spec(tuple(series), titles["x"], titles["value"], log)
    colours = dict(zip(series, PALETTE, strict=False))
    coloured = [{**row, "colour": colours[row["series"]]} for row in rows]
    charts.show(spec, {"rows": coloured, "references": references}, alt)


def paths_chart(
    rows: Rows, mark: Rows, series: Sequence[str], states: Sequence[str], titles: Titles, alt: str
) -> None:
    """States over steps: `step`, `value`, `series`; the mark has `step`, `text`."""
    spec = _paths_spec(tuple(series), tuple(states), titles["step"], titles["value"])
    charts.show(spec, {"rows": rows, "mark": mark}, alt)


def difference_chart(rows: Rows, mark: Rows, titles: Titles, alt: str) -> None:
    """One line of `step`, `value`, and the mark."""
    spec = _difference_spec(titles["step"], titles["value"])
    charts.show(spec, {"rows": rows, "mark": mark}, alt)


@cache
def _parabola_spec(q: str, loss: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X("q:Q", title=q, scale=alt.Scale(domain=[-1, 3], clamp=True))
    y = alt.Y("loss:Q", title=loss, scale=alt.Scale(domain=[0, 2], clamp=True))
    path = alt.Chart(alt.NamedData("path")).encode(x=x, y=y)
    chart = alt.layer(
        alt.Chart(alt.NamedData("curve")).mark_line(color="gray", strokeWidth=2).encode(x=x, y=y),
        alt.Chart(alt.NamedData("slope"))
        .mark_line(color=PALETTE[1], strokeDash=[5, 4], strokeWidth=1.5, clip=True)
        .encode(x=x, y=y),
        path.mark_line(color=PALETTE[0], strokeWidth=1.5).encode(order="k:Q"),
        path.mark_point(color=PALETTE[0], filled=True, size=80, opacity=1),
        path.mark_text(dy=-13, fontSize=13, color="gray").encode(text="text:N"),
    )
    return charts.finished(chart, height=360)


@cache
def _bands_spec(series: tuple[str, ...], x: str, value: str, log: bool) -> dict[str, Any]:
    import altair as alt

    colours = alt.Scale(domain=series, range=PALETTE[: len(series)])
    dashes = alt.Scale(domain=series, range=DASHES[: len(series)])
    legend: dict[str, Any] = {
        "orient": "top",
        "title": None,
        "labelLimit": 300,
        "symbolStrokeWidth": 3,
    }
    kind: Literal["log", "linear"] = "log" if log else "linear"
    steps: dict[str, Any] = {"values": LOG_STEPS} if log else {"tickCount": 5}
    levels: dict[str, Any] = {"values": LOG_LEVELS} if log else {"tickCount": 5}
    along = alt.X("x:Q", title=x, scale=alt.Scale(type=kind, nice=False),
                  axis=alt.Axis(format="d", grid=False, **steps))  # fmt: skip
    low = alt.Y("low:Q", title=value, scale=alt.Scale(type=kind, zero=not log),
                axis=alt.Axis(format="~g", **levels))  # fmt: skip
    rows = alt.Chart(alt.NamedData("rows")).encode(x=along)
    references = alt.Chart(alt.NamedData("references")).encode(y="value:Q")
    chart = alt.layer(
        # the colour itself, not by the scale: the legend is to show the lines alone
        rows.mark_area(opacity=0.16).encode(
            y=low, y2="high:Q", fill=alt.Fill("colour:N", scale=None), detail="series:N"
        ),
        references.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        references.mark_text(
            align="right", baseline="top", dx=-4, dy=4, fontSize=12, color="gray"
        ).encode(x=alt.value("width"), text="text:N"),
        rows.mark_line(strokeWidth=2.5).encode(
            y="mean:Q",
            stroke=alt.Stroke("series:N", scale=colours).legend(**legend),
            strokeDash=alt.StrokeDash("series:N", scale=dashes).legend(**legend),
        ),
    )
    return charts.finished(chart, height=340)


@cache
def _paths_spec(
    series: tuple[str, ...], states: tuple[str, ...], step: str, value: str
) -> dict[str, Any]:
    import altair as alt

    x = alt.X("step:Q", title=step, scale=alt.Scale(nice=False, zero=False),
              axis=alt.Axis(tickMinStep=1, format="d", grid=False))  # fmt: skip
    names = ", ".join(f"'{state}'" for state in states)
    ticks = alt.Axis(
        values=list(range(len(states))),
        grid=True,
        labelOverlap=False,
        labelExpr=f"[{names}][datum.value]",
    )
    y = alt.Y("value:Q", title=value, axis=ticks, scale=alt.Scale(domain=[0, len(states) - 1]))
    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=PALETTE[:2]))
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=DASHES[:2]))
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    chart = alt.layer(
        *_mark_layers(),
        rows.mark_line(strokeWidth=2.5, interpolate="step-after").encode(
            color=colour.legend(orient="top", title=None),
            strokeDash=dash.legend(orient="top", title=None),
        ),
    )
    return charts.finished(chart, height=280)


@cache
def _difference_spec(step: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("step:Q", title=step, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=4), scale=alt.Scale(zero=True))
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    return charts.finished(
        alt.layer(*_mark_layers(), rows.mark_line(strokeWidth=2.5, color=PALETTE[2])), height=240
    )


def _mark_layers() -> list[Any]:
    """An upright line at the mark, with its text."""
    import altair as alt

    mark = alt.Chart(alt.NamedData("mark")).encode(x="step:Q")
    return [
        mark.mark_rule(strokeDash=[5, 4], strokeWidth=2, color=PALETTE[3]),
        mark.mark_text(align="left", baseline="top", dx=6, fontSize=13, color=PALETTE[3]).encode(
            y=alt.value(2), text="text:N"
        ),
    ]
