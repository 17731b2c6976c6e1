"""The stage of the page: one of three stations; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.language import label, prose
from playground.reinforce import cloud_view, derivation_view, episode_view, formulas, playing
from playground.reinforce.playing import STATIONS

VIEWS = {
    "episode": (episode_view.draw, "by_hand_episode"),
    "gradient": (cloud_view.draw, "by_hand_gradient"),
    "derivation": (derivation_view.draw, "by_hand_derivation"),
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
    draw_station, said = VIEWS[station]
    prose("reinforce", said)
    draw_station()
    if station == "episode":  # in the stage's own fragment, so that the numbers follow its clicks
        box = st.expander(
            label("formula.title"), key="rf_formulas", on_change="rerun", icon=":material/function:"
        )
        if box.open:
            with box:
                formulas.draw_episode()
