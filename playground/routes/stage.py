"""The stage of "Two routes": both learners side by side, each with its table and its update."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import streamlit as st

from playground import components, formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.q_table import numbers_line, q_table
from playground.routes import playing, records
from playground.routes.duel import Frame, world
from playground.routes.numbers import update_line
from playground.stepping import Frame as ValueFrame
from playground.symbols import colour
from rl_core.events import Step, Transition
from rl_core.tabular import policy_gradient, q_learning
from rl_core.tabular.policy_gradient import softmax
from rl_core.tabular.worlds import LEFT, RIGHT

TABS = {
    "returns": records.draw_returns,
    "paths": records.draw_paths,
    "formulas": records.draw_formulas,
}


@st.fragment
def draw_stage() -> None:
    """Everything that a step changes."""
    for problem in st.session_state.routes_problems:
        st.warning(problem)
    frame = playing.duel().frame
    with st.container(key="routes_pair_stage", horizontal=True):
        with st.container(key="routes_value", border=True):
            _draw_value(frame)
        with st.container(key="routes_policy", border=True):
            _draw_policy(frame)
    with st.container(key="routes_parting"):
        st.markdown(_parting(frame))
    _draw_buttons()
    _draw_settings()
    tabs = st.tabs(
        [label(f"routes.tab.{name}") for name in TABS], key="routes_tabs", on_change="rerun"
    )
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _draw_value(frame: Frame) -> None:
    st.markdown(label("routes.by_value"))
    _draw_world("value", frame.value, frame.value_event)
    st.caption(_status(frame.value_event, frame.policy_event))
    with st.container(key="routes_q_box"):
        q_table("routes_q", ValueFrame(frame.value, frame.value_event, 0))
    st.latex(formula.coloured(formula.latex(q_learning.update)))
    with st.container(key="routes_value_numbers"):
        st.latex(numbers_line(records.last_transition()))


def _draw_policy(frame: Frame) -> None:
    event, found = frame.policy_event, records.last_terms()
    st.markdown(label("routes.by_policy"))
    _draw_world("policy", frame.policy, event)
    said = _status(event, frame.value_event)
    going_on = event is not None and not frame.policy.over
    st.caption(f"{said} · {label('routes.gathers')}" if going_on else said)
    with st.container(key="routes_pi_box"):
        _draw_chances(frame)
    st.latex(formula.coloured(formula.latex(policy_gradient.update)))
    with st.container(key="routes_policy_numbers"):
        none = rf"\text{{{label('routes.no_end')}}}"
        st.latex(update_line(found[-1]) if found else none)


def _status(event: Transition | Step | None, other: Transition | Step | None) -> str:
    """What a learner just did, or why it did nothing."""
    if event is None:
        return label("routes.waits" if other else "routes.ready")
    mdp = world()
    names = {"s": mdp.states[event.s], "a": mdp.actions[event.a], "r": signed(event.r)}
    return label(
        "stage.happened",
        episode=event.episode + 1,
        t=event.t + 1,
        s_next=mdp.states[event.s_next],
        **names,
    )


def _draw_chances(frame: Frame) -> None:
    """π(a | s) as a table of the shape of the one beside it."""
    mdp, now = world(), softmax(frame.policy.q)
    old = softmax(playing.duel().before.policy.q)
    rows: list[list[Cell]] = []
    for s, state in enumerate(mdp.states):
        rows.append([{"text": state, "mark": "head"}])
        for a in (LEFT, RIGHT):
            pi = float(now[s, a])
            cell: Cell = {
                "text": "–" if mdp.terminal[s] else shown(pi, 3),
                "mark": "dim" if mdp.terminal[s] else "best" if pi > 0.5 else "",
                "arrow": "",
                "data": {"state": state, "action": mdp.actions[a], "value": repr(pi)},
            }
            if shown(pi, 3) != shown(old[s, a], 3):
                cell |= {"mark": "changed", "old": shown(old[s, a], 3)}
            rows[-1].append(cell)
    table("routes_pi", ["π(a | s)", "← Left", "Right →"], rows, label("routes.pi_alt"))


def _draw_world(
    name: str, state: q_learning.State, event: Transition | Step | None
) -> None:  # fmt: skip
    mdp = world()
    edges = []
    for s, a in itertools.product(np.flatnonzero(~mdp.terminal).tolist(), range(len(mdp.actions))):
        s_next = int(mdp.p[s, a].argmax())
        text = f"{mdp.actions[a]} · {signed(mdp.r[s, a, s_next])}"
        taken = event is not None and (event.s, event.a) == (s, a)
        edges.append({"from": s, "to": s_next, "label": text, "taken": taken})
    notes = [label("stage.start"), "", label("stage.end")]
    states = [
        {"name": state_name, "terminal": bool(end), "note": note}
        for state_name, end, note in zip(mdp.states, mdp.terminal, notes, strict=True)
    ]
    data: dict[str, Any] = {
        "states": states,
        "edges": edges,
        "agent": state.s,
        "step": f"{len(playing.duel().past)}",
        "taken_colour": colour("r"),
        "alt": label("stage.world_alt", state=mdp.states[state.s]),
    }
    components.world(f"routes_world_{name}", data)


def _parting(frame: Frame) -> str:
    """Whether both still go the same way in this episode, and where they no longer do."""
    if frame is playing.duel().frames[0][0]:
        return label("routes.at_start")
    mdp, episode = world(), records.rounds()[-1]
    where = {"episode": frame.value.episode + 1}
    if not frame.parted:
        return label("routes.together_over" if frame.over else "routes.together", **where)
    first = next(f for f in episode if f.parted)
    value, policy = first.value_event, first.policy_event
    assert value
    assert policy
    return label(
        "routes.parted",
        t=value.t + 1,
        s=mdp.states[value.s],
        value=mdp.actions[value.a],
        policy=mdp.actions[policy.a],
        **where,
    )


def _draw_buttons() -> None:
    duel = playing.duel()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name, episodes, shortcut in (
            ("step", 0, "Right"), ("episode", 1, "E"), ("run", 10, "T")
        ):  # fmt: skip
            st.button(
                label(f"routes.{name}"),
                key=f"routes_{name}",
                type="primary" if name == "step" else "secondary",
                shortcut=shortcut,
                disabled=duel.full,
                on_click=playing.play,
                args=(episodes,),
            )
        tools = [
            ("undo", "undo", playing.undo, duel.cursor > 0, "U"),
            ("redo", "redo", playing.redo, duel.cursor < len(duel.moves), "Y"),
            ("reset", "restart_alt", playing.reset, True, None),
            ("luck", "casino", playing.change_luck, True, None),
        ]
        for name, icon, on_click, enabled, key in tools:
            st.button(
                label(f"stage.{name}", seed=duel.seed),
                key=f"routes_{name}",
                icon=f":material/{icon}:",
                type="tertiary",
                shortcut=key,
                disabled=not enabled,
                help=label("routes.luck_help") if name == "luck" else None,
                on_click=on_click,
            )
    if duel.full:
        st.caption(label("routes.full"))


def _draw_settings() -> None:
    kept: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
    sliders = [("alpha", 0.05, 0.5), ("epsilon", 0.0, 0.1), ("alpha_policy", 0.05, 0.5)]
    columns = st.columns(4)
    for column, (name, low, usual) in zip(columns, sliders, strict=False):
        column.slider(
            label(f"routes.{name}"), low, 1.0, usual, 0.05, key=f"routes_{name}", **kept
        )  # fmt: skip
    columns[3].slider(label("stage.gamma"), 0.0, 1.0, 0.9, 0.05, key="routes_gamma", **kept)
