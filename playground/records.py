"""What a session leaves behind, in tabs: curves, history, formulas, and how to keep it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import by_hand, charts, formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.q_table import values
from playground.scrubber import scrubber
from playground.stepping import Autoplay, Frame, Line
from rl_core.tabular import q_learning
from rl_core.tabular.policies import epsilon_greedy_policy, greedy
from rl_core.tabular.schedules import SCHEDULES

LAST_ROWS = 100


def draw_curves() -> None:
    """Q over steps against Q*, every history, and the distance; a slider goes to any step."""
    session, mdp = by_hand.session(), by_hand.world()
    last = len(session.line.frames) - 1
    scrubber("ql_step", label("curve.step"), session.cursor, last, by_hand.jump)
    if len(session.lines) > 1:
        _draw_lines()
    optimal = by_hand.solution(st.session_state.ql_gamma)
    cells = [(int(s), a) for s in np.flatnonzero(~mdp.terminal) for a in range(len(mdp.actions))]
    names = {(s, a): f"{mdp.states[s]}, {mdp.actions[a]}" for s, a in cells}
    rows: list[dict[str, Any]] = []
    distances: list[dict[str, Any]] = []
    for k, line in _current_first():
        for i in charts.thinned(len(line.frames)):
            q, at = line.frames[i].state.q, {"step": i, "line": k}
            rows += [at | {"series": names[cell], "value": float(q[cell])} for cell in cells]
            distances.append(at | {"value": float(np.abs(q - optimal).max())})
    exact = [
        {"series": names[cell], "value": optimal[cell], "text": f"Q* {shown(optimal[cell])}"}
        for cell in cells
    ]
    with st.container(key="ql_curve_stage", horizontal=True):
        with st.container(key="ql_curve_stage_world"):
            titles = {"step": label("curve.axis"), "value": "Q"}
            series = list(names.values())
            charts.values_chart(rows, exact, session.cursor, series, titles, label("curve.alt"))
        with st.container(key="ql_curve_stage_side"):
            titles["value"] = "‖Q − Q*‖∞"
            charts.distance_chart(distances, session.cursor, titles, label("curve.distance_alt"))
    st.caption(label("curve.what_if"))


def _current_first() -> list[tuple[int, Line]]:
    """The histories, the current one as number 0."""
    session = by_hand.session()
    others = [line for i, line in enumerate(session.lines) if i != session.current]
    return list(enumerate([session.line, *others]))


def _draw_lines() -> None:
    """Choose among the histories."""
    lines = by_hand.session().lines
    names = [
        label("curve.line", number=i + 1, steps=len(line.frames) - 1)
        for i, line in enumerate(lines)
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(label("curve.lines"))
        for i, name in enumerate(names):
            st.button(
                name,
                key=f"ql_line_{i}",
                type="primary" if i == by_hand.session().current else "secondary",
                on_click=by_hand.switch,
                args=(i,),
            )
        st.button(
            label("curve.forget"), key="ql_forget", type="tertiary", on_click=by_hand.forget_others
        )


def draw_history() -> None:
    """The steps as a table; a click on a row goes there."""
    line = by_hand.session().line
    frames = list(enumerate(line.frames))[:0:-1][:LAST_ROWS]  # the newest on top
    if not frames:
        st.caption(label("history.empty"))
        return
    st.caption(label("history.caption", rows=len(frames), steps=len(line.frames) - 1))
    table(
        "ql_history",
        ["#", *label("history.columns").split("|")],
        [_history_row(i, frame, line) for i, frame in frames],
        label("history.alt"),
        on_pick=lambda: by_hand.jump(frames[st.session_state.ql_history.picked][0]),
    )


def _history_row(i: int, frame: Frame, line: Line) -> list[Cell]:
    mdp, event, move = by_hand.world(), frame.transition, line.moves[frame.move]
    if event is None:
        texts = [str(frame.state.episode + 1), label("history.new_episode"), *[""] * 10]
    else:
        texts = [
            str(event.episode + 1),
            mdp.states[event.s],
            mdp.actions[event.a],
            signed(event.r),
            mdp.states[event.s_next],
            shown(event.alpha),
            shown(event.gamma),
            shown(move.config.epsilon) if isinstance(move, Autoplay) else "–",
            shown(event.q_sa),
            shown(event.q_sa + event.delta),
            shown(event.delta),
            shown(event.q[event.s, event.a]),
        ]
    mark = "changed" if i == by_hand.session().cursor else ""
    return [{"text": text, "mark": mark} for text in (str(i), *texts)]


def draw_formulas() -> None:
    """Every formula of the section with its code and the numbers of the step on stage."""
    event = None if by_hand.pending() else by_hand.session().frame.transition
    if event is None:
        st.caption(label("formulas.after_a_step"))
    numbers = values(event) if event else None
    target, delta, new = (
        (event.q_sa + event.delta, event.delta, event.q[event.s, event.a]) if event else (0, 0, 0)
    )
    formula.show(q_learning.target, numbers, target)
    formula.show(q_learning.td_error, numbers, delta)
    formula.show(q_learning.update, numbers, float(new))
    mdp, state = by_hand.world(), by_hand.session().frame.state
    s = int(mdp.start.argmax()) if state.over else state.s
    chances = epsilon_greedy_policy(state.q[s], st.session_state.ql_epsilon)
    terms = (
        rf"\pi(\text{{{a}}} \mid \text{{{mdp.states[s]}}}) = \mathbf{{{formula.tex(p)}}}"
        for a, p in zip(mdp.actions, chances, strict=True)
    )
    formula.show(epsilon_greedy_policy)
    st.latex(r"\qquad ".join(terms))
    formula.show(greedy)
    formula.show(SCHEDULES[st.session_state.ql_schedule])


def draw_save() -> None:
    """The link, the file, and the way back from a file."""
    st.markdown(label("save.link" if by_hand.fits_link() else "save.too_long"))
    st.download_button(
        label("save.download"), by_hand.saved, "q-learning.json", "application/json",
        key="ql_save", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.file_uploader(
        label("save.upload"), type="json", key="ql_upload", max_upload_size=1,
        on_change=by_hand.load_upload,
    )  # fmt: skip
