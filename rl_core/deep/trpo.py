"""TRPO: trust region policy optimisation, steps as long as trust goes (Schulman et al. 2015)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep import actors, natural, nets
from rl_core.deep.advantages import estimate, explained_variance, normalised
from rl_core.deep.advantages import gae as gae
from rl_core.deep.advantages import td_error as td_error
from rl_core.deep.envs import Box, Discrete, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.natural import (
    conjugate_gradient,
    fisher_vector_product,
    line_search,
    relative_residual,
    step_size,
)
from rl_core.deep.rollout import Batch, Rollout, flat, minibatches
from rl_core.deep.schedules import annealed as annealed
from rl_core.deep.seeds import Purpose, generator
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Discrete, Box)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of TRPO; the defaults are for CartPole-v1."""

    target_kl: float = setting(
        0.01, "how far an update may change the policy", 1e-8, 10, symbol=r"\delta", live=True
    )
    cg_iterations: int = setting(10, "iterations of conjugate gradient", 1, 1000, live=True)
    damping: float = setting(0.01, "added to the Fisher matrix on its diagonal", 0, 100, live=True)
    fisher_every: int = setting(
        1, "the Fisher matrix is the mean over every how many-th state", 1, 1000, live=True
    )
    backtracks: int = setting(10, "how often a step may be shortened", 0, 100, live=True)
    backtrack_factor: float = setting(
        0.8, "a step is shortened to this share", 0.01, 0.99, symbol="c", live=True
    )
    lr: float = setting(
        3e-3, "learning rate of Adam, for the values", 0, 1, symbol=r"\alpha", live=True
    )
    lr_end: float = setting(
        0.0, "share of the learning rate left at the end (falls linearly)", 0, 1, live=True
    )
    epochs: int = setting(10, "times that the values learn from every step", 1, 100, live=True)
    minibatches: int = setting(
        8, "gradient steps that an epoch is divided into", 1, 1000, live=True
    )
    gamma: float = setting(0.99, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    lam: float = setting(
        0.98, "advantages from one step (0) to all (1)", 0, 1, symbol=r"\lambda", live=True
    )
    envs: int = setting(8, "environments that each run plays in", 1, 256)
    n_steps: int = setting(
        128, "steps of each environment between updates", 1, 10_000, symbol="n", live=True
    )
    normalise_advantage: bool = setting(
        True, "bring the advantages of an update to mean 0 and deviation 1", live=True
    )
    hidden: int = setting(32, "units in each of the two hidden layers", 1, 1024)
    log_std: float = setting(0.0, "where ln σ of continuous actions begins", -5, 2)


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    actor_critic: actors.ActorCritic
    optimizer: nets.Adam  # of the values
    rollout: Rollout
    rng: np.random.Generator


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; each run plays in `config.envs` instances of `env`."""
    runs = env.n // config.envs
    actor_critic = actors.make(env, runs, config.hidden, seed, log_std=config.log_std)
    return State(
        Episodes(env, config, gamma=config.gamma, envs=config.envs),
        actor_critic,
        nets.adam(actor_critic.value_parameters, config.lr),
        Rollout(config.envs),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Trust region policy optimisation (Schulman et al. 2015, section 6, "single path")."""
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
    """One step of every run's policy, then several epochs of gradient steps of its values,
    `progress` (0 to 1) through the training. Returns what an expert would watch, each [runs].
    """
    actor_critic = state.actor_critic
    lr = annealed(config.lr, config.lr_end, progress)
    observation, action = flat(rollout.observation), flat(rollout.action)
    with torch.no_grad():
        value = actor_critic.value(observation)
        next_value = actor_critic.value(flat(rollout.next_observation))
        advantage, target = estimate(rollout, value, next_value, config.gamma, config.lam)
    metrics = improve(actor_critic, observation, action, advantage, config)
    parts = minibatches((observation, target), config.epochs, config.minibatches, state.rng)
    for seen, wanted in parts:
        loss = value_loss(actor_critic.value(seen), wanted)
        nets.descend(loss, state.optimizer, lr)
    metrics["explained_variance"] = explained_variance(value, target)
    return {name: x.numpy() for name, x in metrics.items()}


def improve(
    actor_critic: actors.ActorCritic,
    observation: Tensor,
    action: Tensor,
    advantage: Tensor,
    config: Config,
) -> dict[str, Tensor]:
    """The step of every run's policy that gains most within its trust region (Schulman et al.
    2015, equation 14 and appendix C). observation, action, advantage [runs, batch, ...] → metrics,
    each [runs].
    """
    if config.normalise_advantage:
        advantage = normalised(advantage)
    # The slope of the surrogate.
    pi = actor_critic.policy(observation)
    log_prob = pi.log_prob(action)
    old, old_log_prob, entropy = pi.detach(), log_prob.detach(), pi.entropy().detach()
    g = natural.gradient(surrogate(log_prob, old_log_prob, advantage), actor_critic)
    # The direction that gains most for what it changes the policy: x = F⁻¹ g.
    jacobian = nets.Jacobian(actor_critic.actor, observation[:, :: config.fisher_every])
    seen = actor_critic.distribution(jacobian.out).detach()
    fisher = partial(fisher_vector_product, jacobian=jacobian, pi=seen, damping=config.damping)
    x = conjugate_gradient(fisher, g, config.cg_iterations)
    f_x = fisher(x)
    # As far as the trust region seems to reach; less far where that was too far.
    beta = step_size(natural.dot(x, f_x), config.target_kl)

    def measure(theta: Tensor) -> tuple[Tensor, Tensor]:
        new = natural.policy_at(actor_critic, theta, observation)
        gain = surrogate(new.log_prob(action), old_log_prob, advantage) - advantage
        kl = old.kl(new)  # type: ignore[arg-type]  # of one kind, whichever it is
        return gain.mean(-1), kl.mean(-1)

    theta, step = natural.parameters(actor_critic), beta.unsqueeze(-1) * x
    limits = config.target_kl, config.backtracks, config.backtrack_factor
    with torch.no_grad():
        found = line_search(theta, step, measure, *limits)
    natural.move(actor_critic, found.theta)
    return {
        "kl": found.kl,
        "gain": found.gain,
        "accepted": found.accepted.float(),
        "backtracks": found.backtracks,
        "step_size": beta,
        "cg_residual": relative_residual(f_x, g),
        "entropy": entropy.mean(-1),
    }


def surrogate(log_prob: Tensor, old_log_prob: Tensor, advantage: Tensor) -> Tensor:
    r"""What the new policy would gain if it saw the states that the old one saw.

    $$
    L = \frac{\pi_\theta(a_t \mid s_t)}{\pi_{\theta_\text{old}}(a_t \mid s_t)} \, \hat A_t
    $$

    Schulman et al. 2015, equation 14. At the old parameters its slope is the policy gradient.
    log_prob, old_log_prob, advantage [...] → [...].
    """
    return torch.exp(log_prob - old_log_prob) * advantage


def value_loss(value: Tensor, target: Tensor) -> Tensor:
    r"""How far the value is from the return that came.

    $$
    L = \tfrac{1}{2} \, (\hat G_t - V(s_t))^2
    $$

    Schulman et al. 2016, section 5. value, target [...] → [...].
    """
    return 0.5 * (target - value).square()


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor_critic.weights() | state.episodes.weights()


def policy(weights: Mapping[str, Any], observation: Floats) -> NDArray[Any]:
    """The likeliest actions: observation [runs, batch, features] → [runs, batch], or
    [runs, batch, size] of continuous ones.
    """
    return actors.greedy(weights, observation)
