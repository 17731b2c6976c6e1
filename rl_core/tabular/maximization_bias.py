"""The maximum of noisy estimates is too large: Sutton & Barto, example 6.7.

From A, Right ends the episode with 0 and Left leads to B with 0; every action of B ends it with a
reward drawn from N(-0.1, 1). Left is a mistake, yet Q-learning prefers it for a long time: some
action of B looks good by luck, and the maximum believes it.
"""

from __future__ import annotations

import numpy as np

from rl_core.tabular import double_q_learning, q_learning
from rl_core.tabular.mdp import Floats
from rl_core.tabular.rows import Whole, greedy

LEFT, RIGHT = 0, 1  # the actions of A
A, B, END = range(3)  # rows of a run's table


def left_share(
    double: bool, runs: int, episodes: int, seed: int = 0, actions: int = 10,
    alpha: float = 0.1, epsilon: float = 0.1, mean: float = -0.1,
) -> Floats:  # fmt: skip
    """[episodes] The share of the runs that chose Left in A; best would be epsilon / 2.

    Args: `double` Double Q-learning or Q-learning; `actions` in B; gamma is 1, ties are random.
    """
    rng = np.random.default_rng(seed)
    rows = 3 * np.arange(runs)
    pair = np.zeros((2, 3 * runs, actions))
    pair[:, rows + A, 2:] = -np.inf  # A has two actions only
    share = np.zeros(episodes)
    for episode in range(episodes):
        a = _act(pair[:, rows + A], 2, epsilon, rng)
        left = a == LEFT
        share[episode] = left.mean()
        _learn(double, pair, rows + A, a, np.zeros(runs), rows + np.where(left, B, END), alpha, rng)
        b = _act(pair[:, rows[left] + B], actions, epsilon, rng)
        r = rng.normal(mean, 1, len(b))
        _learn(double, pair, rows[left] + B, b, r, rows[left] + END, alpha, rng)
    return share


def expected_maximum(n: int, runs: int = 10_000, seed: int = 0) -> tuple[float, float]:
    r"""The mean of the largest of n estimates of 0, each N(0, 1), and of the double estimate.

    $$
    \mathbb{E}\bigl[\max_i X_i\bigr] \ge \max_i \mathbb{E}[X_i]
    $$

    The double estimate asks one set of estimates which is largest, and another how large it is.
    """
    one, other = np.random.default_rng(seed).normal(size=(2, runs, n))
    double = other[np.arange(runs), one.argmax(axis=1)]
    return float(one.max(axis=1).mean()), float(double.mean())


def _act(q_s: Floats, actions: int, epsilon: float, rng: np.random.Generator) -> Whole:
    """Epsilon-greedy by the mean of both tables, [2, n, columns] of which `actions` are in use."""
    explore, tie, action = rng.random((3, q_s.shape[1]))
    random = (action * actions).astype(int)
    return np.where(explore < epsilon, random, greedy(q_s.mean(axis=0), tie))


def _learn(
    double: bool, pair: Floats, s: Whole, a: Whole, r: Floats, s_next: Whole, alpha: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """One update of every run; Q-learning keeps both tables the same."""
    end = s_next % 3 == END
    if not double:
        delta = q_learning.td_error(pair[0], s, a, r, s_next, end, 1)  # type: ignore[arg-type]
        pair[:, s, a] = q_learning.update(pair[0, s, a], alpha, delta)  # type: ignore[arg-type]
        return
    first, tie = rng.random(len(s)) < 0.5, rng.random(len(s))
    for mine, (q_1, q_2) in ((first, pair), (~first, pair[::-1])):
        i, j, to = s[mine], a[mine], s_next[mine]
        best = greedy(q_1[to], tie[mine])
        delta = double_q_learning.td_error(q_1, q_2, i, j, r[mine], to, best, end[mine], 1)  # type: ignore[arg-type]
        q_1[i, j] = double_q_learning.update(q_1[i, j], alpha, delta)  # type: ignore[arg-type]
