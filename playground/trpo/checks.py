"""Check yourself on the TRPO page: every answer is computed by the functions that run."""

from __future__ import annotations

import math

import streamlit as st
import torch
from torch import Tensor

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.deep import natural
from rl_core.deep.distributions import Categorical

PAGE = "trpo"
FACTOR = trpo_by_hand.FACTOR


def draw() -> None:
    st.subheader(label("check.title"), anchor=False)
    for ask in (ask_for_the_length, ask_for_the_direction, ask_for_the_divergence,
                ask_for_the_backtracks, ask_what_visits_change):  # fmt: skip
        ask()


def ask_for_the_length() -> None:
    numbers = [(0.02, 4.0), (0.01, 0.5), (0.1, 0.8), (0.05, 1.6)]
    delta, curvature = numbers[another("trpo_check_length") % 4]
    right = float(natural.step_size(torch.tensor(curvature).double(), delta))
    slips = [
        ("trpo.no_two", math.sqrt(delta / curvature)),
        ("trpo.no_root", 2 * delta / curvature),
        ("trpo.upside_down", math.sqrt(curvature / (2 * delta))),
    ]
    question = text(PAGE, "check_length", delta=shown(delta), curvature=shown(curvature))
    number_question("trpo_check_length", question, right, slips)


def ask_for_the_direction() -> None:
    numbers = [(0.1, 0.5, 0.05), (0.5, 0.2, 0.16), (0.05, 0.5, 0.01), (0.8, 0.5, 0.4)]
    visits, stay, g = numbers[another("trpo_check_direction") % 4]
    theta = torch.logit(torch.tensor([stay, 0.5]).double())
    fisher = float(trpo_by_hand.fisher(theta, torch.tensor([visits, 1 - visits]).double())[0, 0])
    slips = [
        ("trpo.multiplied", g * fisher),
        ("trpo.no_visits", g / (stay * (1 - stay))),
        ("trpo.only_visits", g / visits),
        ("trpo.plain", g),
    ]
    question = text(PAGE, "check_direction", d=shown(visits), p=shown(stay), g=shown(g))
    number_question("trpo_check_direction", question, g / fisher, slips)


def ask_for_the_divergence() -> None:
    p, q = [(0.5, 0.8), (0.2, 0.5), (0.5, 0.9)][another("trpo_check_kl") % 3]
    one, other = (Categorical(torch.tensor([x, 1 - x]).double().log()) for x in (p, q))
    slips = [
        ("trpo.other_way", float(other.kl(one))),
        ("trpo.one_term", p * math.log(p / q)),
        ("trpo.sign", -float(one.kl(other))),
        ("trpo.difference", q - p),
    ]
    question = text(PAGE, "check_kl", p=shown(p), q=shown(q))
    number_question("trpo_check_kl", question, float(one.kl(other)), slips)


def ask_for_the_backtracks() -> None:
    """A divergence that is exactly a bowl: it falls with the square of the length."""
    kl, delta = [(0.15, 0.1), (0.025, 0.01), (0.05, 0.03)][another("trpo_check_back") % 3]

    def measure(theta: Tensor) -> tuple[Tensor, Tensor]:
        return theta.sum(-1), kl * theta.square().sum(-1)

    start, step = torch.zeros(1, 1).double(), torch.ones(1, 1).double()
    found = natural.line_search(start, step, measure, delta, 10, FACTOR)
    straight = math.ceil(math.log(delta / kl) / math.log(FACTOR))
    slips = [("trpo.straight", straight), ("trpo.counted_first", float(found.backtracks) + 1),
             ("trpo.none_needed", 0.0)]  # fmt: skip
    question = text(PAGE, "check_back", kl=shown(kl), delta=shown(delta), c=shown(FACTOR))
    number_question("trpo_check_back", question, float(found.backtracks), slips)


def ask_what_visits_change() -> None:
    """Half the visits: half the slope and half the curvature."""
    theta, visits = torch.tensor([0.3, -1.0]).double(), torch.tensor([0.6, 0.4]).double()
    half = visits * torch.tensor([1.0, 0.5])
    f, f_half = (trpo_by_hand.fisher(theta, d)[1, 1] for d in (visits, half))
    slope = 0.1  # of θ_B; it is proportional to the visits too
    kept = bool(torch.isclose(slope / f, 0.5 * slope / f_half))
    right = ["g_half"] if kept else []
    options = {name: label(f"trpo.visits.{name}") for name in ("both_half", "g_half", "x_double")}
    why = text(PAGE, "check_visits_why")
    choice_question("trpo_check_visits", text(PAGE, "check_visits"), options, right, why)
