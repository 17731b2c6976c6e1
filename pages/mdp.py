"""Section 2: the mathematics."""

import numpy as np
import streamlit as st

from playground.checks import another, choice_question, number_question
from playground.chrome import begin
from playground.language import label, prose, text
from playground.mdp.settings import open_settings
from playground.mdp.stage import draw_stage
from playground.numbers import shown
from rl_core.tabular import bellman, worlds
from rl_core.tabular.returns import discounted_returns, effective_horizon
from rl_core.tabular.slip import can_go_on_for_ever, slippery
from rl_core.tabular.worlds import RIGHT

PAGE = "mdp"


def ask_for_a_return() -> None:
    rng = np.random.default_rng(another("mdp_check_return"))
    rewards = rng.choice(np.arange(-4, 9), size=3, replace=False).astype(float)
    gamma = float(rng.choice([0.5, 0.8, 0.9]))
    right = float(discounted_returns(rewards, gamma)[0])
    slips = [
        ("mdp.forwards", float(discounted_returns(rewards[::-1], gamma)[0])),
        ("mdp.no_discount", float(rewards.sum())),
        ("mdp.one_late", gamma * right),
    ]
    numbers = {"rewards": ", ".join(map(shown, rewards)), "gamma": shown(gamma)}
    number_question("mdp_check_return", text(PAGE, "check_return", **numbers), right, slips)


def ask_for_a_value() -> None:
    rng = np.random.default_rng(another("mdp_check_value"))
    right = float(rng.choice([0.2, 0.3, 0.6, 0.7, 0.9]))
    q = rng.choice(np.arange(1, 20), size=2, replace=False) / 2
    policy = np.array([right, 1 - right])
    slips = [
        ("mdp.plain_mean", float(q.mean())),
        ("mdp.other_weights", bellman.state_value(policy[::-1], q)),
        ("mdp.greedy_value", bellman.best_value(q)),
    ]
    names = {"right": right, "q_right": q[0], "q_left": q[1]}
    question = text(PAGE, "check_value", **{name: shown(x) for name, x in names.items()})
    number_question("mdp_check_value", question, bellman.state_value(policy, q), slips)


def ask_for_an_equation() -> None:
    rng = np.random.default_rng(another("mdp_check_bellman"))
    slip, gamma = float(rng.choice([0.1, 0.2, 0.3])), float(rng.choice([0.5, 0.8, 0.9]))
    back, here = np.sort(rng.choice(np.arange(1, 10), size=2, replace=False)) / 10
    v = np.array([back, here, 0])
    mdp, other = (slippery(worlds.three_state(), x) for x in (slip, 1 - slip))
    right = bellman.expected(mdp, 0, RIGHT, v, gamma)
    slips = [
        ("mdp.no_odds", gamma * here),
        ("mdp.swapped_odds", bellman.expected(other, 0, RIGHT, v, gamma)),
        ("forgot_gamma", right / gamma),
    ]
    names = {"slip": slip, "here": here, "back": back, "gamma": gamma}
    question = text(PAGE, "check_bellman", **{name: shown(x) for name, x in names.items()})
    number_question("mdp_check_bellman", question, right, slips)


def ask_for_the_horizon() -> None:
    gamma = [0.8, 0.9, 0.95, 0.5, 0.99][another("mdp_check_horizon") % 5]
    slips = [
        ("mdp.horizon_gamma", gamma * effective_horizon(gamma)),
        ("mdp.horizon_inverse", 1 - gamma),
        ("mdp.half_life", float(np.log(0.5) / np.log(gamma))),
    ]
    question = text(PAGE, "check_horizon", gamma=shown(gamma))
    number_question("mdp_check_horizon", question, effective_horizon(gamma), slips)


def ask_about_gamma_one() -> None:
    choices = {
        "option_plain": worlds.three_state(),
        "option_slippery": slippery(worlds.three_state(), 0.1),
        "option_near_far": worlds.near_far(),
    }
    right = [name for name, mdp in choices.items() if not can_go_on_for_ever(mdp).any()]
    choice_question(
        "mdp_check_gamma_one", text(PAGE, "check_gamma_one"),
        {name: text(PAGE, name) for name in choices}, right, text(PAGE, "check_gamma_one_why"),
    )  # fmt: skip


begin(2, PAGE)
open_settings()
prose(PAGE, "lead")
draw_stage()
for block in ("returns", "model", "worth", "bellman"):
    prose(PAGE, block)
st.subheader(label("check.title"), anchor=False)
for ask in (
    ask_for_a_return, ask_for_a_value, ask_for_an_equation, ask_for_the_horizon, ask_about_gamma_one
):  # fmt: skip
    ask()
prose(PAGE, "source")
