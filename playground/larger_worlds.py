"""Larger worlds for Q-learning: drive yourself or let it play, beside the exact answer."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import charts, formula
from playground import world_drives as drives
from playground.components import grid
from playground.grid_world import DIRECTIONS, drawing, reachable, scale_of
from playground.language import label, prose
from playground.numbers import shown, signed
from playground.q_table import values
from playground.return_charts import returns_chart
from rl_core.tabular import q_learning
from rl_core.tabular.dynamic_programming import greedy_actions

ICONS = {"Up": "north", "Right": "east", "Down": "south", "Left": "west"}
EPISODES = (1, 10, 100)
FIRST_SEED = 1  # with this luck the first 100 episodes reach the goal of either lake
BESIDE = 7  # columns up to which the controls fit beside the world


def draw() -> None:
    prose("q_learning", "worlds")
    state = st.session_state
    names = {name: label(f"worlds.name.{name}") for name in drives.GRIDS}
    st.selectbox(
        label("worlds.world"), list(names), format_func=names.__getitem__, key="ql_world_name",
        persist_state="session",
    )  # fmt: skip
    st.caption(label(f"worlds.rules.{state.ql_world_name}"))
    state.setdefault("ql_world_seed", FIRST_SEED)
    drives.play_asked()
    beside = drives.chosen(state.ql_world_name).size[1] <= BESIDE
    with st.container(key="ql_world_stage" if beside else "ql_world_wide", horizontal=beside):
        left = st.container(key="ql_world_left", border=True)
        right = st.container(key="ql_world_right", border=True)
    with right:
        _draw_settings()
        _draw_distance()
    with left:
        _draw_grid()
        _draw_last_step()
    with right:
        _draw_buttons()
    _draw_returns()


def _draw_settings() -> None:
    left, middle, right = st.columns(3)
    left.slider(
        label("worlds.alpha"), 0.0, 1.0, 0.5, 0.01, key="ql_world_alpha", persist_state="session"
    )
    middle.slider(
        label("worlds.gamma"), 0.5, 1.0, 0.99, 0.01, key="ql_world_gamma", persist_state="session"
    )
    right.slider(
        label("worlds.epsilon"), 0.0, 1.0, 0.1, 0.01, key="ql_world_epsilon",
        persist_state="session",
    )  # fmt: skip
    views = {name: label(f"worlds.view.{name}") for name in ("learned", "exact")}
    st.segmented_control(
        label("worlds.shows"), list(views), format_func=views.__getitem__, default="learned",
        required=True, key="ql_world_shows",
    )  # fmt: skip


def _draw_distance() -> None:
    """How far the table is from the exact answer, where one can come."""
    mdp = drives.chosen(st.session_state.ql_world_name).mdp
    q, exact, alive = drives.drive().state.q, drives.exact(), reachable(mdp) & ~mdp.terminal
    right = np.all(greedy_actions(q) <= greedy_actions(exact), axis=1)[alive]
    said = {
        "start": shown(float(mdp.start @ exact.max(axis=1))),
        "learned": shown(float(mdp.start @ q.max(axis=1))),
        "distance": shown(float(np.abs(q - exact)[alive].max())),
        "right": int(right.sum()),
        "states": int(alive.sum()),
    }
    st.markdown(label("worlds.distance", **said))


def _draw_grid() -> None:
    state, now = st.session_state, drives.drive()
    place, exact = drives.chosen(state.ql_world_name), drives.exact()
    q = now.state.q if state.ql_world_shows == "learned" else exact
    path = [(now.trail[-60:], charts.PALETTE[1])] if state.ql_world_shows == "learned" else []
    data = drawing(place, q, scale_of(place.mdp, exact), now.state.s, path)
    names = place.mdp.actions
    keys = {f"Arrow{DIRECTIONS[name]}": a for a, name in enumerate(names) if name in DIRECTIONS}
    keys |= {name[0].lower(): a for a, name in enumerate(names) if name not in DIRECTIONS}
    data |= {"keys": keys, "keys_label": label("worlds.keys")}
    view, where = label(f"worlds.view.{state.ql_world_shows}"), place.mdp.states[now.state.s]
    data["alt"] = label("worlds.grid_alt", view=view, s=where)
    grid("ql_world_grid", data, on_press=drives.pressed)
    st.caption(label("worlds.grid_says"))


def _draw_last_step() -> None:
    now, mdp = drives.drive(), drives.chosen(st.session_state.ql_world_name).mdp
    event = now.event
    if event is None:
        st.markdown(label("worlds.at_start"))
        return
    said = {
        "episode": event.episode + 1,
        "t": event.t + 1,
        "s": mdp.states[event.s],
        "a": mdp.actions[event.a],
        "r": signed(event.r),
        "s_next": mdp.states[event.s_next],
        "total": shown(now.so_far),
    }
    ending = "ended" if event.terminated else "truncated" if event.truncated else "happened"
    st.markdown(label(f"worlds.{ending}", **said))
    result = float(event.q[event.s, event.a])
    latex = formula.latex(q_learning.update)
    with st.container(key="ql_world_numbers"):
        st.latex(formula.substituted(latex, values(event), result))


def _draw_buttons() -> None:
    state = st.session_state
    with st.container(horizontal=True, gap="xsmall"):
        for a, name in enumerate(drives.chosen(state.ql_world_name).mdp.actions):
            icon = ICONS.get(DIRECTIONS.get(name, ""))
            st.button(
                name, key=f"ql_world_act_{a}", on_click=drives.act, args=(a,),
                icon=f":material/{icon}:" if icon else None,
            )  # fmt: skip
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.markdown(label("worlds.play"), width="content")
        for n in EPISODES:
            st.button(
                str(n), key=f"ql_world_play_{n}", icon=":material/play_arrow:",
                on_click=state.__setitem__, args=("ql_world_asked", n),
                type="primary" if n == EPISODES[-1] else "secondary",
            )  # fmt: skip
    tools = [
        ("undo", "undo", drives.undo, len(drives.past_drives()) > 1),
        ("restart", "first_page", drives.restart, True),
        ("reset", "restart_alt", drives.reset, True),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, on_click, enabled in tools:
            st.button(
                label(f"worlds.{name}"), key=f"ql_world_{name}", icon=f":material/{icon}:",
                type="tertiary", disabled=not enabled, on_click=on_click,
            )  # fmt: skip
        st.button(
            label("stage.luck", seed=state.ql_world_seed), key="ql_world_luck",
            icon=":material/casino:", type="tertiary", on_click=drives.another_luck,
        )  # fmt: skip


def _draw_returns() -> None:
    returns = drives.drive().returns
    if not returns:
        st.caption(label("worlds.no_episode"))
        return
    returns_chart(returns, drives.drive().steps)
