"""Stochastic policies, and the values beside them, of the on-policy algorithms.

Actions are whole numbers (a softmax over the network's outputs) or continuous: then the outputs
are the mean of a normal distribution, whose deviation is a parameter that does not depend on the
observation. A continuous action is in units of its bounds (−1 to 1) and may lie beyond them: the
environment clips it, its probability is that of what was drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from rl_core.deep import nets, normalise
from rl_core.deep.distributions import Categorical, Distribution, Gaussian
from rl_core.deep.envs import Box, Discrete, Environment
from rl_core.deep.nets import MLP, TANH, Floats
from rl_core.deep.seeds import Purpose, generator

SMALL = 0.01  # the policy's last layer begins so small that all actions are about equally likely


class ActorCritic:
    """A policy and the value V(s) of what it sees, with tanh networks of two hidden layers.

    Args:
        actions, features: what the environments take and show.
        shared: whether both come out of one network; otherwise each has its own.
        log_std: where the logarithm of the deviation begins, of continuous actions.
    """

    def __init__(
        self,
        actions: Discrete | Box,
        features: int,
        *,
        hidden: int,
        runs: int,
        seed: int,
        shared: bool = False,
        log_std: float = 0.0,
    ):
        torch_generator = torch.Generator().manual_seed(
            int(generator(seed, Purpose.NETWORK).integers(2**63))
        )
        self.discrete = isinstance(actions, Discrete)
        self.outputs = actions.outputs
        body = (features, hidden, hidden)
        sizes = (*body, self.outputs + shared)
        self.actor = MLP.init(sizes, runs, torch_generator, TANH, last=SMALL)
        self.critic = None if shared else MLP.init((*body, 1), runs, torch_generator, TANH)
        self.log_std = torch.full((runs, 0 if self.discrete else self.outputs), log_std)
        self.log_std.requires_grad_(not self.discrete)

    def of_run(self, run: int) -> ActorCritic:
        """That run by itself: the same parameters in the same place, to learn when the others do
        not.
        """
        one = copy(self)
        one.actor = _net_of_run(self.actor, run)
        one.critic = None if self.critic is None else _net_of_run(self.critic, run)
        one.log_std = _row(self.log_std, run)
        return one

    @property
    def policy_parameters(self) -> list[Tensor]:
        return [self.actor.flat] if self.discrete else [self.actor.flat, self.log_std]

    @property
    def value_parameters(self) -> list[Tensor]:
        """Those that the policy does not have."""
        return [] if self.critic is None else [self.critic.flat]

    @property
    def parameters(self) -> list[Tensor]:
        return self.policy_parameters + self.value_parameters

    def __call__(self, observation: Tensor) -> tuple[Distribution, Tensor]:
        """observation [runs, batch, features] → policy of [runs, batch], value [runs, batch]."""
        out = self.actor(observation)
        value = out[..., self.outputs :] if self.critic is None else self.critic(observation)
        return self.distribution(out), value.squeeze(-1)

    def policy(self, observation: Tensor) -> Distribution:
        """observation [runs, batch, features] → policy of [runs, batch]."""
        return self.distribution(self.actor(observation))

    def value(self, observation: Tensor) -> Tensor:
        """observation [runs, batch, features] → V [runs, batch]."""
        if self.critic is None:
            return self.actor(observation)[..., -1]
        return self.critic(observation).squeeze(-1)

    def distribution(self, out: Tensor, log_std: Tensor | None = None) -> Distribution:
        """What outputs [runs, batch, …] of the policy's network stand for."""
        out = out[..., : self.outputs]
        if self.discrete:
            return Categorical(out)
        return Gaussian(out, (self.log_std if log_std is None else log_std).unsqueeze(-2))

    def act(self, observation: Floats, rng: np.random.Generator) -> NDArray[Any]:
        """Draw an action of each environment: observation [n, features] → [n] or [n, size], the
        first n / runs rows being the first run's.
        """
        runs = len(self.log_std)
        rows = observation.reshape(runs, -1, observation.shape[-1])
        out = self.actor.answer(rows)[..., : self.outputs].reshape(-1, self.outputs)
        if self.discrete:
            return sample(out, rng)
        std = np.exp(self.log_std.detach().numpy()).repeat(rows.shape[1], 0)
        return (out + std * rng.standard_normal(out.shape, np.float32)).astype(np.float32)

    def weights(self) -> dict[str, Floats]:
        """A copy of what `greedy` acts from, each array [runs, ...]."""
        weights = self.actor.weights("actor.")
        if self.critic is None:  # the last output is the value
            last = f"actor.{len(self.actor.sizes) - 2}"
            for name in (f"{last}.weight", f"{last}.bias"):
                weights[name] = weights[name][..., : self.outputs].copy()
        if not self.discrete:
            weights["log_std"] = self.log_std.detach().numpy().copy()
        return weights


