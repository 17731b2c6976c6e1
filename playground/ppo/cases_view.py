"""The six cases of the clipped objective: sign of the advantage, place of the ratio."""

from __future__ import annotations

import streamlit as st

from playground.components import Cell, table
from playground.language import label
from playground.ppo import settings
from playground.ppo.objective_view import slope
from rl_core.by_hand.ppo import NO_CLIP

# a ratio below, within and above the clip range, for either sign of the advantage
CASES = [(sign, ratio) for sign in (1.0, -1.0) for ratio in (0.6, 1.0, 1.6)]


def side_of(ratio: float, epsilon: float) -> str:
    """Where the ratio is: "below", "within" or "above" the clip range."""
    return "below" if ratio < 1 - epsilon else "above" if ratio > 1 + epsilon else "within"


def draw(ratio: float, advantage: float, epsilon: float, clip: float) -> None:
    """All six cases at once; a click goes to one."""
    rows: list[list[Cell]] = []
    for sign, r in CASES:
        side = side_of(r, 0.2)
        here = advantage * sign > 0 and side_of(ratio, epsilon) == side
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
        side_of(ratio, 0.2)
    ]


def _pick() -> None:
    sign, ratio = CASES[int(st.session_state.ppo_cases.picked)]
    size = abs(st.session_state.ppo_advantage) or 1.0
    st.session_state.ppo_advantage = sign * size
    settings.move_to(_example(ratio, st.session_state.ppo_epsilon))
