"""The formulas of A2C; TD error and advantage with the numbers of one step of the recording."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from playground import formula
from playground.actor_critic import settings
from playground.actor_critic.record_view import numbers, of_step
from playground.language import label
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.deep import a2c, advantages

MORE: tuple[Callable[..., Any], ...] = (
    a2c_by_hand.true_advantages, a2c_by_hand.critic, a2c_by_hand.bias, a2c_by_hand.squared_error,
    advantages.normalised, advantages.explained_variance,
)  # fmt: skip


def draw_step() -> None:
    """TD error and advantage, with the numbers of a step that the learner chooses."""
    record = a2c_by_hand.recorded(settings.chosen("ending"))
    found = numbers(record)
    both = [of_step(record, t) for t in range(len(record.s))]
    first = {symbol: [values[symbol] for values, _ in both] for symbol in both[0][0]}
    t = formula.show_batch(
        advantages.td_error, first, found["delta"], "ac_formulas_step", label("a2c.formulas.step")
    )
    formula.show(advantages.gae, both[t][1], found["advantage"][t])


def draw() -> None:
    """What the update makes of them, and what the stage measures with."""
    for function in (a2c.policy_gradient_loss, a2c.value_loss, a2c_by_hand.descend):
        formula.show(function)
    with st.expander(label("a2c.formulas.more")):
        for other in MORE:
            formula.show(other)
