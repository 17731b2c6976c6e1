"""The learner's session by hand: what the buttons do, and its link."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from playground.dqn.hand import BATCH, Play, Session, Step, Sync, decode, encode, transitions, world
from playground.language import label
from playground.link import LONGEST, LinkError
from rl_core.by_hand import dqn as dqn_by_hand

ALPHA, GAMMA = 0.5, 0.9
STATIONS = ("update", "triad")
EXAMPLES = ("w2w", "baird")
KEPT: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
RANGES = {
    "dqn_hand_alpha": (0.05, 1.0),
    "dqn_hand_gamma": (0.0, 1.0),
    "dqn_w2w_alpha": (0.02, 0.3),
    "dqn_w2w_gamma": (0.0, 0.99),
    "dqn_w2w_ends": (0.0, 1.0),
    "dqn_baird_alpha": (0.01, 0.05),
    "dqn_baird_gamma": (0.0, 0.99),
}  # the sliders that the link may set
CHOICES = {"dqn_station": STATIONS, "dqn_example": EXAMPLES}


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "dqn_hand" not in state:
        state.dqn_hand, state.dqn_problems = Session.new(), _take_settings()
        state.dqn_hand_batch, state.dqn_hand_luck = tuple(range(BATCH)), 0
        if "hand" in st.query_params:
            _load(st.query_params["hand"])
    for key, options in CHOICES.items():
        state.setdefault(key, options[0])
    write_link()


def _take_settings() -> list[str]:
    """What the link asks for and the page cannot do is taken out and said."""
    problems = []
    for key, (low, high) in RANGES.items():
        given = st.query_params.get(key)
        if given is not None and not _within(given, low, high):
            problems.append(_problem(key, given, label("link.range", low=low, high=high)))
    for key, options in CHOICES.items():
        given = st.query_params.get(key)
        if given in options:
            st.session_state[key] = given
        elif given is not None:
            problems.append(_problem(key, given, label("link.or").join(options)))
    return problems


def _problem(key: str, given: str, right: str) -> str:
    del st.query_params[key]
    return label("link.setting", name=key, given=given[:20], right=right)


def _within(text: str, low: float, high: float) -> bool:
    try:
        return math.isfinite(float(text)) and low <= float(text) <= high
    except ValueError:
        return False


def _load(code: str) -> None:
    state = st.session_state
    try:
        if len(code) > LONGEST:
            raise LinkError("too long")
        state.dqn_hand = decode(code)
    except LinkError:
        state.dqn_problems.append(label("dqn.broken"))
        return
    state.dqn_hand_kind = state.dqn_hand.kind
    last = state.dqn_hand.moves[state.dqn_hand.cursor - 1] if state.dqn_hand.cursor else None
    if isinstance(last, Step):
        state.dqn_hand_batch = last.batch


def session() -> Session:
    return st.session_state.dqn_hand  # type: ignore[no-any-return]


def settings() -> tuple[float, float]:
    """The step size and the discount of this moment, from the sliders."""
    state = st.session_state  # without sliders while the other station is on stage
    return round(state.get("dqn_hand_alpha", ALPHA), 2), round(
        state.get("dqn_hand_gamma", GAMMA), 2
    )


def batch() -> tuple[int, ...]:
    """The chosen transitions; never none."""
    return st.session_state.dqn_hand_batch  # type: ignore[no-any-return]


def current() -> dqn_by_hand.Update:
    """The update on stage: the one just made, or the next one if the batch is a new one."""
    frame = session().frame
    if frame.update and not st.session_state.get("dqn_hand_ahead"):
        return frame.update
    moves = [transitions()[k] for k in batch()]
    return dqn_by_hand.update(frame.learner, moves, *settings())


def ahead() -> bool:
    """Whether the update on stage is yet to be made."""
    return not session().frame.update or bool(st.session_state.get("dqn_hand_ahead"))


def step() -> None:
    _show(session().do(Step(batch(), *settings())))


def sync() -> None:
    _show(session().do(Sync()))


def play() -> None:
    st.session_state.dqn_hand_luck += 1
    _show(session().do(Play(len(session().moves) + st.session_state.dqn_hand_luck, *settings())))


def draw_batch() -> None:
    """Let replay pick the next batch."""
    st.session_state.dqn_hand_luck += 1
    seed = 1000 * session().seed + st.session_state.dqn_hand_luck
    (drawn,) = dqn_by_hand.drawn(world(), 1, BATCH, seed)
    st.session_state.dqn_hand_batch = tuple(drawn)
    st.session_state.dqn_hand_pick = sorted(set(drawn))
    st.session_state.dqn_hand_ahead = True


def pick() -> None:
    """The learner chose transitions."""
    chosen = tuple(sorted(st.session_state.dqn_hand_pick))
    st.session_state.dqn_hand_batch = chosen or batch()
    st.session_state.dqn_hand_pick = sorted(set(batch()))
    st.session_state.dqn_hand_ahead = True


def undo() -> None:
    _show(session().jump(session().cursor - 1))


def redo() -> None:
    _show(session().jump(session().cursor + 1))


def reset() -> None:
    _show(Session.new(session().kind, session().seed))


def change_kind() -> None:
    _show(Session.new(st.session_state.dqn_hand_kind, session().seed))


def change_luck() -> None:
    _show(Session.new(session().kind, (session().seed + 1) % 1_000_000))


def _show(changed: Session) -> None:
    st.session_state.dqn_hand = changed
    st.session_state.dqn_hand_ahead = False
    st.session_state.dqn_problems = []
    write_link()


def write_link() -> None:
    """Keep the address of the page that of the session, while it is short enough."""
    for key, options in CHOICES.items():  # their names, for the labels belong to one language
        if st.session_state[key] != options[0]:
            st.query_params[key] = st.session_state[key]
        else:
            st.query_params.pop(key, None)
    code = encode(session())
    if len(code) <= LONGEST:
        st.query_params["hand"] = code
    else:
        st.query_params.pop("hand", None)
