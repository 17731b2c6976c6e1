"""The formulas of TRPO with the numbers of the place on the map."""

from __future__ import annotations

import streamlit as st
import torch

from playground import formula
from playground.language import label
from playground.trpo import playing
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.deep import natural, trpo

PI, PI_OLD = r"\pi_\theta(a_t \mid s_t)", r"\pi_{\theta_\text{old}}(a_t \mid s_t)"


def draw_numbers() -> None:
    """The length of the full step, and what it does to each pair of a state and an action."""
    now = playing.current()
    here, way = now.here, now.iterates[-1]
    x_f_x = natural.dot(way.x, here.fisher @ way.x)
    values = {r"\delta": playing.delta(), r"x^\top F \, x": float(x_f_x)}
    formula.show(natural.step_size, values, float(natural.step_size(x_f_x, playing.delta())))

    st.markdown(label("trpo.formulas.pairs"))
    old, new = (trpo_by_hand.policy(at).logits.log_softmax(-1).flatten()
                for at in (here.theta, now.tries[0].theta))  # fmt: skip
    advantage = here.advantage.flatten()
    surrogate = torch.as_tensor(trpo.surrogate(new, old, advantage)).tolist()
    latex = formula.latex(trpo.surrogate)
    st.latex(formula.coloured(latex))
    names = label("trpo.formulas.pair_names").split("|")
    columns = (names, new.exp().tolist(), old.exp().tolist(), advantage.tolist(), surrogate)
    lines = []
    for name, pi, pi_old, a, gain in zip(*columns, strict=True):
        values = {PI: pi, PI_OLD: pi_old, r"\hat A_t": a}
        lines.append(rf"\text{{{name}}} & \quad {formula.substituted(latex, values, gain)}")
    st.latex(r"\begin{aligned}" + r" \\[0.6em] ".join(lines) + r"\end{aligned}")
    formula.code(trpo.surrogate)


def draw() -> None:
    """The functions that run."""
    formula.show(natural.conjugate_gradient, own=("alpha", "r"))  # a length and a residual
    formula.show(natural.line_search)
    with st.expander(label("trpo.formulas.more")):
        for function in (
            natural.fisher_vector_product, natural.relative_residual, trpo_by_hand.fisher,
            trpo_by_hand.divergence, trpo_by_hand.bowl, trpo_by_hand.performance,
            trpo_by_hand.clip_region,
        ):  # fmt: skip
            formula.show(function)
