"""SARSA (Rummery & Niranjan 1994; Sutton & Barto, section 6.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rl_core.events import Transition
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy
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
    """The same with the action that was chosen before the update."""

    a: int | None = None  # of the next step; None at the beginning of an episode


def target(q: Floats, r: float, s_next: int, a_next: int, terminated: bool, gamma: float) -> float:
    r"""What Q(s, a) should have been, judging by this one step.

    $$
    y = r + \gamma\,Q(s',a')
    $$

    Nothing follows a terminal state, so there the next value counts as 0.
    """
    return r + gamma * (1 - terminated) * q[s_next, a_next]


def td_error(
    q: Floats, s: int, a: int, r: float, s_next: int, a_next: int, terminated: bool, gamma: float
) -> float:
    r"""How far the estimate is from its target (Sutton & Barto, 6.4).

    $$
    \delta = r + \gamma\,Q(s',a') - Q(s,a)
    $$
    """
    return target(q, r, s_next, a_next, terminated, gamma) - q[s, a]


def update(q_sa: float, alpha: float, delta: float) -> float:
    r"""Move the estimate a fraction alpha of the way to its target (Sutton & Barto, 6.7).

    $$
    Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[r + \gamma\,Q(s',a') - Q(s,a)\bigr]
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
    """Learn the value of the policy that acts (the box of Sutton & Barto, section 6.4).

    The action is chosen before the update, and `act` is called once more for an episode's end by
    truncation: the value there is that of the action that would have come.

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
        act: chooses an action from Q(s, .), epsilon and the step's draws.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    q, visits = state.q, state.visits
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = act(q[s], config.epsilon, draws) if state.a is None else state.a
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit
        a_next = 0 if terminated else act(q[s_next], config.epsilon, luck(state.episode, t + 1))

        alpha = SCHEDULES[config.schedule](config.alpha, int(visits[s, a]))
        delta = td_error(q, s, a, r, s_next, a_next, terminated, config.gamma)
        q_sa, v_next = float(q[s, a]), float(q[s_next, a_next] * (1 - terminated))
        q[s, a] = update(q_sa, alpha, delta)
        visits[s, a] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        state.a = None if state.over else a_next
        yield Transition(
            state.episode, t, s, a, r, s_next, terminated, truncated,
            alpha, config.gamma, q_sa, v_next, delta, q.copy(),
            None if terminated else a_next,
        )  # fmt: skip
