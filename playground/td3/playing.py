"""The learner's session by hand: what the buttons and switches do, and its link."""

from __future__ import annotations

import math

import streamlit as st

from playground.language import label
from playground.link import LONGEST, LinkError
from playground.td3.session import (
    HEIGHT,
    HIGHEST,
    MANY,
    MOST_ERRORS,
    Errors,
    Play,
    Session,
    decode,
    encode,
)
from rl_core.by_hand.td3 import Ideas

STATIONS = ("one", "many")
SLIDERS = {"td3_wait": (2, 10, 4, 1), "td3_height": (0.0, HIGHEST, HEIGHT, 0.1)}
SWITCHES = ("td3_on_twin", "td3_on_smoothing", "td3_on_delay")


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state, link = st.session_state, st.query_params
    if "td3_hand" not in state:
        state.td3_hand, state.td3_problems = Session.new(), _refuse()
        if "td3" in link:
            _load(link["td3"])
        for key, (_, _, usual, _) in SLIDERS.items():
            state[key] = type(usual)(link.get(key, usual))
        state.td3_height = state.td3_hand.frame.errors.height
        for key in SWITCHES:
            state[key] = link.get(key) == "true"
        state.td3_station_now = link.get("td3_station", STATIONS[0])
    write_link()


def _refuse() -> list[str]:
    """What the page cannot use is taken out of the link and said."""
    problems, link = [], st.query_params
    for key, (low, high, _, step) in SLIDERS.items():
        if key in link and not _within(link[key], low, high, whole=isinstance(step, int)):
            problems.append(_problem(key, label("link.range", low=low, high=high)))
    choices = dict.fromkeys(SWITCHES, ("true", "false")) | {"td3_station": STATIONS}
    for key, options in choices.items():
        if key in link and link[key] not in options:
            problems.append(_problem(key, label("link.or").join(options)))
    return problems


def _problem(key: str, right: str) -> str:
    given = st.query_params[key]
    del st.query_params[key]
    return label("link.setting", name=key, given=given[:20], right=right)


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
        st.session_state.td3_hand = decode(code)
    except LinkError:
        st.session_state.td3_problems.append(label("td3.broken"))


def session() -> Session:
    return st.session_state.td3_hand  # type: ignore[no-any-return]


def station() -> str:
    return str(st.session_state.td3_station_now)


def wait() -> int:
    """How many updates of the critics there are for each of the actor, if it waits."""
    return int(st.session_state.td3_wait)


def height() -> float:
    return round(float(st.session_state.td3_height), 2)


def ideas() -> Ideas:
    """What is switched on."""
    twin, smoothing, delay = (bool(st.session_state[key]) for key in SWITCHES)
    return Ideas(twin, smoothing, wait() if delay else 1)


def step() -> None:
    _show(session().do(Play(1, ideas())))


def play() -> None:
    _show(session().do(Play(MANY, ideas())))


def disturb() -> None:
    number = (session().frame.errors.number + 1) % (MOST_ERRORS + 1)
    _show(session().do(Errors(number, height())))


def change_height() -> None:
    """The same errors, as fresh as at first, at another height."""
    _show(session().do(Errors(session().frame.errors.number, height())))


def undo() -> None:
    _show(session().jump(session().cursor - 1))


def redo() -> None:
    _show(session().jump(session().cursor + 1))


def reset() -> None:
    _show(Session.new(session().luck))


def change_luck() -> None:
    _show(Session.new((session().luck + 1) % 1_000_000))


def pick() -> None:
    """The learner chose a row of the table of targets: both switches at once."""
    chosen = int(st.session_state.td3_targets.picked)
    st.session_state.td3_on_twin = chosen in (1, 3)
    st.session_state.td3_on_smoothing = chosen in (2, 3)
    touched()


def choose_station() -> None:
    st.session_state.td3_station_now = st.session_state.td3_station
    touched()


def _show(changed: Session) -> None:
    st.session_state.td3_hand = changed
    st.session_state.td3_height = changed.frame.errors.height
    touched()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.td3_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address, the session while it is short enough."""
    state = st.session_state
    values = {key: (str(bool(state[key])).lower(), "false") for key in SWITCHES}
    values["td3_station"] = (station(), STATIONS[0])
    values["td3_wait"] = (str(wait()), str(SLIDERS["td3_wait"][2]))
    code = encode(session())
    values["td3"] = (code if len(code) <= LONGEST else "", "")
    if not session().moves and code == encode(Session.new()):
        values["td3"] = ("", "")
    for key, (now, usual) in values.items():
        if now != usual:
            st.query_params[key] = now
        else:
            st.query_params.pop(key, None)
