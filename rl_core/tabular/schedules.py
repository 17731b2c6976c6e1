"""Step sizes: how alpha follows from n, the number of earlier visits to (s, a)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def constant(alpha: float, n: int) -> float:
    r"""The same step for ever: never settles in a stochastic world, follows a changing one.

    $$
    \alpha_n = \alpha
    $$
    """
    return alpha


def inverse_visits(alpha: float, n: int) -> float:
    r"""The running mean of all targets so far; settles on Q* (Robbins & Monro 1951).

    $$
    \alpha_n = \frac{1}{1 + n}
    $$
    """
    return 1 / (1 + n)


def geometric(alpha: float, n: int) -> float:
    r"""Smaller by a tenth at every visit; the steps have a finite sum, so it may stop short.

    $$
    \alpha_n = \alpha \cdot 0.9^{\,n}
    $$
    """
    return alpha * np.float_power(0.9, n)


SCHEDULES: dict[str, Callable[[float, int], float]] = {
    f.__name__: f for f in (constant, inverse_visits, geometric)
}
