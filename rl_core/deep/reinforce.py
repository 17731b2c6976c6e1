"""REINFORCE: the policy gradient from whole episodes, with a baseline (Williams 1992)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep import actors, nets
from rl_core.deep.advantages import explained_variance, normalised
from rl_core.deep.envs import Box, Discrete, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.losses import value_loss as value_loss
from rl_core.deep.returns import returns_to_go as returns_to_go
from rl_core.deep.returns import time
from rl_core.deep.returns import whole_returns as whole_returns
from rl_core.deep.schedules import annealed as annealed
from rl_core.deep.seeds import Purpose, generator
from rl_core.deep.trajectories import Batch, Trajectories
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Discrete, Box)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of REINFORCE; the defaults are for CartPole-v1."""

    lr: float = setting(5e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    lr_end: float = setting(
        0.0, "share of the learning rates left at the end (falls linearly)", 0, 1, live=True
    )
    gamma: float = setting(0.99, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    episodes: int = setting(8, "whole episodes per update", 1, 1000, symbol="N", live=True)
    reward_to_go: bool = setting(
        True, "weigh an action by what came after it, not by the whole episode's return", live=True
    )
    discounted_steps: bool = setting(
        False, "count step t of an episode γ^t times, as the formula reads", live=True
    )
    baseline: bool = setting(True, "subtract the learned value of the state", live=True)
    baseline_lr: float = setting(5e-3, "learning rate of the baseline", 0, 1, live=True)
    baseline_steps: int = setting(
        10, "gradient steps of the baseline per update", 1, 1000, live=True
    )
    normalise_advantage: bool = setting(
        True, "bring the weights of an update to mean 0 and deviation 1", live=True
    )
    entropy_coef: float = setting(
        0.0, "weight of the bonus for an undecided policy", 0, 1, symbol=r"\beta", live=True
    )
    max_grad_norm: float = setting(
        100.0, "each run's gradient is shortened to this length", 1e-6, 1e6, live=True
    )
    hidden: int = setting(32, "units in each of the two hidden layers", 1, 1024)
    log_std: float = setting(0.0, "where ln σ of continuous actions begins", -5, 2)


@dataclass
class Learner:
    """One run, with its own optimizers: it learns when its episodes are complete, whatever the
    others do.
    """

    actor_critic: actors.ActorCritic  # one row of the `State`'s, in the same memory
    optimizer: nets.Adam
    baseline_optimizer: nets.Adam


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    actor_critic: actors.ActorCritic  # acts, all runs at once
    learners: list[Learner]  # one per run
    trajectories: Trajectories
    rng: np.random.Generator


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; one run for each instance of `env`."""
    actor_critic = actors.make(env, env.n, config.hidden, seed, log_std=config.log_std)
    alone = [actor_critic.of_run(run) for run in range(env.n)]
    return State(
        Episodes(env, config, gamma=config.gamma),
        actor_critic,
        [
            Learner(a, nets.adam(a.policy_parameters, 0), nets.adam(a.value_parameters, 0))
            for a in alone
        ],
        Trajectories(env.n, env.low.size, env.actions),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """REINFORCE with a baseline (Sutton & Barto, section 13.4), several episodes per update."""
    trajectories, learners = state.trajectories, state.learners
    for step, config in timeline:
        # Draw from the policy and act.
        action = state.actor_critic.act(state.episodes.observation, state.rng)
        transition = state.episodes.step(action)
        trajectories.add(transition)
        # A run whose episodes are complete learns from them, then forgets them: they tell of the
        # policy that acted.
        progress = step / timeline.steps
        health = {
            run: update(learners[run], trajectories.take(run), config, progress)
            for run in trajectories.complete(config.episodes)
        }
        yield Update(step + 1, transition.returns, *side_by_side(health, len(learners)))


def update(learner: Learner, batch: Batch, config: Config, progress: float) -> dict[str, Tensor]:
    """One gradient step of one run, `progress` (0 to 1) through the training.

    Returns what an expert would watch, each [1].
    """
    actor_critic = learner.actor_critic
    ended = torch.maximum(batch.terminated, batch.truncated)
    t, length = time(ended), ended.shape[-1] / ended.sum(-1)
    # What would have come after a time limit, only the baseline can guess. Without one the return
    # is what was earned before it: where rewards are positive, late steps look worse than they
    # were (a bias).
    baseline = actor_critic.value if config.baseline else nothing
    with torch.no_grad():
        value, rest = baseline(batch.observation), baseline(batch.next_observation)
        g = returns_to_go(batch.reward, batch.terminated, batch.truncated, rest, config.gamma)
        weight = (g if config.reward_to_go else whole_returns(g, t)) - value
    explained, deviation = explained_variance(value, g), weight.std(-1, correction=0)
    if config.normalise_advantage:
        weight = normalised(weight)
    if config.discounted_steps and config.reward_to_go:  # R(τ) has the factor in it
        weight = weight * discount(t, config.gamma)
    # Climb: the sum over an episode's steps, as the formula reads, in the mean of the episodes.
    # `minimise` takes the mean over all steps, hence the length.
    pi = actor_critic.policy(batch.observation)
    entropy = pi.entropy()
    loss = policy_gradient_loss(pi.log_prob(batch.action), weight) - config.entropy_coef * entropy
    lr = annealed(config.lr, config.lr_end, progress)
    grad_norm = nets.minimise(loss * length, learner.optimizer, lr, config.max_grad_norm)
    if config.baseline:
        fit_baseline(learner, batch.observation, g, config, progress)
    return {
        "entropy": entropy.detach().mean(-1),
        "grad_norm": grad_norm,
        "weight_deviation": deviation,
        "explained_variance": explained,
        "episodes": ended.sum(-1),
        "length": length,
    }


def fit_baseline(
    learner: Learner, observation: Tensor, g: Tensor, config: Config, progress: float
) -> None:
    """Bring V nearer to the returns g [1, T]."""
    lr = annealed(config.baseline_lr, config.lr_end, progress)
    for _ in range(config.baseline_steps):
        loss = value_loss(learner.actor_critic.value(observation), g)
        nets.minimise(loss, learner.baseline_optimizer, lr, config.max_grad_norm)


def nothing(observation: Tensor) -> Tensor:
    """In the place of a baseline: [..., features] → zeros [...]."""
    return torch.zeros(observation.shape[:-1])


def side_by_side(
    health: Mapping[int, Mapping[str, Tensor]], runs: int
) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """The metrics of the runs that learned, each [runs] with NaN for the others, and which runs
    those are, [runs].
    """
    learned = np.zeros(runs, bool)
    learned[list(health)] = True
    metrics: dict[str, Floats] = {}
    for run, numbers in health.items():
        for name, x in numbers.items():
            metrics.setdefault(name, np.full(runs, np.nan))[run] = x.item()
    return metrics, learned


def discount(t: Tensor, gamma: float) -> Tensor:
    r"""What step t of an episode counts in the gradient of the discounted return.

    $$
    \nabla J = \mathbb{E} \Big[ \sum_t \gamma^t \, (G_t - V(s_t)) \, \nabla \ln \pi(a_t \mid s_t)
    \Big]
    $$

    Sutton & Barto, section 13.3. Most implementations leave γᵗ out: late steps then count as much
    as early ones, which is the gradient of no function (Nota & Thomas 2020). t [...] → [...].
    """
    return gamma**t


def policy_gradient_loss(log_prob: Tensor, weight: Tensor) -> Tensor:
    r"""Its gradient makes what turned out well likelier.

    $$
    L = - \Psi_t \, \ln \pi(a_t \mid s_t)
    $$

    Williams 1992, theorem 1, with Ψ as in Schulman et al. 2016: R(τ), G_t or G_t − V(s_t), held
    fixed. log_prob, weight [...] → [...].
    """
    return -weight * log_prob


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor_critic.weights() | state.episodes.weights()


def policy(weights: Mapping[str, Any], observation: Floats) -> NDArray[Any]:
    """The likeliest actions: observation [runs, batch, features] → [runs, batch], or
    [runs, batch, size] of continuous ones.
    """
    return actors.greedy(weights, observation)
