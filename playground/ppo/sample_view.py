"""One sample: the clipped objective over its ratio, where it pushes, and where it is flat."""

from __future__ import annotations

import streamlit as st

from playground import formula
from playground.language import label
from playground.numbers import shown
from playground.ppo import cases_view, objective_view, settings
from playground.ppo.cases_view import side_of
from playground.ppo.objective_view import objective, slope
from playground.ppo.settings import SLIDERS
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import NO_CLIP
from rl_core.deep import ppo

ALPHA = 0.3


def draw() -> None:
    with st.container(key="ppo_sample_stage", horizontal=True):
        chart_box = st.container(key="ppo_sample_stage_world", border=True)
        side_box = st.container(key="ppo_sample_stage_side", border=True)
    with side_box:
        _draw_buttons()
        ratio, advantage, epsilon = _draw_sliders()
        on = st.toggle(
            label("ppo.clip_on"), key="ppo_clip_on", help=label("ppo.clip_help"),
            persist_state="session", on_change=settings.touched,
        )  # fmt: skip
        st.markdown(_verdict(ratio, advantage, epsilon, on))
    clip = epsilon if on else NO_CLIP
    with chart_box:
        objective_view.draw(ratio, advantage, epsilon, clip)
    with st.container(border=True):
        _draw_numbers(ratio, advantage, epsilon, on)
    cases_view.draw(ratio, advantage, epsilon, clip)


def _draw_buttons() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("ppo.climb"), key="ppo_climb", type="primary", shortcut="Right",
            help=label("ppo.climb_help", alpha=shown(ALPHA)), on_click=_climb,
        )  # fmt: skip
        st.button(
            label("ppo.to_one"), key="ppo_to_one", type="tertiary", shortcut="U",
            icon=":material/restart_alt:", on_click=settings.move_to, args=(1.0,),
        )  # fmt: skip


def _draw_sliders() -> tuple[float, float, float]:
    """The ratio, the advantage and ε."""
    values = []
    for key, (low, high, _, step) in SLIDERS.items():
        value = st.slider(
            label(f"ppo.{key.removeprefix('ppo_')}"), low, high, step=step, key=key,
            persist_state="session", on_change=settings.touched,
        )  # fmt: skip
        values.append(round(value, 2))
    ratio, advantage, epsilon = values
    return ratio, advantage, epsilon


def _climb() -> None:
    state = st.session_state
    clip = state.ppo_epsilon if state.ppo_clip_on else NO_CLIP
    settings.move_to(ppo_by_hand.climb(state.ppo_ratio, state.ppo_advantage, clip, ALPHA))


def _verdict(ratio: float, advantage: float, epsilon: float, on: bool) -> str:
    """What the gradient does with the sample, in words."""
    if advantage == 0:
        return label("ppo.case.none")
    sign = "good" if advantage > 0 else "bad"
    if not on:
        return label(f"ppo.case.unclipped_{sign}")
    return label(f"ppo.case.{sign}_{side_of(ratio, epsilon)}")


def _draw_numbers(ratio: float, advantage: float, epsilon: float, on: bool) -> None:
    values = {"r_t": ratio, r"\hat A_t": advantage, r"\epsilon": epsilon}
    clip = epsilon if on else NO_CLIP
    value = float(objective(ratio, advantage, clip))
    said = formula.latex(ppo.clipped_surrogate) if on else r"L = r_t \hat A_t"
    gradient = formula.tex(slope(ratio, advantage, clip))
    # small, so that it fits a narrow screen too
    st.latex(rf"\small L = {formula.substituted(said, values, value)}")
    st.latex(rf"\small \partial L / \partial r_t = \mathbf{{{gradient}}}")
