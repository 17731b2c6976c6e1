"""The short corridor: the exact return of every chance of Right, and runs that climb it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import formula
from playground.language import label
from playground.numbers import shown
from playground.routes import charts, playing
from rl_core.tabular import corridor
from rl_core.tabular.mdp import Floats
from rl_core.tabular.worlds import short_corridor_return

KEY, RUNS, BLOCK, EPSILON = "routes_episodes", 20, 100, 0.1
CURVE = [
    {"p": float(p), "value": short_corridor_return(float(p))}
    for p in np.linspace(0.021, 0.979, 200)
]


@lru_cache(maxsize=64)
def runs(p: float, seed: int, blocks: int) -> Floats:
    """[runs, episodes + 1] the chance of Right; longer trainings begin with the shorter ones."""
    return corridor.train_many(p, RUNS, blocks * BLOCK, seed)


@st.fragment
def draw_corridor() -> None:
    with st.container(key="routes_corridor_pair_stage", horizontal=True):
        left = st.container(key="routes_corridor_left", border=True)
        right = st.container(key="routes_corridor_right", border=True)
    with left:
        p = round(
            st.slider(
                label("routes.corridor.p"), 0.05, 0.95, 0.2, 0.01, key="routes_p",
                bind="query-params", persist_state="session",
            ), 2,
        )  # fmt: skip
        _draw_curve(p)
        j = formula.tex(round(short_corridor_return(p), 2))
        x = formula.tex(p)
        st.latex(formula.latex(short_corridor_return))
        st.latex(rf"\mathbf{{{j}}} = \frac{{2 \times {x} - 4}}{{{x} \times (1 - {x})}}")
        formula.code(short_corridor_return)
    with right:
        _draw_buttons()
        _draw_runs(p)


def _draw_curve(p: float) -> None:
    right, left = corridor.epsilon_greedy_chances(EPSILON)
    points = [("best", corridor.BEST), ("right", right), ("left", left)]
    marks: list[dict[str, Any]] = [
        {"p": x, "value": short_corridor_return(x), "kind": "fixed",
         "text": label(f"routes.corridor.{name}", j=shown(short_corridor_return(x), 2))}
        for name, x in points
    ]  # fmt: skip
    marks.append({"p": p, "value": short_corridor_return(p), "kind": "now", "text": ""})
    titles = {"p": label("routes.corridor.axis_p"), "value": "J(p)"}
    charts.corridor_chart(CURVE, marks, titles, label("routes.corridor.curve_alt"))
    st.caption(label("routes.corridor.curve_caption"))


def _draw_buttons() -> None:
    n = playing.count(KEY)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for more in (10, 100):
            st.button(
                label("routes.corridor.more", n=more), key=f"routes_more_{more}",
                on_click=playing.set_count, args=(KEY, n + more),
                disabled=n >= playing.COUNTS[KEY],
            )  # fmt: skip
        st.button(
            label("routes.corridor.again"), key="routes_again", type="tertiary",
            icon=":material/restart_alt:", on_click=playing.set_count, args=(KEY, 0),
        )  # fmt: skip
        seed = playing.count("routes_seed")
        st.button(
            label("stage.luck", seed=seed), key="routes_corridor_luck", type="tertiary",
            icon=":material/casino:", on_click=playing.set_count, args=("routes_seed", seed + 1),
        )  # fmt: skip


def _draw_runs(p: float) -> None:
    n = playing.count(KEY)
    chances = runs(p, playing.count("routes_seed"), max(1, -(-n // BLOCK)))[:, : n + 1]
    at = np.unique(np.linspace(0, n, min(n + 1, 101)).astype(int))
    low, high = np.quantile(chances, [0.1, 0.9], axis=0)
    band = [
        {"n": int(k), "mean": float(chances[:, k].mean()), "low": float(low[k]),
         "high": float(high[k])}
        for k in at
    ]  # fmt: skip
    single = [
        {"n": int(k), "value": float(chances[run, k]), "run": run} for run in range(6) for k in at
    ]
    best = [{"value": corridor.BEST, "text": f"p* = 2 − √2 ≈ {shown(corridor.BEST, 3)}"}]
    mean = float(chances[:, n].mean())
    titles = {"n": label("routes.axis_episode"), "value": label("routes.corridor.axis_p")}
    said = label("routes.corridor.runs_alt", n=n, mean=shown(mean, 3))
    charts.chances_chart(band, single, best, titles, said)
    st.markdown(
        label("routes.corridor.now", n=n, runs=RUNS, mean=shown(mean, 3),
              j=shown(short_corridor_return(mean), 2))
    )  # fmt: skip
    st.caption(label("routes.corridor.runs_caption", runs=RUNS))
