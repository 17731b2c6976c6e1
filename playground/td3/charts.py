"""The charts of the page "TD3"; see `playground.charts` for how charts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from playground import charts
from playground.charts import PALETTE, Rows

Titles = Mapping[str, str]
BLUE, RED, GREEN, ORANGE = PALETTE[0], PALETTE[1], PALETTE[2], PALETTE[4]
LOW, HIGH = -0.6, 1.8  # of the values shown
# colour, dashes and width of the lines: the truth, either critic, what the target sees
STYLES: dict[str, tuple[str, list[int], float]] = {
    "truth": ("gray", [6, 4], 2),
    "first": (BLUE, [1, 0], 2.5),
    "second": (ORANGE, [2, 2], 2.5),
    "seen": (GREEN, [1, 0], 4.5),
}


def landscape(
    data: Mapping[str, Rows], names: Mapping[str, str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """Values over the action.

    Args:
        data: `curves` (rows of `a`, `value`, `line`), `actor` (`a`, `value`) and its `push` (`a`,
            `to`, `value`, `shape`), `seen` (what the target takes: `a`, `value`, `true`, `low`,
            `text`) and the `noises` (`a`).
        names: of the lines, by what they are: one of `STYLES`.
        titles: of "a" and "value".
    """
    charts.show(_landscape_spec(tuple(names.items()), titles["a"], titles["value"]), data, alt)


def lives_chart(
    rows: Rows, disturbed: Rows, series: Sequence[str], titles: Titles, alt: str
) -> None:  # fmt: skip
    """A number over updates: rows of `n`, `value`, `series`; `disturbed` of `n`."""
    spec = _lives_spec(tuple(series), titles["n"], titles["value"])
    charts.show(spec, {"rows": rows, "disturbed": disturbed}, alt)


@cache
def _landscape_spec(lines: tuple[tuple[str, str], ...], a: str, value: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X("a:Q", title=a, axis=alt.Axis(grid=False, tickCount=9)).scale(domain=[-1, 1])
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5)).scale(domain=[LOW, HIGH])
    names, styles = [name for _, name in lines], [STYLES[line] for line, _ in lines]
    colours, dashes, widths = (list(style) for style in zip(*styles, strict=True))
    colour = alt.Color("line:N", scale=alt.Scale(domain=names, range=colours)).legend(
        orient="top", title=None, labelLimit=260, symbolStrokeWidth=3
    )
    dash = alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=dashes)).legend(None)
    size = alt.StrokeWidth("line:N", scale=alt.Scale(domain=names, range=widths)).legend(None)
    curves, actor, push, seen, noises = (
        alt.Chart(alt.NamedData(name)) for name in ("curves", "actor", "push", "seen", "noises")
    )
    arrow = push.encode(y=y)
    chart = alt.layer(
        noises.mark_tick(color=GREEN, opacity=0.8, thickness=1.5, height=14).encode(
            x=x, y=alt.datum(LOW + 0.1)
        ),
        curves.mark_line(clip=True).encode(
            x=x, y=y, color=colour, strokeDash=dash, strokeWidth=size
        ),
        seen.mark_rule(strokeWidth=3, color=RED).encode(x=x, y=y, y2="true:Q"),
        seen.mark_text(fontSize=15, fontWeight="bold", color=RED, baseline="top", dy=10).encode(
            x=x, y="low:Q", text="text:N"
        ),
        seen.mark_point(shape="diamond", filled=True, size=170, color=GREEN, opacity=1).encode(
            x=x, y=y
        ),
        arrow.mark_rule(strokeWidth=4, color=BLUE).encode(x=x, x2="to:Q"),
        arrow.mark_point(filled=True, size=170, color=BLUE, opacity=1).encode(
            x="to:Q", shape=alt.Shape("shape:N", scale=None)
        ),
        actor.mark_point(
            filled=True, size=230, opacity=1, color=BLUE, stroke="white", strokeWidth=2
        ).encode(x=x, y=y),
    )
    return charts.finished(chart, height=400)


@cache
def _lives_spec(series: tuple[str, ...], n: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("n:Q", title=n, axis=alt.Axis(grid=False, format="d"))
    y = alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5))
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=series, range=[RED, BLUE, GREEN, ORANGE, PALETTE[3]])
    ).legend(orient="top", title=None, columns=3, symbolStrokeWidth=3)
    rows = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y, color=colour)
    dash = alt.StrokeDash("series:N", sort=series).legend(None)
    chart = alt.layer(
        alt.Chart(alt.NamedData("disturbed")).mark_rule(opacity=0.25, color="gray").encode(x=x),
        rows.mark_line(strokeWidth=2.5).encode(strokeDash=dash),
    )
    return charts.finished(chart, height=300)
