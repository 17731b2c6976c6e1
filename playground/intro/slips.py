"""What the usual slips on the Introduction page would give, by the name of their label."""

from __future__ import annotations

import math


def update(h: float, alpha: float, r: float, mean: float, pi: float) -> list[tuple[str, float]]:
    """For the preference of the action taken."""
    change = alpha * (r - mean) * (1 - pi)
    return [
        ("intro.forgot_mean", h + alpha * r * (1 - pi)),
        ("intro.forgot_pi", h + alpha * (r - mean)),
        ("intro.not_taken", h - alpha * (r - mean) * pi),
        ("intro.forgot_alpha", h + (r - mean) * (1 - pi)),
        ("intro.only_change", change),
        ("intro.wrong_way", h - change),
    ]


def softmax(h: float) -> list[tuple[str, float]]:
    """For the chance of an action with preference `h` beside two with preference 0."""
    weight = math.exp(h)
    return [
        ("intro.linear", h),
        ("intro.equal", 1 / 3),
        ("intro.only_weight", weight),
        ("intro.odds", weight / (weight + 1)),
        ("intro.forgot_ones", 1.0),
    ]


def average(mean: float, r: float, before: int) -> list[tuple[str, float]]:
    """For the mean after one more reward."""
    return [
        ("intro.last_reward", r),
        ("intro.n_before", mean + (r - mean) / before),
        ("intro.halfway", (mean + r) / 2),
        ("intro.old_mean", mean),
    ]


def noise(mistakes: float) -> list[tuple[str, float]]:
    """For how much more the wanted action earns."""
    return [
        ("intro.one_side", 1 - mistakes),
        ("intro.the_mistakes", mistakes),
        ("intro.no_noise", 1.0),
    ]
