"""The formulas of one update, with the numbers of the batch on stage, and those of the training."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from playground import formula
from playground.language import label
from rl_core.by_hand import dqn as dqn_by_hand
from rl_core.by_hand.dqn import Update
from rl_core.deep import dqn


def draw_batch(update: Update, ahead: bool) -> None:
    """Target, error, loss and step of the update on stage, for the sample that is chosen."""
    batch = {
        "r": [move[2] for move in update.moves],
        r"\gamma": [update.gamma] * len(update.moves),
        r"\text{terminated}": [float(move[4]) for move in update.moves],
        r"\max_{a'} Q(s', a'; \theta^-)": update.q_next.max(-1).tolist(),
    }
    key = f"dqn_sample_{len(update.moves)}"
    # begin with the sample that has most to say
    st.session_state.setdefault(key, int(np.abs(update.delta).argmax()) + 1)
    i = formula.show_batch(dqn.target, batch, update.y.tolist(), key)
    y, q_sa, delta = (float(x[i]) for x in (update.y, update.q_sa, update.delta))
    formula.show(dqn.td_error, {"y": y, r"Q(s, a; \theta)": q_sa}, delta)
    formula.show(dqn.squared, {r"\delta": delta}, float(update.loss[i]))
    formula.show(dqn_by_hand.descend)
    _draw_step(update)
    st.caption(label("dqn.formulas.by_hand"))


def _draw_step(update: Update) -> None:
    """The step of the parameter that moves most, by the function that takes it."""
    k = int(np.abs(update.gradient).argmax())
    theta, slope = update.before.theta[k : k + 1], update.gradient[k : k + 1]
    new = float(dqn_by_hand.descend(theta, update.alpha, slope)[0])
    numbers = {r"\theta": float(theta[0]), r"\alpha": update.alpha, "g": float(slope[0])}
    st.latex(formula.substituted(r"\theta = \theta - \alpha \, g", numbers, new))
    st.caption(label("dqn.formulas.steepest"))


@st.fragment
def draw_formulas() -> None:
    """What the training has besides: its loss, its exploration, its learning rate."""
    delta = st.slider(label("dqn.formulas.delta"), -3.0, 3.0, 2.0, 0.1, key="dqn_try_delta")
    one = torch.tensor(delta, dtype=torch.float64)
    formula.show(dqn.huber)
    st.latex(rf"\ell({formula.tex(delta)}) = \mathbf{{{formula.tex(float(dqn.huber(one)))}}}")
    st.caption(label("dqn.formulas.huber", square=formula.tex(float(dqn.squared(one)))))
    t = st.slider(label("dqn.formulas.t"), 0, 5000, 1000, 100, key="dqn_try_t")
    state = st.session_state
    first, last, steps = state.dqn_epsilon_start, state.dqn_epsilon_end, state.dqn_epsilon_steps
    numbers = {r"\varepsilon_0": first, r"\varepsilon_\infty": last, "t": t, "N": steps}
    formula.show(dqn.epsilon, numbers, dqn.epsilon(t, first, last, steps))
    formula.show(dqn.annealed)
    st.caption(label("dqn.formulas.annealed"))
