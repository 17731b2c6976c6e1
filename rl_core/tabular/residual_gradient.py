"""Residual-gradient Q-learning (Baird 1995; Sutton & Barto, section 11.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from rl_core.events import Transition
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.policies import epsilon_greedy
from rl_core.tabular.q_learning import Config as Config
from rl_core.tabular.q_learning import State as State
from rl_core.tabular.q_learning import td_error, update
from rl_core.tabular.schedules import SCHEDULES


def loss(delta: float) -> float:
    r"""Half the squared TD error. Downhill in Q(s, a) alone is Q-learning: a semi-gradient.

    $$
    L = \tfrac{1}{2}\,\delta^2, \qquad
    \frac{\partial L}{\partial Q(s,a)} = -\delta, \qquad
    \frac{\partial L}{\partial Q(s',a^*)} = \gamma\,\delta
    $$

    a* is the best action in s'.
    """
    return delta**2 / 2


def update_next(q_next: float, alpha: float, gamma: float, delta: float) -> float:
    r"""The step that Q-learning leaves out: the target, too, is moved towards the estimate.

    $$
    Q(s',a^*) \leftarrow Q(s',a^*) - \alpha\,\gamma\,\delta
    $$
    """
    return q_next - alpha * gamma * delta


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    act: Callable[[Floats, float, Draws], int] = epsilon_greedy,
) -> Iterator[Transition]:
    """Follow the whole gradient of half the squared TD error, one `Transition` a step.

    In a world without chance it agrees with Q-learning in the end. In a stochastic one it does not:
    it makes the squared TD error small, of which part is chance that no table can explain.

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
        a_best = q[s_next].argmax()
        q[s, a] = update(q_sa, alpha, delta)
        if not terminated:
            q[s_next, a_best] = update_next(q[s_next, a_best], alpha, config.gamma, delta)
        visits[s, a] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        yield Transition(
            state.episode, t, s, a, r, s_next, terminated, truncated,
            alpha, config.gamma, q_sa, v_next, delta, q.copy(),
        )  # fmt: skip


def least_squares_values(mdp: FiniteMDP, policy: Floats, gamma: float) -> Floats:
    r"""Where the whole gradient comes to rest: the values with the smallest mean squared TD error.

    $$
    V = \arg\min_V \mathbb{E}_{\pi}\bigl[(r + \gamma V(s') - V(s))^2\bigr]
    $$

    Args: `policy` [states, actions], which must end every episode. Returns: [states].
    """
    alive, n = np.flatnonzero(~mdp.terminal), len(mdp.states)
    chance = np.einsum("sa,sat->st", policy, mdp.p)
    inner = chance[np.ix_(alive, alive)]
    visits = np.zeros(n)  # how often an episode comes by each state
    visits[alive] = np.linalg.solve(np.eye(len(alive)) - inner.T, mdp.start[alive])
    rows, targets = [], []
    for s, a, s_next in np.argwhere(policy[:, :, None] * mdp.p > 0):
        weight = np.sqrt(visits[s] * policy[s, a] * mdp.p[s, a, s_next])
        rows.append(weight * (np.eye(n)[s] - gamma * ~mdp.terminal[s_next] * np.eye(n)[s_next]))
        targets.append(weight * mdp.r[s, a, s_next])
    v = np.linalg.lstsq(np.array(rows), np.array(targets))[0]
    return np.where(mdp.terminal, 0.0, v)


def split(p: float = 0.5) -> FiniteMDP:
    """A leads to B with probability `p`, else to C; B ends with 1, C with 0 (S&B, example 11.2).

    With p = 1/2 and gamma = 1 the values are A 1/2, B 1, C 0. The residual gradient says 3/4 for
    B and 1/4 for C.
    """
    chance, r = np.zeros((4, 1, 4)), np.zeros((4, 1, 4))
    chance[0, 0, 1:3] = p, 1 - p
    chance[1:, 0, 3] = 1
    r[1, 0, 3] = 1
    terminal, start = np.arange(4) == 3, np.eye(4)[0]
    return FiniteMDP(chance, r, terminal, start, ("A", "B", "C", "End"), ("Go",))


def split_runs(to_b: NDArray[np.bool_], alpha: float, gamma: float, whole_gradient: bool) -> Floats:
    """Many runs in `split` at once, with constant alpha, by the formulas above.

    Args:
        to_b: [runs, episodes] whether A leads to B.
        whole_gradient: the residual gradient; otherwise Q-learning.

    Returns: [runs, episodes, 3] the values of A, B and C after every episode.
    """
    runs, episodes = to_b.shape
    q = np.zeros((runs * 4, 1))  # the tables of all runs, one above the other
    first = np.arange(runs) * 4
    values = np.zeros((runs, episodes, 3))
    for k in range(episodes):
        second = first + np.where(to_b[:, k], 1, 2)
        delta = td_error(q, first, 0, 0, second, False, gamma)  # type: ignore[arg-type]
        q[first, 0] = update(q[first, 0], alpha, delta)  # type: ignore[arg-type]
        if whole_gradient:
            q[second, 0] = update_next(q[second, 0], alpha, gamma, delta)  # type: ignore[arg-type]
        delta = td_error(q, second, 0, to_b[:, k], first + 3, True, gamma)  # type: ignore[arg-type]
        q[second, 0] = update(q[second, 0], alpha, delta)  # type: ignore[arg-type]
        values[:, k] = q.reshape(runs, 4)[:, :3]
    return values
