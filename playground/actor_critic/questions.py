"""Check yourself on the Actor-Critic page: every answer is computed by A2C's own functions."""

from __future__ import annotations

import torch

from playground import checks
from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.deep import advantages

PAGE = "actor_critic"


def draw() -> None:
    checks.draw(
        ask_for_a_td_error, ask_at_a_time_limit, ask_for_an_advantage, ask_across_an_end,
        ask_for_the_error, ask_where_there_is_no_bias,
    )  # fmt: skip


def td_error(r: float, terminated: float, v: float, v_next: float, gamma: float) -> float:
    reward, end, value, next_value = torch.tensor([r, terminated, v, v_next], dtype=torch.float64)
    return float(advantages.td_error(reward, end, value, next_value, gamma))


def gae(deltas: list[float], ended: list[float], gamma: float, lam: float) -> float:
    """The first advantage of a few steps."""
    delta, ends = (torch.tensor(x, dtype=torch.float64) for x in (deltas, ended))
    return float(advantages.gae(delta, ends, gamma, lam)[0])


def ask_for_a_td_error() -> None:
    r, v, v_next, gamma = [(0.0, 0.4, 0.6, 0.9), (1.0, 0.5, 0.2, 0.9), (0.0, 0.8, 0.5, 0.8)][
        another("ac_check_td") % 3
    ]
    slips = [
        ("a2c.forgot_gamma", td_error(r, 0, v, v_next, 1.0)),
        ("a2c.forgot_value", r + gamma * v_next),
        ("a2c.upside_down", -td_error(r, 0, v, v_next, gamma)),
        ("a2c.taken_for_end", td_error(r, 1, v, v_next, gamma)),
    ]
    numbers = {"r": shown(r), "v": shown(v), "next": shown(v_next), "gamma": shown(gamma)}
    right = td_error(r, 0, v, v_next, gamma)
    number_question("ac_check_td", text(PAGE, "check_td", **numbers), right, slips)


def ask_at_a_time_limit() -> None:
    v, v_next, gamma = [(18.0, 20.0, 0.9), (40.0, 45.0, 0.9), (9.0, 8.0, 0.95)][
        another("ac_check_limit") % 3
    ]
    slips = [
        ("a2c.taken_for_end", td_error(1, 1, v, v_next, gamma)),
        ("a2c.forgot_gamma", td_error(1, 0, v, v_next, 1.0)),
        ("a2c.forgot_value", 1 + gamma * v_next),
        ("a2c.forgot_reward", td_error(0, 0, v, v_next, gamma)),
    ]
    question = text(
        PAGE, "check_limit", v=shown(v), next=shown(v_next), gamma=shown(gamma)
    )  # fmt: skip
    number_question("ac_check_limit", question, td_error(1, 0, v, v_next, gamma), slips)


def ask_for_an_advantage() -> None:
    deltas, gamma, lam = [([0.2, 0.5], 0.9, 0.5), ([-0.1, 0.4], 0.8, 0.5), ([0.3, -0.5], 0.9, 0.8)][
        another("ac_check_gae") % 3
    ]
    slips = [
        ("a2c.only_delta", gae(deltas, [0, 1], gamma, 0)),
        ("a2c.all_of_it", gae(deltas, [0, 1], gamma, 1)),
        ("a2c.forgot_gamma", gae(deltas, [0, 1], 1, lam)),
        ("a2c.plain_sum", sum(deltas)),
    ]
    numbers = {"first": shown(deltas[0]), "second": shown(deltas[1])}
    question = text(PAGE, "check_gae", gamma=shown(gamma), lam=shown(lam), **numbers)
    number_question("ac_check_gae", question, gae(deltas, [0, 1], gamma, lam), slips)


def ask_across_an_end() -> None:
    delta, after, gamma, lam = [(-0.5, 0.8, 0.9, 0.5), (0.6, -0.4, 0.9, 0.9)][
        another("ac_check_end") % 2
    ]
    slips = [
        ("a2c.across", gae([delta, after], [0, 1], gamma, lam)),
        ("a2c.nothing", 0.0),
        ("a2c.plain_sum", delta + after),
    ]
    numbers = {"delta": shown(delta), "after": shown(after), "gamma": shown(gamma)}
    question = text(PAGE, "check_end", lam=shown(lam), **numbers)
    number_question("ac_check_end", question, gae([delta, after], [1, 1], gamma, lam), slips)


def ask_for_the_error() -> None:
    bias, variance, n = [(0.1, 0.08, 4), (0.2, 0.4, 16), (0.05, 0.01, 4)][
        another("ac_check_error") % 3
    ]
    slips = [
        ("a2c.not_averaged", a2c_by_hand.squared_error(bias**2, variance, 1)),
        ("a2c.bias_averaged", (bias**2 + variance) / n),
        ("a2c.bias_not_squared", a2c_by_hand.squared_error(bias, variance, n)),
    ]
    question = text(PAGE, "check_error", bias=shown(bias), variance=shown(variance), n=n)
    right = a2c_by_hand.squared_error(bias**2, variance, n)
    number_question("ac_check_error", question, right, slips)


def ask_where_there_is_no_bias() -> None:
    """Which λ leaves no bias whatever the critic says, by computing it."""
    lams = {"td": 0.0, "half": 0.5, "mc": 1.0}
    found = a2c_by_hand.curve(1.0, 0.95, list(lams.values()))
    right = [name for name, (b, _) in zip(lams, found, strict=True) if b < 1e-12]
    options = {name: label(f"a2c.check.{name}") for name in lams}
    why = text(PAGE, "check_unbiased_why")
    choice_question("ac_check_unbiased", text(PAGE, "check_unbiased"), options, right, why)
