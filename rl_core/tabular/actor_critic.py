"""One-step actor-critic on tables (Sutton & Barto, section 13.5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from rl_core.settings import Settings, setting
from rl_core.tabular import td
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP, Floats, draw
from rl_core.tabular.policy_gradient import gradient, softmax
from rl_core.tabular.state import State as TableState


@dataclass(frozen=True)
class Config(Settings):
    alpha_actor: float = setting(0.5, "step size of the actor", 0, 1, live=True)
    alpha_critic: float = setting(0.5, "step size of the critic", 0, 1, live=True)
    gamma: float = setting(0.9, "discount factor", 0, 1, symbol=r"\gamma", live=True)


@dataclass
class State(TableState):
    """`q` holds the actor's preferences theta."""

    v: Floats = field(default_factory=lambda: np.zeros(0))  # [states] the critic


@dataclass(frozen=True)
class Lesson:
    """One step, and what critic and actor learned from it."""

    episode: int
    t: int  # step within the episode, from 0
    s: int
    a: int
    r: float
    s_next: int
    terminated: bool
    truncated: bool
    config: Config
    v_s: float  # V(s) before the update
    v_next: float  # V(s') before the update; 0 where the episode terminated
    delta: float  # the critic's TD error, and the actor's teacher
    theta_s: Floats  # [actions] the preferences in s before the update
    grad: Floats  # [actions] the gradient of ln pi(a | s)
    v: Floats  # [states] after the update
    theta: Floats  # [states, actions] after the update


def actor_update(
    theta_s: Floats, alpha: float, discount: float, delta: float, grad: Floats
) -> Floats:
    r"""Make the action likelier if it turned out better than expected (Sutton & Barto, 13.5).

    $$
    \theta(s,\cdot) \leftarrow \theta(s,\cdot)
        + \alpha\,\gamma^t\,\delta\,\nabla \ln \pi(a \mid s)
    $$

    Args: `theta_s`, `grad` [actions]; `discount` is gamma^t.
    """
    return theta_s + alpha * discount * delta * grad


def train(
    mdp: FiniteMDP,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
) -> Iterator[Lesson]:
    """The actor acts, the critic judges, both learn from one TD error (the box of section 13.5).

    Args:
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by (episode, t).
        state: where to go on from; it is changed in place.
    """
    luck = Luck(seed)
    state = state or State.initial(mdp, luck)
    state.v = state.v if len(state.v) else np.zeros(len(mdp.states))
    theta, v = state.q, state.v
    for _, config in timeline:
        if state.over:
            state.begin_episode(mdp, luck)
        s, t, draws = state.s, state.t, luck(state.episode, state.t)
        a = draw(softmax(theta[s]), draws.action)
        s_next, r, terminated = mdp.step(s, a, draws.transition)
        truncated = not terminated and t + 1 == mdp.time_limit

        v_s, v_next = float(v[s]), float(v[s_next] * (1 - terminated))
        theta_s, grad = theta[s].copy(), gradient(theta[s], a)
        delta = float(td.td_error(v, s, r, s_next, terminated, config.gamma))
        v[s] = td.update(v_s, config.alpha_critic, delta)
        theta[s] = actor_update(theta_s, config.alpha_actor, config.gamma**t, delta, grad)
        state.visits[s, a] += 1

        state.s, state.t, state.over = s_next, t + 1, terminated or truncated
        yield Lesson(
            state.episode, t, s, a, r, s_next, terminated, truncated, config,
            v_s, v_next, delta, theta_s, grad, v.copy(), theta.copy(),
        )  # fmt: skip
