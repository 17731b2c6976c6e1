"""The learner's session on the page "Two routes": what the buttons do, and its link."""

from __future__ import annotations

import math
from dataclasses import fields

import streamlit as st

from playground.language import label
from playground.link import LONGEST, LinkError
from playground.routes.duel import Config, Duel, Move, decode, encode

RANGES = {f"routes_{f.name}": (f.metadata["low"], f.metadata["high"]) for f in fields(Config)} | {
    "routes_p": (0.05, 0.95),
}  # the sliders that the link may set
COUNTS = {"routes_episodes": 200, "routes_join": 500, "routes_seed": 999_999}  # and the most
USUAL = {"routes_episodes": 60}  # at the beginning; 0 for the others


def open_duel() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "routes_duel" not in state:
        state.routes_duel, state.routes_problems = Duel.new(), _take_settings()
        for key in COUNTS:
            state[f"{key}_now"] = int(st.query_params.get(key, USUAL.get(key, 0)))
        if "routes" in st.query_params:
            _load(st.query_params["routes"])
    write_link()


def _take_settings() -> list[str]:
    """Numbers in the link that the page cannot use are taken out and said."""
    whole = {"routes_cells": (2, 64), "routes_d": (1, 3)}
    whole |= {key: (0, most) for key, most in COUNTS.items()}
    problems = []
    for key, (low, high) in (RANGES | whole).items():
        given = st.query_params.get(key)
        if given is not None and not _within(given, low, high, key in whole):
            del st.query_params[key]
            right = label("link.range", low=low, high=high)
            problems.append(label("link.setting", name=key, given=given[:20], right=right))
    return problems


def _within(text: str, low: float, high: float, whole: bool) -> bool:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high


def _load(code: str) -> None:
    try:
        if len(code) > LONGEST:
            raise LinkError("too long")
        st.session_state.routes_duel = decode(code)
    except LinkError:
        st.session_state.routes_problems.append(label("routes.broken"))


def duel() -> Duel:
    return st.session_state.routes_duel  # type: ignore[no-any-return]


def config() -> Config:
    """The settings of this moment, from the sliders."""
    state = st.session_state
    return Config(**{f.name: round(state[f"routes_{f.name}"], 2) for f in fields(Config)})


def play(episodes: int) -> None:
    """One step of both (0), or so many episodes."""
    _show(duel().do(Move(episodes, config())))


def undo() -> None:
    _show(duel().jump(duel().cursor - 1))


def redo() -> None:
    _show(duel().jump(duel().cursor + 1))


def reset() -> None:
    _show(Duel.new(duel().seed))


def change_luck() -> None:
    _show(Duel.new((duel().seed + 1) % 1_000_000))


def count(key: str) -> int:
    """A number that a button moves: episodes in the corridor, steps of actor and critic ..."""
    return int(st.session_state[f"{key}_now"])


def set_count(key: str, n: int) -> None:
    st.session_state[f"{key}_now"] = min(max(n, 0), COUNTS[key])
    write_link()


def _show(changed: Duel) -> None:
    st.session_state.routes_duel = changed
    st.session_state.routes_problems = []
    write_link()


def write_link() -> None:
    """Keep the address of the page that of the session, while it is short enough."""
    code = encode(duel())
    if len(code) <= LONGEST:
        st.query_params["routes"] = code
    else:
        st.query_params.pop("routes", None)
    for key in COUNTS:
        if count(key) != USUAL.get(key, 0):
            st.query_params[key] = str(count(key))
        else:
            st.query_params.pop(key, None)