def _net_of_run(net: MLP, run: int) -> MLP:
    return MLP(net.sizes, _row(net.flat, run), net.activation)


def _row(parameters: Tensor, run: int) -> Tensor:
    """One run's row of [runs, …], as [1, …] in the same memory, with a gradient of its own."""
    return parameters.detach()[run : run + 1].requires_grad_(parameters.requires_grad)


class Pair(ActorCritic):
    """The same where policy and value have a network each, and learn together: computed as two
    copies of one network, which costs half as much.
    """

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        assert self.critic is not None
        sizes, value = self.actor.sizes, _widened(self.critic, self.outputs)
        flat = torch.stack((self.actor.flat.detach(), value))  # [2, runs, P]
        self.both = MLP(sizes, flat.requires_grad_(), TANH)
        self.actor, self.critic = (MLP(sizes, part, TANH) for part in flat.detach())

    def of_run(self, run: int) -> ActorCritic:
        raise TypeError("the runs of a Pair learn together: none of them can learn alone")

    @property
    def parameters(self) -> list[Tensor]:
        return [self.both.flat] if self.discrete else [self.both.flat, self.log_std]

    def __call__(self, observation: Tensor) -> tuple[Distribution, Tensor]:
        out = self.both(torch.cat((observation, observation))).view(2, *observation.shape[:-1], -1)
        policy, value = out.unbind()
        return self.distribution(policy), value[..., 0]

    def value(self, observation: Tensor) -> Tensor:
        """As it is, no gradient."""
        assert self.critic is not None
        return self.critic(observation)[..., 0]


def _widened(net: MLP, outputs: int) -> Tensor:
    """The parameters of a network of one output, [runs, P], as of one with more: the others say
    0, and nothing makes them learn.
    """
    *layers, last = net.views(net.flat.detach())
    wider = [functional.pad(part, (0, outputs - 1)) for part in last]
    return torch.cat([part.flatten(1) for layer in (*layers, wider) for part in layer], -1)


def make(env: Environment, runs: int, hidden: int, seed: int, **options: Any) -> ActorCritic:
    """An `ActorCritic` for these environments."""
    return ActorCritic(env.actions, env.low.size, hidden=hidden, runs=runs, seed=seed, **options)


def together(
    env: Environment, runs: int, hidden: int, seed: int, *, shared: bool, log_std: float
) -> ActorCritic:
    """The same for policy and value that learn from one loss."""
    if shared:
        return make(env, runs, hidden, seed, shared=True, log_std=log_std)
    return Pair(env.actions, env.low.size, hidden=hidden, runs=runs, seed=seed, log_std=log_std)


def sample(logits: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """One action of each row of logits [n, actions] → [n]: the largest of logits + Gumbel noise
    is distributed as the softmax (Gumbel 1954).
    """
    action: NDArray[np.int64] = (logits + rng.gumbel(size=logits.shape)).argmax(-1)
    return action


def greedy(weights: Mapping[str, Any], observation: Floats) -> NDArray[Any]:
    """The likeliest actions: observation [runs, batch, features] → [runs, batch], or
    [runs, batch, size] of continuous ones.
    """
    seen = normalise.seen(weights, observation)
    out = nets.torch_free_forward(nets.layers(weights, "actor."), seen, TANH)
    return out if "log_std" in weights else out.argmax(-1)
