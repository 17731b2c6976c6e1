"""Many runs at once: the one-step algorithms with all runs side by side, for curves in seconds.

The formulas are those of the algorithms' own files: the tables of all runs are stacked into one
tall table, [runs * states, actions], so that "the state" of a formula is an array, one row for
each run. What is written out here again is acting and moving on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular import double_q_learning, expected_sarsa, q_learning, sarsa
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.rows import ManyLucks, Moves, Whole, epsilon_greedy, greedy, one_generator
from rl_core.tabular.schedules import SCHEDULES


class Many(NamedTuple):
    """What many runs came to."""

    returns: Floats  # [runs, episodes] undiscounted
    lengths: Whole  # [runs, episodes] steps
    q: Floats  # [runs, states, actions] at the end


@dataclass
class Tables:
    """The tables of all runs, one above the other: each [runs * states, actions]."""

    q: Floats
    visits: Whole
    pair: Floats  # [2, runs * states, actions] of Double Q-learning, whose `q` is their mean

    @classmethod
    def zeros(cls, runs: int, mdp: FiniteMDP) -> Tables:
        q = np.zeros((runs * len(mdp.states), len(mdp.actions)))
        return cls(q, np.zeros(q.shape, dtype=int), np.stack([q, q]))


class Steps(NamedTuple):
    """One step of every run; states are rows of the tall tables. Each [n]."""

    s: Any
    a: Any
    r: Any
    s_next: Any
    terminated: Any
    a_next: Any  # SARSA's
    coin: Any
    alpha: Any


def _q_learning(tables: Tables, on: Steps, config: Any) -> None:
    q = tables.q
    delta = q_learning.td_error(q, on.s, on.a, on.r, on.s_next, on.terminated, config.gamma)
    q[on.s, on.a] = q_learning.update(q[on.s, on.a], on.alpha, delta)  # type: ignore[arg-type]


def _sarsa(tables: Tables, on: Steps, config: Any) -> None:
    q = tables.q
    delta = sarsa.td_error(q, on.s, on.a, on.r, on.s_next, on.a_next, on.terminated, config.gamma)
    q[on.s, on.a] = sarsa.update(q[on.s, on.a], on.alpha, delta)  # type: ignore[arg-type]


def _expected_sarsa(tables: Tables, on: Steps, config: Any) -> None:
    q = tables.q
    delta = expected_sarsa.td_error(
        q, on.s, on.a, on.r, on.s_next, on.terminated, config.gamma, config.epsilon
    )
    q[on.s, on.a] = expected_sarsa.update(q[on.s, on.a], on.alpha, delta)  # type: ignore[arg-type]


def _double_q_learning(tables: Tables, on: Steps, config: Any) -> None:
    alphas = np.broadcast_to(on.alpha, on.coin.shape)
    on = on._replace(alpha=alphas, a_next=on.s)
    for which, (q_1, q_2) in enumerate((tables.pair, tables.pair[::-1])):
        some = Steps(*(values[(on.coin >= 0.5) == which] for values in on))
        a_best = greedy(q_1[some.s_next], some.coin * 2 % 1)
        delta = double_q_learning.td_error(
            q_1, q_2, some.s, some.a, some.r, some.s_next, a_best,  # type: ignore[arg-type]
            some.terminated, config.gamma,
        )  # fmt: skip
        q_1[some.s, some.a] = double_q_learning.update(q_1[some.s, some.a], some.alpha, delta)  # type: ignore[arg-type]
    tables.q[on.s, on.a] = tables.pair[:, on.s, on.a].mean(axis=0)


LEARN: dict[str, Callable[[Tables, Steps, Any], None]] = {
    "q_learning": _q_learning,
    "sarsa": _sarsa,
    "expected_sarsa": _expected_sarsa,
    "double_q_learning": _double_q_learning,
}


@dataclass
class Going:
    """Where every run is that still goes on. Each [n]."""

    run: Whole
    episode: Whole
    t: Whole
    s: Whole
    total: Floats  # the return of the episode so far
    a: Whole  # SARSA's next action; -1 where none is chosen

    @classmethod
    def begin(cls, runs: int, moves: Moves, luck: ManyLucks) -> Going:
        run, zero = np.arange(runs), np.zeros(runs, dtype=int)
        return cls(run, zero, zero, moves.start(luck(run, zero, zero - 1)[3]), zero * 1.0, zero - 1)

    def next_episode(
        self, over: NDArray[np.bool_], moves: Moves, luck: ManyLucks, episodes: int
    ) -> None:
        """Begin another where one is over; runs that have had all their episodes leave."""
        self.episode = self.episode + over
        self.t, self.total = np.where(over, 0, self.t), np.where(over, 0.0, self.total)
        self.a = np.where(over, -1, self.a)
        begins = luck(self.run[over], self.episode[over], np.full(over.sum(), -1))
        self.s = self.s.copy()
        self.s[over] = moves.start(begins[3])
        going = self.episode < episodes
        if not going.all():
            for name, values in list(vars(self).items()):
                setattr(self, name, values[going])


def train(
    name: str, mdp: FiniteMDP, config: Any, runs: int, episodes: int, seed: int = 0,
    luck: ManyLucks | None = None,
) -> Many:  # fmt: skip
    """Train `runs` independent runs of a one-step algorithm for `episodes` episodes each.

    Args:
        name: one of `LEARN`.
        config: the `Config` of that algorithm; it stays as it is.
        luck: of all runs; None for the quick one from `seed`.
    """
    luck, learn, moves = luck or one_generator(seed), LEARN[name], Moves(mdp)
    tables = Tables.zeros(runs, mdp)
    returns, lengths = np.zeros((runs, episodes)), np.zeros((runs, episodes), dtype=int)
    on = Going.begin(runs, moves, luck)
    while len(on.run):
        u = luck(on.run, on.episode, on.t)
        row = on.run * len(mdp.states) + on.s
        a = epsilon_greedy(tables.q[row], config.epsilon, u)
        if name == "sarsa":
            a = np.where(on.a >= 0, on.a, a)
        s_next, r = moves.step(on.s, a, u[3])
        terminated = mdp.terminal[s_next]
        over = terminated | (on.t + 1 == mdp.time_limit)
        row_next = row - on.s + s_next
        if name == "sarsa":
            ahead = luck(on.run, on.episode, on.t + 1)
            on.a = epsilon_greedy(tables.q[row_next], config.epsilon, ahead)

        alpha = SCHEDULES[config.schedule](config.alpha, tables.visits[row, a])  # type: ignore[arg-type]
        learn(tables, Steps(row, a, r, row_next, terminated, on.a, u[5], alpha), config)
        tables.visits[row, a] += 1

        on.s, on.t, on.total = s_next, on.t + 1, on.total + r
        if over.any():
            ended = on.run[over], on.episode[over]
            returns[ended], lengths[ended] = on.total[over], on.t[over]
            on.next_episode(over, moves, luck, episodes)
    return Many(returns, lengths, tables.q.reshape(runs, len(mdp.states), -1))
