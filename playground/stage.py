"""The Q-learning stage: world, table and formula in one look; everything else in tabs below."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import streamlit as st

from playground import by_hand, formula, records
from playground.checks import verdict_text
from playground.components import world
from playground.language import label
from playground.numbers import shown, signed
from playground.provenance import draw_provenance
from playground.q_table import numbers_line, q_table
from playground.rounds import draw_rounds
from playground.stepping import MOST_AUTOPLAY, Frame
from playground.symbols import colour
from rl_core.tabular import q_learning
from rl_core.tabular.dynamic_programming import greedy_actions
from rl_core.tabular.schedules import SCHEDULES

TABS = {
    "curve": records.draw_curves,
    "history": records.draw_history,
    "why": draw_provenance,
    "formulas": records.draw_formulas,
    "rounds": draw_rounds,
    "save": records.draw_save,
}


@st.fragment
def draw_stage() -> None:
    """Everything that a step changes; what the learner waits for is sent first."""
    for problem in st.session_state.ql_problems:
        st.warning(problem)
    with st.container(key="ql_stage", horizontal=True):
        world_box = st.container(key="ql_stage_world", border=True)
        table_box = st.container(key="ql_stage_side", border=True)
    with st.container(border=True):
        st.latex(formula.coloured(formula.latex(q_learning.update)))
        _draw_numbers()
        formula.returned(q_learning.target, q_learning.td_error, q_learning.update)
    with table_box:
        _draw_table()
    with world_box:
        _draw_world()
        _draw_buttons()
    with table_box:
        _draw_settings()
    tabs = st.tabs([label(f"tab.{name}") for name in TABS], key="ql_tabs", on_change="rerun")
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _displayed() -> tuple[Frame, bool]:
    """The frame on stage, and whether its new number is still to be predicted."""
    session, waiting = by_hand.session(), by_hand.pending()
    return (session.do(waiting).frame, True) if waiting else (session.frame, False)


def _draw_world() -> None:
    mdp = by_hand.world()
    frame, _ = _displayed()
    event = frame.transition
    edges = []
    for s, a in itertools.product(np.flatnonzero(~mdp.terminal).tolist(), range(len(mdp.actions))):
        s_next = int(mdp.p[s, a].argmax())
        text = f"{mdp.actions[a]} · {signed(mdp.r[s, a, s_next])}"
        taken = event is not None and (event.s, event.a) == (s, a)
        edges.append({"from": s, "to": s_next, "label": text, "taken": taken})
    notes = [label("stage.end") if end else "" for end in mdp.terminal]
    notes[int(mdp.start.argmax())] = label("stage.start")
    states = [
        {"name": name, "terminal": bool(end), "note": note}
        for name, end, note in zip(mdp.states, mdp.terminal, notes, strict=True)
    ]
    session = by_hand.session()
    data = {
        "states": states,
        "edges": edges,
        "agent": frame.state.s,
        "step": f"{session.current} {session.cursor} {by_hand.pending() is not None}",
        "taken_colour": colour("r"),
        "alt": label("stage.world_alt", state=mdp.states[frame.state.s]),
    }
    world("ql_world", data)
    st.markdown(_what_happened(frame))


def _what_happened(frame: Frame) -> str:
    """The step as (s, a, r, s')."""
    mdp, event = by_hand.world(), frame.transition
    here = mdp.states[frame.state.s]
    if event is None:
        return label("stage.at_start", episode=frame.state.episode + 1, state=here)
    names = {
        "episode": event.episode + 1,
        "t": event.t + 1,
        "s": mdp.states[event.s],
        "a": mdp.actions[event.a],
        "r": signed(event.r),
        "s_next": here,
    }
    return label("stage.ended" if frame.state.over else "stage.happened", **names)


def _draw_buttons() -> None:
    session, waiting = by_hand.session(), by_hand.pending() is not None
    with st.container(horizontal=True):
        for name, kind in (("Left", "secondary"), ("Right", "primary")):
            st.button(
                name,
                key=f"ql_{name.lower()}",
                type=kind,  # type: ignore[arg-type]
                shortcut=name,
                width="stretch",
                disabled=waiting,
                on_click=by_hand.act,
                args=(by_hand.world().actions.index(name),),
            )
    tools = [
        ("undo", "undo", by_hand.undo, session.cursor > 0 or waiting, "U"),
        ("redo", "redo", by_hand.redo, session.can_redo and not waiting, "Y"),
        ("new_episode", "first_page", by_hand.new_episode, not waiting, "N"),
        ("reset", "restart_alt", by_hand.reset, True, None),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, on_click, enabled, key in tools:
            st.button(
                label(f"stage.{name}"),
                key=f"ql_{name}",
                icon=f":material/{icon}:",
                type="tertiary",
                shortcut=key,
                disabled=not enabled,
                on_click=on_click,
            )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.number_input(
            label("stage.autoplay_n"), 1, MOST_AUTOPLAY, 10, key="ql_autoplay_n",
            width=112, label_visibility="collapsed",
        )  # fmt: skip
        st.button(
            label("stage.autoplay"),
            key="ql_autoplay",
            icon=":material/play_arrow:",
            disabled=waiting,
            on_click=by_hand.autoplay,
        )
        st.toggle(
            label("stage.predict"),
            key="ql_predict",
            help=label("stage.predict_help"),
            on_change=by_hand.stop_predicting,
        )


def _draw_numbers() -> None:
    """The update in numbers, or the question what it will be."""
    frame, hidden = _displayed()
    with st.container(key="ql_numbers"):
        st.latex(numbers_line(frame.transition, hidden))
    if st.session_state.ql_verdict:
        st.markdown(verdict_text(*st.session_state.ql_verdict))
    if not hidden or frame.transition is None:
        return
    mdp = by_hand.world()
    state, action = mdp.states[frame.transition.s], mdp.actions[frame.transition.a]
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="center"):
        st.number_input(
            label("predict.question", s=state, a=action), value=None, step=0.05, format="%.4f",
            key="ql_predict_value", placeholder=label("predict.placeholder"), width=260,
        )  # fmt: skip
        st.button(
            label("check.check"),
            key="ql_predict_check",
            type="primary",
            on_click=by_hand.check_prediction,
        )


def _draw_table() -> None:
    frame, hidden = _displayed()
    before = by_hand.session().frame
    with st.container(key="ql_table"):
        q_table("ql_q", frame, before=before if hidden else None)


def _draw_distance() -> None:
    """How far the table is from the exact answer at the gamma of this moment."""
    q, gamma = by_hand.session().frame.state.q, st.session_state.ql_gamma
    optimal, living = by_hand.solution(gamma), ~by_hand.world().terminal
    right = np.all(greedy_actions(q) <= greedy_actions(optimal), axis=1)[living]
    said = label(
        "stage.distance",
        distance=shown(float(np.abs(q - optimal).max())),
        right=int(right.sum()),
        states=len(right),
    )
    st.caption(said + (" " + label("stage.gamma_one") if gamma == 1 else ""))


def _draw_settings() -> None:
    distance = st.container()  # above the sliders, though it needs one of them
    kept: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
    schedules = {name: label(f"schedule.{name}") for name in SCHEDULES}
    left, right = st.columns(2)
    left.slider(
        label("stage.alpha"), 0.0, 1.0, 0.5, 0.01, key="ql_alpha",
        disabled=st.session_state.get("ql_schedule") == "inverse_visits", **kept,
    )  # fmt: skip
    right.slider(label("stage.gamma"), 0.0, 1.0, 0.9, 0.01, key="ql_gamma", **kept)
    with distance:
        _draw_distance()
    left.slider(
        label("stage.epsilon"), 0.0, 1.0, 0.1, 0.01, key="ql_epsilon",
        help=label("stage.epsilon_help"), **kept,
    )  # fmt: skip
    right.selectbox(
        label("stage.schedule"), list(schedules), format_func=schedules.__getitem__,
        key="ql_schedule", help=label("stage.schedule_help"), **kept,
    )  # fmt: skip

    st.button(
        label("stage.luck", seed=st.session_state.ql_seed),
        key="ql_luck",
        icon=":material/casino:",
        type="tertiary",
        help=label("stage.luck_help"),
        on_click=by_hand.change_luck,
    )
