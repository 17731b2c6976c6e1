"""Step sizes and ways to explore, compared over many runs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import deeper_charts, formula
from playground.components import Cell, table
from playground.language import label, prose
from playground.numbers import shown
from rl_core.tabular import comparisons, worlds
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.slip import slippery

SLIP, GAMMA = 0.2, 0.9
RUNS, SWEEPS = 60, 600
KINDS = {**SCHEDULES, comparisons.power.__name__: comparisons.power}
STEPS, WINDOW, SLOW = 2000, 50, 30
WAYS = ("never", "constant", "always", "shrinking")


@cache
def _slippery() -> FiniteMDP:
    return slippery(worlds.three_state(), SLIP)


@lru_cache(maxsize=64)
def distances(kind: str, alpha: float) -> Floats:
    """[sweeps, runs] the largest distance from Q* after every sweep."""
    sizes = np.array([KINDS[kind](alpha, n) for n in range(SWEEPS)])
    q = comparisons.sampled_sweeps(_slippery(), GAMMA, sizes, RUNS)
    return np.abs(q - optimal_values(_slippery(), GAMMA)).max(axis=(2, 3))


def draw_step_sizes() -> None:
    prose("q_learning", "step_sizes")
    alpha = st.slider(label("stage.alpha"), 0.05, 1.0, 0.5, 0.05, key="ql_sizes_alpha", width=360)
    far = {label(f"sizes.kind.{kind}"): distances(kind, alpha) for kind in KINDS}
    at = np.unique(np.geomspace(1, SWEEPS, 60).round().astype(int))
    rows = [row for name, d in far.items() for row in _bands(name, at, d[at - 1])]
    titles = {"x": label("sizes.axis"), "value": "‖Q − Q*‖∞"}
    deeper_charts.bands_chart(rows, [], list(far), titles, label("sizes.alt"), log=True)
    st.caption(label("sizes.caption", runs=RUNS, slip=f"{SLIP:.0%}", gamma=shown(GAMMA)))
    _draw_sizes_table(far)
    with st.expander(label("gradient.formulas")):
        for function in KINDS.values():
            formula.show(function)


def _draw_sizes_table(far: Mapping[str, Floats]) -> None:
    when = (10, 100, SWEEPS)
    rows: list[list[Cell]] = []
    for name, d in far.items():
        means = [float(d[n - 1].mean()) for n in when]
        row: list[Cell] = [{"text": name, "mark": "head"}]
        row += [{"text": shown(x, 3), "data": {"mean": repr(x)}} for x in means]
        rows.append(row)
    columns = [label("sizes.kind_head"), *(label("sizes.after", n=n) for n in when)]
    with st.container(key="ql_sizes_table"):
        table("ql_sizes", columns, rows, label("sizes.table_alt"))


def _bands(name: str, at: Any, values: Floats) -> list[dict[str, Any]]:
    """Mean and middle 80 % of the runs; `values` [points, runs]."""
    low, high = np.quantile(values, [0.1, 0.9], axis=1)
    columns = zip(at, values.mean(axis=1), low, high, strict=True)
    return [
        {"x": int(x), "mean": float(m), "low": float(a), "high": float(b), "series": name}
        for x, m, a, b in columns
    ]


@lru_cache(maxsize=32)
def explored(epsilon: float) -> dict[str, comparisons.Explored]:
    """`RUNS` runs of each way to explore, where a small reward is near and a large one far."""

    def chance(episode: Floats) -> Floats:
        never, constant, always, shrinking = np.split(episode, len(WAYS))
        ways = (0 * never, epsilon + 0 * constant, 1 + 0 * always, 1 / (1 + shrinking / SLOW))
        return np.concatenate(ways)

    runs = len(WAYS) * RUNS  # all ways side by side: a fourth of the time
    rewards, q = comparisons.explore(worlds.near_far(), chance, 0.5, GAMMA, runs, STEPS)
    parts = zip(WAYS, np.split(rewards, len(WAYS)), np.split(q, len(WAYS)), strict=True)
    return {way: comparisons.Explored(*part) for way, *part in parts}


def draw_exploration() -> None:
    prose("q_learning", "exploration")
    epsilon = st.slider(
        label("stage.epsilon"), 0.02, 0.98, 0.1, 0.02, key="ql_explore_epsilon", width=360
    )
    names = [label(f"explore.{way}", epsilon=shown(epsilon), slow=SLOW) for way in WAYS]
    found = list(explored(epsilon).values())
    at = np.arange(WINDOW, STEPS + 1, WINDOW)
    rows = [
        row
        for name, x in zip(names, found, strict=True)
        for row in _bands(name, at, x.rewards.reshape(RUNS, -1, WINDOW).mean(axis=2).T)
    ]
    references = [
        {"value": 4 / 4, "text": label("explore.far")},
        {"value": 1 / 2, "text": label("explore.near")},
    ]
    titles = {"x": label("curve.axis"), "value": label("explore.reward", window=WINDOW)}
    deeper_charts.bands_chart(rows, references, names, titles, label("explore.alt"))
    st.caption(label("explore.caption", runs=RUNS, gamma=shown(GAMMA), window=WINDOW))
    _draw_explored(names, found)


def _draw_explored(names: list[str], found: list[comparisons.Explored]) -> None:
    start = int(worlds.near_far().start.argmax())
    rows: list[list[Cell]] = []
    for name, x in zip(names, found, strict=True):
        knows = float((x.q[:, start].argmax(axis=1) == worlds.RIGHT).mean())
        earned = float(x.rewards[:, -WINDOW:].mean())
        rows.append([
            {"text": name, "mark": "head"},
            {"text": f"{knows:.0%}", "data": {"knows": repr(knows)}},
            {"text": shown(earned, 2)},
        ])  # fmt: skip
    columns = label("explore.columns").split("|")
    with st.container(key="ql_explore_table"):
        table("ql_explore", columns, rows, label("explore.table_alt"))
