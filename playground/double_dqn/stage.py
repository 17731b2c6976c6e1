"""The stage of the Double DQN page; only the station that was chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.double_dqn import example_view, settings, tables_view
from playground.language import label, prose

# the example has a fragment of its own
VIEWS = {"tables": st.fragment(tables_view.draw), "example": example_view.draw}
SAID = {"tables": "by_hand_tables", "example": "by_hand_example"}


def draw() -> None:
    for problem in st.session_state.ddqn_problems:
        st.warning(problem)
    st.segmented_control(
        label("ddqn.stations"), settings.STATIONS,
        format_func=lambda name: label(f"ddqn.station.{name}"), key="ddqn_station", required=True,
        label_visibility="collapsed", on_change=settings.touched, persist_state="session",
    )  # fmt: skip
    station = st.session_state.ddqn_station
    prose("double_dqn", SAID[station])
    VIEWS[station]()
