"""SAC taken apart: one squashed Gaussian, one state whose temperature adjusts itself, one batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import classroom, envs, sac
from rl_core.deep.distributions import Gaussian, SquashedGaussian, log_tanh_slope
from rl_core.deep.seeds import Purpose, seeds
from rl_core.tabular import soft
from rl_core.tabular.mdp import Floats
from rl_core.timeline import Timeline

PEAK = 0.4  # the best action of the one state
CELLS = 2000  # into which its actions are cut: integrals become sums
NODES, SHARES = np.polynomial.hermite_e.hermegauss(80)  # ε of a normal, and how much each counts
LEARNED = 64  # environment steps with updates before the batch is drawn

double = partial(torch.tensor, dtype=torch.float64)


def naive_log_prob(pi: SquashedGaussian, u: Tensor) -> Tensor:
    r"""What one gets who forgets that tanh squeezes: the density of u, taken for that of a.

    $$
    \ln \tilde\pi(a) = \sum_i \ln \mathcal{N}(u_i; \mu_i, \sigma_i^2)
    $$

    `SquashedGaussian.log_prob` without its correction. u [..., size] → [...].
    """
    return Gaussian(pi.mean, pi.log_std).log_prob(u)


def area(log_prob: Tensor, u: Tensor) -> float:
    r"""What lies below a density of actions of one dimension: 1 if it is one.

    $$
    \int_{-1}^{1} \pi(a) \, da = \int \pi(\tanh u) \, (1 - \tanh^2 u) \, du
    $$

    By the substitution a = tanh u, as the trapezoidal rule gives it. log_prob, u [points].
    """
    return float(torch.trapezoid((log_prob + log_tanh_slope(u)).exp(), u))


def gaussian(mean: float, log_std: float) -> SquashedGaussian:
    """One of one dimension, by its parameters."""
    return SquashedGaussian(double([mean, log_std]))


def log_prob(pi: SquashedGaussian, u: Tensor, corrected: bool) -> Tensor:
    """The true one, or the one without the correction: u [..., 1] → [...]."""
    return pi.log_prob(u) if corrected else naive_log_prob(pi, u)


def entropy(pi: SquashedGaussian, corrected: bool = True) -> Tensor:
    r"""How undecided the policy is, in nats, as its log-probability tells it.

    $$
    H(\pi) = \mathbb{E}_{\epsilon \sim \mathcal{N}(0, 1)}
    \bigl[ -\ln \pi(\tanh(\mu + \sigma \epsilon)) \bigr]
    $$

    The expectation that SAC's bonus estimates, by Gauss-Hermite quadrature. One dimension → [].
    """
    u = pi.mean + pi.log_std.exp() * double(NODES).unsqueeze(-1)
    return -(double(SHARES / SHARES.sum()) * log_prob(pi, u, corrected)).sum()


def more_entropy(
    mean: float, log_std: float, corrected: bool, step: float
) -> tuple[float, float]:  # fmt: skip
    r"""One step up the entropy, which is all that SAC's actor does where no action is better.

    $$
    (\mu, \ln \sigma) \leftarrow (\mu, \ln \sigma) + \lambda \, \nabla H(\pi)
    $$

    Haarnoja et al. 2018, equation 9, with Q constant and α = 1.
    """
    out = double([mean, log_std]).requires_grad_()
    (gradient,) = torch.autograd.grad(entropy(SquashedGaussian(out), corrected), out)
    mean, log_std = (out.detach() + step * gradient).tolist()
    return mean, log_std


def actions() -> Floats:
    """The middles of the cells: [CELLS] from -1 to 1."""
    return (np.arange(CELLS) + 0.5) * 2 / CELLS - 1


def worth(a: Floats, scale: float) -> Floats:
    r"""The values of the one state's actions: 0.4 is best.

    $$
    Q(a) = -2 c \, (a - 0.4)^2
    $$

    `scale` c is what the rewards are multiplied by. a [...] → [...].
    """
    return -2 * scale * (a - PEAK) ** 2


def best_policy(alpha: float, scale: float) -> tuple[Floats, Floats]:
    """The soft-optimal policy at a temperature: the chance of every cell and the logarithm of the
    density there, each [CELLS].
    """
    chance = soft.soft_policy(worth(actions(), scale), alpha)
    log_pi: Floats = np.log(np.maximum(chance, 1e-300) * CELLS / 2)
    return chance, log_pi


def best_entropy(alpha: float, scale: float) -> float:
    """The entropy of that policy, in nats."""
    chance, log_pi = best_policy(alpha, scale)
    return float(-(chance * log_pi).sum())


def adjusted(alpha: float, scale: float, target_entropy: float, lr: float) -> float:
    r"""The temperature after one step down its loss, the policy being the best one for it.

    $$
    \ln \alpha \leftarrow \ln \alpha
    - \lambda \, \frac{\partial}{\partial \ln \alpha} \, \mathbb{E}_{a \sim \pi} [\ell(\alpha)]
    = \ln \alpha - \lambda \, \bigl( H(\pi) - \bar H \bigr)
    $$

    Haarnoja et al. 2018, Algorithm 1, by `sac.temperature_loss`.
    """
    chance, log_pi = (double(x) for x in best_policy(alpha, scale))
    log_alpha = double(alpha).log().requires_grad_()
    loss = (chance * sac.temperature_loss(log_alpha, log_pi, target_entropy)).sum()
    (gradient,) = torch.autograd.grad(loss, log_alpha)
    return float((log_alpha.detach() - lr * gradient).exp())


@dataclass(frozen=True)
class Batch:
    """What one update computes for each sample, in the order in which it does; each [batch] but
    for the critics' own numbers, [2, batch].
    """

    gamma: float
    alpha: float
    target_entropy: float
    reward: Tensor
    terminated: Tensor
    q_next: Tensor
    log_pi_next: Tensor
    v_next: Tensor
    y: Tensor
    q: Tensor
    delta: Tensor
    q_now: Tensor  # of the policy's own action
    log_pi: Tensor
    actor_loss: Tensor
    temperature_loss: Tensor


def batch(seed: int, size: int = 16) -> Batch:
    """A batch from the buffer of a small SAC that has just begun to learn Pendulum."""
    lesson = classroom.config("sac", "Pendulum-v1", {"hidden": 16, "batch": 32})
    assert isinstance(lesson, sac.Config)
    config = replace(lesson, learning_starts=LEARNED, train_every=2, updates=1)
    env = envs.make("Pendulum-v1", seeds(seed, Purpose.ENVIRONMENT, 1), scaled=config.scaled)
    state = sac.start(env, config, seed)
    for _ in sac.train(Timeline(config, 2 * LEARNED), state):
        pass
    (drawn,) = state.replay.sample(1, size, state.rng)
    noise = torch.from_numpy(state.rng.standard_normal((2, 1, size, 1), np.float32))
    alpha, target_entropy = sac.temperature(state, config), config.target_entropy
    with torch.no_grad():
        a_next, log_pi_next = SquashedGaussian(state.actor(drawn.next_observation)).sample(noise[0])
        q_next = state.q_target(drawn.next_observation, a_next)
        v_next = sac.soft_value(q_next, log_pi_next, alpha)
        y = sac.target(drawn.reward, drawn.terminated, v_next, config.gamma)
        q = state.q(drawn.observation, drawn.action)
        a, log_pi = SquashedGaussian(state.actor(drawn.observation)).sample(noise[1])
        q_now = state.q(drawn.observation, a)
        loss = sac.actor_loss(q_now, log_pi, alpha)
        moves = sac.temperature_loss(alpha.log(), log_pi, target_entropy)
    numbers = (drawn.reward, drawn.terminated, q_next, log_pi_next, v_next, y, q,
               sac.td_error(y, q), q_now, log_pi, loss, moves)  # fmt: skip
    every = (x.squeeze(-2).double() for x in numbers)
    return Batch(config.gamma, float(alpha), target_entropy, *every)
