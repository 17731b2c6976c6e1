"""The formulas of SAC with the numbers of one sample of a batch that it really drew."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from playground import formula
from playground.language import label
from rl_core.by_hand import sac as sac_by_hand
from rl_core.deep import sac
from rl_core.deep.distributions import SquashedGaussian, log_tanh_slope
from rl_core.tabular import soft


@lru_cache(maxsize=1)
def batch() -> sac_by_hand.Batch:
    return sac_by_hand.batch(0)


@st.fragment
def draw() -> None:
    b = batch()
    n, alpha = len(b.reward), sac_by_hand.double(b.alpha)
    lower = b.q_next.amin(0)
    chosen = formula.show_batch(
        sac.soft_value,
        {
            r"\min_i Q_i(s', a'; \theta_i^-)": lower.tolist(),
            r"\alpha": [b.alpha] * n,
            r"\ln \pi(a' \mid s')": b.log_pi_next.tolist(),
        },
        sac.soft_value(b.q_next, b.log_pi_next, alpha).tolist(),
        "sac_formulas_sample",
    )
    values = {
        "r": float(b.reward[chosen]),
        r"\gamma": b.gamma,
        r"\text{terminated}": float(b.terminated[chosen]),
        r"\hat V(s')": float(b.v_next[chosen]),
    }
    y = sac.target(b.reward[chosen], b.terminated[chosen], b.v_next[chosen], b.gamma)
    formula.show(sac.target, values, float(y))
    log_pi = float(b.log_pi[chosen])
    values = {
        r"\alpha": b.alpha,
        r"\ln \pi(a \mid s; \phi)": log_pi,
        r"\min_i Q_i(s, a; \theta_i)": float(b.q_now.amin(0)[chosen]),
    }
    loss = sac.actor_loss(b.q_now[:, chosen], b.log_pi[chosen], alpha)
    formula.show(sac.actor_loss, values, float(loss))
    log_alpha = alpha.log()
    values = {
        r"\ln \alpha": float(log_alpha),
        r"\ln \pi(a \mid s)": log_pi,
        r"\bar H": b.target_entropy,
    }
    moves = sac.temperature_loss(log_alpha, b.log_pi[chosen], b.target_entropy)
    formula.show(sac.temperature_loss, values, float(moves))
    with st.expander(label("sac.formulas.more")):
        for function in (
            sac.critic_loss, SquashedGaussian.log_prob, log_tanh_slope, soft.soft_maximum,
            soft.soft_policy,
        ):  # fmt: skip
            formula.show(function)
