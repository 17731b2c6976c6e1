"""Questions on the topics that go deeper; the program computes the answers."""

from __future__ import annotations

import numpy as np

from playground.checks import another, number_question
from playground.language import text
from playground.numbers import shown
from playground.provenance import coefficients
from playground.stepping import Session, Step
from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.q_learning import Config
from rl_core.tabular.residual_gradient import least_squares_values, split
from rl_core.tabular.worlds import RIGHT

PAGE = "q_learning"


def ask_what_is_left() -> None:
    rng = np.random.default_rng(another("ql_check_left_over"))
    alpha, k = float(rng.choice([0.1, 0.2, 0.3])), int(rng.integers(2, 4))
    delta = float(rng.choice([1.0, 2.0]))
    slips = [
        ("deeper.linear", (1 - k * alpha) * delta),
        ("deeper.only_alpha", alpha**k * delta),
        ("deeper.walked", (1 - (1 - alpha) ** k) * delta),
        ("deeper.one_step", (1 - alpha) * delta),
    ]
    question = text(PAGE, "check_downhill", alpha=shown(alpha), k=k, delta=shown(delta))
    number_question("ql_check_left_over", question, (1 - alpha) ** k * delta, slips)


def ask_where_it_rests() -> None:
    gamma = [1.0, 0.9, 0.8][another("ql_check_rests") % 3]
    go = np.ones((4, 1))
    right, exact = least_squares_values(split(), go, gamma), policy_evaluation(split(), go, gamma)
    slips = [
        ("deeper.semi", float(exact[1])),
        ("deeper.other_branch", float(right[2])),
        ("deeper.state_a", float(right[0])),
    ]
    question = text(PAGE, "check_rests", gamma=shown(gamma))
    number_question("ql_check_rests", question, float(right[1]), slips)


def ask_for_a_weight() -> None:
    alpha = [0.5, 0.2, 0.4][another("ql_check_weight") % 3]
    config = Config(alpha=alpha)
    session = Session.new(worlds.three_state())
    for _ in range(4):
        session = session.do(Step(RIGHT, config, seed=0))
    events = [frame.transition for frame in session.line.frames if frame.transition]
    weights = coefficients(events, (3, 2))
    slips = [
        ("deeper.fresh", alpha),
        ("deeper.twice", alpha**2),
        ("deeper.total", float(weights[1, RIGHT].sum())),
        ("deeper.s1", float(weights[0, RIGHT, 1])),
    ]
    question = text(PAGE, "check_weight", alpha=shown(alpha))
    number_question("ql_check_weight", question, float(weights[1, RIGHT, 1]), slips)


ASK = (ask_what_is_left, ask_where_it_rests, ask_for_a_weight)
