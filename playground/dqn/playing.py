"""The learner's session by hand: what the buttons do, and its link."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import asked
from playground.dqn.hand import BATCH, Play, Session, Step, Sync, transitions, world
from playground.dqn.link import decode, encode, opened
from playground.dqn.triad import EXAMPLES
from playground.language import label
from playground.link import LONGEST, LinkError
from rl_core.by_hand import dqn as dqn_by_hand

ALPHA, GAMMA = 0.5, 0.9
STATIONS = ("update", "triad")
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
        state.dqn_hand, state.dqn_problems = Session.new(), asked.refuse(RANGES, CHOICES)
        state.dqn_hand_batch, state.dqn_hand_luck = tuple(range(BATCH)), 0
        if "hand" in st.query_params:
            _load(st.query_params["hand"])
        for key, options in CHOICES.items():
            state[key] = st.query_params.get(key, options[0])
    write_link()


def _load(code: str) -> None:
    try:
        if len(code) > LONGEST:
            raise LinkError("too long")
        _take(decode(code))
    except LinkError:
        st.session_state.dqn_problems.append(label("dqn.broken"))


def _take(found: Session) -> None:
    """Go on with a session from a link or a file."""
    st.session_state.dqn_hand, st.session_state.dqn_hand_kind = found, found.kind
    last = found.moves[found.cursor - 1] if found.cursor else None
    if isinstance(last, Step):
        st.session_state.dqn_hand_batch = last.batch
        st.session_state.dqn_hand_pick = sorted(set(last.batch))


def load_upload() -> None:
    """Take the session from a file that was saved here; on any other it stays as it is."""
    upload = st.session_state.dqn_upload
    if upload is None:
        return
    try:
        found = opened(upload.getvalue())
    except LinkError:
        st.session_state.dqn_problems = [label("dqn.bad_file")]
        return
    _take(found)
    _show(found)


def draw_problems() -> None:
    """What was wrong with the link or the file."""
    for problem in st.session_state.dqn_problems:
        st.warning(problem)


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
    asked.mirror({key: (st.session_state[key], options[0]) for key, options in CHOICES.items()})
    code = encode(session())
    if len(code) <= LONGEST:
        st.query_params["hand"] = code
    else:
        st.query_params.pop("hand", None)


def fits_link() -> bool:
    return "hand" in st.query_params
