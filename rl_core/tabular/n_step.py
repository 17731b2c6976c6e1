"""n-step SARSA (Sutton & Barto, section 7.2): from TD, n = 1, to Monte Carlo, n without end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rl_core.events import Backup, Step
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy
from rl_core.tabular.returns import backed_up
from rl_core.tabular.sarsa import State as SarsaState
from rl_core.tabular.schedules import SCHEDULES


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.5, "step size", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    epsilon: float = setting(0.1, "chance to explore", 0, 1, symbol=r"\varepsilon", live=True)
    schedule: str = setting("constant", "how alpha shrinks", choices=tuple(SCHEDULES), live=True)
    n: int = setting(4, "rewards before the bootstrap", 1, 1000, symbol="n", live=True)


@dataclass
class State(SarsaState):
    """The same with the steps whose return is not yet complete."""

    waiting: list[tuple[int, int, float]] = field(default_factory=list)  # s, a, r


def target(rewards: list[float], v_next: float, gamma: float) -> float:
    r"""The n-step return: n rewards, then what comes after counts as the table says (S&B, 7.4).

    $$
    G_{t:t+n} = \sum_{k=0}^{n-1} \gamma^k R_{t+k+1} + \gamma^n Q(S_{t+n}, A_{t+n})
    $$
    """
    g = v_next
    for r in reversed(rewards):
        g = backed_up(r, gamma, g)
    return g


def td_error(rewards: list[float], v_next: float, q_sa: float, gamma: float) -> float:
    r"""How far the estimate is from its target (Sutton & Barto, 7.2).

    $$
    \delta = \sum_{k=0}^{n-1} \gamma^k R_{t+k+1} + \gamma^n Q(S_{t+n}, A_{t+n}) - Q(S_t,A_t)
    $$
    """
    return target(rewards, v_next, gamma) - q_sa


def update(q_sa: float, alpha: float, delta: float) -> float:
    r"""Move the estimate a fraction alpha of the way to its target (Sutton & Barto, 7.5).

    $$
    Q(S_t,A_t) \leftarrow Q(S_t,A_t) + \alpha\,\bigl[G_{t:t+n} - Q(S_t,A_t)\bigr]
    $$
    """
    return q_sa + alpha * delta


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    act: Callable[[Floats, float, Draws], int] = epsilon_greedy,
) -> Iterator[Step]:
    """Learn the value of the policy that acts (the box of Sutton & Barto, section 7.2).

    A step is learned from n steps later; at the end of an episode, all that still wait are.

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
        act: chooses an action from Q(s, .), epsilon and the step's draws.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    q, visits, waiting = state.q, state.visits, state.waiting
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = act(q[s], config.epsilon, draws) if state.a is None else state.a
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit
        a_next = 0 if terminated else act(q[s_next], config.epsilon, luck(state.episode, t + 1))

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        state.a = None if state.over else a_next
        waiting.append((s, a, r))
        backups = []
        while waiting and (state.over or len(waiting) >= config.n):
            s_0, a_0, _ = waiting[0]
            rewards = [reward for *_, reward in waiting]
            alpha = SCHEDULES[config.schedule](config.alpha, int(visits[s_0, a_0]))
            q_sa, v_next = float(q[s_0, a_0]), float(q[s_next, a_next] * (1 - terminated))
            delta = td_error(rewards, v_next, q_sa, config.gamma)
            q[s_0, a_0] = update(q_sa, alpha, delta)
            visits[s_0, a_0] += 1
            backups.append(Backup(s_0, a_0, alpha, q_sa, q_sa + delta, delta))
            del waiting[0]
        yield Step(
            state.episode, t, s, a, r, s_next, terminated, truncated, tuple(backups), q.copy()
        )
