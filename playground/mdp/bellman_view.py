"""The two Bellman equations of any state and action, with their numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import worlds
from playground.mdp.drawing import draw_world, is_wide
from playground.mdp.equations import expectation_lines, largest, named, weighted
from playground.mdp.settings import get, put
from playground.numbers import shown
from rl_core.tabular import bellman
from rl_core.tabular.dynamic_programming import greedy_actions
from rl_core.tabular.mdp import Floats


def draw() -> None:
    if not worlds.gamma_fits():
        return
    v, _ = worlds.values()
    notes = {s: f"V {shown(v[s], 3)}" for s in worlds.living(worlds.world())}
    if is_wide():
        with st.container(border=True):
            draw_world("mdp_bellman_diagram", notes)
            st.caption(label("mdp.bellman.pick"))
        with st.container(border=True):
            _draw_table()
    else:
        with st.container(key="mdp_bellman_stage", horizontal=True):
            with st.container(key="mdp_bellman_stage_world", border=True):
                draw_world("mdp_bellman_diagram", notes)
                st.caption(label("mdp.bellman.pick"))
            with st.container(key="mdp_bellman_stage_side", border=True):
                _draw_table()
    with st.container(border=True, key="mdp_expectation"):
        _draw_expectation()
    with st.container(border=True, key="mdp_optimality"):
        _draw_optimality()
    with st.expander(label("mdp.code")):
        formula.code(
            bellman.expected, bellman.state_value, bellman.best_value,
            bellman.expectation_equation, bellman.optimality_equation,
        )  # fmt: skip


def _draw_table() -> None:
    """A row for each state and action; a click picks it."""
    mdp, policy, (_, q), best = worlds.world(), worlds.policy(), worlds.values(), worlds.optimum()
    places, greedy = worlds.cells(mdp), greedy_actions(best)
    rows: list[list[Cell]] = []
    for s, a in places:
        names = {"state": mdp.states[s], "action": mdp.actions[a]}
        mark = "changed" if (s, a) == worlds.picked() else ""
        star = mark or ("best" if greedy[s, a] else "")
        rows.append(
            [
                {"text": names["state"], "mark": mark or "head"},
                {"text": names["action"], "mark": mark},
                {"text": shown(policy[s, a]), "mark": mark},
                _number(q, s, a, mark, names | {"kind": "policy"}),
                _number(best, s, a, star, names | {"kind": "optimal"}),
            ]
        )

    def pick() -> None:
        put(picked=st.session_state.mdp_bellman_q.picked)

    with st.container(key="mdp_bellman_table"):
        table(
            "mdp_bellman_q", ["s", "a", "π(a | s)", "Qπ(s, a)", "Q*(s, a)"], rows,
            label("mdp.bellman.alt"), on_pick=pick,
        )  # fmt: skip


def _number(q: Floats, s: int, a: int, mark: str, names: dict[str, str]) -> Cell:
    return {"text": shown(q[s, a]), "mark": mark, "data": names | {"value": repr(float(q[s, a]))}}


def _draw_expectation() -> None:
    (s, a), mdp, gamma = worlds.picked(), worlds.world(), get("gamma")
    policy, (_, q) = worlds.policy(), worlds.values()
    v = np.array([bellman.state_value(*pair) for pair in zip(policy, q, strict=True)])
    st.markdown(label("mdp.bellman.expectation", state=mdp.states[s], action=mdp.actions[a]))
    result = bellman.expectation_equation(mdp, s, a, policy, q, gamma)
    _draw_equation(bellman.expectation_equation, r"Q^{\pi}", result, v)
    for t in _next_states(s, a):
        left, value = named(r"V^{\pi}", mdp.states[t]), formula.tex(float(v[t]))
        st.latex(rf"{left} = \mathbf{{{value}}} = {weighted(policy[t], q[t])}")


def _draw_optimality() -> None:
    (s, a), mdp, best = worlds.picked(), worlds.world(), worlds.optimum()
    v = np.array([bellman.best_value(q_s) for q_s in best])
    st.markdown(label("mdp.bellman.optimality", state=mdp.states[s], action=mdp.actions[a]))
    result = bellman.optimality_equation(mdp, s, a, best, get("gamma"))
    _draw_equation(bellman.optimality_equation, "Q^*", result, v)
    for t in _next_states(s, a):
        left, value = named("V^*", mdp.states[t]), formula.tex(float(v[t]))
        st.latex(rf"{left} = \mathbf{{{value}}} = {largest(best[t])}")


def _draw_equation(function: object, symbol: str, result: float, v: Floats) -> None:
    """The formula, and the same with its numbers."""
    (s, a), mdp = worlds.picked(), worlds.world()
    st.latex(formula.coloured(formula.latex(function)))  # type: ignore[arg-type]
    left = named(symbol, mdp.states[s], mdp.actions[a])
    st.latex(expectation_lines(left, result, mdp, s, a, v, get("gamma")))


def _next_states(s: int, a: int) -> list[int]:
    """Where (s, a) may lead, ends left out."""
    mdp = worlds.world()
    return [int(t) for t in np.flatnonzero(mdp.p[s, a]) if not mdp.terminal[t]]
