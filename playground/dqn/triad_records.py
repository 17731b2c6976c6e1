"""What the choice on the second station leads to: verdict, curve, values, and the proof."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import components, formula
from playground.components import Cell
from playground.dqn import charts
from playground.dqn.triad import Choice, growth, matrix, values, verdict
from playground.language import label
from playground.numbers import short, shown
from rl_core.tabular import divergence

POINTS = 150


def draw_verdict(choice: Choice) -> None:
    factor = growth(choice)
    sign = {"grows": ">", "shrinks": "<", "stays": "="}[verdict(factor)]
    line = rf"\varrho(W) = \mathbf{{{formula.tex(factor)}}} {sign} 1"
    if choice.every > 1:
        each = formula.tex(factor ** (1 / choice.every))
        over = label("dqn.triad.over", n=choice.every)
        line += rf" \;\text{{ {over} }} \qquad {each} \;\text{{ {label('dqn.triad.each')} }}"
    st.latex(line)
    st.markdown(label(f"dqn.triad.verdict.{verdict(factor)}"))


def draw_chart(choice: Choice) -> None:
    path = values(choice)
    at = np.unique(np.linspace(0, len(path) - 1, POINTS).astype(int)).tolist()
    states = path.shape[1]
    names = label(f"dqn.triad.series.{choice.example}").split("|")
    lines: list[dict[str, Any]] = [
        {"k": k, "value": max(abs(float(path[k, s])), 1e-6), "state": s,
         "series": names[s == states - 1]}
        for s in range(states) for k in at
    ]  # fmt: skip
    titles = {"k": label("dqn.hand.axis_updates"), "value": label("dqn.triad.axis")}
    size = np.abs(path).max(1)
    said = label(
        "dqn.triad.alt", first=shown(size[0], 2), last=short(float(size[-1])), n=len(path) - 1
    )
    charts.growth_chart(lines, names, titles, said)


def draw_states(choice: Choice) -> None:
    path, rows = values(choice), list[list[Cell]]()
    kinds = label(f"dqn.triad.states.{choice.example}").split("|")
    for s, kind in zip((0, path.shape[1] - 1), kinds, strict=True):
        state, value, leads = kind.split(";")
        last = float(path[-1, s])
        rows.append([{"text": state, "mark": "head"}, {"text": value}, {"text": leads}])
        rows[-1] += [
            {"text": shown(path[0, s])},
            {"text": short(last), "data": {"last": repr(last)}},
        ]
    columns = label("dqn.triad.columns", n=len(path) - 1).split("|")
    with st.container(key="dqn_states_box"):
        components.table("dqn_states_table", columns, rows, label("dqn.triad.states_alt"))


def draw_proof(choice: Choice) -> None:
    """The formulas, and the matrix whose eigenvalues decide."""
    formula.show(divergence.update)
    formula.show(divergence.matrix)
    formula.show(divergence.growth)
    w = matrix(choice)
    rows: list[list[Cell]] = []
    for i, numbers in enumerate(w):
        rows.append([{"text": f"w{i + 1}", "mark": "head"}])
        rows[-1] += [{"text": shown(x, 3)} for x in numbers]
    with st.container(key="dqn_matrix_box"):
        heads = ["W", *(f"w{i + 1}" for i in range(len(w)))]
        components.table("dqn_matrix_table", heads, rows, label("dqn.triad.matrix_alt"))
    st.caption(label("dqn.triad.matrix_says"))
