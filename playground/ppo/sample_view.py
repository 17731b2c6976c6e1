"""One sample: the clipped objective over its ratio, where it pushes, and where it is flat."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import torch

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.ppo import charts, settings
from playground.ppo.settings import SLIDERS
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import NO_CLIP
from rl_core.deep import ppo

ALPHA = 0.3
ARROW = 0.25  # length of the push on the ratio's axis, of a gradient of 1
# a ratio below, within and above the clip range, for either sign of the advantage
CASES = [(sign, ratio) for sign in (1.0, -1.0) for ratio in (0.6, 1.0, 1.6)]


def objective(ratio: Any, advantage: float, clip: float) -> Any:
    """`ppo.clipped_surrogate` of numbers: ratio a number or [n] → the same."""
    r = torch.as_tensor(ratio, dtype=torch.float64)
    return ppo.clipped_surrogate(r, torch.tensor(advantage).double(), clip).numpy()


def slope(ratio: float, advantage: float, clip: float) -> float:
    numbers = torch.tensor([ratio, advantage], dtype=torch.float64)
    return float(ppo_by_hand.slope(numbers[0], numbers[1], clip))


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
        _draw_chart(ratio, advantage, epsilon, clip)
    with st.container(border=True):
        _draw_numbers(ratio, advantage, epsilon, on)
    _draw_cases(ratio, advantage, epsilon, clip)


def _draw_buttons() -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("ppo.climb"), key="ppo_climb", type="primary", shortcut="Right",
            help=label("ppo.climb_help", alpha=shown(ALPHA)), on_click=_climb,
        )  # fmt: skip
        st.button(
            label("ppo.to_one"), key="ppo_to_one", type="tertiary", shortcut="U",
            icon=":material/restart_alt:", on_click=_move, args=(1.0,),
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
    _move(ppo_by_hand.climb(state.ppo_ratio, state.ppo_advantage, clip, ALPHA))


def _move(ratio: float) -> None:
    """The slider goes there, as exactly as it can."""
    low, high, _, step = SLIDERS["ppo_ratio"]
    st.session_state.ppo_ratio = min(max(round(round(ratio / step) * step, 2), low), high)
    settings.touched()


def _side(ratio: float, epsilon: float) -> str:
    """Where the ratio is: "below", "within" or "above" the clip range."""
    return "below" if ratio < 1 - epsilon else "above" if ratio > 1 + epsilon else "within"


def _verdict(ratio: float, advantage: float, epsilon: float, on: bool) -> str:
    """What the gradient does with the sample, in words."""
    if advantage == 0:
        return label("ppo.case.none")
    sign = "good" if advantage > 0 else "bad"
    if not on:
        return label(f"ppo.case.unclipped_{sign}")
    return label(f"ppo.case.{sign}_{_side(ratio, epsilon)}")


def _draw_numbers(ratio: float, advantage: float, epsilon: float, on: bool) -> None:
    values = {"r_t": ratio, r"\hat A_t": advantage, r"\epsilon": epsilon}
    clip = epsilon if on else NO_CLIP
    value = float(objective(ratio, advantage, clip))
    said = formula.latex(ppo.clipped_surrogate) if on else r"L = r_t \hat A_t"
    gradient = formula.tex(slope(ratio, advantage, clip))
    # small, so that it fits a narrow screen too
    st.latex(rf"\small {formula.substituted(said, values, value)}")
    st.latex(rf"\small \frac{{\partial L}}{{\partial r_t}} = \mathbf{{{gradient}}}")


def _draw_chart(ratio: float, advantage: float, epsilon: float, clip: float) -> None:
    low, high, most = 1 - epsilon, 1 + epsilon, charts.MOST_RATIO
    ends = charts.MOST_VALUE / max(abs(advantage), 0.1)  # where the plain line leaves the chart
    at = np.unique(np.concatenate([np.linspace(0, most, 51), [low, high, min(ends, most)]]))
    lines = [
        {"r": r, "value": value, "line": name}
        for name, bound in (("plain", NO_CLIP), ("clipped", clip))
        for r, value in zip(at.tolist(), objective(at, advantage, bound).tolist(), strict=True)
        if abs(value) <= charts.MOST_VALUE
    ]
    flat = []
    if clip != NO_CLIP and advantage != 0:
        begin, end = (high, most) if advantage > 0 else (0.0, low)
        middle, text = (begin + end) / 2, label("ppo.flat")
        flat = [{"from": begin, "to": end, "middle": middle, "text": text}]
    marks = [{"r": low, "text": "1 − ε"}, {"r": 1.0, "text": "1"}, {"r": high, "text": "1 + ε"}]
    value, gradient = float(objective(ratio, advantage, clip)), slope(ratio, advantage, clip)
    push = []
    if gradient:
        way = "right" if gradient > 0 else "left"
        to = min(max(ratio + ARROW * gradient, 0.0), most)
        text = label(f"ppo.push.{way}")
        arrow = {"r": ratio, "to": to, "middle": (ratio + to) / 2, "value": value}
        push = [arrow | {"shape": f"triangle-{way}", "text": text}]
    data = {
        "lines": lines, "names": _names(advantage, epsilon, clip), "flat": flat, "marks": marks,
        "now": [{"r": ratio, "value": value}], "push": push,
    }  # fmt: skip
    titles = {"r": label("ppo.axis.ratio"), "value": label("ppo.axis.objective")}
    numbers = {"r": ratio, "a": advantage, "value": value, "gradient": gradient}
    alt = label("ppo.objective_alt", **{name: shown(x, 3) for name, x in numbers.items()})
    charts.objective_chart(data, advantage >= 0, titles, alt)


def _names(advantage: float, epsilon: float, clip: float) -> list[dict[str, Any]]:
    """The lines' names, where they are apart."""
    if clip == NO_CLIP or advantage == 0:
        return []
    if advantage > 0:
        r = min(1 + epsilon + 0.5, 2.6 / advantage)
        at = [(r - 0.06, r * advantage + 0.2), (2.4, (1 + epsilon) * advantage - 0.2)]
    else:
        at = [(0.1, 0.15), (0.05, (1 - epsilon) * advantage - 0.25)]
    texts = label("ppo.plain"), label("ppo.clipped")
    return [{"r": r, "value": y, "text": text} for (r, y), text in zip(at, texts, strict=True)]


