"""Monte Carlo: learn from whole episodes (Sutton & Barto, chapter 5).

`train` is on-policy control, Q and an epsilon-greedy policy; `predict` the value of a given policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rl_core.events import Backup, Step
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats, draw
from rl_core.tabular.policies import epsilon_greedy, epsilon_greedy_policy
from rl_core.tabular.returns import backed_up
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.state import State as TableState
from rl_core.tabular.td import State as ValueState
from rl_core.tabular.td import uniform


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.1, "step size", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    epsilon: float = setting(0.1, "chance to explore", 0, 1, symbol=r"\varepsilon", live=True)
    schedule: str = setting(
        "inverse_visits", "how alpha shrinks", choices=tuple(SCHEDULES), live=True
    )
    first_visit: bool = setting(True, "learn only from the first visit of an episode", live=True)


@dataclass
class State(TableState):
    """The same with the episode so far."""

    trajectory: list[tuple[int, int, float]] = field(default_factory=list)  # s, a, r


@dataclass
class PredictionState(ValueState):
    """The same with the episode so far."""

    trajectory: list[tuple[int, int, float]] = field(default_factory=list)  # s, a, r


def update(q_sa: float, alpha: float, g: float) -> float:
    r"""Move the estimate a fraction alpha of the way to the return (Sutton & Barto, 6.1).

    $$
    Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,\bigl[G_t - Q(S_t,A_t)\bigr]
    $$

    With alpha = 1/(1 + earlier visits) the estimate is the mean of all returns so far.
    """
    return q_sa + alpha * (g - q_sa)


def learn(
    table: Floats, visits: NDArray[np.integer], cells: list[tuple[int, ...]],
    rewards: list[float], g: float, config: Config,
) -> tuple[Backup, ...]:  # fmt: skip
    """Walk back through an episode and move the number of every cell towards the return from it.

    Args: `cells` [T] indices into `table`; `g` what came after the last reward.
    """
    backups = []
    first = {cell: t for t, cell in reversed(list(enumerate(cells)))}
    for t in reversed(range(len(cells))):
        g = backed_up(rewards[t], config.gamma, g)
        cell = cells[t]
        if config.first_visit and first[cell] < t:
            continue
        before = float(table[cell])
        alpha = SCHEDULES[config.schedule](config.alpha, int(visits[cell]))
        table[cell] = update(before, alpha, g)
        visits[cell] += 1
        s, a = cell if len(cell) == 2 else (cell[0], None)
        backups.append(Backup(s, a, alpha, before, g, g - before))
    return tuple(backups)


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    act: Callable[[Floats, float, Draws], int] = epsilon_greedy,
) -> Iterator[Step]:
    """Learn the value of the policy that acts (the box of Sutton & Barto, section 5.4).

    All is learned when the episode ends. If it was truncated, what would have come counts as the
    table says. Args: as of `q_learning.train`.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    q, trajectory = state.q, state.trajectory
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = act(q[s], config.epsilon, draws)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        trajectory.append((s, a, r))
        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        backups: tuple[Backup, ...] = ()
        if state.over:
            policy = epsilon_greedy_policy(q[s_next], config.epsilon)
            g = float((1 - terminated) * (policy @ q[s_next]))
            cells: list[tuple[int, ...]] = [(s, a) for s, a, _ in trajectory]
            backups = learn(q, state.visits, cells, [r for *_, r in trajectory], g, config)
            trajectory.clear()
        yield Step(state.episode, t, s, a, r, s_next, terminated, truncated, backups, q.copy())


def predict(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: PredictionState | None = None,
    policy: Floats | None = None,
) -> Iterator[Step]:
    """Learn the value of `policy` by following it (the box of Sutton & Barto, section 5.1).

    Args: as of `td.train`.
    """
    luck = Luck(seed)
    state = state or PredictionState.initial(mdp, luck)
    policy = uniform(mdp) if policy is None else policy
    v, trajectory = state.v, state.trajectory
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = draw(policy[s], draws.action)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        trajectory.append((s, a, r))
        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        backups: tuple[Backup, ...] = ()
        if state.over:
            g = float((1 - terminated) * v[s_next])
            cells: list[tuple[int, ...]] = [(s,) for s, *_ in trajectory]
            backups = learn(v, state.visits, cells, [r for *_, r in trajectory], g, config)
            trajectory.clear()
        yield Step(state.episode, t, s, a, r, s_next, terminated, truncated, backups, v.copy())
