"""A2C: advantage actor-critic, many environments in step with each other (Mnih et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep import actors, nets
from rl_core.deep.advantages import estimate, explained_variance, normalised
from rl_core.deep.advantages import gae as gae
from rl_core.deep.advantages import td_error as td_error
from rl_core.deep.envs import Box, Discrete, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.losses import value_loss as value_loss
from rl_core.deep.rollout import Batch, Rollout, flat
from rl_core.deep.schedules import annealed as annealed
from rl_core.deep.seeds import Purpose, generator
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Discrete, Box)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of A2C; the defaults are for CartPole-v1."""

    lr: float = setting(5e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    lr_end: float = setting(
        0.0, "share of the learning rate left at the end (falls linearly)", 0, 1, live=True
    )
    gamma: float = setting(0.99, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    lam: float = setting(
        1.0, "advantages from one step (0) to all (1)", 0, 1, symbol=r"\lambda", live=True
    )
    envs: int = setting(8, "environments that each run plays in", 1, 256)
    n_steps: int = setting(
        32, "steps of each environment between updates", 1, 10_000, symbol="n", live=True
    )
    normalise_advantage: bool = setting(
        True, "bring the advantages of an update to mean 0 and deviation 1", live=True
    )
    entropy_coef: float = setting(
        0.0, "weight of the bonus for an undecided policy", 0, 1, symbol=r"\beta", live=True
    )
    value_coef: float = setting(
        0.5, "weight of the value's loss beside the policy's", 0, 100, symbol="c", live=True
    )
    max_grad_norm: float = setting(
        0.5, "each run's gradient is shortened to this length", 1e-6, 1e6, live=True
    )
    shared: bool = setting(False, "policy and value from one network, not from two")
    hidden: int = setting(32, "units in each of the two hidden layers", 1, 1024)
    log_std: float = setting(0.0, "where ln σ of continuous actions begins", -5, 2)


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    actor_critic: actors.ActorCritic
    optimizer: nets.Adam
    rollout: Rollout
    rng: np.random.Generator


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; each run plays in `config.envs` instances of `env`."""
    actor_critic = actors.together(
        env,
        env.n // config.envs,
        config.hidden,
        seed,
        shared=config.shared,
        log_std=config.log_std,
    )
    return State(
        Episodes(env, config, gamma=config.gamma, envs=config.envs),
        actor_critic,
        nets.adam(actor_critic.parameters, config.lr),
        Rollout(config.envs),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Advantage actor-critic (Mnih et al. 2016, Algorithm S3, its threads in step)."""
    for step, config in timeline.every(timeline.config.envs):
        # Draw from the policy and act, in every environment.
        action = state.actor_critic.act(state.episodes.observation, state.rng)
        transition = state.episodes.step(action)
        state.rollout.add(transition)
        # Learn from the last n steps, then forget them: they tell of the policy that acted.
        metrics: dict[str, Floats] = {}
        if len(state.rollout) >= config.n_steps:
            metrics = update(state, state.rollout.take(), config, step / timeline.steps)
        yield Update(step + config.envs, transition.returns, metrics)


def update(state: State, rollout: Batch, config: Config, progress: float) -> dict[str, Floats]:
    """One gradient step of every run, `progress` (0 to 1) through the training. Returns what
    `health` does.
    """
    actor_critic = state.actor_critic
    lr = annealed(config.lr, config.lr_end, progress)
    observation, action = flat(rollout.observation), flat(rollout.action)
    pi, value = actor_critic(observation)
    with torch.no_grad():
        next_value = actor_critic.value(flat(rollout.next_observation))
        advantage, target = estimate(rollout, value, next_value, config.gamma, config.lam)
        if config.normalise_advantage:
            advantage = normalised(advantage)
    policy_loss = policy_gradient_loss(pi.log_prob(action), advantage)
    entropy, off = pi.entropy(), value_loss(value, target)
    loss = policy_loss - config.entropy_coef * entropy + config.value_coef * off
    grad_norm = nets.minimise(loss, state.optimizer, lr, config.max_grad_norm)
    explained = explained_variance(value.detach(), target)
    return health(policy_loss, off, entropy) | {
        "explained_variance": explained.numpy(),
        "grad_norm": grad_norm.numpy(),
    }


def health(policy_loss: Tensor, value_loss: Tensor, entropy: Tensor) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over the batch [runs, batch]."""
    means = {"policy_loss": policy_loss, "value_loss": value_loss, "entropy": entropy}
    return {name: x.detach().mean(-1).numpy() for name, x in means.items()}


def policy_gradient_loss(log_prob: Tensor, advantage: Tensor) -> Tensor:
    r"""Its gradient makes what went better than expected likelier.

    $$
    L = - \hat A_t \, \ln \pi(a_t \mid s_t)
    $$

    Mnih et al. 2016, Algorithm S3; the advantage is held fixed. log_prob, advantage [...] → [...].
    """
    return -advantage * log_prob


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor_critic.weights() | state.episodes.weights()


def policy(weights: Mapping[str, Any], observation: Floats) -> NDArray[Any]:
    """The likeliest actions: observation [runs, batch, features] → [runs, batch], or
    [runs, batch, size] of continuous ones.
    """
    return actors.greedy(weights, observation)
