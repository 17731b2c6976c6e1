"""The stage of the page: one of three stations; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.language import label
from playground.reinforce import cloud_view, derivation_view, episode_view, playing
from playground.reinforce.playing import STATIONS

VIEWS = {
    "episode": episode_view.draw,
    "gradient": cloud_view.draw,
    "derivation": derivation_view.draw,
}


@st.fragment
def draw() -> None:
    for problem in st.session_state.rf_problems:
        st.warning(problem)
    station = st.segmented_control(
        label("reinforce.stations"), STATIONS,
        format_func=lambda name: label(f"reinforce.station.{name}"),
        key="rf_station", required=True, label_visibility="collapsed",
        on_change=playing.touched, persist_state="session",
    )  # fmt: skip
    assert station
    VIEWS[station]()
