"""Two tables of noisy estimates: what their maximum promises, and what asking both promises."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from rl_core.tabular.mdp import Floats

GRID = 2001  # points of the quadrature
REACH = 8.0  # deviations on either side that it covers


def single(q_a: Floats) -> Floats:
    r"""One table both chooses and values: q_a [..., actions] → [...].

    $$
    \max_a Q_A(a)
    $$

    What Q-learning and DQN bootstrap from (van Hasselt 2010, section 2.1).
    """
    return q_a.max(-1)  # type: ignore[no-any-return]


def double(q_a: Floats, q_b: Floats) -> Floats:
    r"""One table chooses, the other values: q_a, q_b [..., actions] → [...].

    $$
    Q_B\bigl(\arg\max_a Q_A(a)\bigr)
    $$

    The double estimator (van Hasselt 2010, section 2.2).
    """
    best = q_a.argmax(-1)[..., None]
    return np.take_along_axis(q_b, best, -1)[..., 0]


def tables(true: Floats, sd: float, alike: float, rounds: int, seed: int) -> Floats:
    """[rounds, 2, actions] Both tables, drawn anew in each round.

    Args: `true` [actions] the values; `sd` deviation of every estimate; `alike` correlation of the
    two tables' errors, 0 to 1. The first rounds are the same however many there are.
    """
    z = np.random.default_rng(seed).normal(size=(rounds, 2, len(true)))
    z[:, 1] = alike * z[:, 0] + math.sqrt(1 - alike**2) * z[:, 1]
    return true + sd * z


def expected_single(true: tuple[float, ...], sd: float) -> float:
    r"""The mean of `single`, by quadrature.

    $$
    \mathbb{E}\bigl[\max_a Q_A(a)\bigr]
        = \int x \; d\prod_a \Phi\Bigl(\frac{x - q(a)}{\sigma}\Bigr)
    $$

    Φ is the normal distribution function: the product says how likely all estimates are below x.
    For σ = 1 and true values 0: 0.846 of three actions, 1.539 of ten.
    """
    x, below = _below(true, sd)
    return float((x[1:] + x[:-1]) @ np.diff(below.prod(0)) / 2)


def chances(true: tuple[float, ...], sd: float) -> Floats:
    r"""[actions] How likely each action is to look best.

    $$
    P(a) = \int \prod_{b \neq a} \Phi\Bigl(\frac{x - q(b)}{\sigma}\Bigr)
        \; d\Phi\Bigl(\frac{x - q(a)}{\sigma}\Bigr)
    $$
    """
    _, below = _below(true, sd)
    found = []
    for a, mine in enumerate(below):
        others = np.delete(below, a, axis=0).prod(0)
        found.append((others[1:] + others[:-1]) @ np.diff(mine) / 2)
    return np.array(found)


def expected_double(true: tuple[float, ...], sd: float, alike: float) -> float:
    r"""The mean of `double`.

    $$
    \mathbb{E}\bigl[Q_B(\arg\max_a Q_A(a))\bigr]
        = (1 - \rho) \sum_a P(a)\,q(a) + \rho\,\mathbb{E}\bigl[\max_a Q_A(a)\bigr]
    $$

    Never above the largest true value if the errors are independent (ρ = 0), and below it where
    actions differ: the wrong one is chosen now and then. With ρ = 1 nothing is gained.
    """
    honest = float(chances(true, sd) @ np.array(true))
    return (1 - alike) * honest + alike * expected_single(true, sd)


@cache
def _below(true: tuple[float, ...], sd: float) -> tuple[Floats, Floats]:
    """Points x [GRID], and for each action how likely its estimate is below them."""
    x = np.linspace(min(true) - REACH * sd, max(true) + REACH * sd, GRID)
    z = (x - np.array(true)[:, None]) / (sd * math.sqrt(2))
    return x, (1 + np.vectorize(math.erf)(z)) / 2
