"""The second station: the deadly triad; which example is cured by replay, which by a copy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground import components, formula
from playground.components import Cell
from playground.dqn import charts, playing
from playground.language import label
from playground.numbers import MINUS, shown
from rl_core.events import Floats
from rl_core.tabular import divergence
from rl_core.tabular.divergence import Example, alone, as_they_come, baird, w_to_2w

UPDATES = {"w2w": 200, "baird": 6000}
WAITS = (10, 20, 40, 100, 200)  # updates between two copies
USUAL_WAIT = {"w2w": 10, "baird": 40}
POINTS = 150
SEED = 0


@dataclass(frozen=True)
class Choice:
    """An example, its settings, and which of the two crutches are there."""

    example: str
    alpha: float
    gamma: float
    wait: int
    ends: float  # chance that the second state of w → 2w ends the episode
    replay: bool
    target: bool

    @property
    def every(self) -> int:
        return self.wait if self.target else 1

    def world(self) -> Example:
        return w_to_2w(self.ends) if self.example == "w2w" else baird()

    def share(self) -> Floats:
        """The mean share of each state in an update."""
        if self.example == "w2w" and not self.replay:
            return alone(1)[0]
        return self.world().replayed

    def shares(self) -> Floats:
        """[updates, states] what each update learns from."""
        n = UPDATES[self.example]
        if self.example == "baird" and not self.replay:
            return as_they_come(n, SEED)
        return np.tile(self.share(), (n, 1))


@lru_cache(maxsize=64)
def values(choice: Choice) -> Floats:
    """[updates + 1, states] the values after every update."""
    world = choice.world()
    settings = choice.alpha, choice.gamma, choice.every
    path: Floats = divergence.trace(world, choice.shares(), *settings) @ world.x.T
    return path


@lru_cache(maxsize=256)
def growth(choice: Choice) -> float:
    """The factor of the values between two copies of the target network."""
    return divergence.growth(choice.world(), matrix(choice))


def matrix(choice: Choice) -> Floats:
    settings = choice.alpha, choice.gamma, choice.every
    return divergence.matrix(choice.world(), choice.share(), *settings)


@st.fragment
def draw_triad() -> None:
    example, replay, target = _draw_switches()
    with st.container(key="dqn_triad_stage", horizontal=True):
        left = st.container(key="dqn_triad_left", border=True)
        right = st.container(key="dqn_triad_right", border=True)
    with right:
        choice = _draw_settings(example, replay, target)
    with left:
        _draw_verdict(choice)
        _draw_chart(choice)
        _draw_states(choice)
    st.caption(label(f"dqn.triad.says.{choice.example}"))
    with st.expander(label("dqn.triad.proof")):
        _draw_proof(choice)


def _draw_switches() -> tuple[str, bool, bool]:
    """Which example, with replay or without, with a target network or without."""
    names = {name: label(f"dqn.triad.example.{name}") for name in playing.EXAMPLES}
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        example = st.segmented_control(
            label("dqn.triad.which"), names, format_func=names.__getitem__, key="dqn_example",
            required=True, label_visibility="collapsed", on_change=playing.write_link,
            persist_state="session",
        )  # fmt: skip
        assert example
        replay, target = (
            st.toggle(
                label(f"training.idea.{idea}"), key=f"dqn_{example}_{name}",
                help=label(f"dqn.triad.{name}.{example}"), **playing.KEPT,
            )
            for name, idea in (("replay", "replay"), ("target", "target_network"))
        )  # fmt: skip
    return example, replay, target


def _draw_settings(example: str, replay: bool, target: bool) -> Choice:
    tried = st.container()  # above the sliders, though it needs them
    wait = st.select_slider(
        label("dqn.triad.wait"), WAITS, USUAL_WAIT[example], key=f"dqn_{example}_wait",
        disabled=not target, persist_state="session",
    )  # fmt: skip
    left, right = st.columns(2)
    ends = 1.0
    if example == "w2w":
        alpha = left.slider("α", 0.02, 0.3, 0.1, 0.02, key="dqn_w2w_alpha", **playing.KEPT)
        gamma = right.slider("γ", 0.0, 0.99, 0.9, 0.01, key="dqn_w2w_gamma", **playing.KEPT)
        ends = st.slider(
            label("dqn.triad.ends"), 0.0, 1.0, 1.0, 0.05, key="dqn_w2w_ends", **playing.KEPT
        )
    else:
        alpha = left.slider("α", 0.01, 0.05, 0.03, 0.01, key="dqn_baird_alpha", **playing.KEPT)
        gamma = right.slider("γ", 0.0, 0.99, 0.99, 0.01, key="dqn_baird_gamma", **playing.KEPT)
    rounded = round(alpha, 2), round(gamma, 2), int(wait), round(ends, 2)
    choice = Choice(example, *rounded, replay, target)
    with tried:
        _draw_tried(choice)
    return choice


def _draw_tried(choice: Choice) -> None:
    """Both switches against each other: what has been tried, at the settings of this moment."""
    tried: set[tuple[str, bool, bool]] = st.session_state.setdefault("dqn_tried", set())
    tried.add((choice.example, choice.replay, choice.target))
    rows: list[list[Cell]] = []
    for target in (False, True):
        row: list[Cell] = [{"text": label(f"dqn.triad.row.{str(target).lower()}"), "mark": "head"}]
        for replay in (False, True):
            cell = Choice(
                choice.example, choice.alpha, choice.gamma, choice.wait, choice.ends, replay, target
            )
            if (choice.example, replay, target) not in tried:
                row.append({"text": "?", "mark": "dim"})
                continue
            factor = growth(cell) ** (1 / cell.every)
            grows = label(f"dqn.triad.{_verdict(factor)}")
            here = "changed" if cell == choice else ""
            data = {"factor": repr(factor)}
            row.append({"text": f"{shown(factor)} · {grows}", "mark": here, "data": data})
        rows.append(row)
    columns = ["", *(label(f"dqn.triad.column.{name}") for name in ("false", "true"))]
    with st.container(key="dqn_tried_box"):
        components.table("dqn_tried_table", columns, rows, label("dqn.triad.tried_alt"))
    st.caption(label("dqn.triad.tried"))


def _verdict(factor: float) -> str:
    return "stays" if abs(factor - 1) < 1e-9 else "grows" if factor > 1 else "shrinks"


def _draw_verdict(choice: Choice) -> None:
    factor = growth(choice)
    sign = {"grows": ">", "shrinks": "<", "stays": "="}[_verdict(factor)]
    line = rf"\varrho(W) = \mathbf{{{formula.tex(factor)}}} {sign} 1"
    if choice.every > 1:
        each = formula.tex(factor ** (1 / choice.every))
        over = label("dqn.triad.over", n=choice.every)
        line += rf" \;\text{{ {over} }} \qquad {each} \;\text{{ {label('dqn.triad.each')} }}"
    st.latex(line)
    st.markdown(label(f"dqn.triad.verdict.{_verdict(factor)}"))


def _draw_chart(choice: Choice) -> None:
    path = values(choice)
    at = np.unique(np.linspace(0, len(path) - 1, POINTS).astype(int)).tolist()
    states = path.shape[1]
    names = label(f"dqn.triad.series.{choice.example}").split("|")
    lines: list[dict[str, Any]] = [
        {"k": k, "value": max(abs(float(path[k, s])), 1e-6), "state": s,
         "series": names[s == states - 1]}
        for s in range(states) for k in at
    ]  # fmt: skip
    titles = {"k": label("dqn.hand.axis_updates"), "value": label("dqn.triad.axis")}
    size = np.abs(path).max(1)
    said = label(
        "dqn.triad.alt", first=shown(size[0], 2), last=_short(float(size[-1])), n=len(path) - 1
    )
    charts.growth_chart(lines, names, titles, said)


def _draw_states(choice: Choice) -> None:
    path, rows = values(choice), list[list[Cell]]()
    kinds = label(f"dqn.triad.states.{choice.example}").split("|")
    for s, kind in zip((0, path.shape[1] - 1), kinds, strict=True):
        state, value, leads = kind.split(";")
        last = float(path[-1, s])
        rows.append([{"text": state, "mark": "head"}, {"text": value}, {"text": leads}])
        rows[-1] += [
            {"text": shown(path[0, s])},
            {"text": _short(last), "data": {"last": repr(last)}},
        ]
    columns = label("dqn.triad.columns", n=len(path) - 1).split("|")
    with st.container(key="dqn_states_box"):
        components.table("dqn_states_table", columns, rows, label("dqn.triad.states_alt"))


def _short(x: float) -> str:
    """Three digits, and a power of ten where the number is very large or very small."""
    digits, exponent = f"{x:.2e}".split("e")
    if x == 0 or 1e-3 <= abs(x) < 1e5:
        return shown(float(f"{x:.3g}"))
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits} × 10{power}".replace("-", MINUS)


def _draw_proof(choice: Choice) -> None:
    """The formulas, and the matrix whose eigenvalues decide."""
    formula.show(divergence.update)
    formula.show(divergence.matrix)
    formula.show(divergence.growth)
    w = matrix(choice)
    rows: list[list[Cell]] = []
    for i, numbers in enumerate(w):
        rows.append([{"text": f"w{i + 1}", "mark": "head"}])
        rows[-1] += [{"text": shown(x, 3)} for x in numbers]
    with st.container(key="dqn_matrix_box"):
        heads = ["W", *(f"w{i + 1}" for i in range(len(w)))]
        components.table("dqn_matrix_table", heads, rows, label("dqn.triad.matrix_alt"))
    st.caption(label("dqn.triad.matrix_says"))
