"""TRPO's update slowed down: a policy of two parameters, so that the whole of it fits on a map.

The world is much like Kakade's ("A natural policy gradient", 2001): staying in A pays 1, staying in
B pays 3, going across pays nothing. One parameter a state says how likely the policy stays. All is
exact here where `trpo.improve` has a sample; gradient, direction, length and line search come from
the same functions. Places on the map are [..., 2], in float64: (θ_A, θ_B).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from rl_core.deep import natural, trpo
from rl_core.deep.distributions import Categorical

STAY, CROSS = 0, 1
GAMMA = 0.9
REWARD = torch.tensor([[1.0, 0.0], [3.0, 0.0]], dtype=torch.float64)  # [states, actions]
START = torch.tensor([0.9, 0.1], dtype=torch.float64)  # episodes begin in A, or else in B
FACTOR = trpo.Config.backtrack_factor


def policy(theta: Tensor) -> Categorical:
    r"""How likely the policy stays.

    $$
    \pi(\text{stay} \mid s) = \frac{1}{1 + e^{-\theta_s}}
    $$

    A softmax with the preferences θ_s and 0. theta [..., 2] → distributions [..., 2 states].
    """
    return Categorical(torch.stack((theta, torch.zeros_like(theta)), -1))


def moves(theta: Tensor) -> Tensor:
    """P(s' | s) under the policy, [..., 2, 2]."""
    pi = policy(theta).logits.softmax(-1)
    stay, cross = pi[..., STAY], pi[..., CROSS]
    return torch.stack(
        (
            torch.stack((stay[..., 0], cross[..., 0]), -1),
            torch.stack((cross[..., 1], stay[..., 1]), -1),
        ),
        -2,
    )


def values(theta: Tensor) -> Tensor:
    r"""What each state is worth, by Bellman's equation in one go.

    $$
    v = (I - \gamma P_\pi)^{-1} r_\pi
    $$

    Sutton & Barto, equation 4.4, solved. theta [..., 2] → [..., 2].
    """
    pi = policy(theta).logits.softmax(-1)
    return torch.linalg.solve(torch.eye(2) - GAMMA * moves(theta), (pi * REWARD).sum(-1))


def performance(theta: Tensor) -> Tensor:
    r"""What the policy earns a step: the discounted return, brought to the scale of one reward.

    $$
    J(\theta) = (1 - \gamma) \sum_s \rho(s) \, v(s)
    $$

    Schulman et al. 2015, section 2, times 1 − γ. theta [..., 2] → [...].
    """
    return (1 - GAMMA) * values(theta) @ START


def visits(theta: Tensor) -> Tensor:
    r"""The share of each state in what the policy sees, where later steps count less.

    $$
    d = (1 - \gamma) \, (I - \gamma P_\pi^\top)^{-1} \rho
    $$

    Schulman et al. 2015, section 2, times 1 − γ. theta [..., 2] → [..., 2], sums to 1.
    """
    p = moves(theta).transpose(-1, -2)
    start = START.expand(theta.shape)
    return (1 - GAMMA) * torch.linalg.solve(torch.eye(2) - GAMMA * p, start)


def advantages(theta: Tensor) -> Tensor:
    r"""How much better each action is than what the policy does on average.

    $$
    A(s, a) = R(s, a) + \gamma \, v(s') - v(s)
    $$

    Schulman et al. 2015, section 2. theta [2] → [2 states, 2 actions].
    """
    v = values(theta)
    return REWARD + GAMMA * torch.stack((v, v.flip(-1)), -1) - v.unsqueeze(-1)


class Here(NamedTuple):
    """What an update knows: all of it at the old parameters."""

    theta: Tensor  # [2]
    visits: Tensor  # [2] of each state
    advantage: Tensor  # [2 states, 2 actions]
    gradient: Tensor  # [2] of the surrogate
    fisher: Tensor  # [2, 2]


def look(theta: Tensor) -> Here:
    """What an update at theta [2] begins with."""
    d, advantage, at = visits(theta), advantages(theta), theta.clone().requires_grad_()
    (g,) = torch.autograd.grad(_surrogate(at, theta, d, advantage), at)
    return Here(theta, d, advantage, g, fisher(theta, d))


def fisher(theta: Tensor, visits: Tensor) -> Tensor:
    r"""The curvature of the mean divergence at the old parameters, the whole matrix.

    $$
    F = \sum_s d(s) \, J_s^\top M_s \, J_s
    $$

    Schulman et al. 2015, appendix C.1. J: how the two preferences of a state change with θ; M:
    the curvature of the divergence in them. Each parameter belongs to one state, so F is diagonal.
    theta, visits [2] → [2, 2].
    """
    change = policy(torch.eye(2, dtype=theta.dtype)).logits  # J v for each of the unit vectors v
    curvature = policy(theta).curvature(change)[..., STAY]  # [unit vectors, states]
    return visits * curvature


def divergence(here: Here, theta: Tensor) -> Tensor:
    r"""How far the policy at θ' is from the old one, in the mean over what the old one sees.

    $$
    \bar D_{KL}(\theta, \theta') = \sum_s d(s) \,
    D_{KL}\bigl(\pi_\theta(\cdot \mid s) \,\|\, \pi_{\theta'}(\cdot \mid s)\bigr)
    $$

    Schulman et al. 2015, section 4. theta [..., 2] → [...].
    """
    return (here.visits * policy(here.theta).kl(policy(theta))).sum(-1)


def bowl(here: Here, theta: Tensor) -> Tensor:
    r"""What the divergence is taken for when the step is made.

    $$
    \bar D_{KL} \approx \tfrac{1}{2} \, \Delta\theta^\top F \, \Delta\theta
    $$

    Schulman et al. 2015, appendix C. theta [..., 2] → [...].
    """
    step = theta - here.theta
    return 0.5 * natural.dot(step, step @ here.fisher)


def gain(here: Here, theta: Tensor) -> Tensor:
    r"""What the surrogate promises: `trpo.surrogate`, in the mean over all states and actions.

    $$
    L(\theta') - L(\theta) = \sum_s d(s) \sum_a \pi_{\theta'}(a \mid s) \, A(s, a)
    $$

    Schulman et al. 2015, equation 14; the mean advantage of the old policy is 0. theta [..., 2]
    → [...].
    """
    return _surrogate(theta, here.theta, here.visits, here.advantage)


def _surrogate(theta: Tensor, old: Tensor, visits: Tensor, advantage: Tensor) -> Tensor:
    log_pi, old_log_pi = (policy(at).logits.log_softmax(-1) for at in (theta, old))
    each = trpo.surrogate(log_pi, old_log_pi, advantage)
    return (visits * (old_log_pi.exp() * each).sum(-1)).sum(-1)


class Direction(NamedTuple):
    """Where an update goes, after so many iterations of conjugate gradient."""

    x: Tensor  # [2]
    residual: float  # of F x = g
    beta: float  # how far along x the trust region seems to reach


def direction(here: Here, iterations: int, delta: float) -> Direction:
    """The direction after `iterations`: after one it is still that of the gradient."""
    product, g = partial(torch.matmul, here.fisher), here.gradient[None]
    x = natural.conjugate_gradient(lambda p: product(p[0])[None], g, iterations, 0.0)[0]
    residual = natural.relative_residual(product(x), here.gradient)
    beta = natural.step_size(natural.dot(x, product(x)), delta)
    return Direction(x, float(residual), float(beta))


def search(here: Here, step: Tensor, delta: float, backtracks: int) -> natural.Found:
    """TRPO's line search along step [2], of one run."""

    def measure(theta: Tensor) -> tuple[Tensor, Tensor]:
        return gain(here, theta), divergence(here, theta)

    theta, full = here.theta[None], step[None]
    return natural.line_search(theta, full, measure, delta, backtracks, FACTOR)


def update(theta: Tensor, delta: float, iterations: int, backtracks: int) -> Tensor:
    """A whole update: [2] → [2]."""
    here = look(theta)
    x, _, beta = direction(here, iterations, delta)
    return search(here, beta * x, delta, backtracks).theta[0]


def contour(here: Here, delta: float, rays: int = 144) -> Tensor:
    """Where the divergence is δ: [rays, 2]. It rises along every ray, so bisection finds it."""
    angle = torch.linspace(0, 2 * torch.pi, rays, dtype=torch.float64)
    way = torch.stack((angle.cos(), angle.sin()), -1)
    low, high = torch.zeros(rays, 1).double(), torch.full((rays, 1), 1e3).double()
    for _ in range(50):
        middle = (low + high) / 2
        inside = divergence(here, here.theta + middle * way).unsqueeze(-1) <= delta
        low, high = torch.where(inside, middle, low), torch.where(inside, high, middle)
    return here.theta + low * way


def ellipse(here: Here, delta: float, rays: int = 144) -> Tensor:
    """Where ½ Δθᵀ F Δθ is δ: [rays, 2]."""
    angle = torch.linspace(0, 2 * torch.pi, rays, dtype=torch.float64)
    way = torch.stack((angle.cos(), angle.sin()), -1)
    curvature = natural.dot(way, way @ here.fisher)
    return here.theta + natural.step_size(curvature, delta).unsqueeze(-1) * way


def clip_region(theta: Tensor, clip: float) -> tuple[Tensor, Tensor]:
    r"""Where the ratio of either action is within 1 ± ε: PPO's clip range on the same map.

    $$
    1 - \epsilon \le \frac{\pi_{\theta'}(a \mid s)}{\pi_\theta(a \mid s)} \le 1 + \epsilon
    \quad \text{for both actions}
    $$

    From Schulman et al. 2017, section 3. In each state it is an interval, whatever its visits.
    theta [2] → lowest and highest θ', each [2].
    """
    pi = policy(theta).logits.softmax(-1)
    # of both actions' probabilities only the rarer one binds: p moves by ε · min(p, 1 − p)
    room = clip * pi.amin(-1)
    return torch.logit(pi[..., STAY] - room), torch.logit(pi[..., STAY] + room)
