"""What the learner has set on the Double DQN page: kept for the session, mirrored in the link."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from playground.language import label
from rl_core.tabular import noisy_estimates
from rl_core.tabular.mdp import Floats

STATIONS = ("tables", "example")
WORLDS = ("equal", "better")  # all actions worth 0, or the first one worth 0.5
BETTER = 0.5
MOST = 2000  # rounds
# lowest, highest, usual, step
SLIDERS: dict[str, tuple[float, float, float, float]] = {
    "ddqn_n": (2, 20, 10, 1),
    "ddqn_k": (1, 50, 1, 1),
    "ddqn_alike": (0.0, 1.0, 0.0, 0.1),
}
WHOLE = ("ddqn_n", "ddqn_k")
COUNTS = {"ddqn_rounds": (1, MOST, 1), "ddqn_luck": (0, 999_999, 0)}
ACTIONS = ("1", "2", "5", "10", "50")  # in B of example 6.7
CHOICES = {  # the options, and the usual one
    "ddqn_station": (STATIONS, STATIONS[0]),
    "ddqn_world": (WORLDS, WORLDS[0]),
    "ddqn_actions": (ACTIONS, "10"),
}


class Tables(NamedTuple):
    """What is on stage: the settings, and all rounds drawn so far."""

    true: tuple[float, ...]  # of each action
    sd: float  # of each estimate
    alike: float
    drawn: Floats  # [rounds, 2, actions]

    @property
    def single(self) -> Floats:
        return noisy_estimates.single(self.drawn[:, 0])

    @property
    def double(self) -> Floats:
        return noisy_estimates.double(self.drawn[:, 0], self.drawn[:, 1])


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "ddqn_problems" not in state:
        state.ddqn_problems = []
        for key, (low, high, usual, _) in SLIDERS.items():
            whole = key in WHOLE
            state[key] = _taken(key, low, high, usual, int if whole else float)
        for key, (first, last, begin) in COUNTS.items():
            state[f"{key}_now"] = _taken(key, first, last, begin, int)
        for key, (options, usually) in CHOICES.items():
            given = st.query_params.get(key, usually)
            if given not in options:
                _refuse(key, label("link.or").join(options))
            state[key] = given if given in options else usually
    write_link()


def _taken(key: str, low: float, high: float, usual: float, kind: type) -> Any:
    given = st.query_params.get(key)
    if given is None:
        return kind(usual)
    try:
        number = kind(given)
        if math.isfinite(number) and low <= number <= high:
            return number
    except ValueError:
        pass
    _refuse(key, label("link.range", low=low, high=high))
    return kind(usual)


def _refuse(key: str, right: str) -> None:
    """Take it out of the link, and say so."""
    given = st.query_params[key][:20]
    del st.query_params[key]
    said = label("link.setting", name=key, given=given, right=right)
    st.session_state.ddqn_problems.append(said)


def current() -> Tables:
    state = st.session_state
    n, k, alike = (state.get(key, SLIDERS[key][2]) for key in SLIDERS)
    better = state.get("ddqn_world", WORLDS[0]) == "better"
    true = (BETTER if better else 0.0, *[0.0] * (n - 1))
    sd, alike = 1 / math.sqrt(k), round(alike, 2)
    rounds, luck = state.ddqn_rounds_now, state.ddqn_luck_now
    return Tables(true, sd, alike, noisy_estimates.tables(np.array(true), sd, alike, rounds, luck))


def resample(more: int) -> None:
    state = st.session_state
    state.ddqn_rounds_now = min(max(state.ddqn_rounds_now + more, 1), MOST)
    touched()


def begin_anew() -> None:
    """Other settings make other tables: what was averaged before is no part of it."""
    st.session_state.ddqn_rounds_now = 1
    touched()


def other_luck() -> None:
    st.session_state.ddqn_luck_now = (st.session_state.ddqn_luck_now + 1) % 1_000_000
    begin_anew()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.ddqn_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address."""
    state = st.session_state
    values = {key: (state.get(key, usual), usual) for key, (_, _, usual, _) in SLIDERS.items()}
    values |= {key: (state[f"{key}_now"], usual) for key, (_, _, usual) in COUNTS.items()}
    texts = {key: (f"{now:g}", f"{usual:g}") for key, (now, usual) in values.items()}
    texts |= {key: (state.get(key, usual), usual) for key, (_, usual) in CHOICES.items()}
    for key, (now, usual) in texts.items():
        if now != usual:
            st.query_params[key] = now
        else:
            st.query_params.pop(key, None)
