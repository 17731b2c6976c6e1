"""The learner's session on the Introduction page: what the buttons do, and its link."""

from __future__ import annotations

import math

import streamlit as st

from playground.intro.puppy import Answer, Lesson, decode, encode
from playground.language import label
from playground.link import LinkError
from rl_core.tabular.bandit import Config

RANGES = {  # the widgets that the link may set
    "intro_alpha": (0.1, 2.0),
    "intro_mistakes": (0.0, 0.5),
    "intro_trainer_alpha": (0.1, 4.0),
    "intro_samples": (6.0, 120.0),
}


def open_lesson() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "intro_lesson" not in state:
        state.intro_lesson, state.intro_problems = Lesson.new(), _take_settings()
        if "intro" in st.query_params:
            _load(st.query_params["intro"])
    _write_link()


def _take_settings() -> list[str]:
    """Numbers in the link that their slider does not have are taken out and said."""
    problems = []
    for key, (low, high) in RANGES.items():
        given = st.query_params.get(key)
        if given is not None and not _within(given, low, high):
            del st.query_params[key]
            right = label("link.range", low=low, high=high)
            problems.append(label("link.setting", name=key, given=given[:20], right=right))
    return problems


def _within(text: str, low: float, high: float) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high


def _load(code: str) -> None:
    try:
        st.session_state.intro_lesson = decode(code)
    except LinkError:
        st.session_state.intro_problems.append(label("intro.broken"))


def lesson() -> Lesson:
    return st.session_state.intro_lesson  # type: ignore[no-any-return]


def answer(treat: bool) -> None:
    """Give the treat, or withhold it."""
    config = Config(round(st.session_state.intro_alpha, 2), st.session_state.intro_baseline)
    _show(lesson().do(Answer(treat, config)))


def undo() -> None:
    _show(lesson().jump(lesson().cursor - 1))


def redo() -> None:
    _show(lesson().jump(lesson().cursor + 1))


def jump(cursor: int) -> None:
    _show(lesson().jump(cursor))


def reset() -> None:
    _show(Lesson.new(lesson().seed))


def another_puppy() -> None:
    _show(Lesson.new((lesson().seed + 1) % 1_000_000))


def _show(changed: Lesson) -> None:
    st.session_state.intro_lesson = changed
    st.session_state.intro_problems = []
    _write_link()


def _write_link() -> None:
    st.query_params["intro"] = encode(lesson())
