"""The stage of the PPO page: one sample, or a whole batch; only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.language import label
from playground.ppo import batch_view, sample_view, settings

VIEWS = {"sample": sample_view.draw, "batch": batch_view.draw}


@st.fragment
def draw() -> None:
    for problem in st.session_state.ppo_problems:
        st.warning(problem)
    st.session_state.ppo_station = settings.station()
    st.segmented_control(
        label("ppo.stations"),
        settings.STATIONS,
        format_func=lambda name: label(f"ppo.station.{name}"),
        key="ppo_station",
        required=True,
        label_visibility="collapsed",
        on_change=settings.choose_station,
    )
    VIEWS[settings.station()]()
