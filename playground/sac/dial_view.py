"""Station 1: the temperature as a dial, and the exact soft-optimal policy that it makes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import formula
from playground.charts import PALETTE
from playground.components import Cell, bars, table
from playground.language import label
from playground.numbers import shown
from playground.sac import charts, settings
from playground.symbols import colour
from rl_core.tabular import soft, temperature, worlds
from rl_core.tabular.temperature import Optimum
from rl_core.tabular.worlds import RIGHT

GAMMA = 0.9
MADE = {"three": worlds.three_state, "near_far": worlds.near_far}
COLD, HOT = 0.02, 5.0  # up to here α is as good as 0; from here on as good as infinite
CURVE = np.geomspace(settings.ALPHAS[0], settings.ALPHAS[-1], 41).tolist()


@lru_cache(maxsize=256)
def optimum(world: str, alpha: float) -> Optimum:
    return temperature.optimum(MADE[world](), GAMMA, alpha)


def draw() -> None:
    with st.container(key="sac_dial_stage", horizontal=True):
        left = st.container(key="sac_dial_stage_world", border=True)
        right = st.container(key="sac_dial_stage_side", border=True)
    with right:
        _draw_controls()
        alpha, world = float(st.session_state.sac_dial), str(st.session_state.sac_world)
        st.markdown(label(f"sac.dial.{_regime(alpha)}_{world}"))
        _draw_price(world, alpha)
    with left:
        _draw_policy(world, alpha)
        _draw_curve(world, alpha)
        _draw_line(world, alpha)


def _regime(alpha: float) -> str:
    return "cold" if alpha <= COLD else "hot" if alpha >= HOT else "between"


def _draw_controls() -> None:
    at = settings.ALPHAS.index(st.session_state.sac_dial)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name, move, key in (("up", 1, "Right"), ("down", -1, "Left")):
            to = at + move
            possible = 0 <= to < len(settings.ALPHAS)
            st.button(
                label(f"sac.dial.{name}"), key=f"sac_dial_{name}", shortcut=key,
                type="primary" if move > 0 else "secondary", disabled=not possible,
                on_click=settings.set_to,
                args=("sac_dial", settings.ALPHAS[to] if possible else None),
            )  # fmt: skip
    st.select_slider(
        label("sac.dial.alpha"), settings.ALPHAS, key="sac_dial", format_func=shown,
        on_change=settings.touched, persist_state="session",
    )  # fmt: skip
    st.segmented_control(
        label("sac.dial.world"), settings.WORLDS, key="sac_world", required=True,
        format_func=lambda name: label(f"sac.world.{name}"), label_visibility="collapsed",
        on_change=settings.touched, persist_state="session",
    )  # fmt: skip


def _draw_policy(world: str, alpha: float) -> None:
    """The chance of Right in every state, as a bar, beside what the hard optimum does."""
    mdp, now, hard = MADE[world](), optimum(world, alpha), optimum(world, 0)
    rows: list[dict[str, Any]] = []
    for s in np.flatnonzero(~mdp.terminal).tolist():
        name, chance = mdp.states[s], float(now.policy[s, RIGHT])
        numbers = [shown(chance, 3), *(shown(q, 2) for q in (*now.q[s], *hard.q[s]))]
        rows.append({
            "name": name, "value": chance, "before": float(hard.policy[s, RIGHT]),
            "colour": PALETTE[0], "chosen": False,
            "numbers": [{"text": text, "data": {"state": name}} for text in numbers],
        })  # fmt: skip
    alt = label("sac.dial.bars_alt", alpha=shown(alpha))
    columns = label("sac.dial.columns", right=mdp.actions[RIGHT]).split("|")
    with st.container(key="sac_dial_policy_dense"):
        # a table for each world: it keeps its rows from one look to the next
        bars(f"sac_dial_bars_{world}", columns, rows, alt)
    st.caption(label("sac.dial.caption", gamma=shown(GAMMA)))


def _draw_line(world: str, alpha: float) -> None:
    """The soft maximum of the start state, with numbers."""
    mdp, now = MADE[world](), optimum(world, alpha)
    s = int(np.flatnonzero(mdp.start)[0])
    number = _painted("alpha", formula.tex(alpha))
    q = [_painted("q", formula.tex(round(x, 2))) for x in now.q[s].tolist()]
    terms = " + ".join(rf"e^{{{x} / {number}}}" for x in q)
    name = _painted("q", rf"V(\text{{{mdp.states[s]}}})")
    value = formula.tex(round(float(now.v[s]), 3))
    st.latex(formula.coloured(formula.latex(soft.soft_maximum)))
    st.latex(rf"{name} = {number} \, \ln \bigl({terms}\bigr) = \mathbf{{{value}}}")


def _painted(symbol: str, latex: str) -> str:
    return rf"\textcolor{{{colour(symbol)}}}{{{latex}}}"


def _draw_price(world: str, alpha: float) -> None:
    """What becomes of the policy, beside the hard optimum."""
    mdp, now, hard = MADE[world](), optimum(world, alpha), optimum(world, 0)
    s = int(np.flatnonzero(mdp.start)[0])
    rows: list[list[Cell]] = []
    for name, mine, theirs, decimals in (
        ("earned", now.earned, hard.earned, 3),
        ("steps", now.steps, hard.steps, 1),
        ("entropy", float(now.entropy[s]), float(hard.entropy[s]), 3),
        ("soft", float(now.v[s]), float(hard.v[s]), 3),
    ):
        cell: Cell = {"text": shown(mine, decimals), "data": {"row": name}}
        head: Cell = {"text": label(f"sac.dial.{name}", state=mdp.states[s]), "mark": "head"}
        rows.append([head, cell, {"text": shown(theirs, decimals), "mark": "dim"}])
    with st.container(key="sac_dial_dense"):
        columns = label("sac.dial.price_columns", alpha=shown(alpha)).split("|")
        table("sac_dial_price", columns, rows, label("sac.dial.price_alt"))


@lru_cache(maxsize=8)
def _curve(world: str) -> list[dict[str, Any]]:
    """The chance of Right in every state, at all temperatures."""
    mdp = MADE[world]()
    return [
        {"alpha": alpha, "chance": float(optimum(world, alpha).policy[s, RIGHT]), "state": name}
        for s, name in enumerate(mdp.states)
        if not mdp.terminal[s]
        for alpha in CURVE
    ]


def _draw_curve(world: str, alpha: float) -> None:
    mdp, now = MADE[world](), optimum(world, alpha)
    alive = [s for s in range(len(mdp.states)) if not mdp.terminal[s]]
    states = [mdp.states[s] for s in alive]
    chance = now.policy[alive, RIGHT].tolist()
    dots = [
        {"alpha": alpha, "chance": p, "state": state}
        for state, p in zip(states, chance, strict=True)
    ]
    titles = {
        "alpha": label("sac.axis.alpha_log"),
        "chance": label("sac.axis.chance", action=mdp.actions[RIGHT]),
        "state": label("sac.axis.state"),
    }
    chances = ", ".join(f"{state} {shown(p, 2)}" for state, p in zip(states, chance, strict=True))
    alt = label("sac.dial.curve_alt", alpha=shown(alpha), chances=chances)
    charts.dial_chart(_curve(world), dots, alpha, states, titles, alt)
    st.caption(label("sac.dial.curve_caption"))
