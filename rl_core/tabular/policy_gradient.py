"""REINFORCE on a table of preferences (Williams 1992; Sutton & Barto, sections 13.1 to 13.4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rl_core.events import Backup, Step
from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP, Floats, draw
from rl_core.tabular.returns import discounted_returns
from rl_core.tabular.state import State as TableState


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.1, "step size of the policy", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)
    baseline: bool = setting(True, "subtract the learned value of the state", live=True)
    alpha_baseline: float = setting(0.1, "step size of the baseline", 0, 1, live=True)


@dataclass
class State(TableState):
    """`q` holds the preferences theta; of states that look alike, the first one's row counts."""

    v: Floats = field(default_factory=lambda: np.zeros(0))  # [states] the baseline
    trajectory: list[tuple[int, int, float]] = field(default_factory=list)  # s, a, r


def softmax(preferences: Floats) -> Floats:
    r"""The chance of every action (Sutton & Barto, 13.2).

    $$
    \pi(a \mid s) = \frac{e^{\theta(s,a)}}{\sum_b e^{\theta(s,b)}}
    $$

    Args: `preferences` [..., actions]. Returns: the same shape.
    """
    e = np.exp(preferences - preferences.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gradient(preferences: Floats, a: int) -> Floats:
    r"""How the log-probability of `a` changes with every preference of its state.

    $$
    \frac{\partial \ln \pi(a \mid s)}{\partial \theta(s,b)} = \mathbb{1}[a = b] - \pi(b \mid s)
    $$

    Args: `preferences` [actions]. Returns: [actions].
    """
    return np.eye(len(preferences))[a] - softmax(preferences)


def update(theta_s: Floats, alpha: float, weight: float, grad: Floats) -> Floats:
    r"""A step along one term of the policy gradient (Sutton & Barto, 13.11).

    $$
    \theta(S_t,\cdot) \leftarrow \theta(S_t,\cdot)
        + \alpha\,\gamma^t\,\bigl(G_t - b(S_t)\bigr)\,\nabla \ln \pi(A_t \mid S_t)
    $$

    Args: `theta_s`, `grad` [actions]; `weight` is gamma^t (G_t - b).
    """
    return theta_s + alpha * weight * grad


policy = softmax


def look(mdp: FiniteMDP) -> NDArray[np.integer]:
    """[states] The row of the table that serves each state: the first of those that look alike."""
    if mdp.seen is None:
        return np.arange(len(mdp.states))
    return np.array([mdp.seen.index(o) for o in mdp.seen])


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
) -> Iterator[Step]:
    """Climb the expected return (the boxes of Sutton & Barto, sections 13.3 and 13.4).

    All is learned when the episode ends, from gradients at the policy that acted in it. If it was
    truncated, what would have come counts as the baseline says (0 before it has learned).

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
    """
    luck, row = Luck(seed), look(mdp)
    state = state or State.initial(mdp, luck)
    state.v = state.v if len(state.v) else np.zeros(len(mdp.states))
    theta, v, trajectory = state.q, state.v, state.trajectory
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = draw(softmax(theta[row[s]]), draws.action)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        trajectory.append((s, a, r))
        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        backups = []
        if state.over:
            rest = float((1 - terminated) * v[row[s_next]])
            rewards = np.array([r for *_, r in trajectory])
            returns = discounted_returns(rewards, config.gamma, rest)
            acted = theta.copy()
            for k, (s_k, a_k, _) in enumerate(trajectory):
                o, g = row[s_k], float(returns[k])
                b = float(v[o]) if config.baseline else 0.0
                weight = config.gamma**k * (g - b)
                theta[o] = update(theta[o], config.alpha, weight, gradient(acted[o], a_k))
                v[o] += config.alpha_baseline * (g - v[o])
                state.visits[o, a_k] += 1
                backups.append(Backup(s_k, a_k, config.alpha * config.gamma**k, b, g, g - b))
            trajectory.clear()
        yield Step(
            state.episode, t, s, a, r, s_next, terminated, truncated, tuple(backups), theta[row]
        )
