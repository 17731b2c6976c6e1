"""The update as a step downhill, and what becomes of it if the whole gradient is followed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import deeper_charts, formula
from playground.components import Cell, table
from playground.language import label, prose
from playground.numbers import shown
from rl_core.tabular import residual_gradient
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.mdp import Floats
from rl_core.tabular.q_learning import update
from rl_core.tabular.residual_gradient import least_squares_values, loss, split, split_runs

TARGET = 1.0
RUNS, EPISODES, ALPHA = 200, 400, 0.05


def draw() -> None:
    prose("q_learning", "gradient")
    with st.container(key="ql_parabola_stage", horizontal=True):
        chart_box = st.container(key="ql_parabola_stage_world")
        side_box = st.container(key="ql_parabola_stage_side", border=True)
    with side_box:
        q = st.slider(label("gradient.q"), -0.9, 2.9, 0.0, 0.1, key="ql_parabola_q")
        alpha = st.slider(label("stage.alpha"), 0.0, 2.2, 0.5, 0.05, key="ql_parabola_alpha")
        steps = st.slider(label("gradient.steps"), 1, 8, 1, key="ql_parabola_steps")
        path = _descend(q, alpha, steps)
        with st.container(key="ql_parabola_numbers"):
            _draw_numbers(path, alpha)
    with chart_box:
        _draw_parabola(path)
    prose("q_learning", "residual")
    _draw_split()
    with st.expander(label("gradient.formulas")):
        for function in (loss, residual_gradient.update_next, least_squares_values):
            formula.show(function)


def _descend(q: float, alpha: float, steps: int) -> list[float]:
    """The estimate before the first step and after each, with the target held fixed."""
    path = [q]
    for _ in range(steps):
        path.append(update(path[-1], alpha, TARGET - path[-1]))
    return path


def _draw_parabola(path: list[float]) -> None:
    curve = [{"q": float(q), "loss": loss(TARGET - q)} for q in np.linspace(-1, 3, 81)]
    points = [
        {"q": q, "loss": loss(TARGET - q), "k": k, "text": str(k)} for k, q in enumerate(path)
    ]
    q, delta = path[0], TARGET - path[0]
    slope = [{"q": q + x, "loss": loss(delta) - delta * x} for x in (-0.6, 0.6)]
    titles = {"q": label("gradient.axis_q"), "loss": "½ δ²"}
    alt = label("gradient.alt", first=shown(path[0]), last=shown(path[-1]))
    deeper_charts.parabola_chart(curve, points, slope, titles, alt)
    st.caption(label("gradient.caption"))


def _draw_numbers(path: list[float], alpha: float) -> None:
    delta = TARGET - path[0]
    values = {"Q(s,a)": path[0], r"\alpha": alpha, r"\delta": delta}
    line = r"Q(s,a) \leftarrow Q(s,a) + \alpha \, \delta"
    st.latex(formula.coloured(line))
    st.latex(formula.substituted(line, values, path[1]))
    regime = (
        "still" if alpha == 0 else "part" if alpha < 1 else "all" if alpha == 1
        else "over" if alpha < 2 else "swing" if alpha == 2 else "away"
    )  # fmt: skip
    after = shown(TARGET - path[-1])
    st.markdown(label("gradient.left", steps=len(path) - 1, delta=after))
    st.markdown(label(f"gradient.alpha.{regime}"))


@lru_cache(maxsize=32)
def _learned(p: float, gamma: float, whole: bool, seed: int) -> Floats:
    to_b = np.random.default_rng(seed).random((RUNS, EPISODES)) < p
    return split_runs(to_b, ALPHA, gamma, whole)


def _draw_split() -> None:
    with st.container(key="ql_split_stage", horizontal=True):
        chart_box = st.container(key="ql_split_stage_world")
        side_box = st.container(key="ql_split_stage_side", border=True)
    with side_box:
        p = st.slider(label("gradient.p"), 0.0, 1.0, 0.5, 0.05, key="ql_split_p")
        gamma = st.slider(label("stage.gamma"), 0.0, 1.0, 1.0, 0.05, key="ql_split_gamma")
        go = np.ones((4, 1))
        exact = policy_evaluation(split(p), go, gamma)
        least = least_squares_values(split(p), go, gamma)
        runs = {whole: _learned(p, gamma, whole, 0) for whole in (False, True)}
        _draw_answers(p, (exact, least), runs)
    with chart_box:
        rows = [row for whole, values in runs.items() for row in _band(values[:, :, 1], whole)]
        references = [
            {"value": float(exact[1]), "text": f"V(B) = {shown(exact[1])}"},
            {"value": float(least[1]), "text": label("gradient.rests", value=shown(least[1]))},
        ]
        names = [label("gradient.semi"), label("gradient.whole")]
        titles = {"x": label("gradient.episodes"), "value": label("gradient.value_b")}
        if np.isclose(exact[1], least[1]):
            references.pop()
        deeper_charts.bands_chart(rows, references, names, titles, label("gradient.split_alt"))
        st.caption(label("gradient.split_caption", runs=RUNS, alpha=shown(ALPHA)))


def _band(values: Floats, whole: bool) -> list[dict[str, Any]]:
    """Mean and middle 80 % of the runs; `values` [runs, episodes]."""
    name = label("gradient.whole" if whole else "gradient.semi")
    low, high = np.quantile(values, [0.1, 0.9], axis=0)
    return [
        {"x": k + 1, "mean": float(values[:, k].mean()), "low": float(low[k]),
         "high": float(high[k]), "series": name}
        for k in range(0, values.shape[1], 8)
    ]  # fmt: skip


def _draw_answers(p: float, exact: tuple[Floats, Floats], runs: dict[bool, Floats]) -> None:
    rows: list[list[Cell]] = []
    for s, state in enumerate(split(p).states[:3]):
        reached = s == 0 or (p > 0 if s == 1 else p < 1)
        row: list[Cell] = [{"text": state, "mark": "head"}]
        for whole in (False, True):
            value, learned = float(exact[whole][s]), float(runs[whole][:, -1, s].mean())
            wrong = "wrong" if reached and abs(value - exact[False][s]) > 1e-9 else ""
            data = {"state": state, "whole": str(whole).lower(), "value": repr(value)}
            row.append({"text": shown(value) if reached else "–", "mark": wrong, "data": data})
            row.append({"text": shown(learned, 2) if reached else "–", "mark": "dim"})
        rows.append(row)
    with st.container(key="ql_split_answers"):
        columns = label("gradient.columns").split("|")
        table("ql_split_table", columns, rows, label("gradient.table_alt"))
    st.caption(label("gradient.table_caption", episodes=EPISODES))
