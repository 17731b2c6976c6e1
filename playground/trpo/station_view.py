"""What a station of the update does, in words and numbers; and both states side by side."""

from __future__ import annotations

import streamlit as st
from torch import Tensor

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.trpo import playing
from playground.trpo.updates import Update
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.by_hand.trpo import STAY
from rl_core.deep import natural


def draw(now: Update, station: str) -> None:
    """What this station of the update does, in words and with its numbers."""
    kind, number = station.rstrip("0123456789"), int(station[-1]) if station[-1].isdigit() else 0
    st.markdown(f"**{label(f'trpo.station.{kind}')}**")
    if kind == "gradient":
        st.markdown(label("trpo.say.gradient"))
        st.latex(rf"g = \nabla_\theta L = {_vector(now.here.gradient)}")
        if playing.ended():
            st.caption(label("trpo.say.end"))
    elif kind == "cg":
        _draw_iteration(now, number)
    else:
        _draw_tries(now, int(station.removeprefix("try")))


def _draw_iteration(now: Update, k: int) -> None:
    way = now.iterates[k - 1]
    if playing.direction() == "plain":
        st.markdown(label("trpo.say.cg_plain"))
    else:
        st.markdown(label(f"trpo.say.cg{k}"))
    st.latex(rf"x_{k} = {_vector(way.x)}")
    residual = formula.tex(way.residual)
    st.latex(rf"\frac{{\lVert g - F x_{k} \rVert}}{{\lVert g \rVert}} = \mathbf{{{residual}}}")


def _draw_tries(now: Update, k: int) -> None:
    way, delta = now.iterates[-1], playing.delta()
    x_f_x = float(natural.dot(way.x, now.here.fisher @ way.x))
    values = {r"\delta": delta, r"x^\top F \, x": x_f_x}
    line = formula.substituted(formula.latex(natural.step_size), values, way.beta)
    st.latex(rf"\beta = {line}")
    this = now.tries[k]
    numbers = {"kl": shown(this.kl), "delta": shown(delta), "ratio": shown(this.kl / delta, 2)}
    if this.good:
        said = "good" if k else "good_at_once"
    else:
        said = "none" if k + 1 == len(now.tries) else "far" if this.kl > delta else "no_gain"
    st.markdown(label(f"trpo.say.{said}", **numbers))
    if this.good and playing.ended():
        st.markdown(label("trpo.say.end"))
    rows: list[list[Cell]] = [
        [
            {"text": str(i), "mark": "head"},
            {"text": shown(trpo_by_hand.FACTOR**i, 3)},
            {"text": shown(t.gain)},
            {"text": shown(t.bowl)},
            {"text": shown(t.kl),
             "data": {"try": str(i), "kl": repr(t.kl), "good": str(t.good)}},
            {"text": "✓" if t.good else "✗", "mark": "changed" if t.good else "dim"},
        ]
        for i, t in enumerate(now.tries[: k + 1])
    ]  # fmt: skip
    with st.container(key="trpo_tries_dense"):
        table("trpo_tries", label("trpo.tries_columns").split("|"), rows, label("trpo.tries_alt"))


def draw_states(now: Update, station: str) -> None:
    """State by state: why the natural gradient is another direction."""
    here = now.here
    cg = [i for i, name in enumerate(now.stations) if name.startswith("cg")]
    done = now.stations.index(station) >= cg[-1]
    pi = trpo_by_hand.policy(here.theta).logits.softmax(-1)[:, STAY]
    rows: list[list[Cell]] = []
    for s, name in enumerate("AB"):
        numbers = (
            here.theta[s], pi[s], here.visits[s], here.advantage[s, 0] - here.advantage[s, 1],
            here.gradient[s], here.fisher[s, s],
        )  # fmt: skip
        x = shown(float(now.iterates[-1].x[s]), 3) if done else "·"
        row: list[Cell] = [{"text": label(f"trpo.state.{name}"), "mark": "head"}]
        row += [{"text": shown(float(number), 3)} for number in numbers]
        row += [{"text": x, "mark": "changed" if done else "dim", "data": {"x": name}}]
        rows.append(row)
    table("trpo_states_table", label("trpo.columns").split("|"), rows, label("trpo.table_alt"))
    st.caption(label(f"trpo.table_caption_{playing.direction()}"))


def _vector(x: Tensor) -> str:
    a, b = (formula.tex(number) for number in x.tolist())
    return rf"\begin{{pmatrix}} {a} \\ {b} \end{{pmatrix}}"
