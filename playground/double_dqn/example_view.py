"""Sutton & Barto's example 6.7, 10 000 runs in pieces that are small enough for the app."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground.components import Cell, table
from playground.double_dqn import charts, settings
from playground.language import label
from playground.numbers import shown
from rl_core.tabular import maximization_bias
from rl_core.tabular.mdp import Floats

RUNS, EPISODES, PIECE = 10_000, 300, 1000  # a piece takes about a tenth of a second
EPSILON = 0.1
LEARNERS = ("single", "double")


@st.cache_data(max_entries=500, show_spinner=False)
def piece(double: bool, actions: int, k: int) -> Floats:
    """[episodes] The share of Left in the k-th piece of the runs."""
    return maximization_bias.left_share(double, PIECE, EPISODES, seed=k, actions=actions)


def draw() -> None:
    with st.container(key="ddqn_example_stage", horizontal=True):
        world = st.container(key="ddqn_example_stage_world", border=True)
        side = st.container(key="ddqn_example_stage_side", border=True)
    with side:
        _draw_controls()
    with world:
        st.fragment(_look, run_every=0.3 if _wanted() > _done() else None)()


def _wanted() -> int:
    """Pieces asked for."""
    return int(st.session_state.get("ddqn_pieces_wanted", 0))


def _done() -> int:
    return int(st.session_state.get("ddqn_pieces_done", 0))


def _draw_controls() -> None:
    st.button(
        label("ddqn.play", n=f"{RUNS:,}".replace(",", " ")), key="ddqn_play", type="primary",
        shortcut="Right", on_click=_play, disabled=_wanted() > _done(),
    )  # fmt: skip
    st.select_slider(
        label("ddqn.actions"), settings.ACTIONS, key="ddqn_actions",
        help=label("ddqn.actions_help"), on_change=_begin_anew, persist_state="session",
    )  # fmt: skip
    rows: list[list[Cell]] = [
        [{"text": text} for text in row.split(";")] for row in label("ddqn.world_rows").split("|")
    ]
    table("ddqn_world_table", label("ddqn.world_columns").split("|"), rows, label("ddqn.world_alt"))
    st.caption(label("ddqn.world_caption"))


def _play() -> None:
    st.session_state.ddqn_pieces_done = 0
    st.session_state.ddqn_pieces_wanted = RUNS // PIECE


def _begin_anew() -> None:
    st.session_state.ddqn_pieces_done = st.session_state.ddqn_pieces_wanted = 0
    settings.touched()


def _look() -> None:
    """One more piece, and what all of them together show."""
    actions, state = int(st.session_state.ddqn_actions), st.session_state
    if _done() < _wanted():
        state.ddqn_pieces_done = _done() + 1
        for double in (False, True):
            piece(double, actions, _done() - 1)
        if _done() == _wanted():
            st.rerun()  # the button may be pressed again
    shares = {
        name: np.mean([piece(name == "double", actions, k) for k in range(_done())], axis=0)
        for name in LEARNERS
        if _done()
    }
    names = {name: label(f"ddqn.learner.{name}") for name in LEARNERS}
    rows = [
        {"x": episode + 1, "value": x, "series": names[name]}
        for name, share in shares.items()
        for episode, x in enumerate(share.tolist())
    ]
    best = [{"value": EPSILON / 2, "text": label("ddqn.optimal")}]
    titles = {"x": label("ddqn.axis.episode"), "value": label("ddqn.axis.left")}
    said = {name: shown(100 * float(share[-50:].mean()), 1) for name, share in shares.items()}
    runs = _done() * PIECE
    alt = label(
        "ddqn.example_alt", runs=runs, single=said.get("single", "–"),
        double=said.get("double", "–"),
    )  # fmt: skip
    charts.lines(
        rows, best, list(names.values()), titles, alt, x_end=EPISODES, limits=(0, 1), share=True
    )
    _draw_numbers(shares)
    st.caption(label("ddqn.example_caption", runs=f"{runs:,}".replace(",", " ")))


def _draw_numbers(shares: dict[str, Floats]) -> None:
    rows: list[list[Cell]] = []
    for name in LEARNERS:
        cells: list[Cell] = [{"text": label(f"ddqn.learner.{name}"), "mark": "head"}]
        numbers = {"most": np.nan, "at_100": np.nan, "late": np.nan}
        if name in shares:
            share = shares[name]
            late = float(share[-50:].mean())
            numbers = {"most": float(share.max()), "at_100": float(share[99]), "late": late}
        for what, x in numbers.items():
            text = "–" if np.isnan(x) else f"{shown(100 * x, 1)} %"
            cells.append({"text": text, "data": {"learner": name, "what": what, "value": repr(x)}})
        rows.append(cells)
    columns = label("ddqn.example_columns").split("|")
    table("ddqn_example", columns, rows, label("ddqn.example_table_alt"))
