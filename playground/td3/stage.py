"""The stage of the TD3 page: one landscape, or many lives; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.language import label
from playground.td3 import landscape, lives_view, playing

VIEWS = {"one": landscape.draw, "many": lives_view.draw}


@st.fragment
def draw() -> None:
    for problem in st.session_state.td3_problems:
        st.warning(problem)
    st.session_state.td3_station = playing.station()
    names = {name: label(f"td3.station.{name}") for name in playing.STATIONS}
    st.segmented_control(
        label("td3.stations"), names, format_func=names.__getitem__, key="td3_station",
        required=True, label_visibility="collapsed", on_change=playing.choose_station,
    )  # fmt: skip
    VIEWS[playing.station()]()
