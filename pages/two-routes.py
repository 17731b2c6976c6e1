"""Section 3: the two routes."""

from dataclasses import replace

import numpy as np
import streamlit as st

from playground.checks import another, choice_question, number_question
from playground.chrome import begin
from playground.language import label, prose, text
from playground.numbers import shown
from playground.routes.continuous_view import draw_continuous
from playground.routes.corridor_view import draw_corridor
from playground.routes.join import draw_join
from playground.routes.playing import open_duel
from playground.routes.stage import draw_stage
from rl_core.tabular import continuous, corridor, policy_gradient, td, worlds

PAGE = "two_routes"


def ask_for_a_preference() -> None:
    rng = np.random.default_rng(another("routes_check_reinforce"))
    pi, theta, g = (float(rng.choice(np.arange(2, 9))) / 10 for _ in range(3))
    alpha, gamma = float(rng.choice([0.2, 0.4, 0.5])), float(rng.choice([0.5, 0.8, 0.9]))

    def new(alpha: float, weight: float, gradient: float) -> float:
        return float(policy_gradient.update(np.array(theta), alpha, weight, np.array(gradient)))

    right = new(alpha, gamma * g, 1 - pi)
    slips = [
        ("routes.forgot_discount", new(alpha, g, 1 - pi)),
        ("routes.forgot_alpha", new(1, gamma * g, 1 - pi)),
        ("routes.took_chance", new(alpha, gamma * g, pi)),
        ("routes.not_taken", new(alpha, gamma * g, -pi)),
        ("routes.forgot_gradient", new(alpha, gamma * g, 1)),
        ("routes.only_change", right - theta),
    ]
    names = {"pi": pi, "theta": theta, "g": g, "alpha": alpha, "gamma": gamma}
    question = text(PAGE, "check_reinforce", **{name: shown(x) for name, x in names.items()})
    number_question("routes_check_reinforce", question, right, slips)


def ask_for_a_grid() -> None:
    n, d = [(10, 3), (5, 4), (8, 3), (20, 2)][another("routes_check_grid") % 4]
    slips = [
        ("routes.product", n * d), ("routes.swapped", d**n), ("routes.one_joint", n),
        ("routes.one_short", n ** (d - 1)),
    ]  # fmt: skip
    right = len(continuous.grid(n, d))
    number_question("routes_check_grid", text(PAGE, "check_grid", n=n, d=d), right, slips)


def ask_for_a_return() -> None:
    p = [0.5, 0.2, 0.8, 0.4][another("routes_check_corridor") % 4]
    right = worlds.short_corridor_return(p)
    slips = [
        ("routes.other_chance", worlds.short_corridor_return(1 - p)),
        ("routes.no_sign", -right),
        ("routes.at_best", worlds.short_corridor_return(corridor.BEST)),
        ("routes.three_steps", -3.0),
    ]
    question = text(PAGE, "check_corridor", p=shown(p))
    number_question("routes_check_corridor", question, right, slips)


def ask_for_a_surprise() -> None:
    rng = np.random.default_rng(another("routes_check_critic"))
    v, v_next = (rng.choice(np.arange(1, 10), size=2, replace=False) / 10).tolist()
    r, gamma = float(rng.choice([0.5, 1, -1])), float(rng.choice([0.5, 0.8, 0.9]))
    right = float(td.td_error(np.array([v, v_next]), 0, r, 1, False, gamma))
    slips = [
        ("routes.forgot_gamma", r + v_next - v), ("routes.forgot_v", right + v),
        ("routes.wrong_way", -right), ("routes.forgot_reward", right - r),
    ]  # fmt: skip
    names = {"v": v, "v_next": v_next, "r": r, "gamma": gamma}
    question = text(PAGE, "check_critic", **{name: shown(x) for name, x in names.items()})
    number_question("routes_check_critic", question, right, slips)


def ask_about_chance() -> None:
    alike = worlds.short_corridor()
    choices = {"told": replace(alike, seen=None), "three": worlds.three_state(), "alike": alike}
    right = [name for name, mdp in choices.items() if corridor.chance_helps(mdp)]
    options = {name: label(f"routes.seen.{name}") for name in choices}
    why = text(PAGE, "check_random_why")
    choice_question("routes_check_random", text(PAGE, "check_random"), options, right, why)


begin(3, PAGE)
open_duel()
prose(PAGE, "lead")
draw_stage()
prose(PAGE, "idea")
for block, draw in (
    ("continuous", draw_continuous), ("corridor", draw_corridor), ("join", draw_join)
):  # fmt: skip
    prose(PAGE, block)
    draw()
prose(PAGE, "compare")
st.subheader(label("check.title"), anchor=False)
for ask in (
    ask_for_a_preference, ask_for_a_grid, ask_for_a_return, ask_for_a_surprise, ask_about_chance
):  # fmt: skip
    ask()
prose(PAGE, "source")
