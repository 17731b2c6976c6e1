"""The stage of the TRPO page: the map on the left, the update in numbers on the right."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.language import label
from playground.numbers import shown
from playground.trpo import formulas, map_view, playing, roads, station_view
from playground.trpo.link import BEGIN, DELTAS, DIRECTIONS


@st.fragment
def draw(numbers: DeltaGenerator) -> None:
    """Draw the stage, and its formulas into the place further down that was kept for them."""
    for problem in st.session_state.trpo_problems:
        st.warning(problem)
    with st.container(key="trpo_stage", horizontal=True):
        map_box = st.container(key="trpo_stage_world", border=True)
        side_box = st.container(key="trpo_stage_side", border=True)
    with side_box:
        _draw_buttons()
        _draw_settings()
        station_view.draw(playing.current(), playing.station())
    with map_box:
        map_view.draw()
        st.toggle(label("trpo.clip"), value=True, key="trpo_show_clip", persist_state="session")
    with st.expander(label("trpo.table"), expanded=True, key="trpo_states_dense"):
        station_view.draw_states(playing.current(), playing.station())
    roads.draw()
    with numbers.container():
        formulas.draw_numbers()


def _draw_buttons() -> None:
    state, moved = st.session_state, len(playing.path()) > 1
    last = state.trpo_station_now + 1 == len(playing.current().stations)
    stuck = playing.ended()
    begun = moved or state.trpo_station_now > 0
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label(f"trpo.press.{_next()}"), key="trpo_press", type="primary", shortcut="Right",
            disabled=last and stuck, on_click=playing.press,
        )  # fmt: skip
        st.button(
            label("trpo.round", n=playing.ROUND), key="trpo_round", shortcut="T",
            disabled=stuck, on_click=playing.press_round,
        )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("stage.undo"), key="trpo_undo", icon=":material/undo:", type="tertiary",
            shortcut="U", disabled=not begun, on_click=playing.undo,
        )  # fmt: skip
        st.button(
            label("stage.reset"), key="trpo_restart", icon=":material/restart_alt:",
            type="tertiary", disabled=not begun and playing.path()[0] == BEGIN,
            on_click=playing.restart,
        )  # fmt: skip
        j = shown(map_view.performance(playing.path()[-1]), 3)
        st.caption(label("trpo.now", n=len(playing.path()) - 1, j=j))


def _next() -> str:
    """What the primary button does next."""
    stations, at = playing.current().stations, st.session_state.trpo_station_now + 1
    if at == len(stations):
        return "move"
    return "again" if stations[at] not in ("cg1", "cg2", "try0") else stations[at]


def _draw_settings() -> None:
    state = st.session_state
    state.trpo_direction, state.trpo_delta = playing.direction(), playing.delta()
    st.segmented_control(
        label("trpo.direction"), DIRECTIONS, key="trpo_direction", required=True,
        format_func=lambda name: label(f"trpo.directions.{name}"),
        on_change=playing.choose, args=("trpo_direction",), label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("δ", width="content")
        st.segmented_control(
            label("trpo.delta"), DELTAS, key="trpo_delta", required=True,
            format_func=shown,
            on_change=playing.choose, args=("trpo_delta",), label_visibility="collapsed",
        )  # fmt: skip
