"""Check yourself on the TD3 page: every answer is computed by the functions that train."""

from __future__ import annotations

from functools import cache

import streamlit as st
import torch

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import Ideas, Learner
from rl_core.deep import td3

PAGE = "td3"
PEAK_SEED = 1000  # errors in which the first critic has a peak near the actor, the second has none


def draw() -> None:
    st.subheader(label("check.title"), anchor=False)
    for ask in (
        ask_for_the_target, ask_after_the_end, ask_for_the_action, ask_for_the_steps,
        ask_what_the_actor_climbs,
    ):  # fmt: skip
        ask()


def target(r: float, terminated: bool, q: tuple[float, float], gamma: float) -> float:
    """`td3.target` of numbers."""
    reward, ended = torch.tensor([r, float(terminated)], dtype=torch.float64)
    return float(td3.target(reward, ended, torch.tensor(q, dtype=torch.float64), gamma))


def ask_for_the_target() -> None:
    numbers = [(1.0, (4.0, 3.0)), (-0.5, (2.0, 2.4)), (0.2, (-1.0, -2.0))]
    (r, q), gamma = numbers[another("td3_check_target") % 3], 0.9
    slips = [
        ("td3.took_max", r + gamma * max(q)),
        ("td3.took_mean", r + gamma * sum(q) / 2),
        ("td3.forgot_gamma", r + min(q)),
        ("td3.forgot_reward", gamma * min(q)),
        ("td3.only_value", min(q)),
    ]
    question = text(
        PAGE, "check_target", r=shown(r), gamma=shown(gamma), one=shown(q[0]), two=shown(q[1])
    )
    number_question("td3_check_target", question, target(r, False, q, gamma), slips)


def ask_after_the_end() -> None:
    """Pendulum's episodes are only ever cut off."""
    numbers = [(-1.0, (-6.0, -5.0)), (-0.2, (-2.0, -3.0)), (-0.5, (-4.0, -4.5))]
    (r, q), gamma = numbers[another("td3_check_cut") % 3], 0.9
    slips = [
        ("td3.as_if_ended", target(r, True, q, gamma)),
        ("td3.took_max", r + gamma * max(q)),
        ("td3.forgot_gamma", r + min(q)),
    ]
    question = text(
        PAGE, "check_cut", r=shown(r), gamma=shown(gamma), one=shown(q[0]), two=shown(q[1])
    )
    number_question("td3_check_cut", question, target(r, False, q, gamma), slips)


def ask_for_the_action() -> None:
    numbers = [(0.2, 0.7), (0.8, 0.4), (-0.7, -0.9), (-0.1, -0.6)]
    (mu, noise), clip = numbers[another("td3_check_action") % 4], 0.5
    action, drawn = torch.tensor([[mu], [noise]], dtype=torch.float64)
    right = float(td3.smoothed(action, drawn, clip))
    near = min(max(noise, -clip), clip)
    slips = [
        ("td3.noise_not_cut", mu + noise),
        ("td3.noise_not_cut", min(max(mu + noise, -1.0), 1.0)),
        ("td3.action_not_cut", mu + near),
        ("td3.only_noise", near),
    ]
    question = text(PAGE, "check_action", mu=shown(mu), noise=shown(noise), clip=shown(clip))
    number_question("td3_check_action", question, right, slips)


@cache
def steps_of(updates: int, delay: int) -> int:
    """How often the actor moves, counted by making the updates."""
    learner = Learner.initial(1)
    for _ in range(updates):
        learner = td3_by_hand.update(learner, Ideas(delay=delay))
    return learner.steps


def ask_for_the_steps() -> None:
    updates, delay = [(100, 2), (100, 3), (50, 4)][another("td3_check_steps") % 3]
    slips = [
        ("td3.every_update", float(updates)),
        ("td3.times", float(updates * delay)),
        ("td3.began_at_once", float(updates // delay + 1)),
        ("td3.part_counts", updates / delay),
    ]
    question = text(PAGE, "check_steps", n=updates, d=delay)
    number_question("td3_check_steps", question, float(steps_of(updates, delay)), slips)


@cache
def moves_of_the_actor() -> dict[str, float]:
    """How far one update moves the actor under DDPG, and with two critics."""
    learner = td3_by_hand.disturbed(Learner.initial(1), 0.8, PEAK_SEED)
    return {
        name: float(td3_by_hand.update(learner, ideas).action - learner.action)
        for name, ideas in (("ddpg", Ideas()), ("twin", Ideas(twin=True)))
    }


def ask_what_the_actor_climbs() -> None:
    moves = moves_of_the_actor()
    right = "same" if moves["ddpg"] == moves["twin"] else "less"
    options = {name: label(f"td3.check_climb.{name}") for name in ("less", "same", "other")}
    question, why = text(PAGE, "check_climb"), text(PAGE, "check_climb_why")
    choice_question("td3_check_climb", question, options, [right], why)
