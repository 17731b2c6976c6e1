"""The stage of the page: one of two stations; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.dqn import playing, triad_view, update_view
from playground.language import label, prose

STATIONS = {
    "update": (update_view.draw, "by_hand_update"),
    "triad": (triad_view.draw, "by_hand_triad"),
}


@st.fragment
def draw() -> None:
    playing.draw_problems()
    names = {name: label(f"dqn.stations.{name}") for name in STATIONS}
    station = st.segmented_control(
        label("dqn.station"), names, format_func=names.__getitem__, key="dqn_station",
        required=True, label_visibility="collapsed", on_change=playing.write_link,
        persist_state="session",
    )  # fmt: skip
    assert station
    draw_station, said = STATIONS[station]
    prose("dqn", said)
    draw_station()
