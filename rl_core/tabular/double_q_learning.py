"""Double Q-learning (van Hasselt 2010; Sutton & Barto, section 6.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from rl_core.events import Transition
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy, greedy
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.state import State as TableState


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.5, "step size", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    epsilon: float = setting(0.1, "chance to explore", 0, 1, symbol=r"\varepsilon", live=True)
    schedule: str = setting("constant", "how alpha shrinks", choices=tuple(SCHEDULES), live=True)


@dataclass
class State(TableState):
    """The same with two tables; `q` is their mean, and what the learner acts by."""

    tables: Floats = field(default_factory=lambda: np.zeros(0))  # [2, states, actions]

    @classmethod
    def initial(cls, mdp: FiniteMDP, luck: Luck) -> Self:
        state = super().initial(mdp, luck)
        state.tables = np.stack([state.q, state.q])
        return state


def target(
    q_2: Floats, r: float, s_next: int, a_best: int, terminated: bool, gamma: float
) -> float:
    r"""What Q(s, a) should have been, judging by this one step.

    $$
    y = r + \gamma\,Q_2\bigl(s', \arg\max_{a'} Q_1(s',a')\bigr)
    $$

    One table says which action `a_best` is best, the other what it is worth: noise that makes an
    action look good in one does not flatter it in the other. Nothing follows a terminal state.
    """
    return r + gamma * (1 - terminated) * q_2[s_next, a_best]


def td_error(
    q_1: Floats, q_2: Floats, s: int, a: int, r: float, s_next: int, a_best: int,
    terminated: bool, gamma: float,
) -> float:  # fmt: skip
    r"""How far the estimate is from its target (Sutton & Barto, 6.7).

    $$
    \delta = r + \gamma\,Q_2\bigl(s', \arg\max_{a'} Q_1(s',a')\bigr) - Q_1(s,a)
    $$
    """
    return target(q_2, r, s_next, a_best, terminated, gamma) - q_1[s, a]


def update(q_sa: float, alpha: float, delta: float) -> float:
    r"""Move the estimate a fraction alpha of the way to its target (Sutton & Barto, 6.10).

    $$
    Q_1(s,a) \leftarrow Q_1(s,a)
        + \alpha\,\Bigl[r + \gamma\,Q_2\bigl(s', \arg\max_{a'} Q_1(s',a')\bigr) - Q_1(s,a)\Bigr]
    $$
    """
    return q_sa + alpha * delta


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    act: Callable[[Floats, float, Draws], int] = epsilon_greedy,
) -> Iterator[Transition]:
    """Learn Q* by acting, in two tables (the box of Sutton & Barto, section 6.7).

    A coin decides which table learns. The numbers of an event are those of that table.

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
        act: chooses an action from Q(s, .), epsilon and the step's draws.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    q, visits, tables = state.q, state.visits, state.tables
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = act(q[s], config.epsilon, draws)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit
        q_1, q_2 = tables if draws.coin < 0.5 else tables[::-1]
        a_best = greedy(q_1[s_next], draws.coin * 2 % 1)  # what is left of the coin breaks ties

        alpha = SCHEDULES[config.schedule](config.alpha, int(visits[s, a]))
        delta = td_error(q_1, q_2, s, a, r, s_next, a_best, terminated, config.gamma)
        q_sa, v_next = float(q_1[s, a]), float(q_2[s_next, a_best] * (1 - terminated))
        q_1[s, a] = update(q_sa, alpha, delta)
        q[s, a] = tables[:, s, a].mean()
        visits[s, a] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        yield Transition(
            state.episode, t, s, a, r, s_next, terminated, truncated,
            alpha, config.gamma, q_sa, v_next, delta, q.copy(),
            None if terminated else a_best, tables.copy(),
        )  # fmt: skip
