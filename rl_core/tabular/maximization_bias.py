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


def left_share(
    double: bool, runs: int, episodes: int, seed: int = 0, actions: int = 10,
    alpha: float = 0.1, epsilon: float = 0.1, mean: float = -0.1,
) -> Floats:  # fmt: skip
    """[episodes] The share of the runs that chose Left in A; best would be epsilon / 2.

    Args: `double` Double Q-learning or Q-learning; `actions` in B; gamma is 1, ties are random.
    """
    rng = np.random.default_rng(seed)
    # a row for each run; Q-learning keeps both tables the same
    in_a, in_b = np.zeros((2, runs, 2)), np.zeros((2, runs, actions))
    share = np.zeros(episodes)
    for episode in range(episodes):
        # Right ends with 0, what Q(A, Right) is from the start: no update moves it
        left = np.flatnonzero(_act(in_a, epsilon, rng) == LEFT)
        share[episode] = len(left) / runs
        b = _act(in_b[:, left], epsilon, rng)
        r = rng.normal(mean, 1, len(left))
        learn = _learn_double if double else _learn
        learn(in_a, left, 0 * left + LEFT, np.zeros(len(left)), in_b, False, alpha, rng)
        learn(in_b, left, b, r, in_b, True, alpha, rng)
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


def _act(q: Floats, epsilon: float, rng: np.random.Generator) -> Whole:
    """Epsilon-greedy by the mean of both tables, [2, n, actions]."""
    explore, tie, action = rng.random((3, q.shape[1]))
    random = (action * q.shape[2]).astype(int)
    return np.where(explore < epsilon, random, greedy(q[0] + q[1], tie))


def _learn(
    q: Floats, i: Whole, a: Whole, r: Floats, after: Floats, end: bool, alpha: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """One update by Q-learning of the runs i: of Q(., a) in `q`, with `after` for what follows."""
    y = q_learning.target(after[0], r, i, end, 1)  # type: ignore[arg-type]
    q[:, i, a] = q_learning.update(q[0, i, a], alpha, y - q[0, i, a])


def _learn_double(
    q: Floats, i: Whole, a: Whole, r: Floats, after: Floats, end: bool, alpha: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """The same by Double Q-learning: a coin decides for each run which table learns."""
    coin, tie = rng.random((2, len(i)))
    for one, two, mine in ((0, 1, coin < 0.5), (1, 0, coin >= 0.5)):
        j, b, q_sa = i[mine], a[mine], q[one, i[mine], a[mine]]
        best = greedy(after[one, j], tie[mine])
        y = double_q_learning.target(after[two], r[mine], j, best, end, 1)  # type: ignore[arg-type]
        q[one, j, b] = double_q_learning.update(q_sa, alpha, y - q_sa)
