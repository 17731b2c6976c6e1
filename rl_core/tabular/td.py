"""TD(0): the value of a given policy, learned while it acts (Sutton & Barto, section 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rl_core.events import Backup, Step
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP, Floats, draw
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.state import Place


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.1, "step size", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    schedule: str = setting("constant", "how alpha shrinks", choices=tuple(SCHEDULES), live=True)


@dataclass
class State(Place):
    """Everything the next step depends on besides world, settings, policy and seed."""

    v: Floats  # [states]
    visits: NDArray[np.integer]  # [states] updates so far
    s: int
    episode: int = 0
    t: int = 0
    over: bool = False

    @classmethod
    def initial(cls, mdp: FiniteMDP, luck: Luck, value: float = 0) -> Self:
        """Every state begins at `value`, except the terminal ones, which are worth 0."""
        v = np.where(mdp.terminal, 0.0, value)
        return cls(v, np.zeros(v.shape, dtype=int), mdp.draw_start(luck.start(0)))


def target(v: Floats, r: float, s_next: int, terminated: bool, gamma: float) -> float:
    r"""What V(s) should have been, judging by this one step.

    $$
    y = r + \gamma\,V(s')
    $$
    """
    return r + gamma * (1 - terminated) * v[s_next]


def td_error(v: Floats, s: int, r: float, s_next: int, terminated: bool, gamma: float) -> float:
    r"""How far the estimate is from its target (Sutton & Barto, 6.5).

    $$
    \delta = r + \gamma\,V(s') - V(s)
    $$
    """
    return target(v, r, s_next, terminated, gamma) - v[s]


def update(v_s: float, alpha: float, delta: float) -> float:
    r"""Move the estimate a fraction alpha of the way to its target (Sutton & Barto, 6.2).

    $$
    V(s) \leftarrow V(s) + \alpha\,\bigl[r + \gamma\,V(s') - V(s)\bigr]
    $$
    """
    return v_s + alpha * delta


def uniform(mdp: FiniteMDP) -> Floats:
    """[states, actions] The policy that chooses every action with the same chance."""
    shape = len(mdp.states), len(mdp.actions)
    return np.full(shape, 1 / shape[1])


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    policy: Floats | None = None,
) -> Iterator[Step]:
    """Learn the value of `policy` by following it (the box of Sutton & Barto, section 6.1).

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
        policy: [states, actions]; None for every action with the same chance.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    policy = uniform(mdp) if policy is None else policy
    v, visits = state.v, state.visits
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = draw(policy[s], draws.action)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        alpha = SCHEDULES[config.schedule](config.alpha, int(visits[s]))
        delta = float(td_error(v, s, r, s_next, terminated, config.gamma))
        v_s = float(v[s])
        v[s] = update(v_s, alpha, delta)
        visits[s] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        backup = Backup(s, None, alpha, v_s, v_s + delta, delta)
        yield Step(state.episode, t, s, a, r, s_next, terminated, truncated, (backup,), v.copy())
