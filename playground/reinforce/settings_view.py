"""The settings that several stations share."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from playground.language import label
from playground.numbers import signed
from playground.reinforce import playing
from playground.reinforce.playing import CHOICES, SLIDERS

Act = Callable[[], None]


def draw_choice(key: str, on_change: Act) -> None:
    """One of several options, by their labels `reinforce.<key>.<option>`."""
    name = key.removeprefix("rf_")
    _draw(key, on_change, lambda option: label(f"reinforce.{name}.{option}"))


def draw_late(on_change: Act) -> None:
    """R(τ) has no factor to leave out."""
    said, useless = label("reinforce.late.help"), playing.settings().kind == "whole"
    _draw("rf_late", on_change, lambda x: label(f"reinforce.late.{x}"), said, useless)


def draw_pays(on_change: Act) -> None:
    said = label("reinforce.pays.help")
    _draw("rf_pays", on_change, lambda option: signed(float(option)), said)


def _draw(
    key: str,
    on_change: Act,
    named: Callable[[str], str],
    said: str | None = None,
    disabled: bool = False,
) -> None:
    title = label(f"reinforce.{key.removeprefix('rf_')}.title")
    st.segmented_control(
        title, CHOICES[key][0], format_func=named, key=key, required=True, on_change=on_change,
        persist_state="session", help=said, disabled=disabled,
    )  # fmt: skip


def draw_slider(key: str, name: str, on_change: Act) -> None:
    low, high, _, step = SLIDERS[key]
    st.slider(
        label(name), low, high, step=step, key=key, persist_state="session", on_change=on_change
    )


def draw_policy() -> None:
    """The policy of the second and third station."""
    left, right = st.columns(2)
    for column, key in ((left, "rf_right1"), (right, "rf_right2")):
        with column:
            draw_slider(key, f"reinforce.{key.removeprefix('rf_')}", playing.touched)
