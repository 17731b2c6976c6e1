"""What the learner has set on the Actor-Critic page: kept for the session, mirrored in the link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground import asked
from playground.language import label

STATIONS = ("record", "error", "update")
ENDINGS = ("goal", "limit", "bug")
STEPS = 8  # of the recording
SLIDERS = {
    "ac_lambda": (0.0, 1.0, 0.5, 0.05),
    "ac_wrong": (0.0, 1.0, 0.5, 0.1),
    "ac_discount": (0.5, 1.0, 0.95, 0.05),
    "ac_alpha": (0.5, 8.0, 4.0, 0.5),
    "ac_beta": (0.0, 1.0, 0.0, 0.05),
}  # lowest, highest, usual, step
SAMPLES = (1, 4, 16, 64, 256)  # estimates that an update averages
CHOICES = {"ac_station": STATIONS, "ac_ending": ENDINGS}
COUNTS = {"ac_done": STEPS, "ac_luck": 999_999, "ac_taken": 1}
USUAL = {"ac_done": 0, "ac_luck": 0, "ac_samples": 16, "ac_taken": 0}


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "ac_problems" not in state:
        ranges = {key: (low, high) for key, (low, high, _, _) in SLIDERS.items()}
        names = CHOICES | {"ac_samples": tuple(map(str, SAMPLES))}
        state.ac_problems = asked.refuse(ranges, names, COUNTS)
        for key, (_, _, usual, _) in SLIDERS.items():
            state[key] = float(st.query_params.get(key, usual))
        for key, usual in USUAL.items():
            state[f"{key}_now"] = int(st.query_params.get(key, usual))
        for key, options in CHOICES.items():
            state[f"{key}_now"] = st.query_params.get(key, options[0])
    write_link()


def number(name: str) -> float:
    """What the slider `ac_<name>` says, whether it is drawn or not."""
    return round(float(st.session_state[f"ac_{name}"]), 2)


def count(name: str) -> int:
    return int(st.session_state[f"ac_{name}_now"])


def chosen(name: str) -> str:
    """One of the `CHOICES`."""
    return str(st.session_state[f"ac_{name}_now"])


def set_count(name: str, to: int) -> None:
    st.session_state[f"ac_{name}_now"] = min(max(to, 0), COUNTS[f"ac_{name}"])
    touched()


def take(name: str) -> None:
    """What a widget that chooses has been set to."""
    st.session_state[f"ac_{name}_now"] = st.session_state[f"ac_{name}"]
    touched()


def draw_slider(name: str, **kinds: Any) -> None:
    low, high, _, step = SLIDERS[f"ac_{name}"]
    st.slider(
        label(f"a2c.slider.{name}"), low, high, step=step, key=f"ac_{name}",
        help=label(f"a2c.slider_help.{name}"), persist_state="session", on_change=touched, **kinds,
    )  # fmt: skip


def draw_choice(name: str, texts: Mapping[str, str]) -> None:
    """The buttons of one of the `CHOICES`, with a text for each option."""
    st.session_state[f"ac_{name}"] = chosen(name)
    st.segmented_control(
        label(f"a2c.choose.{name}"), CHOICES[f"ac_{name}"], key=f"ac_{name}", required=True,
        format_func=texts.__getitem__, label_visibility="collapsed",
        on_change=take, args=(name,),
    )  # fmt: skip


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.ac_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address."""
    state = st.session_state
    values = {
        **{key: (f"{state.get(key, usual):g}", f"{usual:g}")
           for key, (_, _, usual, _) in SLIDERS.items()},
        **{key: (str(state[f"{key}_now"]), str(usual)) for key, usual in USUAL.items()},
        **{key: (state[f"{key}_now"], options[0]) for key, options in CHOICES.items()},
    }  # fmt: skip
    asked.mirror(values)
