"""A table of action values, and one update of it in numbers."""

from __future__ import annotations

from playground import formula
from playground.by_hand import world
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.stepping import Frame
from rl_core.events import Transition
from rl_core.tabular import q_learning
from rl_core.tabular.dynamic_programming import greedy_actions

ARROWS = {"Left": "◂", "Right": "▸"}  # the columns, in the order in which they lie in the world


def q_table(key: str, frame: Frame, before: Frame | None = None) -> None:
    """Draw the table of `frame`, the cell that its step changed marked.

    Args:
        before: the frame to show in its place while the new number is still to be predicted.
    """
    mdp, event = world(), frame.transition
    q = (before or frame).state.q
    best = greedy_actions(q) & q.any(axis=1, keepdims=True)
    rows: list[list[Cell]] = []
    for s, state in enumerate(mdp.states):
        rows.append([{"text": state, "mark": "head"}])
        for action, arrow in ARROWS.items():
            a = mdp.actions.index(action)
            cell: Cell = {
                "text": shown(q[s, a]),
                "arrow": arrow if best[s, a] else "",
                "mark": "dim" if mdp.terminal[s] else "best" if best[s, a] else "",
                "data": {"state": state, "action": action, "value": repr(float(q[s, a]))},
            }
            if event and (event.s, event.a) == (s, a):
                cell |= _changed(event, hidden=before is not None)
            rows[-1].append(cell)
    table(key, ["Q(s, a)", "← Left", "Right →"], rows, label("stage.table_alt"))


def _changed(event: Transition, hidden: bool) -> Cell:
    """How the cell of the step differs from the others."""
    if hidden:
        return {"mark": "changed", "text": "?"}
    if event.q_sa == event.q[event.s, event.a]:
        return {"mark": "changed"}
    return {"mark": "changed", "old": shown(event.q_sa)}


def numbers_line(event: Transition | None, hidden: bool = False) -> str:
    """The update with the numbers of a step in place of its symbols, as LaTeX."""
    if event is None:
        return rf"\text{{{label('stage.no_step')}}}"
    if hidden:
        state, action = world().states[event.s], world().actions[event.a]
        return rf"Q(\text{{{state}}}, \text{{{action}}}) \;\leftarrow\; \mathbf{{?}}"
    result = float(event.q[event.s, event.a])
    line = formula.substituted(formula.latex(q_learning.update), values(event), result)
    delta = formula.coloured(r"\delta") + f" = {formula.tex(event.delta)}"
    return rf"{line} \qquad {delta}"


def values(event: Transition) -> dict[str, float]:
    """The number that each symbol had at a step, by its LaTeX."""
    return {
        "Q(s,a)": event.q_sa,
        r"\alpha": event.alpha,
        "r": event.r,
        r"\gamma": event.gamma,
        r"\max_{a'} Q(s',a')": event.max_q_next,
    }
