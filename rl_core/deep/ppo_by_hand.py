"""PPO's update slowed down: one sample whose ratio moves, and one batch epoch by epoch.

What `ppo.update` does with a batch in one go is done here one epoch at a time, with the clip or
(at ε = ∞) without it, so that one can look between the epochs.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import envs, evaluation, ppo
from rl_core.deep.advantages import estimate, normalised
from rl_core.deep.rollout import flat, minibatches
from rl_core.deep.seeds import Purpose, generator, seeds
from rl_core.events import Floats
from rl_core.timeline import Timeline

NO_CLIP = math.inf  # with it, the clipped objective is the plain one
OLD_CHANCE = 0.4  # of the one sample's action when it was drawn: its ratio cannot exceed 1 / 0.4

ENV = "CartPole-v1"
CONFIG = ppo.Config(envs=4, n_steps=32, minibatches=4, lr_end=1.0)
ROLLOUTS = 8  # that the policy has learned from before the batch: it plays a little, not well
EPISODES = 64  # in which a policy's return is measured


def slope(ratio: Tensor, advantage: Tensor, clip: float) -> Tensor:
    r"""How the clipped objective changes with the ratio, by autograd.

    $$
    \frac{\partial L^{CLIP}}{\partial r_t} = \begin{cases}
    0 & \hat A_t > 0 \text{ and } r_t > 1 + \epsilon, \text{ or }
    \hat A_t < 0 \text{ and } r_t < 1 - \epsilon \\
    \hat A_t & \text{otherwise} \end{cases}
    $$

    From Schulman et al. 2017, equation 7. ratio, advantage [...] → [...].
    """
    r = ratio.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(ppo.clipped_surrogate(r, advantage, clip).sum(), r)
    return gradient


def climb(ratio: float, advantage: float, clip: float, alpha: float) -> float:
    r"""One step up the objective of one sample, by a policy of two actions with one preference θ.

    $$
    \theta \leftarrow \theta + \alpha \, \frac{\partial L^{CLIP}}{\partial \theta},
    \qquad \pi_\theta(a) = \frac{1}{1 + e^{-\theta}}
    $$

    Gradient ascent on Schulman et al. 2017, equation 7.

    Args: `ratio` between 0 and 1 / OLD_CHANCE. Returns: the ratio after the step.
    """
    old = torch.tensor(OLD_CHANCE, dtype=torch.float64)
    theta = torch.logit(ratio * old).requires_grad_()

    def new_ratio(theta: Tensor) -> Tensor:
        return ppo.ratio(torch.nn.functional.logsigmoid(theta), old.log())

    loss = ppo.clipped_surrogate(new_ratio(theta), torch.tensor(advantage).double(), clip)
    (gradient,) = torch.autograd.grad(loss, theta)
    return float(new_ratio(theta.detach() + alpha * gradient))


@dataclass(frozen=True)
class Moment:
    """A policy between two epochs over one batch."""

    state: ppo.State
    samples: ppo.Samples  # the batch, each [1, batch, ...]
    advantage: Tensor  # [batch] as the minibatches see it, nearly: mean 0 and deviation 1
    log_prob: Tensor  # [batch] of the batch's actions, by this policy
    ratio: Tensor  # [batch]

    @property
    def promised(self) -> float:
        """What the batch says of this policy, without the clip: the mean of the ratio times the
        advantage, in deviations of the advantage.
        """
        return float(ppo.clipped_surrogate(self.ratio, self.advantage, NO_CLIP).mean())

    @property
    def kl(self) -> float:
        return float(ppo.approx_kl(self.ratio).mean())


def first(seed: int, config: ppo.Config = CONFIG) -> Moment:
    """A policy that has begun to learn, and the batch that it gathered, before the first epoch."""
    env = envs.make(ENV, seeds(seed, Purpose.ENVIRONMENT, config.envs), scaled=config.scaled)
    state = ppo.start(env, config, seed)
    steps = config.envs * config.n_steps
    for _ in ppo.train(Timeline(config, ROLLOUTS * steps), state):
        pass
    for _ in range(config.n_steps):
        acted = state.actor_critic.act(state.episodes.observation, state.rng)
        state.rollout.add(state.episodes.step(acted))
    rollout = state.rollout.take()
    observation, action = flat(rollout.observation), flat(rollout.action)
    with torch.no_grad():
        pi, value = state.actor_critic(observation)
        next_value = state.actor_critic.value(flat(rollout.next_observation))
        advantage, target = estimate(rollout, value, next_value, config.gamma, config.lam)
        log_prob = pi.log_prob(action)
    samples = ppo.Samples(observation, action, log_prob, value, advantage, target)
    return _seen(state, samples)


def epoch(moment: Moment, clip: float, config: ppo.Config = CONFIG) -> Moment:
    """One epoch of PPO later; the moment itself stays as it is."""
    state, samples = deepcopy(moment.state), moment.samples
    for part in minibatches(samples, 1, config.minibatches, state.rng):
        ppo.learn(state, ppo.Samples._make(part), config, config.lr, clip)
    return _seen(state, samples)


def mean_return(moment: Moment, seed: int = 0) -> float:
    """How long the policy really holds the pole: the mean over fresh episodes, actions drawn."""
    env = envs.make(ENV, [0] * EPISODES, scaled=CONFIG.scaled)
    rng = generator(seed, Purpose.PLAY)

    def act(observation: Floats) -> Floats:
        rows = observation.reshape(EPISODES, -1).astype(np.float32)
        return moment.state.actor_critic.act(rows, rng)[None]

    fresh = seeds(seed, Purpose.EVALUATION, EPISODES)
    return float(evaluation.returns(env, act, 1, fresh).mean())


def _seen(state: ppo.State, samples: ppo.Samples) -> Moment:
    with torch.no_grad():
        log_prob = state.actor_critic.policy(samples.observation).log_prob(samples.action)
        ratio = ppo.ratio(log_prob, samples.log_prob)
    return Moment(state, samples, normalised(samples.advantage)[0], log_prob[0], ratio[0])
