"""PPO: proximal policy optimisation, its objective clipped (Schulman et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

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
from rl_core.deep.losses import clipped_value_loss as clipped_value_loss
from rl_core.deep.losses import value_loss as value_loss
from rl_core.deep.rollout import Batch, Rollout, flat, minibatches
from rl_core.deep.schedules import annealed as annealed
from rl_core.deep.seeds import Purpose, generator
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Discrete, Box)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of PPO; the defaults are for CartPole-v1."""

    lr: float = setting(5e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    lr_end: float = setting(
        0.0, "share of the learning rate left at the end (falls linearly)", 0, 1, live=True
    )
    gamma: float = setting(0.99, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    lam: float = setting(
        0.95, "advantages from one step (0) to all (1)", 0, 1, symbol=r"\lambda", live=True
    )
    envs: int = setting(8, "environments that each run plays in", 1, 256)
    n_steps: int = setting(
        128, "steps of each environment between updates", 1, 10_000, symbol="n", live=True
    )
    epochs: int = setting(4, "times that every step is learned from", 1, 100, symbol="K", live=True)
    minibatches: int = setting(
        4, "gradient steps that an epoch is divided into", 1, 1000, live=True
    )
    clip: float = setting(
        0.2, "how far the ratio may pay off", 0, 10, symbol=r"\epsilon", live=True
    )
    clip_end: float = setting(
        1.0, "share of the clip range left at the end (falls linearly)", 0, 1, live=True
    )
    clip_value: bool = setting(False, "clip how far the values move, too", live=True)
    normalise_advantage: bool = setting(
        True, "bring the advantages of a minibatch to mean 0 and deviation 1", live=True
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


class Samples(NamedTuple):
    """The steps of a rollout as the policy and the values saw them that acted."""

    observation: Tensor  # [runs, batch, features]
    action: Tensor  # [runs, batch], or [runs, batch, size]
    log_prob: Tensor  # [runs, batch]
    value: Tensor  # [runs, batch]
    advantage: Tensor  # [runs, batch]
    target: Tensor  # [runs, batch]


class Learned(NamedTuple):
    """What a gradient step worked with, each [runs, batch] but the last."""

    policy_loss: Tensor
    value_loss: Tensor
    entropy: Tensor
    ratio: Tensor
    grad_norm: Tensor  # [runs]


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
    """Proximal policy optimisation (Schulman et al. 2017, Algorithm 1)."""
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
    """Several epochs of gradient steps of every run, `progress` (0 to 1) through the training.
    Returns what `health` does.
    """
    actor_critic = state.actor_critic
    lr = annealed(config.lr, config.lr_end, progress)
    clip = annealed(config.clip, config.clip_end, progress)
    observation, action = flat(rollout.observation), flat(rollout.action)
    with torch.no_grad():
        pi, value = actor_critic(observation)
        next_value = actor_critic.value(flat(rollout.next_observation))
        advantage, target = estimate(rollout, value, next_value, config.gamma, config.lam)
        samples = Samples(observation, action, pi.log_prob(action), value, advantage, target)
    parts = minibatches(samples, config.epochs, config.minibatches, state.rng)
    learned = [learn(state, Samples._make(part), config, lr, clip) for part in parts]
    explained = explained_variance(value, target)
    return health(learned, clip) | {"explained_variance": explained.numpy()}


def learn(state: State, batch: Samples, config: Config, lr: float, clip: float) -> Learned:
    """One gradient step of every run."""
    pi, value = state.actor_critic(batch.observation)
    advantage = batch.advantage
    if config.normalise_advantage:
        advantage = normalised(advantage)
    r = ratio(pi.log_prob(batch.action), batch.log_prob)
    policy_loss = -clipped_surrogate(r, advantage, clip)
    if config.clip_value:
        off = clipped_value_loss(value, batch.value, batch.target, clip)
    else:
        off = value_loss(value, batch.target)
    entropy = pi.entropy()
    loss = policy_loss - config.entropy_coef * entropy + config.value_coef * off
    grad_norm = nets.minimise(loss, state.optimizer, lr, config.max_grad_norm)
    return Learned(policy_loss.detach(), off.detach(), entropy.detach(), r.detach(), grad_norm)


def health(learned: list[Learned], clip: float) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over all that was learned from, and the
    largest distance of a ratio from 1.
    """
    *samples, grad_norm = (list(column) for column in zip(*learned, strict=True))
    policy_loss, value_loss, entropy, r = (torch.cat(column, -1) for column in samples)
    off = (r - 1).abs()
    means = {
        "policy_loss": policy_loss,
        "value_loss": value_loss,
        "entropy": entropy,
        "approx_kl": approx_kl(r),
        "clip_fraction": (off > clip).float(),
    }
    metrics = {name: x.mean(-1).numpy() for name, x in means.items()}
    metrics["ratio_deviation"] = off.amax(-1).numpy()
    return metrics | {"grad_norm": torch.stack(grad_norm).mean(0).numpy()}


def ratio(log_prob: Tensor, old_log_prob: Tensor) -> Tensor:
    r"""How much likelier an action has become since it was drawn.

    $$
    r_t = \frac{\pi_\theta(a_t \mid s_t)}{\pi_{\theta_\text{old}}(a_t \mid s_t)}
    = e^{\ln \pi_\theta - \ln \pi_{\theta_\text{old}}}
    $$

    Schulman et al. 2017, section 3. log_prob, old_log_prob [...] → [...].
    """
    return torch.exp(log_prob - old_log_prob)


def clipped_surrogate(ratio: Tensor, advantage: Tensor, clip: float) -> Tensor:
    r"""What PPO raises: the advantage as the new policy would gain it, but no more to gain once
    the ratio has left 1 ± ε in the direction that pays off.

    $$
    L^{CLIP} = \min \left( r_t \hat A_t, \;
    \operatorname{clip}(r_t, 1 - \epsilon, 1 + \epsilon) \, \hat A_t \right)
    $$

    Schulman et al. 2017, equation 7. ratio, advantage [...] → [...].
    """
    return torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage)


def approx_kl(ratio: Tensor) -> Tensor:
    r"""How far the policy has moved, sample by sample: never negative, and its mean over what the
    old policy did is the divergence.

    $$
    D_{KL}(\pi_\text{old} \,\|\, \pi) \approx (r_t - 1) - \ln r_t
    $$

    Schulman, "Approximating KL divergence", 2020. ratio [...] → [...].
    """
    return ratio - 1 - ratio.log()


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor_critic.weights() | state.episodes.weights()


def policy(weights: Mapping[str, Any], observation: Floats) -> NDArray[Any]:
    """The likeliest actions: observation [runs, batch, features] → [runs, batch], or
    [runs, batch, size] of continuous ones.
    """
    return actors.greedy(weights, observation)