def _draw_cases(ratio: float, advantage: float, epsilon: float, clip: float) -> None:
    """All six cases at once; a click goes to one."""
    rows: list[list[Cell]] = []
    for sign, r in CASES:
        side = _side(r, 0.2)
        here = advantage * sign > 0 and _side(ratio, epsilon) == side
        mark = "changed" if here else ""
        gradient = slope(_example(r, epsilon), sign, clip)
        name = "good" if sign > 0 else "bad"
        does = name if gradient else "flat"
        why = "plain" if clip == NO_CLIP else f"{name}_{side}"
        rows.append(
            [
                {"text": label(f"ppo.sign.{name}"), "mark": mark or "head"},
                {"text": label(f"ppo.side.{side}"), "mark": mark},
                {"text": label(f"ppo.gradient.{does}"), "mark": mark,
                 "data": {"case": f"{name}_{side}", "gradient": repr(gradient)}},
                {"text": label(f"ppo.why.{why}"), "mark": mark},
            ]
        )  # fmt: skip
    with st.container(key="ppo_cases_words_box"):
        columns = label("ppo.cases_columns").split("|")
        table("ppo_cases", columns, rows, label("ppo.cases_alt"), on_pick=_pick)
    st.caption(label("ppo.cases_caption"))


def _example(ratio: float, epsilon: float) -> float:
    """A ratio on the same side of the clip range as `ratio` is of that of ε = 0.2."""
    return {"below": 1 - epsilon - 0.2, "within": 1.0, "above": 1 + epsilon + 0.2}[
        _side(ratio, 0.2)
    ]


def _pick() -> None:
    sign, ratio = CASES[int(st.session_state.ppo_cases.picked)]
    size = abs(st.session_state.ppo_advantage) or 1.0
    st.session_state.ppo_advantage = sign * size
    _move(_example(ratio, st.session_state.ppo_epsilon))
