"""Below the prose of the Q-learning page: topics that go deeper, in tabs, each of its own."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground import cliff, duel, gradient_view, larger_worlds, siblings, step_sizes
from playground.language import label

TABS: dict[str, Callable[[], None]] = {
    "gradient": gradient_view.draw,
    "step_sizes": step_sizes.draw_step_sizes,
    "exploration": step_sizes.draw_exploration,
    "duel": duel.draw,
    "siblings": siblings.draw,
    "cliff": cliff.draw,
    "worlds": larger_worlds.draw,
}


@st.fragment
def draw_deeper() -> None:
    """Only the open tab is computed."""
    st.subheader(label("deeper.title"), anchor=False)
    names = [label(f"deeper.tab.{name}") for name in TABS]
    tabs = st.tabs(names, key="ql_deeper", on_change="rerun")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw()
