"""What the learner has set on the SAC page: kept for the session, mirrored in the link."""

from __future__ import annotations

import math

import streamlit as st

from playground.language import label

STATIONS = ("dial", "squashed", "temperature")
WORLDS = ("three", "near_far")
ALPHAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)
SCALES = (0.1, 1.0, 10.0)
CHOICES = {
    "sac_station": (STATIONS, "dial"),
    "sac_world": (WORLDS, "three"),
    "sac_dial": (ALPHAS, 0.05),
    "sac_scale": (SCALES, 1.0),
    "sac_corrected": ((True, False), True),
    "sac_adjusts": ((True, False), True),
}  # what there is, what is usual
SLIDERS = {
    "sac_mean": (-2.0, 2.0, 0.5, 0.05),
    "sac_deviation": (0.05, 6.0, 0.4, 0.05),
    "sac_wanted": (-3.0, 0.5, -1.0, 0.25),
}  # lowest, highest, usual, step
BEGIN = 1.0  # temperature of the third station before its first step
MOST_STEPS = 60


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "sac_temperatures" not in state:
        state.sac_problems = []
        state.sac_temperatures = [BEGIN]
        for key, (options, usual) in CHOICES.items():
            state[key] = _chosen(key, options, usual)
        for key, (low, high, usual, _) in SLIDERS.items():
            state[key] = _number(key, low, high, usual)
    write_link()


def _chosen(key: str, options: tuple[object, ...], usual: object) -> object:
    found = {_text(option): option for option in options}
    if (given := st.query_params.get(key, _text(usual))) in found:
        return found[given]
    _refuse(key, given, label("link.or").join(found))
    return usual


def _number(key: str, low: float, high: float, usual: float) -> float:
    given = st.query_params.get(key, _text(usual))
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if low <= number <= high:
        return number
    _refuse(key, given, label("link.range", low=low, high=high))
    return usual


def _refuse(key: str, given: str, right: str) -> None:
    del st.query_params[key]
    text = label("link.setting", name=key, given=given[:20], right=right)
    st.session_state.sac_problems.append(text)


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value).lower()


def set_to(key: str, value: object) -> None:
    st.session_state[key] = value
    touched()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.sac_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address."""
    usual = {key: row[1] for key, row in CHOICES.items()}
    usual |= {key: row[2] for key, row in SLIDERS.items()}
    for key, value in usual.items():
        now = _text(st.session_state.get(key, value))
        if now != _text(value):
            st.query_params[key] = now
        else:
            st.query_params.pop(key, None)
