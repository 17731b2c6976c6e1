"""Rewards and discount: the return computed backwards, one step at a time."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import charts
from playground.mdp.settings import RewardsError, get, put, rewards
from playground.numbers import shown, signed
from rl_core.tabular import returns

BARS = 30


def draw() -> None:
    with st.container(key="mdp_returns_stage", horizontal=True):
        left = st.container(key="mdp_returns_stage_world", border=True)
        right = st.container(key="mdp_returns_stage_side", border=True)
    with left:
        _draw_field()
        _draw_buttons()
        _draw_table()
    with right:
        _draw_formula()
        _draw_weights()
    with st.expander(label("mdp.more_formulas")):
        formula.code(returns.backed_up)
        formula.show(returns.weights)
        formula.show(returns.effective_horizon, {r"\gamma": get("gamma")}, _horizon())
        formula.code(returns.discounted_returns)


def _draw_field() -> None:
    st.session_state.setdefault("mdp_rewards_text", ", ".join(f"{x:g}" for x in get("rewards")))
    st.text_input(label("mdp.rewards.field"), key="mdp_rewards_text", on_change=_take_rewards)
    if complaint := st.session_state.get("mdp_rewards_complaint"):
        st.error(complaint)


def _take_rewards() -> None:
    """A sequence that cannot be read leaves the last one in force."""
    try:
        taken = rewards(st.session_state.mdp_rewards_text)
    except RewardsError as error:
        st.session_state.mdp_rewards_complaint = label(error.problem, found=error.found)
        return
    st.session_state.mdp_rewards_complaint = None
    put(rewards=tuple(taken), done=0)


def _done() -> int:
    """How many returns are known already."""
    return min(get("done"), len(get("rewards")))


def _draw_buttons() -> None:
    done, last = _done(), len(get("rewards"))
    tools = [
        ("undo", "undo", done - 1, done > 0, "Right"),
        ("all", "keyboard_double_arrow_left", last, done < last, None),
        ("restart", "restart_alt", 0, done > 0, None),
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            label("mdp.returns.step"), key="mdp_returns_step", type="primary", shortcut="Left",
            disabled=done == last, on_click=put, kwargs={"done": done + 1},
        )  # fmt: skip
        for name, icon, to, enabled, key in tools:
            st.button(
                label(f"mdp.returns.{name}"), key=f"mdp_returns_{name}", type="tertiary",
                icon=f":material/{icon}:", shortcut=key, disabled=not enabled, on_click=put,
                kwargs={"done": to},
            )  # fmt: skip


def _draw_table() -> None:
    sequence, gamma = get("rewards"), get("gamma")
    known = len(sequence) - _done()  # G_t is known from this t on
    g = returns.discounted_returns(np.array(sequence), gamma)
    weights = returns.weights(gamma, len(sequence))
    rows: list[list[Cell]] = []
    for t, (r, weight) in enumerate(zip(sequence, weights, strict=True)):
        place = {"t": str(t)}
        value: Cell = {"text": "?", "mark": "dim", "data": place}
        if t >= known:
            value = {"text": shown(g[t]), "data": place | {"value": repr(float(g[t]))}}
            value["mark"] = "changed" if t == known else ""
        counted = shown(weight * r)
        rows.append(
            [{"text": str(t), "mark": "head"}, {"text": signed(r)}, {"text": shown(weight)},
             {"text": counted}, value]
        )  # fmt: skip
    with st.container(key="mdp_returns_table"):
        columns = label("mdp.returns.columns").split("|")
        table("mdp_returns", columns, rows, label("mdp.returns.alt"))
    if known == 0:
        total = float(weights @ np.array(sequence))
        st.caption(label("mdp.returns.total", total=shown(total)))


def _draw_formula() -> None:
    sequence, gamma, t = get("rewards"), get("gamma"), len(get("rewards")) - _done()
    st.latex(formula.coloured(formula.latex(returns.backed_up)))
    with st.container(key="mdp_returns_numbers"):
        if t == len(sequence):
            st.latex(rf"G_{{{t}}} \;=\; 0 \quad \text{{{label('mdp.returns.not_yet')}}}")
        else:
            after = returns.discounted_returns(np.array(sequence[t + 1 :]), gamma)
            g_next = float(after[0]) if len(after) else 0.0
            values = {"R_{t+1}": sequence[t], r"\gamma": gamma, "G_{t+1}": g_next}
            result = returns.backed_up(sequence[t], gamma, g_next)
            line = formula.substituted(formula.latex(returns.backed_up), values, result)
            st.latex(rf"G_{{{t}}} \;=\; {line}")


def _horizon() -> float:
    return returns.effective_horizon(get("gamma"))


def _draw_weights() -> None:
    gamma, horizon = get("gamma"), _horizon()
    weights = returns.weights(gamma, BARS)
    counted = len(get("rewards"))
    names = [label("mdp.weights.yours"), label("mdp.weights.later")]
    bars = [{"k": k, "value": float(w), "kind": names[k >= counted]} for k, w in enumerate(weights)]
    titles = {"k": label("mdp.weights.axis"), "value": "γᵏ"}
    marks = [{"k": horizon, "text": label("mdp.weights.mark", steps=shown(horizon, 1))}]
    st.markdown(label("mdp.weights.endless") if np.isinf(horizon) else label(
        "mdp.weights.horizon", gamma=shown(gamma), steps=shown(horizon, 2)))  # fmt: skip
    charts.weights_chart(
        bars, marks if horizon <= BARS - 2 else [], names, titles,
        label("mdp.weights.alt", gamma=shown(gamma)),
    )  # fmt: skip
    st.caption(label("mdp.weights.caption"))
