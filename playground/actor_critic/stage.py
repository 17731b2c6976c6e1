"""The stage of the Actor-Critic page: of its three stations only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.actor_critic import error_view, record_view, settings, update_view
from playground.language import label

VIEWS = {"record": record_view.draw, "error": error_view.draw, "update": update_view.draw}


@st.fragment
def draw() -> None:
    for problem in st.session_state.ac_problems:
        st.warning(problem)
    names = {name: label(f"a2c.station.{name}") for name in settings.STATIONS}
    settings.draw_choice("station", names)
    VIEWS[settings.chosen("station")]()
