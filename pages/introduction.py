"""Section 1: Introduction."""

import numpy as np
import streamlit as st

from playground.checks import another, choice_question, number_question
from playground.chrome import begin
from playground.intro import slips
from playground.intro.kinds import draw_kinds
from playground.intro.puppy import ACTIONS
from playground.intro.stage import draw_stage
from playground.intro.teaching import open_lesson
from playground.intro.trainer import draw_trainer
from playground.language import label, prose, text
from playground.numbers import shown
from rl_core.tabular import bandit

PAGE = "introduction"


def ask_for_an_update() -> None:
    rng = np.random.default_rng(another("intro_check_update"))
    a, r = int(rng.integers(len(ACTIONS))), float(rng.integers(2))
    h, pi, mean = (float(rng.choice(np.arange(2, 8))) / 10 for _ in range(3))
    alpha = float(rng.choice([0.4, 0.5, 0.8]))
    names = {"h": h, "pi": pi, "mean": mean, "alpha": alpha, "r": r}
    question = text(
        PAGE, "check_update",
        did=label(f"intro.do.{ACTIONS[a]}"), **{name: shown(x) for name, x in names.items()},
    )  # fmt: skip
    right = float(bandit.update(np.array(h), alpha, r, mean, np.array(1), np.array(pi)))
    number_question("intro_check_update", question, right, slips.update(h, alpha, r, mean, pi))


def ask_for_a_chance() -> None:
    h = float([1.0, 2.0, -1.0, 1.5][another("intro_check_softmax") % 4])
    right = float(bandit.softmax(np.array([h, 0, 0]))[0])
    question = text(PAGE, "check_softmax", h=shown(h))
    number_question("intro_check_softmax", question, right, slips.softmax(h))


def ask_for_an_average() -> None:
    rng = np.random.default_rng(another("intro_check_average"))
    before, r = int(rng.choice([4, 8])), float(rng.integers(2))
    mean = int(rng.integers(1, before)) / before
    right = bandit.average(mean, r, before + 1)
    question = text(PAGE, "check_average", before=before, mean=shown(mean), r=shown(r))
    number_question("intro_check_average", question, right, slips.average(mean, r, before))


def ask_for_the_signal() -> None:
    mistakes = [0.2, 0.1, 0.3, 0.4][another("intro_check_noise") % 4]
    sits, jumps, _ = bandit.expected_rewards(0, mistakes)
    question = text(PAGE, "check_noise", mistakes=f"{mistakes:.0%}")
    number_question("intro_check_noise", question, float(sits - jumps), slips.noise(mistakes))


def ask_for_the_change() -> None:
    mean, r = [(0.0, 0.0), (0.5, 0.0), (1.0, 1.0), (0.5, 1.0)][another("intro_check_change") % 4]
    h, jumped = np.zeros(3), np.array([0, 1, 0])
    new = bandit.softmax(bandit.update(h, 1.0, r, mean, jumped, bandit.softmax(h)))
    change = new[1] - bandit.softmax(h)[1]
    right = "rises" if change > 0 else "falls" if change < 0 else "stays"
    options = {name: label(f"intro.change.{name}") for name in ("rises", "falls", "stays")}
    question = text(PAGE, "check_change", mean=shown(mean), r=shown(r))
    why = text(PAGE, "check_change_why", error=shown(r - mean))
    choice_question("intro_check_change", question, options, [right], why)


begin(1, PAGE)
open_lesson()
prose(PAGE, "lead")
draw_stage()
for block in ("idea", "elements", "trainer"):
    prose(PAGE, block)
draw_trainer()
prose(PAGE, "kinds")
draw_kinds()
for block in ("kinds_after", "further"):
    prose(PAGE, block)
st.subheader(label("check.title"), anchor=False)
for ask in (
    ask_for_an_update, ask_for_a_chance, ask_for_an_average, ask_for_the_signal, ask_for_the_change,
):  # fmt: skip
    ask()
prose(PAGE, "source")
