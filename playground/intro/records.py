"""What a lesson leaves behind, in tabs: curve, history, formulas with their numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.intro import teaching
from playground.intro.charts import chances_chart
from playground.intro.puppy import ACTIONS
from playground.language import label
from playground.numbers import shown, signed
from rl_core.tabular import bandit
from rl_core.tabular.bandit import Try


def draw_curve() -> None:
    """The chances over the tries, and the action of each try."""
    lesson = teaching.lesson()
    names = [label(f"intro.do.{action}") for action in ACTIONS]
    chances = [
        {"step": step, "value": float(pi), "series": name}
        for step, frame in enumerate(lesson.frames)
        for name, pi in zip(names, bandit.softmax(frame.state.h), strict=True)
    ]
    titles = {"step": label("intro.axis_tries"), "value": label("intro.axis_chance")}
    chances_chart(chances, lesson.cursor, names, titles, label("intro.curve_alt"))
    st.caption(label("intro.curve_caption"))


def draw_history() -> None:
    """The tries as a table, the newest on top; a click on a row goes there."""
    lesson = teaching.lesson()
    events = [frame.event for frame in lesson.frames if frame.event][::-1]
    if not events:
        st.caption(label("intro.history_empty"))
        return
    table(
        "intro_history",
        label("intro.history_columns").split("|"),
        [_row(event, lesson.cursor) for event in events],
        label("intro.history_alt"),
        on_pick=lambda: teaching.jump(events[st.session_state.intro_history.picked].t + 1),
    )


def _row(event: Try, cursor: int) -> list[Cell]:
    a = event.a
    texts = [
        str(event.t + 1),
        label(f"intro.do.{ACTIONS[a]}"),
        signed(event.r),
        shown(event.mean, 3),
        shown(event.alpha),
        shown(event.pi[a], 3),
        shown(event.h_before[a], 3),
        shown(event.h[a], 3),
        f"{shown(event.q[a], 3)} ({event.tries[a]})",
    ]
    mark = "changed" if event.t + 1 == cursor else ""
    return [{"text": text, "mark": mark} for text in texts]


def draw_formulas() -> None:
    """Every formula of the page with its code and the numbers of the last try."""
    frame = teaching.lesson().frame
    event = frame.event
    formula.show(bandit.softmax)
    _draw_chances(frame.state.h)
    formula.show(bandit.update)
    if event:
        for b in range(len(ACTIONS)):
            name = label(f"intro.do.{ACTIONS[b]}")
            st.latex(rf"{update_line(event, b)} \qquad (b = \text{{{name}}})")
    st.markdown(label("intro.average_says"))
    if event:
        numbers = {"Q(a)": event.q_before, "n": int(event.tries[event.a]), "r": event.r}
        formula.show(bandit.average, numbers, float(event.q[event.a]))
    else:
        formula.show(bandit.average)


def _draw_chances(h: np.ndarray) -> None:
    """The softmax with numbers, an action a line."""
    weights = " + ".join(rf"e^{{{formula.tex(x)}}}" for x in h)
    for action, x, pi in zip(ACTIONS, h, bandit.softmax(h), strict=True):
        name = label(f"intro.do.{action}")
        share = rf"\frac{{e^{{{formula.tex(x)}}}}}{{{weights}}}"
        # the strut keeps the top of the exponent from being cut off
        st.latex(
            rf"\rule{{0em}}{{2em}}\pi(\text{{{name}}}) = {share} = \mathbf{{{formula.tex(pi)}}}"
        )


def update_line(event: Try, b: int) -> str:
    """The update of the preference for action `b` with the numbers of a try, as LaTeX."""
    numbers = {
        "H(b)": float(event.h_before[b]),
        r"\alpha": event.alpha,
        "r": event.r,
        r"\bar r": event.mean,
        r"\mathbb{1}(b = a)": float(b == event.a),
        r"\pi(b)": float(event.pi[b]),
    }
    chosen = np.arange(len(ACTIONS)) == event.a
    h = bandit.update(event.h_before, event.alpha, event.r, event.mean, chosen, event.pi)
    return formula.substituted(formula.latex(bandit.update), numbers, float(h[b]))
