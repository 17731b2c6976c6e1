"""Check yourself on the PPO page: every answer is computed by PPO's own functions."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
import torch

from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from playground.ppo.objective_view import objective, slope
from rl_core.by_hand.ppo import NO_CLIP
from rl_core.deep import ppo

PAGE = "ppo"
CASES = {"above_good": (1.5, 1.0), "below_good": (0.5, 1.0), "above_bad": (1.5, -1.0),
         "below_bad": (0.5, -1.0)}  # fmt: skip


def draw() -> None:
    st.subheader(label("check.title"), anchor=False)
    for ask in (
        ask_for_a_ratio, ask_for_the_objective, ask_for_the_gradient, ask_where_it_is_flat,
        ask_for_the_divergence, ask_about_the_first_step,
    ):  # fmt: skip
        ask()


def ask_for_a_ratio() -> None:
    old, new = [(0.4, 0.5), (0.5, 0.4), (0.2, 0.5), (0.8, 0.6)][another("ppo_check_ratio") % 4]
    right = float(ppo.ratio(*torch.tensor([new, old], dtype=torch.float64).log()))
    slips = [
        ("ppo.upside_down", old / new),
        ("ppo.difference", new - old),
        ("ppo.log_ratio", math.log(right)),
    ]
    question = text(PAGE, "check_ratio", old=shown(old), new=shown(new))
    number_question("ppo_check_ratio", question, right, slips)


def ask_for_the_objective() -> None:
    numbers = [(1.5, 2.0), (0.5, -1.0), (1.5, -1.0), (0.5, 2.0)]
    (r, a), clip = numbers[another("ppo_check_objective") % 4], 0.2
    near = float(np.clip(r, 1 - clip, 1 + clip))
    slips = [
        ("ppo.took_max", max(r * a, near * a)),
        ("ppo.took_plain", r * a),
        ("ppo.took_clipped", near * a),
        ("ppo.only_ratio", near),
        ("ppo.only_advantage", a),
    ]
    question = text(PAGE, "check_objective", r=shown(r), a=shown(a), clip=shown(clip))
    number_question("ppo_check_objective", question, float(objective(r, a, clip)), slips)


def ask_for_the_gradient() -> None:
    numbers = [(1.5, -2.0), (1.3, 1.5), (0.7, 1.5), (0.6, -0.5)]
    (r, a), clip = numbers[another("ppo_check_gradient") % 4], 0.2
    slips = [
        ("ppo.not_flat", slope(r, a, NO_CLIP)),
        ("ppo.both_sides", 0.0),
        ("ppo.value", r * a),
        ("ppo.value", float(objective(r, a, clip))),
    ]
    question = text(PAGE, "check_gradient", r=shown(r), a=shown(a), clip=shown(clip))
    number_question("ppo_check_gradient", question, slope(r, a, clip), slips)


def ask_where_it_is_flat() -> None:
    right = [name for name, (r, a) in CASES.items() if slope(r, a, 0.2) == 0]
    options = {
        name: label("ppo.check_case", r=shown(r), a=shown(a)) for name, (r, a) in CASES.items()
    }
    choice_question(
        "ppo_check_flat", text(PAGE, "check_flat"), options, right, text(PAGE, "check_flat_why")
    )


def ask_for_the_divergence() -> None:
    r = [2.0, 0.5, 1.5][another("ppo_check_kl") % 3]
    slips = [
        ("ppo.other_estimate", -math.log(r)),
        ("ppo.log_missing", r - 1),
        ("ppo.one_missing", r - math.log(r)),
    ]
    right = float(ppo.approx_kl(torch.tensor(r).double()))
    number_question("ppo_check_kl", text(PAGE, "check_kl", r=shown(r)), right, slips)


def ask_about_the_first_step() -> None:
    """Before the first step of an update all ratios are 1, whatever the advantage."""
    n, clip = [(64, 0.2), (128, 0.1), (256, 0.3)][another("ppo_check_first") % 3]
    ratio = ppo.ratio(torch.zeros(n), torch.zeros(n))
    flat = sum(slope(float(r), a, clip) == 0 for r in ratio for a in (-1.0, 1.0)) / 2
    slips = [("ppo.share_clip", n * clip), ("ppo.half", n / 2), ("ppo.all_flat", float(n))]
    question = text(PAGE, "check_first", n=n, clip=shown(clip))
    number_question("ppo_check_first", question, flat, slips)
