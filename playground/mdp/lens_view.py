"""The gamma lens: at which gamma the best policy becomes another one, exactly."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import charts, worlds
from playground.mdp.settings import get, put, widget
from playground.numbers import shown
from rl_core.tabular.dynamic_programming import critical_gammas, greedy_actions
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.returns import effective_horizon
from rl_core.tabular.slip import slippery

ARROWS = {"Left": "←", "Right": "→"}
GRID = tuple(np.round(np.linspace(0, 0.99, 34), 3).tolist())


@lru_cache(maxsize=64)
def _flips(mdp: FiniteMDP) -> tuple[float, ...]:
    return tuple(float(gamma) for gamma in critical_gammas(mdp))


@lru_cache(maxsize=64)
def _lines(mdp: FiniteMDP) -> Floats:
    """[gammas, states, actions] Q* along the axis."""
    return np.array([worlds.best_values(mdp, gamma) for gamma in GRID])


@lru_cache(maxsize=8)
def _near_far(slip: float) -> FiniteMDP:
    return slippery(worlds.base("near_far"), slip)


def world() -> FiniteMDP:
    return worlds.world() if get("lens_world") == "current" else _near_far(get("slip"))


def draw() -> None:
    mdp = world()
    flips = _flips(mdp)
    with st.container(key="mdp_lens_stage", horizontal=True):
        left = st.container(key="mdp_lens_stage_world", border=True)
        right = st.container(key="mdp_lens_stage_side", border=True)
    with left:
        st.segmented_control(
            label("mdp.lens.world"), ["near_far", "current"], required=True,
            format_func=lambda name: label(f"mdp.lens.{name}"), label_visibility="collapsed",
            **widget("lens_world", start=0),
        )  # fmt: skip
        with st.container(key="mdp_lens_flips"):
            found = ", ".join(f"**{shown(gamma)}**" for gamma in flips)
            said = label("mdp.lens.flips", n=len(flips), found=found)
            st.markdown(said if flips else label("mdp.lens.none"))
        _draw_table(mdp, flips)
    with right:
        _draw_chart(mdp, flips)
    with st.expander(label("mdp.code")):
        formula.show(effective_horizon)
        formula.code(critical_gammas)


def _draw_table(mdp: FiniteMDP, flips: tuple[float, ...]) -> None:
    """The best action of every state, a row for each stretch of gamma without a flip."""
    gamma, states = get("gamma"), worlds.living(mdp)
    edges = [0.0, *flips, 1.0]
    rows: list[list[Cell]] = []
    for low, high in pairwise(edges):
        best = greedy_actions(worlds.best_values(mdp, (low + high) / 2))
        here = low <= gamma < high or (gamma == 1 and high == 1)
        mark = "changed" if here else ""
        row: list[Cell] = [{"text": f"{shown(low)} < γ < {shown(high)}", "mark": mark}]
        for s in states:
            names = [a for i, a in enumerate(mdp.actions) if best[s, i]]
            text = " ".join(ARROWS.get(name, name) for name in sorted(names))
            data = {"state": mdp.states[s], "low": repr(low), "value": " ".join(names)}
            row.append({"text": text, "mark": mark, "data": data})
        rows.append(row)
    with st.container(key="mdp_lens_table"):
        columns = [label("mdp.lens.range"), *(mdp.states[s] for s in states)]
        table("mdp_lens", columns, rows, label("mdp.lens.alt"))
    st.caption(label("mdp.lens.caption"))


def _draw_chart(mdp: FiniteMDP, flips: tuple[float, ...]) -> None:
    states = worlds.living(mdp)
    s = states[get("start") % len(states)]
    key = "mdp_lens_state"
    st.session_state[key] = mdp.states[s]

    def take() -> None:
        put(start=[mdp.states[i] for i in states].index(st.session_state[key]))

    st.selectbox(label("mdp.lens.state"), [mdp.states[i] for i in states], key=key, on_change=take)
    lines = [
        {"gamma": gamma, "value": float(q[s, a]), "series": f"Q*({mdp.states[s]}, {action})"}
        for gamma, q in zip(GRID, _lines(mdp), strict=True)
        for a, action in enumerate(mdp.actions)
    ]
    marks = [{"gamma": gamma, "text": shown(gamma), "kind": "flip"} for gamma in flips]
    marks.append({"gamma": get("gamma"), "text": "", "kind": "now"})
    found = ", ".join(map(shown, flips)) or "–"
    alt = label("mdp.lens.chart_alt", state=mdp.states[s], flips=found)
    charts.lens_chart(lines, marks, {"gamma": "γ", "value": "Q*"}, alt)
    st.caption(label("mdp.lens.chart_caption"))
