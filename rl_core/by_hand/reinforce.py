"""REINFORCE on the trajectories of a small world: what one episode says of the gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rl_core.tabular.mdp import Floats
from rl_core.tabular.score_function import expected, log_gradient
from rl_core.tabular.trajectories import (
    Trajectories,
    drawn,
    every,
    picked,
    returns_to_go,
    values,
    world,
)

KINDS = ("whole", "to_go", "baseline")  # what weighs a step: R(tau), G_t, or G_t - V


def step_weights(
    kind: str, paths: Trajectories, v: Floats, gamma: float, discounted: bool = True
) -> Floats:
    r"""What each step's gradient is weighed with, so that their sum estimates the gradient of J.

    $$
    \Psi_t = R(\tau) \quad \text{or} \quad \gamma^t \, G_t \quad \text{or} \quad
    \gamma^t \, \bigl( G_t - V_t(s_t) \bigr)
    $$

    Args:
        kind: which of them, one of `KINDS`.
        v: [T, states] the baseline, see `values`.
        discounted: False leaves out the factor of G_t, as most programs do.

    Returns [n, T]; 0 after the end.
    """
    g = returns_to_go(paths.r, gamma)
    t = np.arange(g.shape[-1])
    if kind == "whole":
        weight = np.broadcast_to(g[:, :1], g.shape)
    else:
        late = gamma**t if discounted else np.ones(len(t))
        weight = late * (g - v[t, paths.s] * (kind == "baseline"))
    return np.where(paths.alive, weight, 0.0)


def estimate(theta: Floats, paths: Trajectories, weight: Floats) -> Floats:
    r"""The gradient as one trajectory sees it.

    $$
    \hat g(\tau) = \sum_{t=0}^{T-1} \Psi_t \, \nabla_\theta \ln \pi_\theta(a_t \mid s_t)
    $$

    weight [n, T] → [n, 2].
    """
    return (weight[..., None] * log_gradient(theta, paths.s, paths.a)).sum(-2)


def spread(theta: Floats, paths: Trajectories, estimates: Floats) -> float:
    r"""The variance of the estimate from one trajectory, both directions together.

    $$
    \operatorname{Var}[\hat g] = \mathbb{E} \bigl[ \lVert \hat g - \mathbb{E}\,\hat g \rVert^2
    \bigr]
    $$

    estimates [n, 2].
    """
    off = estimates - expected(theta, paths, estimates)
    return float(expected(theta, paths, (off**2).sum(-1)))


def climbed(theta: Floats, alpha: float, g: Floats) -> Floats:
    r"""One step of REINFORCE: all steps of the episode at once, from the policy that played it.

    $$
    \theta \leftarrow \theta + \alpha \, \hat g(\tau)
    $$

    theta, g [2] → [2].
    """
    return theta + alpha * g


@dataclass(frozen=True)
class Settings:
    """Of one update."""

    alpha: float
    gamma: float
    kind: str  # one of `KINDS`
    discounted: bool
    step_reward: float  # of the world


@dataclass(frozen=True, eq=False)
class Update:
    """One episode and the step that was learned from it."""

    theta: Floats  # [2] before
    path: Trajectories  # n = 1
    g: Floats  # [T] the returns G_t
    v: Floats  # [T] the values of the states visited
    weight: Floats  # [T]
    gradient: Floats  # [T, 2] of ln pi at each step
    estimate: Floats  # [2]
    after: Floats  # [2]


def update(theta: Floats, settings: Settings, rng: np.random.Generator) -> Update:
    """Play one episode with the policy `theta` and learn from it."""
    paths, gamma = every(settings.step_reward), settings.gamma
    path = picked(paths, int(drawn(theta, paths, (), rng)))
    v = values(theta, world(settings.step_reward), gamma)
    weight = step_weights(settings.kind, path, v, gamma, settings.discounted)
    g_hat = estimate(theta, path, weight)[0]
    return Update(
        theta=theta,
        path=path,
        g=returns_to_go(path.r, gamma)[0],
        v=v[np.arange(len(v)), path.s[0]],
        weight=weight[0],
        gradient=log_gradient(theta, path.s, path.a)[0],
        estimate=g_hat,
        after=climbed(theta, settings.alpha, g_hat),
    )
