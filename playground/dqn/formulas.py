"""The formulas of one update, with the numbers of the batch that is on stage."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import formula
from playground.dqn import playing
from playground.language import label
from rl_core.deep import dqn, dqn_by_hand


@st.fragment
def draw_formulas() -> None:
    update = playing.current()
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
    st.caption(label("dqn.formulas.by_hand"))
    formula.show(dqn.huber)
    formula.show(dqn.epsilon)
    formula.show(dqn.annealed)
