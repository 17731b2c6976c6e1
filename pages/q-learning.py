"""Section 4: Q-learning."""

import numpy as np
import streamlit as st

from playground import deeper_checks
from playground.by_hand import open_session, solution, world
from playground.checks import another, choice_question, number_question
from playground.chrome import begin
from playground.deeper import draw_deeper
from playground.language import label, prose, text
from playground.numbers import shown
from playground.slips import update_slips
from playground.stage import draw_stage
from rl_core.events import Transition
from rl_core.tabular.q_learning import Config, State, train
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.worlds import LEFT, RIGHT, three_state_after
from rl_core.timeline import Timeline

PAGE = "q_learning"


def one_step(q: np.ndarray, s: int, config: Config) -> Transition:
    """Right from state `s` with the table `q`."""
    state = State(q.copy(), np.zeros(q.shape, int), s)
    return next(train(world(), Timeline(config, 1), state=state, act=lambda *_: RIGHT))


def ask_for_an_update() -> None:
    rng = np.random.default_rng(another("ql_check_update"))
    values = rng.choice(np.arange(1, 10), size=3, replace=False) / 10
    config = Config(alpha=float(rng.choice([0.1, 0.2, 0.5])), gamma=float(rng.choice([0.5, 0.8])))
    q = np.zeros((3, 2))
    q[0, RIGHT], q[1, RIGHT], q[1, LEFT] = values
    event = one_step(q, 0, config)
    names = zip(
        ("q", "right", "left", "alpha", "gamma"), (*values, config.alpha, config.gamma), strict=True
    )
    question = text(PAGE, "check_update", **{name: shown(value) for name, value in names})
    number_question("ql_check_update", question, float(event.q[0, RIGHT]), update_slips(event, q))


def ask_for_left() -> None:
    gamma = float([0.9, 0.8, 0.5][another("ql_check_left") % 3])
    q = solution(gamma)
    slips = [("never_tried", 0.0), ("other_action", q[0, RIGHT]), ("gamma_too_many", gamma**3)]
    question = text(PAGE, "check_left", gamma=shown(gamma))
    number_question("ql_check_left", question, float(q[0, LEFT]), slips)


def ask_for_rounds() -> None:
    n = 3 + another("ql_check_rounds") % 4
    right, other = three_state_after(n)
    slips = [
        ("other_state", other),
        ("round_short", three_state_after(n - 1)[0]),
        ("round_long", three_state_after(n + 1)[0]),
        ("forgot_gamma", right / 0.9),
        ("document", 0.225),
    ]
    question = text(PAGE, "check_rounds", n=n, steps=2 * n)
    number_question("ql_check_rounds", question, right, slips)


def ask_for_a_schedule() -> None:
    options = {name: label(f"schedule.{name}") for name in SCHEDULES}
    zeros = np.zeros((3, 2))
    right = [
        name for name in SCHEDULES if one_step(zeros, 1, Config(schedule=name)).q[1, RIGHT] == 1
    ]
    choice_question(
        "ql_check_schedule", text(PAGE, "check_schedule"), options, right,
        text(PAGE, "check_schedule_why"),
    )  # fmt: skip


begin(4, PAGE)
open_session()
prose(PAGE, "lead")
draw_stage()
for block in ("idea", "choosing", "alpha", "use"):
    prose(PAGE, block)
draw_deeper()
st.subheader(label("check.title"), anchor=False)
QUESTIONS = (ask_for_an_update, ask_for_left, ask_for_rounds, ask_for_a_schedule)
for ask in (*QUESTIONS, *deeper_checks.ASK):
    ask()
prose(PAGE, "source")
