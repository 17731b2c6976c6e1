"""The cliff (S&B, example 6.6): who walks along the edge, and what exploring costs there."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import streamlit as st

from playground.charts import PALETTE
from playground.cliff_checks import ask
from playground.components import Cell, grid, table
from playground.grid_world import Map, drawing, scale_of
from playground.language import label, prose
from playground.numbers import shown
from playground.return_charts import band_chart
from rl_core.tabular import expected_sarsa, many, q_learning, sarsa, worlds
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.epsilon_soft import optimal_soft_values, soft_value
from rl_core.tabular.mdp import Floats

RUNS, EPISODES, WINDOW = 500, 500, 10
SETTINGS = {"alpha": 0.5, "gamma": 1.0, "epsilon": 0.1}  # those of the book
ALGORITHMS: dict[str, Any] = {
    "q_learning": q_learning,
    "sarsa": sarsa,
    "expected_sarsa": expected_sarsa,
}
NAMES = {"q_learning": "Q-learning", "sarsa": "SARSA", "expected_sarsa": "Expected SARSA"}
COLOURS = dict(zip(ALGORITHMS, (PALETTE[1], PALETTE[2], PALETTE[3]), strict=True))


@cache
def cliff() -> Map:
    return Map(worlds.cliff(), void="cliff")


@st.cache_data(show_spinner=False, max_entries=100)
def goals(epsilon: float) -> dict[str, Floats]:
    """The table that each algorithm is heading for, exactly."""
    mdp = cliff().mdp
    safe = optimal_soft_values(mdp, 1, epsilon)
    return {"q_learning": optimal_values(mdp, 1), "sarsa": safe}


@st.cache_data(show_spinner=False)
def runs(name: str) -> many.Many:
    """500 runs of 500 episodes."""
    config = ALGORITHMS[name].Config(**SETTINGS)
    return many.train(name, cliff().mdp, config, RUNS, EPISODES)


def draw() -> None:
    prose("q_learning", "cliff")
    st.button(
        label("cliff.run", runs=RUNS, episodes=EPISODES), key="ql_cliff_run", type="primary",
        icon=":material/play_arrow:", on_click=st.session_state.__setitem__,
        args=("ql_cliff_ran", True),
    )  # fmt: skip
    ran = bool(st.session_state.get("ql_cliff_ran"))
    if ran:
        with st.spinner(label("cliff.running", runs=RUNS)):
            found = {name: runs(name) for name in ALGORITHMS}
        _draw_curves(found)
    else:
        found = {}
        st.caption(label("cliff.not_run"))
    _draw_paths(found)
    ask(better_way())


def _draw_curves(found: dict[str, many.Many]) -> None:
    rows, numbers = [], []
    for name, result in found.items():
        windows = result.returns.reshape(RUNS, -1, WINDOW).mean(axis=2)
        low, high = np.percentile(windows, [10, 90], axis=0)
        rows += [
            {
                "episode": WINDOW * (i + 1),
                "mean": float(windows[:, i].mean()),
                "low": float(low[i]),
                "high": float(high[i]),
                "series": NAMES[name],
            }
            for i in range(windows.shape[1])
        ]
        last = result.returns[:, -100:].mean(axis=1)
        numbers.append((NAMES[name], float(last.mean()), float(last.std())))
    said = "; ".join(f"{name} {shown(mean, 1)}" for name, mean, _ in numbers)
    references = [{"value": -13.0, "text": label("cliff.best")}]
    colours = [COLOURS[name] for name in found]
    band_chart(rows, references, list(NAMES.values()), colours, label("cliff.alt", said=said))
    st.caption(label("cliff.band", runs=RUNS, window=WINDOW))
    columns = label("cliff.columns").split("|")
    cells: list[list[Cell]] = [
        [
            {"text": name, "mark": "head"},
            {"text": shown(mean, 1), "data": {"mean": repr(mean)}},
            {"text": shown(sd, 1)},
        ]
        for name, mean, sd in numbers
    ]
    with st.container(key="ql_cliff_numbers"):
        table("ql_cliff_table", columns, cells, label("cliff.table_alt"))
    st.caption(label("cliff.book"))


def _draw_paths(found: dict[str, many.Many]) -> None:
    """Both ways to the goal in one picture, and what each is worth."""
    st.markdown(label("cliff.paths_title"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sources = {name: label(f"cliff.of.{name}") for name in ("exact", "learned")}
        source = st.segmented_control(
            label("cliff.source"), list(sources), format_func=sources.__getitem__,
            default="exact", required=True, key="ql_cliff_source", disabled=not found,
            help=label("cliff.source_help"),
        )  # fmt: skip
        heat = st.segmented_control(
            label("cliff.heat"), list(NAMES)[:2], format_func=NAMES.__getitem__,
            default="q_learning", required=True, key="ql_cliff_heat",
        )  # fmt: skip
        if found and source == "learned":
            run = st.number_input(label("cliff.which"), 1, RUNS, 1, key="ql_cliff_which", width=130)
            epsilon = SETTINGS["epsilon"]
            tables = {name: found[name].q[run - 1] for name in ("q_learning", "sarsa")}
        else:
            epsilon = st.slider("ε", 0.01, 0.5, 0.1, 0.01, key="ql_cliff_epsilon", width=260)
            tables = goals(epsilon)
    paths = {name: walked(q) for name, q in tables.items()}
    scale = scale_of(cliff().mdp, goals(epsilon)["q_learning"])
    lines = [(path, COLOURS[name]) for name, path in paths.items()]
    data = drawing(cliff(), tables[heat], scale, paths=lines)
    lengths = {name: len(path) - 1 for name, path in paths.items()}
    data["alt"] = label("cliff.grid_alt", heat=NAMES[heat], **lengths)
    with st.container(key="ql_cliff_grid_box"):
        grid("ql_cliff_grid", data)
    st.caption(label("cliff.legend"))
    _draw_worth(tables, paths, epsilon)


def _draw_worth(tables: dict[str, Floats], paths: dict[str, list[int]], epsilon: float) -> None:
    mdp, rows = cliff().mdp, []
    start = int(mdp.start.argmax())
    for name, q in tables.items():
        arrives = mdp.terminal[paths[name][-1]]
        steps = len(paths[name]) - 1
        exploring = float(soft_value(mdp, q, 1, epsilon)[start])
        cells: list[Cell] = [
            {"text": NAMES[name], "mark": "head"},
            {"text": str(steps) if arrives else label("cliff.never")},
            {"text": shown(-steps) if arrives else "−∞"},
            {"text": shown(exploring, 2), "data": {"value": repr(exploring)}},
        ]
        rows.append(cells)
    columns = label("cliff.worth_columns", epsilon=shown(epsilon)).split("|")
    with st.container(key="ql_cliff_worth"):
        table("ql_cliff_worth_table", columns, rows, label("cliff.worth_alt"))


def walked(q: Floats) -> list[int]:
    """The states of the greedy way from the start, up to the goal or to where it turns in circles.

    This world is without chance; of equally good actions the first is taken.
    """
    mdp = cliff().mdp
    path = [int(mdp.start.argmax())]
    while not mdp.terminal[path[-1]] and path[-1] not in path[:-1]:
        path.append(int(mdp.p[path[-1], int(q[path[-1]].argmax())].argmax()))
    return path


def better_way() -> str:
    """Whose way is worth more to one who explores no more, by walking both."""
    edge, safe = (len(walked(q)) for q in goals(SETTINGS["epsilon"]).values())
    return "edge" if edge < safe else "safe" if safe < edge else "same"
