"""The controls beside the landscape: what the learner does, and what is switched on."""

from __future__ import annotations

import streamlit as st

from playground.language import label
from playground.td3 import playing
from playground.td3.session import MANY


def draw_buttons() -> None:
    session = playing.session()
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            label("td3.step"), key="td3_step", type="primary", shortcut="Right",
            disabled=session.full, on_click=playing.step, help=label("td3.step_help"),
        )  # fmt: skip
        st.button(
            label("td3.play", n=MANY), key="td3_play", shortcut="P", disabled=session.full,
            on_click=playing.play,
        )  # fmt: skip
        st.button(
            label("td3.disturb"), key="td3_disturb", shortcut="D", disabled=session.full,
            on_click=playing.disturb, help=label("td3.disturb_help"),
        )  # fmt: skip
    tools = [
        ("undo", "undo", label("stage.undo"), playing.undo, session.cursor > 0, "U"),
        ("redo", "redo", label("stage.redo"), playing.redo,
         session.cursor < len(session.moves), "Y"),
        ("reset", "restart_alt", label("stage.reset"), playing.reset, True, None),
        ("luck", "casino", label("stage.luck", seed=session.luck), playing.change_luck, True, None),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, text, on_click, enabled, key in tools:
            st.button(
                text, key=f"td3_{name}", icon=f":material/{icon}:", type="tertiary",
                shortcut=key, disabled=not enabled, on_click=on_click,
            )  # fmt: skip
    if session.full:
        st.caption(label("td3.full"))


def draw_switches() -> None:
    with st.container(key="td3_switches", gap="small"):
        for key in playing.SWITCHES:
            name = key.removeprefix("td3_on_")
            st.toggle(
                label(f"td3.idea.{name}", d=playing.wait()), key=key, persist_state="session",
                help=label(f"td3.idea.{name}_help"), on_change=playing.touched,
            )  # fmt: skip
    columns = st.columns(2)
    on_change = {"td3_wait": playing.touched, "td3_height": playing.change_height}
    for column, (key, (low, high, _, step)) in zip(columns, playing.SLIDERS.items(), strict=True):
        column.slider(
            label(f"td3.{key.removeprefix('td3_')}"), low, high, step=step, key=key,
            persist_state="session", on_change=on_change[key],
            disabled=key == "td3_wait" and not st.session_state.td3_on_delay,
        )  # fmt: skip
