"""The stage of the Actor-Critic page: of its three stations only the one chosen is computed."""

from __future__ import annotations

import streamlit as st

from playground.actor_critic import error_view, formulas, record_view, settings, update_view
from playground.language import label, prose

VIEWS = {
    "record": (record_view.draw, "by_hand_record"),
    "error": (error_view.draw, "by_hand_error"),
    "update": (update_view.draw, "by_hand_update"),
}


@st.fragment
def draw() -> None:
    for problem in st.session_state.ac_problems:
        st.warning(problem)
    names = {name: label(f"a2c.station.{name}") for name in settings.STATIONS}
    settings.draw_choice("station", names)
    draw_station, said = VIEWS[settings.chosen("station")]
    prose("actor_critic", said)
    draw_station()
    if settings.chosen("station") == "record":
        # in the stage's own fragment, so that the numbers follow its sliders
        box = st.expander(
            label("formula.title"), key="ac_formulas", on_change="rerun", icon=":material/function:"
        )
        if box.open:
            with box:
                formulas.draw_step()
