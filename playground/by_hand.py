"""The learner's session on the Q-learning page: what the buttons do, and its link."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache

import streamlit as st

from playground.language import label
from playground.link import LONGEST, LinkError, decode, encode
from playground.slips import Verdict, judge, update_slips
from playground.stepping import Autoplay, Move, NewEpisode, Session, Step, TooLongError
from rl_core.settings import SettingError, parse
from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.q_learning import Config

FILE_KIND = "rl-playground/q-learning"
LINKED = {f"ql_{f.name}": f for f in fields(Config)}  # the widgets that the link may set


@cache
def world() -> FiniteMDP:
    return worlds.three_state()


@cache
def solution(gamma: float) -> Floats:
    """Q* of the world on stage."""
    return optimal_values(world(), gamma)


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "ql_session" not in state:
        state.ql_session, state.ql_pending, state.ql_verdict = Session.new(world()), None, None
        state.ql_seed = 0
        problems = _take_settings()
        if "ql" in st.query_params:
            problems += _load(st.query_params["ql"], label("link.broken"))
        state.ql_problems = problems
    _write_link()


def _take_settings() -> list[str]:
    """Widgets named in the link: a value that they cannot have is taken out and said."""
    problems = []
    for key, f in LINKED.items():
        given = st.query_params.get(key)
        if given is None:
            continue
        try:
            Config(**{f.name: parse(Config, f.name, given)})
        except SettingError:
            del st.query_params[key]
            choices = label("link.or").join(f.metadata["choices"])
            right = choices or label("link.range", low=f.metadata["low"], high=f.metadata["high"])
            problems.append(label("link.setting", name=f.name, given=given[:20], right=right))
    return problems


def session() -> Session:
    return st.session_state.ql_session  # type: ignore[no-any-return]


def pending() -> Step | None:
    """The step whose outcome the learner has yet to predict."""
    return st.session_state.ql_pending


def config() -> Config:
    """The settings of this moment, from the sliders."""
    state = st.session_state
    return Config(
        alpha=state.ql_alpha,
        gamma=state.ql_gamma,
        epsilon=state.ql_epsilon,
        schedule=state.ql_schedule,
    )


def act(action: int) -> None:
    step = Step(action, config(), st.session_state.ql_seed)
    if pending() is None and st.session_state.ql_predict:
        st.session_state.ql_verdict = None
        st.session_state.ql_pending = step
    elif pending() is None:
        _do(step)


def autoplay() -> None:
    state = st.session_state
    _do(Autoplay(state.ql_autoplay_n, config(), state.ql_seed))


def change_luck() -> None:
    st.session_state.ql_seed += 1


def new_episode() -> None:
    _do(NewEpisode(st.session_state.ql_seed))


def undo() -> None:
    if pending():
        st.session_state.ql_pending = None
    else:
        _show(session().undo())


def redo() -> None:
    _show(session().redo())


def reset() -> None:
    _show(Session.new(world()))


def jump(cursor: int) -> None:
    _show(session().jump(cursor))


def switch(line: int) -> None:
    _show(session().switch(line))


def forget_others() -> None:
    _show(session().forget_others())


def stop_predicting() -> None:
    """The switch was turned off: what was waiting is shown."""
    waiting = pending()
    if waiting and not st.session_state.ql_predict:
        _do(waiting)


def check_prediction() -> None:
    """Compare what was typed with what the step makes of the table, and take the step."""
    waiting, typed = pending(), st.session_state.ql_predict_value
    if waiting is None or typed is None:
        return
    before = session().frame.state.q
    _do(waiting)
    event = session().frame.transition
    assert event is not None
    right = float(event.q[event.s, event.a])
    verdict: Verdict = judge(typed, right, update_slips(event, before))
    st.session_state.ql_verdict = (typed, right, verdict)
    st.session_state.ql_predict_value = None


def saved() -> str:
    """The session as the text of a JSON file."""
    return json.dumps({"kind": FILE_KIND, "version": 1, "session": encode(session())}, indent=1)


def load_upload() -> None:
    """Take the session from a file that `saved` wrote; on any other the session stays as it is."""
    upload = st.session_state.ql_upload
    if upload is None:
        return
    try:
        data = json.loads(upload.getvalue())
        code = data["session"] if data["kind"] == FILE_KIND else None
    except (ValueError, KeyError, TypeError):
        code = None
    st.session_state.ql_problems = _load(code, label("link.bad_file"))


def _load(code: object, complaint: str) -> list[str]:
    """Take the session that `code` stands for; what there is to complain of, if anything."""
    try:
        _show(decode(str(code), world()))
    except LinkError:
        return [complaint]
    if moves := session().line.moves:
        st.session_state.ql_seed = moves[-1].seed
    return []


def _do(move: Move) -> None:
    try:
        _show(session().do(move))
    except TooLongError:
        st.session_state.ql_problems = [label("link.too_long")]


def _show(changed: Session) -> None:
    st.session_state.ql_session = changed
    st.session_state.ql_pending = st.session_state.ql_verdict = None
    st.session_state.ql_problems = []
    _write_link()


def _write_link() -> None:
    """Keep the address of the page that of the session, while it is short enough."""
    code = encode(session())
    if len(code) <= LONGEST:
        st.query_params["ql"] = code
    else:
        st.query_params.pop("ql", None)


def fits_link() -> bool:
    return "ql" in st.query_params
