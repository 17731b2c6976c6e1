"""The stage of the SAC page: one of three stations; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.language import label, prose
from playground.sac import dial_view, settings, squashed_view, temperature_view

VIEWS = {
    "dial": (dial_view.draw, "by_hand_dial"),
    "squashed": (squashed_view.draw, "by_hand_squashed"),
    "temperature": (temperature_view.draw, "by_hand_temperature"),
}


@st.fragment
def draw() -> None:
    for problem in st.session_state.sac_problems:
        st.warning(problem)
    st.segmented_control(
        label("sac.stations"), settings.STATIONS, key="sac_station", required=True,
        format_func=lambda name: label(f"sac.station.{name}"), label_visibility="collapsed",
        on_change=settings.touched, persist_state="session",
    )  # fmt: skip
    view, said = VIEWS[st.session_state.sac_station]
    prose("sac", said)
    view()
