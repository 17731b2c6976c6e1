"""PPO's update slowed down: one sample whose ratio moves, and whole batches epoch by epoch.

What `ppo.update` does with batches in one go is done here one epoch at a time, with the clip or
(at ε = ∞) without it, so that one can look between the epochs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
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
# said in full: the batches stay as they are when PPO's defaults move on
CONFIG = ppo.Config(
    lr=3e-3, lr_end=1.0, gamma=0.98, lam=0.95, envs=4, n_steps=32, epochs=4, minibatches=8,
    clip=0.2, hidden=32,
)  # fmt: skip
# before their batch the policies learn a little, in few large steps
BEFORE, ROLLOUTS = replace(CONFIG, lr=1e-2, epochs=2, minibatches=2), 12
RUNS = 8  # policies, each with a batch of its own
EPISODES = 16  # of each policy, in which its return is measured


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
    """All policies between two epochs, each over its batch."""

    state: ppo.State
    samples: ppo.Samples  # the batches
    advantage: Tensor  # [runs, batch] as the minibatches see it, nearly: mean 0 and deviation 1
    log_prob: Tensor  # [runs, batch] of the batches' actions, by these policies
    ratio: Tensor  # [runs, batch]

    @property
    def promised(self) -> Tensor:
        """What each batch says of its policy, without the clip: the mean of the ratio times the
        advantage, in deviations of the advantage, [runs].
        """
        return ppo.clipped_surrogate(self.ratio, self.advantage, NO_CLIP).mean(-1)

    @property
    def kl(self) -> Tensor:
        """How far each policy is from the one that acted, [runs]."""
        return ppo.approx_kl(self.ratio).mean(-1)


def first(seed: int) -> Moment:
    """Policies that have begun to learn, and the batch of each, before the first epoch."""
    config = CONFIG
    instances = seeds(seed, Purpose.ENVIRONMENT, RUNS * config.envs)
    state = ppo.start(envs.make(ENV, instances, scaled=config.scaled), config, seed)
    steps = config.envs * config.n_steps
    for _ in ppo.train(Timeline(BEFORE, ROLLOUTS * steps), state):
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
    return _seen(state, ppo.Samples(observation, action, log_prob, value, advantage, target))


def epoch(moment: Moment, clip: float) -> Moment:
    """One epoch of PPO later; the moment itself stays as it is."""
    state, samples = deepcopy(moment.state), moment.samples
    for part in minibatches(samples, 1, CONFIG.minibatches, state.rng):
        ppo.learn(state, ppo.Samples._make(part), CONFIG, CONFIG.lr, clip)
    return _seen(state, samples)


def earned(moments: Sequence[Moment], seed: int = 0) -> NDArray[np.float64]:
    """How long the policies really hold the pole: [moments, runs], the mean over fresh episodes,
    the same for all, actions drawn with the same luck.
    """
    runs = len(moments) * RUNS
    env = envs.make(ENV, [0] * (runs * EPISODES), scaled=CONFIG.scaled)
    acting = [(m.state.actor_critic, generator(seed, Purpose.PLAY)) for m in moments]

    def act(observation: Floats) -> NDArray[Any]:
        parts = np.split(observation.astype(np.float32), len(moments))
        rows = [part.reshape(-1, part.shape[-1]) for part in parts]
        drawn = [pi.act(row, rng) for (pi, rng), row in zip(acting, rows, strict=True)]
        return np.concatenate(drawn).reshape(runs, EPISODES)

    fresh = seeds(seed, Purpose.EVALUATION, EPISODES)
    return evaluation.returns(env, act, runs, fresh).mean(-1).reshape(-1, RUNS)


def _seen(state: ppo.State, samples: ppo.Samples) -> Moment:
    with torch.no_grad():
        log_prob = state.actor_critic.policy(samples.observation).log_prob(samples.action)
        ratio = ppo.ratio(log_prob, samples.log_prob)
    return Moment(state, samples, normalised(samples.advantage), log_prob, ratio)
