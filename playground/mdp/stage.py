"""The stage of the mathematics page: what is common to all views, and the view that is open."""

from __future__ import annotations

import streamlit as st

from playground.language import label
from playground.mdp import (
    bellman_view,
    lens_view,
    markov_view,
    returns_view,
    sweeps_view,
    values_view,
    world_view,
    worlds,
)
from playground.mdp.settings import VIEWS, WORLDS, get, put, widget

DRAW = {
    "returns": returns_view.draw,
    "lens": lens_view.draw,
    "world": world_view.draw,
    "markov": markov_view.draw,
    "values": values_view.draw,
    "bellman": bellman_view.draw,
    "sweeps": sweeps_view.draw,
}


@st.fragment
def draw_stage() -> None:
    """Everything that a click changes."""
    worlds.check_rows()
    _draw_common()
    names = {label(f"mdp.view.{name}"): name for name in VIEWS}
    open_label = label(f"mdp.view.{get('view')}")
    if st.session_state.get("mdp_tabs") not in names:  # at first, and in another language
        st.session_state.mdp_tabs = open_label
    tabs = st.tabs(list(names), key="mdp_tabs", on_change=lambda: _open(names))
    for tab, name in zip(tabs, names.values(), strict=True):
        if tab.open:
            with tab:
                DRAW[name]()


def _open(names: dict[str, str]) -> None:
    put(view=names[st.session_state.mdp_tabs])


def _draw_common() -> None:
    """World, gamma and slip, which every view is about."""
    left, middle, right = st.columns(3)
    st.session_state.mdp_world = get("world")
    left.selectbox(
        label("mdp.world.choice"), WORLDS, key="mdp_world", on_change=_take_world,
        format_func=lambda name: label(f"mdp.world.name.{name}"),
    )  # fmt: skip
    middle.slider(label("stage.gamma"), 0.0, 1.0, step=0.01, **widget("gamma", sweep=0))
    right.slider(
        label("mdp.world.slip"), 0.0, 0.5, step=0.05, help=label("mdp.world.slip_help"),
        **widget("slip", sweep=0),
    )  # fmt: skip


def _take_world() -> None:
    """Another world; the rows that were edited in this one wait for it to come back."""
    kept = st.session_state.setdefault("mdp_kept_rows", {})
    kept[get("world")] = get("rows")
    name = st.session_state.mdp_world
    put(world=name, rows=kept.get(name, ""), picked=0, start=0, sweep=0)
