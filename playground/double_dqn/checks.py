"""Check yourself: questions on Double DQN, answered by the functions that train."""

from __future__ import annotations

import math

import numpy as np
import torch

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.deep import double_dqn, dqn
from rl_core.tabular import noisy_estimates

PAGE = "double_dqn"


def _numbers(key: str) -> tuple[float, float, list[float], list[float]]:
    """r, γ, and the values of both networks, which disagree about the best action."""
    rng = np.random.default_rng(another(key))
    q, q_next = (rng.permutation(np.arange(2, 16))[:3] / 2 for _ in range(2))
    if q.argmax() == q_next.argmax():
        q_next = np.roll(q_next, 1)
    gamma = float(rng.choice([0.5, 0.8, 0.9]))
    return float(rng.choice([-1.0, 1.0, 2.0])), gamma, q.tolist(), q_next.tolist()


def targets(
    r: float, end: float, q: list[float], q_next: list[float], gamma: float
) -> dict[str, float]:
    """What both algorithms would have as y."""
    tensors = (torch.tensor(x, dtype=torch.float64) for x in (r, end, q, q_next))
    reward, terminated, online, target = tensors
    return {
        "dqn": float(dqn.target(reward, terminated, target, gamma)),
        "double_dqn": float(double_dqn.target(reward, terminated, online, target, gamma)),
    }


def ask_for_the_target(name: str, block: str) -> None:
    r, gamma, q, q_next = _numbers(f"ddqn_{block}")
    y = targets(r, 0.0, q, q_next, gamma)
    other = "double_dqn" if name == "dqn" else "dqn"
    right = y[name]
    slips = [
        ("ddqn.took_max" if name == "double_dqn" else "ddqn.took_double", y[other]),
        ("ddqn.used_online", r + gamma * max(q)),
        ("ddqn.swapped", targets(r, 0.0, q_next, q, gamma)["double_dqn"]),
        ("forgot_gamma", r + (right - r) / gamma),
        ("forgot_reward", right - r),
        ("ddqn.ended", r),
    ]
    numbers = {"r": shown(r), "gamma": shown(gamma), "q": _row(q), "q_next": _row(q_next)}
    number_question(f"ddqn_{block}", text(PAGE, block, **numbers), right, slips)


def _row(values: list[float]) -> str:
    return ", ".join(map(shown, values))


def ask_for_the_bias() -> None:
    n, k = [(10, 4), (3, 25), (20, 16)][another("ddqn_check_bias") % 3]
    unit = noisy_estimates.expected_single((0.0,) * n, 1.0)
    right = noisy_estimates.expected_single((0.0,) * n, 1 / math.sqrt(k))
    slips = [("ddqn.no_noise", 0.0), ("ddqn.forgot_root", unit / k), ("ddqn.forgot_k", unit)]
    numbers = {"n": n, "k": k, "unit": shown(unit, 3)}
    number_question("ddqn_check_bias", text(PAGE, "check_bias", **numbers), right, slips)


def ask_for_the_end() -> None:
    r, gamma, q, q_next = _numbers("ddqn_check_end")
    right = targets(r, 1.0, q, q_next, gamma)["double_dqn"]
    y = targets(r, 0.0, q, q_next, gamma)
    slips = [("ddqn.no_end", y["double_dqn"]), ("ddqn.no_end", y["dqn"])]
    numbers = {"r": shown(r), "gamma": shown(gamma), "q": _row(q), "q_next": _row(q_next)}
    number_question("ddqn_check_end", text(PAGE, "check_end", **numbers), right, slips)


def ask_for_the_copy() -> None:
    """With the two networks the same, is there any difference left?"""
    values = [0.4, 1.2, -0.3]
    y = targets(1.0, 0.0, values, values, 0.9)
    right = "same" if y["dqn"] == y["double_dqn"] else "lower"
    options = {name: label(f"ddqn.copy.{name}") for name in ("lower", "same", "truth")}
    why = text(PAGE, "check_copy_why")
    choice_question("ddqn_check_copy", text(PAGE, "check_copy"), options, [right], why)


def draw() -> None:
    ask_for_the_target("dqn", "check_dqn")
    ask_for_the_target("double_dqn", "check_double_dqn")
    ask_for_the_end()
    ask_for_the_bias()
    ask_for_the_copy()
