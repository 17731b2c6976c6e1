"""Acting and moving on for many runs at once: one row of an array for each run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats

Whole = NDArray[np.integer]
# The six numbers of `Draws` for every run: [6, n]; for step -1 its transition chooses the start.
ManyLucks = Callable[[Whole, Whole, Whole], Floats]  # runs [n], episodes [n], steps t [n]


def one_generator(seed: int) -> ManyLucks:
    """The quick luck: blocks of [6, runs]. Run k of 10 is not run k of 5."""
    rng = np.random.default_rng(seed)
    return lambda runs, episodes, ts: rng.random((len(Draws._fields), len(runs)))


def same_luck(seeds: list[int]) -> ManyLucks:
    """The luck that run k would meet on its own with `seeds[k]`: slow, for comparisons."""
    lucks = [Luck(seed) for seed in seeds]

    def draw(runs: Whole, episodes: Whole, ts: Whole) -> Floats:
        places = zip(runs.tolist(), episodes.tolist(), ts.tolist(), strict=True)
        return np.array(
            [lucks[k](e, t) if t >= 0 else _starting(lucks[k], e) for k, e, t in places]
        ).T

    return draw


def _starting(luck: Luck, episode: int) -> Draws:
    return Draws(0, 0, 0, luck.start(episode), 0, 0)


class Moves:
    """A world as tables of what may follow, so that many draws are one look-up."""

    def __init__(self, mdp: FiniteMDP):
        n, m = len(mdp.states), len(mdp.actions)
        most = int((mdp.p > 0).sum(axis=2).max())
        order = np.argsort(mdp.p <= 0, axis=2, kind="stable")[:, :, :most].reshape(n * m, most)
        cells = np.arange(n * m)[:, None]
        self._actions, self._next = m, order
        p = mdp.p.reshape(n * m, n)
        self._chance = np.where(p > 0, p.cumsum(axis=1), np.inf)[cells, order]  # inf: never drawn
        self._last = (mdp.p > 0).sum(axis=2).ravel() - 1
        self._reward = mdp.r.reshape(n * m, n)[cells, order]
        self._start, self._last_start = mdp.start.cumsum(), np.flatnonzero(mdp.start)[-1]

    def start(self, u: Floats) -> Whole:
        """The first states of episodes, [n]."""
        return np.minimum(np.searchsorted(self._start, u, side="right"), self._last_start)

    def step(self, s: Whole, a: Whole, u: Floats) -> tuple[Whole, Floats]:
        """The next states and rewards, each [n]."""
        cell = s * self._actions + a
        if self._next.shape[1] == 1:
            return self._next[cell, 0], self._reward[cell, 0]
        drawn = (self._chance[cell] <= u[:, None]).sum(axis=1)
        drawn = np.minimum(drawn, self._last[cell])
        return self._next[cell, drawn], self._reward[cell, drawn]


def greedy(q_s: Floats, tie: Floats) -> Whole:
    """`policies.greedy` for rows: `q_s` [n, actions], `tie` [n]."""
    best = (q_s == q_s.max(axis=1, keepdims=True)).cumsum(axis=1)
    return (best > (tie * best[:, -1]).astype(int)[:, None]).argmax(axis=1)


def epsilon_greedy(q_s: Floats, epsilon: float, u: Floats) -> Whole:
    """`policies.epsilon_greedy` for rows: `q_s` [n, actions], `u` [6, n]."""
    random = (u[1] * q_s.shape[1]).astype(int)
    return np.where(u[0] < epsilon, random, greedy(q_s, u[2]))
