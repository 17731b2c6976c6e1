"""Station 2: the density of a squashed Gaussian, and what becomes of it without its correction."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
import torch

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.sac import charts, settings
from rl_core.by_hand import sac as sac_by_hand
from rl_core.deep.deterministic import SATURATED
from rl_core.deep.seeds import Purpose, generator
from rl_core.tabular.mdp import Floats

STEP = 0.25
SAMPLES = 4000
BINS = 40
POINTS = torch.linspace(-7, 7, 701, dtype=torch.float64)  # u of the curves: a from -1 to 1


@lru_cache(maxsize=1)
def noise() -> Floats:
    """ε of the samples: the same for every policy, so that the histogram moves with it."""
    drawn: Floats = generator(0, Purpose.PLAY).standard_normal(SAMPLES)
    return drawn


def draw() -> None:
    with st.container(key="sac_squashed_stage", horizontal=True):
        left = st.container(key="sac_squashed_stage_world", border=True)
        right = st.container(key="sac_squashed_stage_side", border=True)
    with right:
        _draw_controls()
        mean, deviation = st.session_state.sac_mean, st.session_state.sac_deviation
        corrected = bool(st.session_state.sac_corrected)
        st.markdown(_verdict(mean, deviation, corrected))
        _draw_table(mean, deviation)
    with left:
        _draw_chart(mean, deviation)


def _draw_controls() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("sac.squashed.climb"), key="sac_squashed_climb", type="primary",
            shortcut="Right", on_click=_climb,
        )  # fmt: skip
        st.button(
            label("stage.reset"), key="sac_squashed_reset", type="tertiary", shortcut="U",
            icon=":material/restart_alt:", on_click=_reset,
        )  # fmt: skip
    st.toggle(
        label("sac.squashed.corrected"), key="sac_corrected", on_change=settings.touched,
        help=label("sac.squashed.corrected_help"), persist_state="session",
    )  # fmt: skip
    for key in ("sac_mean", "sac_deviation"):
        low, high, _, step = settings.SLIDERS[key]
        st.slider(
            label(f"sac.squashed.{key.removeprefix('sac_')}"), low, high, step=step, key=key,
            on_change=settings.touched, persist_state="session",
        )  # fmt: skip


def _climb() -> None:
    state = st.session_state
    mean, log_std = sac_by_hand.more_entropy(
        state.sac_mean, math.log(state.sac_deviation), bool(state.sac_corrected), STEP
    )
    for key, value in (("sac_mean", mean), ("sac_deviation", math.exp(log_std))):
        low, high, _, _ = settings.SLIDERS[key]
        state[key] = min(max(round(value, 2), low), high)
    settings.touched()


def _reset() -> None:
    for key in ("sac_mean", "sac_deviation"):
        st.session_state[key] = settings.SLIDERS[key][2]
    settings.touched()


def _verdict(mean: float, deviation: float, corrected: bool) -> str:
    if not corrected:
        edge = SATURATED
        share = float((np.abs(np.tanh(mean + deviation * noise())) > edge).mean())
        return label("sac.squashed.without", share=f"{100 * share:.0f}", edge=shown(edge))
    pi = sac_by_hand.gaussian(mean, math.log(deviation))
    missing = math.log(2) - float(sac_by_hand.entropy(pi))
    return label("sac.squashed.top" if missing < 0.02 else "sac.squashed.with")


def _draw_table(mean: float, deviation: float) -> None:
    """Area and entropy, as either log-probability has it."""
    pi = sac_by_hand.gaussian(mean, math.log(deviation))
    u = mean + deviation * torch.linspace(-9, 9, 2001, dtype=torch.float64)
    sides = {"true": True, "naive": False}
    measured = {
        "area": {
            side: sac_by_hand.area(sac_by_hand.log_prob(pi, u.unsqueeze(-1), corrected), u)
            for side, corrected in sides.items()
        },
        "entropy": {side: float(sac_by_hand.entropy(pi, c)) for side, c in sides.items()},
    }
    rows: list[list[Cell]] = []
    for name, values in measured.items():
        row: list[Cell] = [{"text": label(f"sac.squashed.{name}"), "mark": "head"}]
        for side, value in values.items():
            row.append({"text": shown(value, 3), "data": {"row": name, "side": side}})
        rows.append(row)
    with st.container(key="sac_squashed_dense"):
        columns = label("sac.squashed.columns").split("|")
        table("sac_squashed_table", columns, rows, label("sac.squashed.table_alt"))


def _draw_chart(mean: float, deviation: float) -> None:
    pi = sac_by_hand.gaussian(mean, math.log(deviation))
    a = POINTS.tanh().tolist()
    names = [label("sac.squashed.true_line"), label("sac.squashed.naive_line")]
    lines: list[dict[str, Any]] = []
    for name, corrected in zip(names, (True, False), strict=True):
        density = sac_by_hand.log_prob(pi, POINTS.unsqueeze(-1), corrected).exp().tolist()
        lines += [{"a": x, "density": y, "line": name} for x, y in zip(a, density, strict=True)]
    drawn = np.tanh(mean + deviation * noise())
    heights, edges = np.histogram(drawn, BINS, (-1, 1), density=True)
    histogram = [
        {"from": low, "to": high, "density": height}
        for low, high, height in zip(
            edges[:-1].tolist(), edges[1:].tolist(), heights.tolist(), strict=True
        )
    ]
    titles = {"a": label("sac.axis.action"), "density": label("sac.axis.density")}
    alt = label("sac.squashed.chart_alt", mean=shown(mean), deviation=shown(deviation))
    charts.density_chart(lines, histogram, names, titles, alt)
    st.caption(label("sac.squashed.caption", n=SAMPLES, step=shown(STEP)))
