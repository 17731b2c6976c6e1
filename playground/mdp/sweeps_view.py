"""Policy evaluation and value iteration, sweep by sweep, forward and backward."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import charts, worlds
from playground.mdp.equations import expectation_lines, largest, named, weighted
from playground.mdp.settings import get, put, widget
from playground.numbers import shown
from rl_core.events import Sweep
from rl_core.tabular import bellman
from rl_core.tabular.dynamic_programming import (
    action_values,
    iterative_policy_evaluation,
    value_iteration,
)
from rl_core.tabular.mdp import FiniteMDP, Floats

MOST_SWEEPS = 200
SETTLED = 1e-10


def draw() -> None:
    if not worlds.gamma_fits():
        return
    with st.container(key="mdp_sweeps_stage", horizontal=True):
        left = st.container(key="mdp_sweeps_stage_world", border=True)
        right = st.container(key="mdp_sweeps_stage_side", border=True)
    with left:
        st.segmented_control(
            label("mdp.sweeps.method"), ["evaluation", "iteration"], required=True,
            format_func=lambda name: label(f"mdp.sweeps.{name}"), label_visibility="collapsed",
            **widget("method", sweep=0),
        )  # fmt: skip
        _draw_buttons()
        _draw_table()
    with right:
        _draw_errors()
    with st.container(border=True):
        _draw_line()
    with st.expander(label("mdp.code")):
        formula.code(iterative_policy_evaluation if _evaluating() else value_iteration)


def _evaluating() -> bool:
    return bool(get("method") == "evaluation")


@lru_cache(maxsize=64)
def _sweeps(
    mdp: FiniteMDP, chances: tuple[float, ...] | None, gamma: float
) -> tuple[Sweep, ...]:  # fmt: skip
    """The sweeps of policy evaluation, or of value iteration if there is no policy."""
    if chances is None:
        events = value_iteration(mdp, gamma, tolerance=SETTLED)
    else:
        events = iterative_policy_evaluation(
            mdp, worlds.policy_of(mdp, chances), gamma, tolerance=SETTLED
        )
    return tuple(islice(events, MOST_SWEEPS))


def _events() -> tuple[Sweep, ...]:
    return _sweeps(worlds.world(), get("policy") if _evaluating() else None, get("gamma"))


def _cursor() -> int:
    return min(get("sweep"), len(_events()))


def _values_at(k: int) -> Floats:
    """V after `k` sweeps; zeros before the first."""
    return _events()[k - 1].v if k else np.zeros(len(worlds.world().states))


def _exact() -> Floats:
    return worlds.values()[0] if _evaluating() else worlds.optimum().max(axis=1)


def _draw_buttons() -> None:
    k, last = _cursor(), len(_events())
    tools = [
        ("back", "undo", k - 1, k > 0, "Left"),
        ("ten", "fast_forward", min(k + 10, last), k < last, None),
        ("restart", "restart_alt", 0, k > 0, None),
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            label("mdp.sweeps.forward"), key="mdp_sweep_forward", type="primary", shortcut="Right",
            disabled=k == last, on_click=put, kwargs={"sweep": k + 1},
        )  # fmt: skip
        for name, icon, to, enabled, key in tools:
            st.button(
                label(f"mdp.sweeps.{name}"), key=f"mdp_sweep_{name}", type="tertiary",
                icon=f":material/{icon}:", shortcut=key, disabled=not enabled, on_click=put,
                kwargs={"sweep": to},
            )  # fmt: skip


def _draw_table() -> None:
    """Every state before and after the sweep, beside its exact value; a click picks a state."""
    mdp, k, exact = worlds.world(), _cursor(), _exact()
    before, now = _values_at(max(k - 1, 0)), _values_at(k)
    chosen = worlds.picked()[0]
    rows: list[list[Cell]] = []
    for s in worlds.living(mdp):
        name = mdp.states[s]
        value: Cell = {
            "text": shown(now[s]),
            "data": {"state": name, "value": repr(float(now[s]))},
        }
        if k and abs(now[s] - before[s]) > 5e-5:
            value |= {"mark": "changed", "old": shown(before[s])}
        rows.append(
            [
                {"text": name, "mark": "head"},
                {"text": "→" if s == chosen else "", "mark": "best"},
                value,
                {"text": shown(exact[s]), "mark": "dim"},
            ]
        )
    symbol = "Vπ" if _evaluating() else "V*"

    def pick() -> None:
        state = worlds.living(mdp)[st.session_state.mdp_sweep_v.picked]
        put(picked=worlds.cells(mdp).index((state, 0)))

    with st.container(key="mdp_sweeps_table"):
        columns = ["s", "", label("mdp.sweeps.after", k=k),
                   f"{symbol}(s)"]  # fmt: skip
        table("mdp_sweep_v", columns, rows, label("mdp.sweeps.alt"), on_pick=pick)
    st.caption(label("mdp.sweeps.pick"))


def _draw_errors() -> None:
    """How far every sweep is from the exact values, beside the bound."""
    k, gamma, exact = _cursor(), get("gamma"), _exact()
    errors = [float(np.abs(_values_at(i) - exact).max()) for i in range(len(_events()) + 1)]
    bounds = [gamma**i * errors[0] for i in range(len(errors))]
    with st.container(key="mdp_sweeps_error"):
        st.markdown(
            label("mdp.sweeps.error", k=k, error=_small(errors[k]), bound=_small(bounds[k]))
        )  # fmt: skip
    kinds = [label("mdp.sweeps.measured"), label("mdp.sweeps.bound")]
    points = [
        {"k": i, "value": value, "kind": kind}
        for kind, line in zip(kinds, (errors, bounds), strict=True)
        for i, value in enumerate(line)
        if value > SETTLED
    ]
    titles = {"k": label("mdp.sweeps.axis"), "value": label("mdp.sweeps.distance")}
    charts.error_chart(points, k, kinds, titles, label("mdp.sweeps.chart_alt"))
    st.caption(label("mdp.sweeps.bound_one" if gamma == 1 else "mdp.sweeps.bound_says"))


def _small(x: float) -> str:
    return shown(x) if x == 0 or x >= 1e-4 else f"{x:.1e}"


def _draw_line() -> None:
    """The last sweep in the state that was picked, as its formula with the numbers."""
    mdp, k, gamma, s = worlds.world(), _cursor(), get("gamma"), worlds.picked()[0]
    st.latex(
        formula.coloured(
            formula.latex(iterative_policy_evaluation if _evaluating() else value_iteration)
        )
    )
    with st.container(key="mdp_sweeps_numbers"):
        if not k:
            st.latex(rf"\text{{{label('mdp.sweeps.not_yet')}}}")
            return
        before = _values_at(k - 1)
        q = action_values(mdp, before, gamma)
        for a, action in enumerate(mdp.actions):
            value = bellman.expected(mdp, s, a, before, gamma)
            left = named("q", mdp.states[s], action)
            st.latex(expectation_lines(left, value, mdp, s, a, before, gamma))
        policy = worlds.policy()
        new = bellman.state_value(policy[s], q[s]) if _evaluating() else bellman.best_value(q[s])
        how = weighted(policy[s], q[s]) if _evaluating() else largest(q[s])
        left = named(f"V_{{{k}}}", mdp.states[s])
        st.latex(rf"{left} = \mathbf{{{formula.tex(new)}}} = {how}")
