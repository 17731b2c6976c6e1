"""What a stochastic policy's network stands for: probabilities of actions."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor


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

    def detach(self) -> Gaussian:
        return Gaussian(self.mean.detach(), self.log_std.detach())


Distribution = Categorical | Gaussian
