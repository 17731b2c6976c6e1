"""The formulas that train; return and loss with the numbers of the episode that is on stage."""

from __future__ import annotations

import streamlit as st
import torch

from playground import formula
from playground.language import label
from playground.reinforce import playing
from playground.reinforce.hand import Move, Session
from rl_core.by_hand import reinforce as reinforce_by_hand
from rl_core.by_hand.reinforce import Update
from rl_core.deep import reinforce, returns
from rl_core.tabular.score_function import log_gradient
from rl_core.tabular.trajectories import chosen


def episode() -> Update:
    """The last one that was sampled; before the first, the one that would come."""
    found = playing.session().frame.update
    if found is None:
        first = Session.new(playing.session().seed).do(Move(1, playing.settings()))
        found = first.frame.update
        assert found
    return found


def draw_episode() -> None:
    """Return and loss, with the numbers of a step that the learner chooses."""
    found = episode()
    gamma = playing.session().frame.settings.gamma
    steps = int(found.path.alive[0].sum())
    reward, weight, log_prob = (
        torch.from_numpy(x[:steps].copy())
        for x in (found.path.r[0], found.weight, torch.from_numpy(chosen(found.theta, found.path))
                  .log()[0].numpy())
    )  # fmt: skip
    ends = torch.zeros(steps, dtype=torch.float64)
    ends[-1] = 1
    none = torch.zeros(steps, dtype=torch.float64)
    g = returns.returns_to_go(reward, ends, none, none, gamma)
    loss = reinforce.policy_gradient_loss(log_prob, weight)
    following = [*g.tolist()[1:], 0.0]
    t = formula.show_batch(
        reinforce.returns_to_go,
        {r"r_{t+1}": reward.tolist(), r"\gamma": [gamma] * steps,
         r"V(s_{t+1})": [0.0] * steps, r"G_{t+1}": following},
        g.tolist(),
        f"rf_step_of_{steps}",
        label("reinforce.formulas.step"),
    )  # fmt: skip
    st.caption(label("reinforce.formulas.ends"))
    formula.show(
        reinforce.policy_gradient_loss,
        {r"\Psi_t": float(weight[t]), r"\ln \pi(a_t \mid s_t)": float(log_prob[t])},
        float(loss[t]),
    )


def draw() -> None:
    """What the training has besides, and the small world's formulas."""
    formula.show(reinforce.whole_returns)
    formula.show(reinforce.discount)
    with st.expander(label("reinforce.formulas.by_hand")):
        for function in (
            log_gradient, reinforce_by_hand.step_weights, reinforce_by_hand.estimate,
            reinforce_by_hand.climbed, reinforce_by_hand.spread,
        ):  # fmt: skip
            formula.show(function)
