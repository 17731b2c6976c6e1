"""The formulas of PPO with the numbers of one sample of the batch, after so many epochs."""

from __future__ import annotations

import streamlit as st

from playground import formula
from playground.language import label
from playground.ppo import settings
from playground.ppo.moments import moment
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.deep import advantages, ppo


@st.fragment
def draw() -> None:
    epochs = int(st.slider(label("ppo.formulas.epochs"), 0, 10, 4, key="ppo_formulas_epochs"))
    clip = settings.clip()
    now, one = moment(settings.seed(), clip, epochs), settings.batch()
    new, old = now.log_prob[one], now.samples.log_prob[one]
    ratio = ppo.ratio(new, old)
    chosen = formula.show_batch(
        ppo.ratio,
        {
            r"\pi_\theta(a_t \mid s_t)": new.exp().tolist(),
            r"\pi_{\theta_\text{old}}(a_t \mid s_t)": old.exp().tolist(),
            r"\ln \pi_\theta": new.tolist(),
            r"\ln \pi_{\theta_\text{old}}": old.tolist(),
        },
        ratio.tolist(),
        "ppo_formulas_sample",
    )
    r, advantage = ratio[chosen], now.advantage[one, chosen]
    values = {"r_t": float(r), r"\hat A_t": float(advantage), r"\epsilon": clip}
    surrogate = float(ppo.clipped_surrogate(r, advantage, clip))
    formula.show(ppo.clipped_surrogate, values, surrogate)
    slope = formula.tex(float(ppo_by_hand.slope(r, advantage, clip)))
    st.latex(formula.coloured(formula.latex(ppo_by_hand.slope)))
    st.latex(rf"\frac{{\partial L^{{CLIP}}}}{{\partial r_t}} = \mathbf{{{slope}}}")
    formula.code(ppo_by_hand.slope, own=("r",))  # the ratio, not the reward
    formula.show(ppo.approx_kl, {"r_t": float(r)}, float(ppo.approx_kl(r)))
    with st.expander(label("ppo.formulas.more")):
        formula.show(advantages.normalised)
        formula.show(ppo_by_hand.climb)
