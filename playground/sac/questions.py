"""Check yourself on the SAC page: every answer is computed by the functions of `rl_core`."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
import torch

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from playground.sac.dial_view import optimum
from playground.sac.settings import BEGIN
from rl_core.by_hand import sac as sac_by_hand
from rl_core.deep import sac
from rl_core.tabular import soft

PAGE = "sac"


def draw() -> None:
    st.subheader(label("check.title"), anchor=False)
    for ask in (
        ask_for_a_soft_value, ask_for_a_chance, ask_for_the_target, ask_for_the_log_probability,
        ask_for_the_way, ask_about_the_goal,
    ):  # fmt: skip
        ask()


def ask_for_a_soft_value() -> None:
    numbers = [(1.0, 0.5, 0.5), (2.0, 1.0, 1.0), (0.0, -1.0, 2.0)]
    a, b, alpha = numbers[another("sac_check_value") % len(numbers)]
    q = np.array([a, b])
    right = float(soft.soft_maximum(q, alpha))
    slips = [
        ("sac.hard_maximum", max(a, b)),
        ("sac.outer_alpha", right / alpha),
        ("sac.inner_alpha", alpha * math.log(math.exp(a) + math.exp(b))),
        ("sac.mean", float(soft.soft_policy(q, alpha) @ q)),
    ]
    question = text(PAGE, "check_value", a=shown(a), b=shown(b), alpha=shown(alpha))
    number_question("sac_check_value", question, right, slips)


def ask_for_a_chance() -> None:
    numbers = [(1.0, 0.5, 0.5), (2.0, 1.0, 0.5), (0.5, 1.0, 0.25)]
    a, b, alpha = numbers[another("sac_check_chance") % len(numbers)]
    right, other = soft.soft_policy(np.array([a, b]), alpha).tolist()
    slips = [
        ("sac.other_action", other),
        ("sac.no_alpha", float(soft.soft_policy(np.array([a, b]), 1.0)[0])),
        ("sac.times_alpha", float(soft.soft_policy(np.array([a, b]) * alpha, 1.0)[0])),
        ("sac.plain_share", a / (a + b)),
    ]
    question = text(PAGE, "check_chance", a=shown(a), b=shown(b), alpha=shown(alpha))
    number_question("sac_check_chance", question, right, slips)


def ask_for_the_target() -> None:
    numbers = [
        (1.0, (2.0, 3.0), -0.5, 0.0),
        (-2.0, (5.0, 4.0), 1.5, 0.0),
        (3.0, (2.0, 1.0), 0.5, 1),
    ]
    r, q, log_pi, ended = numbers[another("sac_check_target") % len(numbers)]
    gamma, alpha = 0.9, 0.2

    def target(q: tuple[float, ...], alpha: float, gamma: float, ended: float) -> float:
        q_next, terminated = torch.tensor(q, dtype=torch.float64), torch.tensor(ended).double()
        log = torch.tensor(log_pi, dtype=torch.float64)
        v_next = sac.soft_value(q_next, log, torch.tensor(alpha, dtype=torch.float64))
        return float(sac.target(torch.tensor(r).double(), terminated, v_next, gamma))

    slips = [
        ("sac.forgot_end", target(q, alpha, gamma, 0.0)),
        ("sac.larger_critic", target((max(q),), alpha, gamma, ended)),
        ("sac.mean_critic", target((sum(q) / 2,), alpha, gamma, ended)),
        ("sac.wrong_sign", target(q, -alpha, gamma, ended)),
        ("sac.no_entropy", target(q, 0.0, gamma, ended)),
        ("sac.no_temperature", target(q, 1.0, gamma, ended)),
        ("sac.no_discount", target(q, alpha, 1.0, ended)),
    ]
    question = text(
        PAGE, "check_target", r=shown(r), one=shown(q[0]), two=shown(q[1]), log_pi=shown(log_pi),
        alpha=shown(alpha), gamma=shown(gamma), ended=label(f"sac.ended.{int(ended)}"),
    )  # fmt: skip
    number_question("sac_check_target", question, target(q, alpha, gamma, ended), slips)


def ask_for_the_log_probability() -> None:
    a = [0.6, 0.8, -0.9][another("sac_check_log") % 3]
    u = torch.tensor([math.atanh(a)], dtype=torch.float64)
    pi = sac_by_hand.gaussian(0.5, math.log(0.5))
    naive, right = float(sac_by_hand.naive_log_prob(pi, u)), float(pi.log_prob(u))
    slips = [
        ("sac.no_correction", naive),
        ("sac.wrong_way", 2 * naive - right),
        ("sac.no_log", naive - (1 - a * a)),
        ("sac.density", math.exp(right)),
    ]
    question = text(PAGE, "check_log", a=shown(a), naive=shown(naive), slope=shown(1 - a * a))
    number_question("sac_check_log", question, right, slips)


def ask_for_the_way() -> None:
    """The temperature above its place: which way it moves is computed."""
    wanted = -2.0
    after = sac_by_hand.adjusted(BEGIN, 1.0, wanted, 0.5)
    right = "falls" if after < BEGIN else "rises"
    options = {name: label(f"sac.way.{name}") for name in ("rises", "falls", "stays")}
    entropy = sac_by_hand.best_entropy(BEGIN, 1.0)
    question = text(PAGE, "check_way", entropy=shown(entropy, 2), target=shown(wanted))
    choice_question("sac_check_way", question, options, [right], text(PAGE, "check_way_why"))


def ask_about_the_goal() -> None:
    """What a very hot policy does in front of the goal."""
    chance = float(optimum("three", 100.0).policy[1, 0])
    right = "half" if abs(chance - 0.5) < 0.1 else "rarely" if chance < 0.5 else "mostly"
    options = {name: label(f"sac.goal.{name}") for name in ("mostly", "half", "rarely")}
    why = text(PAGE, "check_goal_why", chance=shown(chance, 3))
    choice_question("sac_check_goal", text(PAGE, "check_goal"), options, [right], why)
