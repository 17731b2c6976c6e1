"""Questions on the cliff: one target of each kind, and which way pays once exploring ends."""

from __future__ import annotations

import numpy as np

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.tabular import expected_sarsa, q_learning, sarsa
from rl_core.tabular.mdp import Floats

PAGE = "q_learning"
R, GAMMA = -1.0, 0.9
OWN = ("took_max", "took_drawn", "plain_mean", "others_only", "no_exploring")


def ask(better: str) -> None:
    """Ask both.

    Args:
        better: the right answer to the second: "edge", "safe" or "same".
    """
    ask_for_a_target()
    ask_after_exploring(better)


def exercise(seed: int) -> tuple[Floats, float, int]:
    """Values of the four actions in s', epsilon, and the action that was drawn there."""
    rng = np.random.default_rng(seed)
    values = -rng.choice(np.arange(2, 12), size=4, replace=False).astype(float) * 2
    return values, float(rng.choice([0.2, 0.4])), int(rng.choice(np.argsort(values)[:3]))


def ask_for_a_target() -> None:
    values, epsilon, drawn = exercise(another("ql_check_expected"))
    q, best = np.array([values]), float(values.max())
    right = expected_sarsa.target(q, R, 0, False, GAMMA, epsilon)
    others = np.sort(values)[:3]
    slips = [
        ("took_max", q_learning.target(q, R, 0, False, GAMMA)),
        ("took_drawn", sarsa.target(q, R, 0, drawn, False, GAMMA)),
        ("plain_mean", R + GAMMA * values.mean()),
        ("others_only", R + GAMMA * ((1 - epsilon) * best + epsilon * others.mean())),
        ("no_exploring", R + GAMMA * (1 - epsilon) * best),
        ("forgot_reward", right - R),
        ("forgot_gamma", expected_sarsa.target(q, R, 0, False, 1, epsilon)),
    ]
    question = text(
        PAGE, "check_expected", up=shown(values[0]), right=shown(values[1]),
        down=shown(values[2]), left=shown(values[3]), drawn=("Up", "Right", "Down", "Left")[drawn],
        epsilon=shown(epsilon), gamma=shown(GAMMA), r=shown(R),
    )  # fmt: skip
    slips = [(f"cliff.{name}" if name in OWN else name, float(x)) for name, x in slips]
    number_question("ql_check_expected", question, float(right), slips)


def ask_after_exploring(better: str) -> None:
    names = ("edge", "safe", "same")
    options = {name: label(f"cliff.after.{name}") for name in names}
    choice_question(
        "ql_check_after", text(PAGE, "check_after"), options, [better],
        text(PAGE, "check_after_why"),
    )  # fmt: skip
