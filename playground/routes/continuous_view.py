"""Continuous actions: the largest number of an ever finer grid against a Gaussian policy."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.routes import charts
from rl_core.tabular import continuous
from rl_core.tabular.mdp import Floats

SEEDS, UPDATES, BATCH = 20, 256, 8
CELLS = (2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64)
SHOWN = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)  # updates


@lru_cache(maxsize=4)
def problem(d: int) -> tuple[Floats, Floats]:
    """[seeds, d] a best action for each seed, and [updates + 1, seeds] the policy's error."""
    rng = np.random.default_rng(d)
    best = rng.uniform(-0.9, 0.9, (SEEDS, d))
    means = continuous.train_many(best, UPDATES, rng, batch=BATCH)
    return best, np.linalg.norm(means - best, axis=-1)


@lru_cache(maxsize=4)
def values(n: int, d: int) -> Floats:
    """[n^d] the value of every action of the grid, for the first seed."""
    return continuous.reward(continuous.grid(n, d), problem(d)[0][0])


@st.fragment
def draw_continuous() -> None:
    kept: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
    with st.container(key="routes_grid_pair_stage", horizontal=True):
        left = st.container(key="routes_grid_left", border=True)
        right = st.container(key="routes_grid_right", border=True)
    with right:
        d = st.segmented_control(
            label("routes.grid.d"), [1, 2, 3], default=2, required=True, key="routes_d", **kept
        )  # fmt: skip
        n = st.slider(label("routes.grid.cells"), 2, 64, 12, key="routes_cells", **kept)
        _draw_numbers(int(n), int(d or 2))
    with left:
        _draw_chart(int(n), int(d or 2))
    with st.expander(label("routes.grid.formulas")):
        formula.show(continuous.best_on_grid)
        formula.show(continuous.gaussian_update)
        _draw_update()


def _names() -> list[str]:
    return [label("routes.grid.grid"), label("routes.grid.gaussian")]


def _tries(n: int, d: int) -> tuple[int, int]:
    """How many actions the grid tries; and updates of the policy with about as many tries."""
    return n**d, min(max(n**d // BATCH, 1), UPDATES)


def _draw_chart(n: int, d: int) -> None:
    best, errors = problem(d)
    grid = {cells**d: continuous.grid_error(best, cells) for cells in CELLS}
    policy = {updates * BATCH: errors[updates] for updates in SHOWN}
    bands = []
    for name, line in zip(_names(), (grid, policy), strict=True):
        for tries, error in line.items():
            low, high = np.quantile(error, [0.1, 0.9]).tolist()
            bands.append({"n": tries, "mean": float(error.mean()), "low": max(low, 1e-4),
                          "high": high, "series": name})  # fmt: skip
    now = [{"n": n**d, "text": label("routes.grid.here", tries=f"{n**d:,}")}]
    titles = {"n": label("routes.grid.axis_tries"), "value": label("routes.grid.axis_error")}
    charts.error_chart(bands, now, _names(), titles, label("routes.grid.alt", d=d))
    st.caption(label("routes.grid.caption", seeds=SEEDS))


def _draw_numbers(n: int, d: int) -> None:
    """Cost and error of both, with the time that choosing takes on this machine."""
    best, errors = problem(d)
    q, rng = values(n, d), np.random.default_rng(0)
    tries, updates = _tries(n, d)
    grid_time = _microseconds(lambda: continuous.best_on_grid(q))
    policy_time = _microseconds(lambda: rng.standard_normal(d))
    columns = [
        (tries, tries, float(continuous.grid_error(best, n).mean()), grid_time),
        (2 * d, updates * BATCH, float(errors[updates].mean()), policy_time),
    ]
    names = ("numbers", "tries", "error", "time")
    rows: list[list[Cell]] = []
    for i, name in enumerate(names):
        rows.append([{"text": label(f"routes.grid.{name}"), "mark": "head"}])
        for route, column in zip(("value", "policy"), columns, strict=True):
            x = column[i]
            text = f"{x:,}" if isinstance(x, int) else shown(x, 3 if name == "error" else 1)
            data = {"route": route, "what": name, "value": repr(x)}
            rows[-1].append({"text": text, "data": data})
    with st.container(key="routes_grid_box"):
        table("routes_grid", ["", *_names()], rows, label("routes.grid.table_alt"))
    st.caption(label("routes.grid.said", n=n, d=d, tries=f"{tries:,}"))


def _microseconds(choose: Callable[[], object]) -> float:
    """The fastest of a few choices, measured now."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        choose()
        times.append(time.perf_counter() - begun)
    return 1e6 * min(times)


def _draw_update() -> None:
    """One update of the mean with numbers, in one dimension."""
    mu, alpha, r, b, a, sigma = 0.2, 0.05, -0.09, -0.16, 0.3, 0.1
    new = continuous.gaussian_update(
        np.array([mu]), alpha, np.array(r), np.array(b), np.array([a]), sigma
    )
    numbers = {r"\mu": mu, r"\alpha": alpha, "R": r, "b": b, "a": a, r"\sigma": sigma}
    st.latex(formula.substituted(formula.latex(continuous.gaussian_update), numbers, float(new[0])))
    st.caption(label("routes.grid.example"))
