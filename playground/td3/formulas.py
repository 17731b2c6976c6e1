"""The formulas of DDPG and TD3 with numbers of the stage as it is first seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import streamlit as st
import torch

from playground import formula
from playground.language import label
from playground.numbers import shown
from playground.td3.session import MANY, Session
from playground.td3.targets_view import DDPG_VALUE, TD3_VALUE
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import ACTOR_ALPHA, CLIP, GAMMA, NOISES, REWARD, Ideas, Learner
from rl_core.deep import ddpg, td3

ASIDE = r", \qquad"  # what stands behind it only explains a symbol
FIRST_NOISE = 33  # of the 41, from low to high: one of about +0.17


@lru_cache(maxsize=MANY + 1)
def beginning(updates: int) -> Learner:
    """The stage as it is first seen, so many updates later, with no idea switched on."""
    if updates == 0:
        return Session.new().frame.learner
    return td3_by_hand.update(beginning(updates - 1), Ideas())


@st.fragment
def draw() -> None:
    updates = int(st.slider(label("td3.formulas.updates"), 0, MANY, 6, key="td3_formulas_updates"))
    learner = beginning(updates)
    a = learner.action
    st.markdown(label("td3.formulas.target"))
    common = {"r": REWARD, r"\gamma": GAMMA, r"\text{terminated}": 0.0}
    q = td3_by_hand.critics(learner, a[:, None])
    y = td3_by_hand.target(learner, a, Ideas())
    formula.show(ddpg.target, common | {DDPG_VALUE: float(q[0])}, float(y))

    st.markdown(label("td3.formulas.ideas"))
    k = st.slider(label("td3.formulas.noise"), 1, NOISES, FIRST_NOISE, key="td3_formulas_noise") - 1
    noise = td3_by_hand.noises()
    moved = td3.smoothed(a[:, None], noise, CLIP)[0, k]
    values = {r"\mu(s'; \phi^-)": float(a), r"\tilde\epsilon": float(noise[k]), "c": CLIP}
    _show(td3.smoothed, values, float(moved))
    q_next = td3_by_hand.critics(learner, moved[None, None])[:, 0]
    y = td3.target(torch.tensor([REWARD]), torch.zeros(1), q_next, GAMMA)
    first, second = (shown(float(value)) for value in q_next[:, 0])
    st.markdown(label("td3.formulas.both", first=first, second=second))
    formula.show(td3.target, common | {TD3_VALUE: float(q_next.amin(0))}, float(y))

    st.markdown(label("td3.formulas.critic"))
    hill = td3_by_hand.hill(a)
    delta = td3.td_error(hill, q[:, 0])
    formula.show(
        td3.td_error, {"y": float(hill), r"Q_i(s, a; \theta_i)": float(q[0])}, float(delta[0])
    )
    loss = td3.critic_loss(delta)
    formula.show(td3.critic_loss, {r"\delta_i": float(delta[0])}, float(loss[0]))

    st.markdown(label("td3.formulas.actor"))
    formula.show(td3.actor_loss)
    slope = float(td3_by_hand.actor_slope(learner)[0])
    values = {
        r"\phi": float(learner.phi),
        r"\alpha": ACTOR_ALPHA,
        r"\nabla_a Q_1(s', a; \theta_1)\big|_{a = \mu(s')}": slope,
        r"\nabla_\phi \, \mu(s'; \phi)": float(1 - a.square()),
    }
    _show(td3_by_hand.climb, values, float(td3_by_hand.climb(learner).phi))


def _show(function: Callable[..., Any], values: Mapping[str, float], result: float) -> None:
    """As `formula.show`, for a formula that explains one of its symbols behind a comma."""
    whole = formula.latex(function)
    st.latex(formula.coloured(whole))
    st.latex(formula.substituted(whole.split(ASIDE)[0], values, result))
    formula.code(function)
