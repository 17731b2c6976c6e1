"""Two tables of noisy estimates: one that believes its own maximum, and one that is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import charts as kept
from playground.components import Cell, table
from playground.double_dqn import charts, settings
from playground.double_dqn.settings import SLIDERS, WORLDS, Tables
from playground.language import label
from playground.numbers import shown
from rl_core.tabular import noisy_estimates

MANY = 100


def draw() -> None:
    with st.container(key="ddqn_tables_world", border=True):
        _draw_buttons()
        here = st.container()
    with st.container(key="ddqn_tables_stage", horizontal=True):
        world = st.container(key="ddqn_tables_stage_world", border=True)
        side = st.container(key="ddqn_tables_stage_side", border=True)
    with side:
        _draw_settings()
    now = settings.current()
    with here:
        _draw_tables(now)
    with world:
        _draw_chart(now)
        _draw_means(now)


def _draw_buttons() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("ddqn.resample"), key="ddqn_resample", type="primary", shortcut="Right",
            help=label("ddqn.resample_help"), on_click=settings.resample, args=(1,),
        )  # fmt: skip
        st.button(
            label("ddqn.many", n=MANY), key="ddqn_many", shortcut="P",
            on_click=settings.resample, args=(MANY,),
        )  # fmt: skip
        st.button(
            label("ddqn.undo"), key="ddqn_undo", type="tertiary", icon=":material/undo:",
            shortcut="U", on_click=settings.resample, args=(-1,),
            disabled=st.session_state.ddqn_rounds_now == 1,
        )  # fmt: skip
        st.button(
            label("ddqn.luck"), key="ddqn_new_luck", type="tertiary", icon=":material/casino:",
            help=label("ddqn.luck_help"), on_click=settings.other_luck,
        )  # fmt: skip


def _draw_settings() -> None:
    for key, (low, high, _, step) in SLIDERS.items():
        whole = key in settings.WHOLE
        kind: type = int if whole else float
        st.slider(
            label(f"ddqn.{key.removeprefix('ddqn_')}"), kind(low), kind(high), step=kind(step),
            key=key, help=label(f"ddqn.{key.removeprefix('ddqn_')}_help"),
            on_change=settings.begin_anew, persist_state="session",
        )  # fmt: skip
    st.segmented_control(
        label("ddqn.world"), WORLDS, format_func=lambda name: label(f"ddqn.worlds.{name}"),
        key="ddqn_world", required=True, on_change=settings.begin_anew, persist_state="session",
    )  # fmt: skip


def _draw_means(now: Tables) -> None:
    """Both estimators: this round, the mean of all, the mean by formula, the bias."""
    truth = max(now.true)
    expected = {
        "single": noisy_estimates.expected_single(now.true, now.sd),
        "double": noisy_estimates.expected_double(now.true, now.sd, now.alike),
    }
    rows: list[list[Cell]] = []
    for name, values in (("single", now.single), ("double", now.double)):
        numbers = {
            "round": float(values[-1]), "mean": float(values.mean()), "expected": expected[name],
            "bias": expected[name] - truth,
        }  # fmt: skip
        cells: list[Cell] = [
            {"text": shown(x, 3), "data": {"estimator": name, "what": what, "value": repr(x)},
             "mark": "changed" if what == "round" else ""}
            for what, x in numbers.items()
        ]  # fmt: skip
        rows.append([{"text": label(f"ddqn.estimator.{name}"), "mark": "head"}, *cells])
    columns = label("ddqn.means_columns", n=len(now.drawn)).split("|")
    with st.container(key="ddqn_means_dense"):
        table("ddqn_means", columns, rows, label("ddqn.means_alt"))
    st.caption(label("ddqn.means_caption", truth=shown(truth)))


def _draw_chart(now: Tables) -> None:
    names = {name: label(f"ddqn.estimator.{name}") for name in ("single", "double")}
    rounds = 1 + np.arange(len(now.drawn))
    rows: list[dict[str, Any]] = []
    for name, values in (("single", now.single), ("double", now.double)):
        mean = values.cumsum() / rounds
        rows += [
            {"x": int(rounds[i]), "value": float(mean[i]), "series": names[name]}
            for i in kept.thinned(len(rounds))
        ]
    formula = noisy_estimates.expected_single(now.true, now.sd)
    references = [
        {"value": max(now.true), "text": label("ddqn.truth", value=shown(max(now.true)))},
        {"value": formula, "text": label("ddqn.by_formula", value=shown(formula, 3))},
    ]
    titles = {"x": label("ddqn.axis.rounds"), "value": label("ddqn.axis.mean")}
    alt = label(
        "ddqn.tables_alt", n=len(rounds), single=shown(float(now.single.mean()), 3),
        double=shown(float(now.double.mean()), 3),
    )  # fmt: skip
    charts.lines(
        rows, references, list(names.values()), titles, alt, x_end=max(20, len(rounds)),
        limits=(-1.5 * now.sd, max(now.true) + 2.6 * now.sd),
    )  # fmt: skip


def _draw_tables(now: Tables) -> None:
    """Both tables of this round: one row each, an action in every column."""
    best = int(now.drawn[-1, 0].argmax())
    actions = range(len(now.true))
    head: Cell = {"text": label("ddqn.row.true"), "mark": "head"}
    truth: list[Cell] = [{"text": shown(x), "mark": "dim"} for x in now.true]
    rows = [[head, *truth]]
    for name, values in zip("ab", now.drawn[-1].tolist(), strict=True):
        cells: list[Cell] = [{"text": label(f"ddqn.row.{name}"), "mark": "head"}]
        for a, x in enumerate(values):
            data = {"table": name, "action": str(a), "value": repr(x)}
            mark = "changed" if a == best else ""
            cells.append({"text": shown(x, 2), "mark": mark, "data": data})
        rows.append(cells)
    columns = ["", *(str(a + 1) for a in actions)]
    with st.container(key="ddqn_two_tables_dense"):
        table("ddqn_two_tables", columns, rows, label("ddqn.two_tables_alt"))
    st.caption(
        label(
            "ddqn.says",
            best=best + 1,
            a=shown(float(now.single[-1]), 2),
            b=shown(float(now.double[-1]), 2),
            q=shown(now.true[best]),
        )
    )
