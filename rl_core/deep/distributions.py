"""What a stochastic policy's network stands for: probabilities of actions."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional


class Categorical(NamedTuple):
    """A distribution over a few actions, π(a) ∝ exp(logits)."""

    logits: Tensor  # [..., actions]

    def log_prob(self, action: Tensor) -> Tensor:
        r"""Logarithm of the probability of an action.

        $$
        \ln \pi(a) = z_a - \ln \sum_b e^{z_b}
        $$

        Sutton & Barto, equation 13.2 (softmax in action preferences z). action [...] → [...].
        """
        log_pi = self.logits.log_softmax(-1)
        return log_pi.gather(-1, action.unsqueeze(-1)).squeeze(-1)

    def entropy(self) -> Tensor:
        r"""How undecided the policy is, in nats.

        $$
        H(\pi) = - \sum_a \pi(a) \ln \pi(a)
        $$

        Shannon 1948. → [...].
        """
        log_pi = self.logits.log_softmax(-1)
        return -(log_pi.exp() * log_pi).sum(-1)

    def kl(self, other: Categorical) -> Tensor:
        r"""How far another distribution is from this one, in nats.

        $$
        D_{KL}(\pi \,\|\, \pi') = \sum_a \pi(a) \ln \frac{\pi(a)}{\pi'(a)}
        $$

        Kullback & Leibler 1951. → [...].
        """
        log_pi, log_other = self.logits.log_softmax(-1), other.logits.log_softmax(-1)
        return (log_pi.exp() * (log_pi - log_other)).sum(-1)

    def curvature(self, change: Tensor) -> Tensor:
        r"""The second derivative of the divergence, in the logits, times a change of them.

        $$
        \nabla^2_{z'} D_{KL}(\pi \,\|\, \pi') \, u \, \Big|_{z' = z}
        = \pi \odot \Big( u - \sum_a \pi(a) \, u_a \Big)
        $$

        The Fisher matrix of a softmax, diag π − π πᵀ. change [..., actions] → [..., actions].
        """
        pi = self.logits.softmax(-1)
        return pi * (change - (pi * change).sum(-1, keepdim=True))

    def detach(self) -> Categorical:
        return Categorical(self.logits.detach())


class Gaussian(NamedTuple):
    """A normal distribution in each direction of a continuous action, all independent."""

    mean: Tensor  # [..., size]
    log_std: Tensor  # [..., size] or what broadcasts to it

    def log_prob(self, action: Tensor) -> Tensor:
        r"""Logarithm of the density at an action, summed over its directions.

        $$
        \ln \pi(a) = -\sum_i \left[ \frac{(a_i - \mu_i)^2}{2 \sigma_i^2}
        + \ln \sigma_i + \tfrac{1}{2} \ln 2\pi \right]
        $$

        Sutton & Barto, equation 13.19. action [..., size] → [...].
        """
        z = (action - self.mean) * torch.exp(-self.log_std)
        return -(0.5 * z.square() + self.log_std + 0.5 * math.log(2 * math.pi)).sum(-1)

    def entropy(self) -> Tensor:
        r"""How undecided the policy is, in nats.

        $$
        H(\pi) = \sum_i \left[ \ln \sigma_i + \tfrac{1}{2} \ln (2 \pi e) \right]
        $$

        Cover & Thomas, Elements of Information Theory, theorem 8.4.1. → [...].
        """
        log_std = self.log_std.expand_as(self.mean)
        return (log_std + 0.5 * math.log(2 * math.pi * math.e)).sum(-1)

    def kl(self, other: Gaussian) -> Tensor:
        r"""How far another distribution is from this one, in nats.

        $$
        D_{KL}(\pi \,\|\, \pi') = \sum_i \left[ \ln \frac{\sigma'_i}{\sigma_i}
        + \frac{\sigma_i^2 + (\mu_i - \mu'_i)^2}{2 \sigma_i'^2} - \tfrac{1}{2} \right]
        $$

        Kullback & Leibler 1951. → [...].
        """
        variance, other_variance = (2 * self.log_std).exp(), (2 * other.log_std).exp()
        off = (self.mean - other.mean).square()
        per_direction = other.log_std - self.log_std + (variance + off) / (2 * other_variance) - 0.5
        return per_direction.sum(-1)

    def curvature(self, change: Tensor) -> Tensor:
        r"""The second derivative of the divergence, in the mean, times a change of it.

        $$
        \nabla^2_{\mu'} D_{KL}(\pi \,\|\, \pi') \, u \, \Big|_{\mu' = \mu} = u / \sigma^2
        $$

        The Fisher matrix of a normal distribution's mean; in ln σ it is 2, and nothing between
        the two. change [..., size] → [..., size].
        """
        return change * torch.exp(-2 * self.log_std)

    def detach(self) -> Gaussian:
        return Gaussian(self.mean.detach(), self.log_std.detach())


LOG_STD = (-20.0, 2.0)  # between these the logarithm of a squashed deviation is kept


class SquashedGaussian(NamedTuple):
    """a = tanh u of a normal u: a continuous action that cannot leave (−1, 1)."""

    out: Tensor  # [..., 2 size] the means of u, then the logarithms of its deviations

    @property
    def mean(self) -> Tensor:
        return self.out[..., : self.out.shape[-1] // 2]

    @property
    def log_std(self) -> Tensor:
        return self.out[..., self.out.shape[-1] // 2 :].clamp(*LOG_STD)

    def sample(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        r"""An action and the logarithm of its density, both differentiable in the parameters.

        $$
        a = \tanh u, \qquad u = \mu + \sigma \, \epsilon, \qquad \epsilon \sim \mathcal{N}(0, 1)
        $$

        Haarnoja et al. 2018 ("Algorithms and Applications"), equation 8 (reparameterisation).
        noise ε [..., size] → action [..., size], log-probability [...].
        """
        drawn: tuple[Tensor, Tensor] = _Squashed.apply(self.out, noise)  # type: ignore[no-untyped-call]
        return drawn

    def log_prob(self, u: Tensor) -> Tensor:
        r"""Logarithm of the density at the action a = tanh u, summed over its directions.

        $$
        \ln \pi(a) = \sum_i \left[ \ln \mathcal{N}(u_i; \mu_i, \sigma_i^2)
        - \ln (1 - \tanh^2 u_i) \right]
        $$

        Haarnoja et al. 2018, appendix C, equation 21: where tanh is flat, many u share few a.
        u [..., size] → [...].
        """
        return Gaussian(self.mean, self.log_std).log_prob(u) - log_tanh_slope(u).sum(-1)

    def detach(self) -> SquashedGaussian:
        return SquashedGaussian(self.out.detach())


def log_tanh_slope(u: Tensor) -> Tensor:
    r"""Logarithm of the slope of tanh, also where 1 − tanh² u is 0 to the computer.

    $$
    \ln (1 - \tanh^2 u) = 2 \, (\ln 2 - u - \text{softplus}(-2 u))
    $$

    From 1 − tanh² u = 4 / (eᵘ + e⁻ᵘ)², softplus(x) = ln(1 + eˣ). u [...] → [...].
    """
    return 2 * (math.log(2) - u - functional.softplus(-2 * u))


class _Squashed(torch.autograd.Function):
    """`SquashedGaussian.sample` as one step of autograd: it is a score of tiny operations."""

    @staticmethod
    def forward(ctx: Any, out: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        pi = SquashedGaussian(out)
        spread = pi.log_std.exp() * noise
        u = pi.mean + spread
        a = torch.tanh(u)
        # Gaussian's formula, in which (u − μ) / σ = ε, and log_tanh_slope's.
        density = -0.5 * noise.square() - pi.log_std - 0.5 * math.log(2 * math.pi)
        ctx.save_for_backward(out, spread, a)
        return a, (density - log_tanh_slope(u)).sum(-1)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, of_action: Tensor, of_log_prob: Tensor) -> tuple[Tensor, None]:
        out, spread, a = ctx.saved_tensors
        size, of_log_prob = a.shape[-1], of_log_prob.unsqueeze(-1)
        # d tanh u / du = 1 − a², d ln π / du = 2a
        of_u = of_action * (1 - a * a) + of_log_prob * (2 * a)
        of_log_std = of_u * spread - of_log_prob
        raw = out[..., size:]
        of_log_std *= (raw >= LOG_STD[0]) & (raw <= LOG_STD[1])
        return torch.cat((of_u, of_log_std), -1), None


Distribution = Categorical | Gaussian
