"""Station 3: the temperature that adjusts itself until the entropy is what was asked for."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.sac import charts, settings
from rl_core.by_hand import sac as sac_by_hand
from rl_core.by_hand.sac import best_entropy

RATE = 0.5
CLOSE = 0.02  # nats from the target that count as there
EVERY = 8  # of the cells that the chart shows


def draw() -> None:
    scale, target = float(st.session_state.sac_scale), float(st.session_state.sac_wanted)
    with st.container(key="sac_temperature_stage", horizontal=True):
        left = st.container(key="sac_temperature_stage_world", border=True)
        right = st.container(key="sac_temperature_stage_side", border=True)
    alphas: list[float] = st.session_state.sac_temperatures
    entropies = [best_entropy(alpha, scale) for alpha in alphas]
    with right:
        _draw_controls(len(alphas) - 1)
        st.markdown(_verdict(entropies[-1], target))
        _draw_table(alphas, entropies, scale, target)
    with left:
        _draw_density(alphas[-1], scale)
        _draw_step(alphas[-1], entropies[-1], scale, target)
    _draw_courses(alphas, entropies, target)


def _draw_controls(done: int) -> None:
    more = done < settings.MOST_STEPS
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name, n, key in (("one", 1, "Right"), ("five", 5, "T")):
            st.button(
                label(f"sac.temperature.{name}"), key=f"sac_temperature_{name}", shortcut=key,
                type="primary" if n == 1 else "secondary", disabled=not more,
                on_click=_step, args=(n,),
            )  # fmt: skip
        st.button(
            label("stage.reset"), key="sac_temperature_reset", type="tertiary", shortcut="U",
            icon=":material/restart_alt:", on_click=_restart, disabled=not done,
        )  # fmt: skip
    low, high, _, step = settings.SLIDERS["sac_wanted"]
    st.slider(
        label("sac.temperature.wanted"), low, high, step=step, key="sac_wanted",
        on_change=settings.touched, persist_state="session",
    )  # fmt: skip
    st.segmented_control(
        label("sac.temperature.scale"), settings.SCALES, key="sac_scale", required=True,
        format_func=lambda x: f"× {shown(x)}", on_change=settings.touched, persist_state="session",
    )  # fmt: skip
    st.toggle(
        label("sac.temperature.adjusts"), key="sac_adjusts", on_change=settings.touched,
        help=label("sac.temperature.adjusts_help"), persist_state="session",
    )  # fmt: skip


def _step(n: int) -> None:
    state = st.session_state
    alphas = list(state.sac_temperatures)
    for _ in range(min(n, settings.MOST_STEPS + 1 - len(alphas))):
        now = alphas[-1]
        if state.sac_adjusts:
            now = sac_by_hand.adjusted(now, float(state.sac_scale), float(state.sac_wanted), RATE)
        alphas.append(now)
    state.sac_temperatures = alphas
    settings.touched()


def _restart() -> None:
    st.session_state.sac_temperatures = [settings.BEGIN]
    settings.touched()


def _verdict(entropy: float, target: float) -> str:
    gap = entropy - target
    if abs(gap) < CLOSE:
        return label("sac.temperature.there")
    way = "above" if gap > 0 else "below"
    return label(f"sac.temperature.{way}" if st.session_state.sac_adjusts
                 else f"sac.temperature.fixed_{way}")  # fmt: skip


def _draw_table(alphas: list[float], entropies: list[float], scale: float, target: float) -> None:
    rows: list[list[Cell]] = []
    for name, values in (("alpha", alphas), ("entropy", entropies)):
        cell: Cell = {"text": shown(values[-1]), "data": {"row": name}}
        if len(values) > 1 and shown(values[-2]) != shown(values[-1]):
            cell["old"] = shown(values[-2])
        rows.append([{"text": label(f"sac.temperature.row_{name}"), "mark": "head"}, cell])
    for name, value in (("target", target), ("ratio", alphas[-1] / scale)):
        head: Cell = {"text": label(f"sac.temperature.row_{name}"), "mark": "head"}
        rows.append([head, {"text": shown(value), "data": {"row": name}}])
    with st.container(key="sac_temperature_dense"):
        columns = ["", label("sac.temperature.after", n=len(alphas) - 1)]
        table("sac_temperature_table", columns, rows, label("sac.temperature.table_alt"))


def _draw_density(alpha: float, scale: float) -> None:
    _, log_pi = sac_by_hand.best_policy(alpha, scale)
    a, density = sac_by_hand.actions()[::EVERY].tolist(), np.exp(log_pi)[::EVERY].tolist()
    rows = [{"a": x, "density": y} for x, y in zip(a, density, strict=True)]
    best = [{"a": sac_by_hand.PEAK, "text": label("sac.temperature.best")}]
    titles = {"a": label("sac.axis.action"), "density": label("sac.temperature.density")}
    alt = label("sac.temperature.density_alt", alpha=shown(alpha))
    charts.policy_chart(rows, best, titles, alt)


def _draw_step(alpha: float, entropy: float, scale: float, target: float) -> None:
    """The next step of the temperature, with numbers."""
    after = sac_by_hand.adjusted(alpha, scale, target, RATE)
    st.latex(formula.coloured(formula.latex(sac_by_hand.adjusted).rsplit("=", 1)[1]))
    tex = formula.tex
    st.latex(
        rf"\ln {tex(round(alpha, 4))} - {tex(RATE)} \, \bigl({tex(round(entropy, 3))}"
        rf" - ({tex(target)})\bigr) = \ln \mathbf{{{tex(round(after, 4))}}}"
    )


def _draw_courses(alphas: list[float], entropies: list[float], target: float) -> None:
    """Temperature and entropy over the steps so far."""
    with st.container(key="sac_courses_pair_stage", horizontal=True):
        for name, values, log in (("entropy", entropies, False), ("alpha", alphas, True)):
            with st.container(key=f"sac_courses_{name}"):
                rows = [{"step": k, "value": value} for k, value in enumerate(values)]
                text = label("sac.temperature.goal", target=shown(target))
                goal = [] if log else [{"value": target, "text": text}]
                titles = {
                    "step": label("sac.axis.step"),
                    "value": label(f"sac.temperature.row_{name}"),
                }
                alt = label(f"sac.temperature.{name}_alt", value=shown(values[-1]))
                charts.course_chart(rows, goal, log, titles, alt)
