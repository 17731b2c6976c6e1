"""Q-learning (Watkins 1989; Sutton & Barto, section 6.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rl_core.events import Transition
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy
from rl_core.tabular.schedules import SCHEDULES
from rl_core.tabular.state import State as State


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.5, "step size", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    epsilon: float = setting(0.1, "chance to explore", 0, 1, symbol=r"\varepsilon", live=True)
    schedule: str = setting("constant", "how alpha shrinks", choices=tuple(SCHEDULES), live=True)


def target(q: Floats, r: float, s_next: int, terminated: bool, gamma: float) -> float:
    r"""What Q(s, a) should have been, judging by this one step.

    $$
    y = r + \gamma \max_{a'} Q(s',a')
    $$

    Nothing follows a terminal state, so there the maximum counts as 0.
    """
    return r + gamma * (1 - terminated) * q[s_next].max(axis=-1)


def td_error(
    q: Floats, s: int, a: int, r: float, s_next: int, terminated: bool, gamma: float
) -> float:
    r"""How far the estimate is from its target (Sutton & Barto, 6.5).

    $$
    \delta = r + \gamma \max_{a'} Q(s',a') - Q(s,a)
    $$
    """
    return target(q, r, s_next, terminated, gamma) - q[s, a]


def update(q_sa: float, alpha: float, delta: float) -> float:
    r"""Move the estimate a fraction alpha of the way to its target (Sutton & Barto, 6.8).

    $$
    Q(s,a) \leftarrow Q(s,a) + \alpha\,\bigl[r + \gamma \max_{a'} Q(s',a') - Q(s,a)\bigr]
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
    """Learn Q* by acting, one `Transition` a step (the box of Sutton & Barto, section 6.5).

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
        a = act(q[s], config.epsilon, draws)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        alpha = SCHEDULES[config.schedule](config.alpha, int(visits[s, a]))
        delta = td_error(q, s, a, r, s_next, terminated, config.gamma)
        q_sa, v_next = float(q[s, a]), float(q[s_next].max() * (1 - terminated))
        q[s, a] = update(q_sa, alpha, delta)
        visits[s, a] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        yield Transition(
            state.episode, t, s, a, r, s_next, terminated, truncated,
            alpha, config.gamma, q_sa, v_next, delta, q.copy(),
        )  # fmt: skip
