"""Charts of returns over episodes: of one learner, and of many with a band."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from playground.charts import PALETTE, Rows, finished, show, thinned
from playground.language import label
from playground.numbers import shown

LAST = 20  # episodes in the running mean


def returns_chart(returns: Sequence[float], steps: int) -> None:
    """One learner's episodes as dots, and their running mean."""
    sums = np.concatenate([[0.0], np.cumsum(returns)])
    first = [max(0, i - LAST + 1) for i in range(len(returns))]
    rows = [
        {
            "episode": i + 1,
            "value": float(returns[i]),
            "mean": float((sums[i + 1] - sums[first[i]]) / (i + 1 - first[i])),
        }
        for i in thinned(len(returns))
    ]
    spec = _one_spec(label("returns.episode"), label("returns.value"))
    said = {"n": len(returns), "steps": steps, "mean": shown(rows[-1]["mean"], 2), "last": LAST}
    show(spec, {"returns": rows}, label("returns.one_alt", **said))
    st.caption(label("returns.one_says", **said))


def band_chart(
    rows: Rows, references: Rows, series: Sequence[str], colours: Sequence[str], alt: str
) -> None:
    """Means with a band each.

    Args:
        rows: of `episode`, `mean`, `low`, `high`, `series`.
        references: named values, rows of `value`, `text`.
    """
    titles = label("returns.episode"), label("returns.value")
    spec = _band_spec(tuple(series), tuple(colours), *titles)
    show(spec, {"bands": rows, "references": references}, alt)


@cache
def _one_spec(episode: str, value: str) -> dict[str, Any]:
    import altair as alt

    x = alt.X("episode:Q", title=episode, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    data = alt.Chart(alt.NamedData("returns")).encode(x=x)
    chart = alt.layer(
        data.mark_point(filled=True, size=22, opacity=0.45, color="gray").encode(
            y=alt.Y("value:Q", title=value, axis=alt.Axis(tickCount=5, format="~r"))
        ),
        data.mark_line(strokeWidth=3, color=PALETTE[0]).encode(y="mean:Q"),
    )
    return finished(chart, height=220)


@cache
def _band_spec(
    series: tuple[str, ...], colours: tuple[str, ...], episode: str, value: str
) -> dict[str, Any]:
    import altair as alt

    colour = alt.Color("series:N", scale=alt.Scale(domain=series, range=colours)).legend(
        orient="top", title=None, symbolType="stroke", symbolStrokeWidth=4, symbolOpacity=1
    )
    dash = alt.StrokeDash(
        "series:N", scale=alt.Scale(domain=series, range=[[1, 0], [8, 3], [2, 3]])
    ).legend(None)
    x = alt.X("episode:Q", title=episode, axis=alt.Axis(format="d", grid=False))
    y = alt.Y(
        "low:Q",
        title=value,
        axis=alt.Axis(tickCount=6),
        scale=alt.Scale(domain=[-100, 0], clamp=True),  # the first episodes fall far below
    )
    data = alt.Chart(alt.NamedData("bands")).encode(x=x, color=colour)
    references = alt.Chart(alt.NamedData("references")).encode(y="value:Q")
    chart = alt.layer(
        references.mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color="gray"),
        references.mark_text(align="right", baseline="bottom", dx=-2, fontSize=12, color="gray")
        .encode(x=alt.value("width"), text="text:N"),
        data.mark_area(opacity=0.18).encode(y=y, y2="high:Q"),
        data.mark_line(strokeWidth=3, clip=True).encode(y="mean:Q", strokeDash=dash),
    )  # fmt: skip
    return finished(chart, height=340)
