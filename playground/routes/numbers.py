"""Updates of a policy in numbers, and many seeds of both routes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground import formula
from playground.routes.duel import Config, Frame, world
from rl_core.events import Step, Transition
from rl_core.tabular import policy_gradient, q_learning
from rl_core.tabular.mdp import Floats
from rl_core.timeline import Timeline

SEEDS, EPISODES = 20, 20


@dataclass(frozen=True)
class Term:
    """One time step's part of a REINFORCE update, for the action that was taken."""

    s: int
    a: int
    alpha: float
    discount: float  # gamma^t
    g: float
    gradient: float  # 1 - pi(a | s)
    before: float  # theta(s, a)
    after: float


def terms(frame: Frame, before: Frame) -> list[Term]:
    """What the end of an episode changed; empty while the return is being gathered."""
    backups = frame.policy_event.backups if frame.policy_event else ()
    acted, theta = before.policy.q, before.policy.q.copy()
    found = []
    for b in backups:
        assert b.a is not None
        alpha = backups[0].alpha
        discount = b.alpha / alpha
        grad, old = policy_gradient.gradient(acted[b.s], b.a), theta[b.s].copy()
        theta[b.s] = policy_gradient.update(old, alpha, discount * b.delta, grad)
        found.append(
            Term(b.s, b.a, alpha, discount, b.target, grad[b.a], old[b.a], theta[b.s, b.a])
        )
    return found


def update_line(term: Term) -> str:
    """The update of theta(s, a) with its numbers, as LaTeX, small enough for half a page."""
    numbers = {
        r"\theta(S_t,\cdot)": term.before,
        r"\alpha": term.alpha,
        r"\gamma^t": term.discount,
        "G_t": term.g,
        "b(S_t)": 0.0,
        r"\nabla \ln \pi(A_t \mid S_t)": term.gradient,
    }
    line = formula.substituted(formula.latex(policy_gradient.update), numbers, term.after)
    return rf"\small {line}"


def named(term: Term) -> str:
    """The same, after the preference that it is about."""
    mdp = world()
    cell = rf"\text{{{mdp.states[term.s]}}}, \text{{{mdp.actions[term.a]}}}"
    return rf"\theta({cell}) = {update_line(term)}"


def finished_returns(frames: Iterable[Frame], gamma: float) -> list[tuple[float, float]]:
    """The discounted returns of both learners in every episode that both have finished."""
    g, found = [0.0, 0.0], []
    for frame in frames:
        for i, event in enumerate((frame.value_event, frame.policy_event)):
            if event:
                g[i] += gamma**event.t * event.r
        if frame.over:
            found.append((g[0], g[1]))
            g = [0.0, 0.0]
    return found


@lru_cache(maxsize=64)
def many_returns(config: Config) -> tuple[Floats, Floats]:
    """[seeds, episodes] discounted returns of Q-learning and of REINFORCE, on the same luck."""
    mine = q_learning.Config(config.alpha, config.gamma, config.epsilon)
    its = policy_gradient.Config(config.alpha_policy, config.gamma, baseline=False)
    endless = 10**6
    value = [
        _returns(q_learning.train(world(), Timeline(mine, endless), seed), config.gamma)
        for seed in range(SEEDS)
    ]
    policy = [
        _returns(policy_gradient.train(world(), Timeline(its, endless), seed), config.gamma)
        for seed in range(SEEDS)
    ]
    return np.array(value), np.array(policy)


def _returns(events: Iterable[Transition | Step], gamma: float) -> list[float]:
    """The returns of the first episodes."""
    g, found = 0.0, []
    for event in events:
        g += gamma**event.t * event.r
        if event.terminated or event.truncated:
            found.append(g)
            g = 0.0
        if len(found) == EPISODES:
            break
    return found
