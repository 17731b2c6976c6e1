"""What becomes of many updates: natural and plain gradient from the same place."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from playground import charts
from playground.charts import PALETTE, Rows
from playground.language import label
from playground.numbers import shown
from playground.trpo import playing
from playground.trpo.link import DIRECTIONS
from playground.trpo.updates import BACKTRACKS, Place
from rl_core.by_hand import trpo as trpo_by_hand

UPDATES = 20
FAR = 12.0  # beyond it a policy is as good as deterministic, and stays as it is


@lru_cache(maxsize=64)
def road(place: Place, delta: float, iterations: int) -> NDArray[np.float64]:
    """[updates + 1] what the policy earns, before and after every update."""
    theta = torch.tensor(place, dtype=torch.float64)
    way = [theta]
    for _ in range(UPDATES):
        if float(theta.abs().max()) < FAR:
            theta = trpo_by_hand.update(theta, delta, iterations, BACKTRACKS)
        way.append(theta)
    return trpo_by_hand.performance(torch.stack(way)).numpy()


def draw() -> None:
    delta, place = playing.delta(), playing.path()[0]
    both = [road(place, delta, iterations) for iterations in (2, 1)]
    names = [label(f"trpo.directions.{name}") for name in DIRECTIONS]
    lines = [
        {"n": n, "j": float(j), "series": name}
        for name, values in zip(names, both, strict=True)
        for n, j in enumerate(values)
    ]
    ends = [{"n": UPDATES, "j": float(v[-1]), "text": n} for n, v in zip(names, both, strict=True)]
    st.markdown(label("trpo.roads"))
    titles = {"n": label("trpo.axis.updates"), "j": label("trpo.axis.j")}
    numbers = {"natural": shown(both[0][-1], 2), "plain": shown(both[1][-1], 2)}
    alt = label("trpo.roads_alt", n=UPDATES, **numbers)
    _chart(lines, ends, names, titles, alt)
    st.caption(label("trpo.roads_caption", delta=shown(delta)))


def _chart(lines: Rows, ends: Rows, names: list[str], titles: dict[str, str], alt: str) -> None:
    spec = _spec(tuple(names), titles["n"], titles["j"])
    charts.show(spec, {"lines": lines, "ends": ends}, alt)


@cache
def _spec(names: tuple[str, ...], n: str, j: str) -> dict[str, Any]:
    import altair as alt  # here, so that the page does not wait for it

    x = alt.X("n:Q", title=n, axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    y = alt.Y("j:Q", title=j, axis=alt.Axis(tickCount=4), scale=alt.Scale(domain=[0, 3]))
    colours = alt.Scale(domain=names, range=[PALETTE[2], PALETTE[1]])
    colour = alt.Color("series:N", scale=colours, legend=None)
    rows = alt.Chart(alt.NamedData("lines")).encode(x=x, y=y, color=colour)
    dash = alt.StrokeDash("series:N", sort=names, legend=None)
    chart = alt.layer(
        rows.mark_line(strokeWidth=2.5).encode(strokeDash=dash),
        rows.mark_point(filled=True, size=45, opacity=1),
        alt.Chart(alt.NamedData("ends"))
        .mark_text(align="right", baseline="bottom", dy=-6, fontSize=13, color="gray")
        .encode(x="n:Q", y="j:Q", text="text:N"),
    )
    return charts.finished(chart, height=230)
