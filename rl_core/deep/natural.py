"""The natural gradient: steepest ascent where distance is how much the policy changes.

The parameters of a policy are one vector θ, [runs, P]. Everything here is per run: vectors are
[runs, P], numbers [runs], and a run that is done waits, unchanged, for the others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from rl_core.deep.actors import ActorCritic
from rl_core.deep.distributions import Distribution
from rl_core.deep.nets import Jacobian

TINY = 1e-20  # no curvature is below it: a gradient of 0 makes a step of 0


def parameters(actor_critic: ActorCritic) -> Tensor:
    """θ, a copy, [runs, P]: the network's parameters, then ln σ of continuous actions."""
    return torch.cat([part.detach() for part in actor_critic.policy_parameters], -1)


def move(actor_critic: ActorCritic, theta: Tensor) -> None:
    """Make theta [runs, P] the parameters."""
    parts = actor_critic.policy_parameters
    new = torch.split(theta, [part.shape[-1] for part in parts], -1)
    for part, values in zip(parts, new, strict=True):
        part.detach().copy_(values)


def policy_at(actor_critic: ActorCritic, theta: Tensor, observation: Tensor) -> Distribution:
    """π_θ: the policy that parameters theta [runs, P] make of observation [runs, batch, …].
    Differentiable in theta, more than once.
    """
    weights = actor_critic.actor.flat.shape[-1]
    out = actor_critic.actor.plain(observation, theta[..., :weights])
    return actor_critic.distribution(out, theta[..., weights:])


def gradient(objective: Tensor, actor_critic: ActorCritic) -> Tensor:
    """g = ∇_θ mean(objective), [runs, P], of an objective [runs, batch]."""
    slopes = torch.autograd.grad(objective.mean(-1).sum(), actor_critic.policy_parameters)
    return torch.cat(slopes, -1)


def fisher_vector_product(
    v: Tensor, jacobian: Jacobian, pi: Distribution, damping: float
) -> Tensor:
    r"""F v, where F is the curvature of the divergence from the old policy π at θ itself:
    D_KL ≈ ½ Δθᵀ F Δθ. The matrix F, [P, P], is never built.

    $$
    F v = \mathbb{E}_s \left[ J_s^\top M_s \, J_s \, v \right] + \text{damping} \cdot v
    $$

    Schulman et al. 2015, appendix C.1. J: how the network's outputs change with θ, over a batch of
    states; M: the curvature of the divergence in these outputs (in ln σ it is 2, everywhere).
    Damping keeps from going far where the policy hardly changes. v [runs, P] → [runs, P].
    """
    weights = jacobian.net.flat.shape[-1]
    change = jacobian.times(v[..., :weights])
    slope = pi.curvature(change) / change.shape[-2]
    product = torch.cat((jacobian.transposed_times(slope), 2 * v[..., weights:]), -1)
    return product + damping * v


def conjugate_gradient(
    product: Callable[[Tensor], Tensor], b: Tensor, iterations: int, tolerance: float = 1e-10
) -> Tensor:
    r"""Solves A x = b, knowing of A only the products A p. From x₀ = 0, r₀ = p₀ = b:

    $$
    \begin{aligned}
    \alpha_k &= \frac{r_k^\top r_k}{p_k^\top A \, p_k} &
    x_{k+1} &= x_k + \alpha_k \, p_k &
    r_{k+1} &= r_k - \alpha_k \, A \, p_k \\
    \beta_k &= \frac{r_{k+1}^\top r_{k+1}}{r_k^\top r_k} &
    p_{k+1} &= r_{k+1} + \beta_k \, p_k &&
    \end{aligned}
    $$

    Hestenes & Stiefel 1952; Nocedal & Wright 2006, algorithm 5.2. P iterations would be exact, a
    few are enough. A run is done where rᵀr has fallen to tolerance · bᵀb. b [runs, P] → x
    [runs, P].
    """
    x, r, p, rr = torch.zeros_like(b), b, b, dot(b, b)
    enough = tolerance * rr
    for _ in range(iterations):
        going_on = rr > enough
        if not going_on.any():
            break
        a_p = product(p)
        alpha = torch.where(going_on, rr / dot(p, a_p), 0)
        x, r = x + alpha.unsqueeze(-1) * p, r - alpha.unsqueeze(-1) * a_p
        beta = torch.where(going_on, dot(r, r) / rr, 0)
        p, rr = r + beta.unsqueeze(-1) * p, dot(r, r)
    return x


def relative_residual(a_x: Tensor, b: Tensor) -> Tensor:
    r"""How far from solved A x = b is.

    $$
    \frac{\lVert b - A x \rVert}{\lVert b \rVert}
    $$

    Shewchuk 1994, section 4. a_x, b [runs, P] → [runs]; 0 where b is 0.
    """
    return torch.sqrt(dot(b - a_x, b - a_x) / dot(b, b).clamp(min=TINY))


def step_size(curvature: Tensor, delta: float) -> Tensor:
    r"""How far along x the divergence reaches δ, if it is ½ Δθᵀ F Δθ.

    $$
    \beta = \sqrt{\frac{2 \, \delta}{x^\top F \, x}}
    $$

    Schulman et al. 2015, appendix C. The curvature xᵀ F x [...] → [...].
    """
    return torch.sqrt(2 * delta / curvature.clamp(min=TINY))


class Found(NamedTuple):
    """Where a line search ended."""

    theta: Tensor  # [runs, P] the old one where no step was accepted
    accepted: Tensor  # [runs] whether one was
    backtracks: Tensor  # [runs] how often the step was shortened
    gain: Tensor  # [runs] what the objective gained; 0 where no step was accepted
    kl: Tensor  # [runs] the divergence from the old policy; 0 where no step was accepted


def line_search(
    theta: Tensor,
    full_step: Tensor,
    measure: Callable[[Tensor], tuple[Tensor, Tensor]],
    delta: float,
    backtracks: int,
    factor: float,
) -> Found:
    r"""The first of ever shorter steps that stays within δ and gains something.

    $$
    \theta' = \theta + c^k \, \Delta\theta, \qquad k = \min \{ k \ge 0 :
    \bar D_{KL}(\theta, \theta') \le \delta, \; L(\theta') > L(\theta) \}
    $$

    Schulman et al. 2015, appendix C. Where no k up to `backtracks` will do, θ stays. theta,
    full_step [runs, P]; measure: θ' → the gain L(θ') − L(θ) and the divergence, each [runs].
    """
    theta_new, gain, kl = theta, theta.new_zeros(len(theta)), theta.new_zeros(len(theta))
    searching, shortened = torch.ones(len(theta), dtype=torch.bool), theta.new_zeros(len(theta))
    for k in range(backtracks + 1):
        shortened = torch.where(searching, k, shortened)
        trial = theta + factor**k * full_step
        trial_gain, trial_kl = measure(trial)
        good = searching & (trial_gain > 0) & (trial_kl <= delta)
        theta_new = torch.where(good.unsqueeze(-1), trial, theta_new)
        gain, kl = torch.where(good, trial_gain, gain), torch.where(good, trial_kl, kl)
        searching = searching & ~good
        if not searching.any():
            break
    return Found(theta_new, ~searching, shortened, gain, kl)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """aᵀb of vectors [runs, P] → [runs]."""
    return (a * b).sum(-1)
