"""What the learner has set on the page, what the buttons do, and what of it is in the link."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import asked
from playground.language import label
from playground.link import LONGEST, LinkError
from playground.reinforce.hand import PAYS, USUAL, Move, Session, decode, encode
from rl_core.by_hand.reinforce import KINDS, Settings
from rl_core.events import Floats

STATIONS = ("episode", "gradient", "derivation")
STEPS = ("1", "2", "3", "4", "5", "6", "7")  # of the derivation
BATCHES = ("1", "8", "64")  # episodes of one estimate
SLIDERS = {
    "rf_alpha": (0.05, 1.0, USUAL.alpha, 0.05),
    "rf_gamma": (0.0, 1.0, USUAL.gamma, 0.05),
    "rf_right1": (0.05, 0.95, 0.5, 0.05),
    "rf_right2": (0.05, 0.95, 0.5, 0.05),
}  # lowest, highest, usual, step
CHOICES = {
    "rf_station": (STATIONS, STATIONS[0]),
    "rf_kind": (KINDS, USUAL.kind),
    "rf_pays": (tuple(f"{x:g}" for x in PAYS), f"{USUAL.step_reward:g}"),
    "rf_batch": (BATCHES, "8"),
    "rf_step": (STEPS, STEPS[0]),
    "rf_late": (("counted", "dropped"), "counted"),  # whether gamma^t is in the weight
}
MOST_LUCK = 999_999


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "rf_session" not in state:
        ranges = {key: (low, high) for key, (low, high, _, _) in SLIDERS.items()}
        options = {key: names for key, (names, _) in CHOICES.items()}
        state.rf_problems = asked.refuse(ranges, options, {"rf_cloud": MOST_LUCK})
        for key, (_, _, usual, _) in SLIDERS.items():
            state[key] = float(st.query_params.get(key, usual))
        for key, (_, usual_name) in CHOICES.items():
            state[key] = st.query_params.get(key, usual_name)
        state.rf_cloud = int(st.query_params.get("rf_cloud", 0))
        state.rf_session = _loaded()
    write_link()


def _loaded() -> Session:
    code = st.query_params.get("rf", "")
    if not code:
        return Session.new()
    try:
        if len(code) > LONGEST:
            raise LinkError("too long")
        return decode(code)
    except LinkError:
        st.session_state.rf_problems.append(label("reinforce.broken"))
        return Session.new()


def session() -> Session:
    return st.session_state.rf_session  # type: ignore[no-any-return]


def settings() -> Settings:
    """Those of this moment."""
    state = st.session_state
    return Settings(
        alpha=round(state.rf_alpha, 2),
        gamma=round(state.rf_gamma, 2),
        kind=state.rf_kind,
        discounted=state.rf_late == "counted",
        step_reward=float(state.rf_pays),
    )


def theta() -> Floats:
    """The policy of the second and third station, from the sliders."""
    right = np.array([st.session_state.rf_right1, st.session_state.rf_right2])
    return np.log(right / (1 - right))


def sample(episodes: int) -> None:
    _show(session().do(Move(episodes, settings())))


def again() -> None:
    """The settings were changed: what was done last is done again with them."""
    last = session().moves[session().cursor - 1] if session().cursor else None
    if last and last.settings != settings():
        _show(session().again(settings()))
    touched()


def undo() -> None:
    _show(session().jump(session().cursor - 1))


def redo() -> None:
    _show(session().jump(session().cursor + 1))


def reset() -> None:
    _show(Session.new(session().seed))


def change_luck() -> None:
    _show(Session.new((session().seed + 1) % (MOST_LUCK + 1)))


def resample() -> None:
    st.session_state.rf_cloud = (st.session_state.rf_cloud + 1) % (MOST_LUCK + 1)
    touched()


def go(steps: int) -> None:
    """Forward or back in the derivation."""
    at = int(st.session_state.rf_step) + steps
    st.session_state.rf_step = str(min(max(at, 1), len(STEPS)))
    touched()


def _show(changed: Session) -> None:
    st.session_state.rf_session = changed
    touched()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.rf_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address, and the session while it is short enough."""
    state = st.session_state
    values = {key: (f"{state[key]:g}", f"{usual:g}") for key, (_, _, usual, _) in SLIDERS.items()}
    values |= {key: (state[key], usual) for key, (_, usual) in CHOICES.items()}
    values["rf_cloud"] = str(state.rf_cloud), "0"
    code = encode(session())
    # a fresh session, and one too long for a link, are not in it
    nothing = not session().moves and session().seed == 0
    values["rf"] = ("" if nothing or len(code) > LONGEST else code, "")
    asked.mirror(values)
