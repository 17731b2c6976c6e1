"""SAC: act as well *and* as randomly as possible (Haarnoja et al. 2018, both versions)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import deterministic, nets, normalise
from rl_core.deep.distributions import LOG_STD, SquashedGaussian
from rl_core.deep.envs import Box, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.replay import Batch, Replay
from rl_core.deep.seeds import Purpose, generator, torch_generator
from rl_core.events import Floats, Update
from rl_core.settings import SettingError, setting
from rl_core.timeline import Timeline

ACTIONS = (Box,)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of SAC; the defaults are for Pendulum-v1."""

    lr: float = setting(3e-3, "learning rate of Adam", 0, 1, symbol=r"\lambda", live=True)
    gamma: float = setting(0.98, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    alpha: float = setting(
        0.5,
        "temperature: what randomness is worth; where it begins, if automatic",
        0,
        1000,
        symbol=r"\alpha",
        live=True,
    )
    automatic: bool = setting(
        True, "learn the temperature that keeps the entropy at its target", live=True
    )
    target_entropy: float = setting(
        -1.0,
        "entropy aimed at, per number of an action",
        -100,
        math.log(2),
        symbol=r"\bar H",
        live=True,
    )
    batch: int = setting(64, "transitions per update", 1, 4096, symbol="B", live=True)
    replay_size: int = setting(30_000, "transitions kept per run", 1, 10**6)
    learning_starts: int = setting(
        100, "environment steps with random actions before the first update", 0, 10**6
    )
    train_every: int = setting(2, "environment steps between updates", 1, 1000, live=True)
    updates: int = setting(2, "updates each time", 1, 1000, live=True)
    tau: float = setting(
        0.01, "share of the way that the target networks move", 0, 1, symbol=r"\tau", live=True
    )
    hidden: int = setting(64, "units in each of the two hidden layers", 1, 1024)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.automatic and self.alpha == 0:
            raise SettingError("alpha", 0, "above 0 where it is automatic")


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    actor: nets.MLP  # [runs, batch, features] → [runs, batch, 2 size]: means, log deviations
    q: nets.Critics  # observation, action → [2, runs, batch]
    q_target: nets.Critics
    log_alpha: Tensor  # [runs]
    actor_optimizer: nets.Adam  # of the temperature too
    q_optimizer: nets.Adam
    replay: Replay
    rng: np.random.Generator


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; one run for each instance of `env`."""
    luck = torch_generator(seed, Purpose.NETWORK)
    features, size = env.low.size, env.actions.outputs
    sizes = (features, config.hidden, config.hidden, 2 * size)
    actor = nets.MLP.init(sizes, env.n, luck)
    q = nets.Critics.init(2, features + size, config.hidden, env.n, luck)
    log_alpha = torch.full((env.n,), math.log(config.alpha or 1)).requires_grad_()
    return State(
        Episodes(env, config, gamma=config.gamma),
        actor,
        q,
        q.frozen_copy(),
        log_alpha,
        nets.adam([actor.flat, log_alpha], config.lr),
        nets.adam(q.net.flat, config.lr),
        Replay(env.n, config.replay_size, features, env.actions),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Soft actor-critic (Haarnoja et al. 2018, "Algorithms and Applications", Algorithm 1)."""
    actor, replay, rng = state.actor, state.replay, state.rng
    runs, size = len(actor.flat), actor.sizes[-1] // 2
    for step, config in timeline:
        # At first any action, then one drawn from the policy.
        if step < config.learning_starts:
            a = deterministic.anything(runs, size, rng)
        else:
            a = act(actor, state.episodes.observation, rng)
        # Take it; store what happened.
        transition = state.episodes.step(a)
        replay.add(transition)
        # Learn from transitions drawn from the past.
        metrics: dict[str, Floats] = {}
        if step >= config.learning_starts and step % config.train_every == 0:
            shape = (config.updates, 2, runs, config.batch, size)
            noise = torch.from_numpy(rng.standard_normal(shape, np.float32))
            batches = replay.sample(config.updates, config.batch, rng)
            for batch, (epsilon_next, epsilon) in zip(batches, noise, strict=True):
                learned = criticise(state, batch, epsilon_next, config)
                climbed = improve(state, batch, epsilon, config)
                state.q_target.follow(state.q, config.tau)
            metrics = health(learned, climbed, state, config)
        yield Update(step + 1, transition.returns, metrics)


def criticise(state: State, batch: Batch, epsilon: Tensor, config: Config) -> tuple[Tensor, Tensor]:
    """One gradient step of every run's critics; epsilon [runs, batch, size] is standard normal.

    Returns values and TD errors of the batch, each [2, runs, batch].
    """
    with torch.no_grad():
        a_next, log_pi_next = SquashedGaussian(state.actor(batch.next_observation)).sample(epsilon)
        q_next = state.q_target(batch.next_observation, a_next)
        v_next = soft_value(q_next, log_pi_next, temperature(state, config))
        y = target(batch.reward, batch.terminated, v_next, config.gamma)
    q = state.q(batch.observation, batch.action)
    delta = td_error(y, q)
    nets.descend(critic_loss(delta), state.q_optimizer, config.lr)
    return q.detach(), delta.detach()


def improve(
    state: State, batch: Batch, epsilon: Tensor, config: Config
) -> tuple[SquashedGaussian, Tensor, Tensor, Tensor]:
    """One gradient step of every run's actor and temperature; epsilon as above.

    Returns the policy, its actions [runs, batch, size], their log-probabilities and the actor's
    losses, each [runs, batch].
    """
    pi = SquashedGaussian(state.actor(batch.observation))
    a, log_pi = pi.sample(epsilon)
    q = state.q.frozen_view()(batch.observation, a)
    loss = actor_loss(q, log_pi, temperature(state, config))
    everything = loss
    if config.automatic:  # one step for both: neither loss depends on the other's parameters
        entropy = config.target_entropy * a.shape[-1]
        log_alpha = state.log_alpha.unsqueeze(-1)
        everything = loss + temperature_loss(log_alpha, log_pi.detach(), entropy)
    nets.descend(everything, state.actor_optimizer, config.lr)
    return pi.detach(), a.detach(), log_pi.detach(), loss.detach()


def temperature(state: State, config: Config) -> Tensor:
    """What randomness is worth now: [runs, 1]."""
    if config.automatic:
        return state.log_alpha.detach().exp().unsqueeze(-1)
    return torch.full((len(state.log_alpha), 1), config.alpha)


def health(
    learned: tuple[Tensor, Tensor],
    climbed: tuple[SquashedGaussian, Tensor, Tensor, Tensor],
    state: State,
    config: Config,
) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over the last batch (`disagreement`: how far
    the critics are apart; `entropy_gap`: how far the entropy is above its target), the share of
    the actions that are all but at their bounds, the temperature, and how full the buffer is
    (0 to 1).
    """
    (q, delta), (pi, a, log_pi, actor_loss) = learned, climbed
    means = {
        "q": q[0],
        "disagreement": q.amax(0) - q.amin(0),
        "td_error": delta.abs().mean(0),
        "critic_loss": critic_loss(delta).sum(0),
        "actor_loss": actor_loss,
        "entropy": -log_pi,
        "entropy_gap": -log_pi - config.target_entropy * a.shape[-1],
        "log_std": pi.log_std.flatten(-2),
        "saturation": (a.abs() > deterministic.SATURATED).float().flatten(-2),
        "alpha": temperature(state, config),
    }
    buffer = np.full(q.shape[-2], state.replay.size / state.replay.capacity)
    return {name: mean.mean(-1).numpy() for name, mean in means.items()} | {"buffer": buffer}


def soft_value(q_next: Tensor, log_pi_next: Tensor, alpha: Tensor) -> Tensor:
    r"""What a state is worth, randomness included, as one action tells.

    $$
    \hat V(s') = \min_i Q_i(s', a'; \theta_i^-) - \alpha \ln \pi(a' \mid s'), \qquad
    a' \sim \pi(\cdot \mid s')
    $$

    Haarnoja et al. 2018 ("Algorithms and Applications"), equation 3. q_next [2, ...], log_pi_next,
    alpha [...] → [...].
    """
    return q_next.amin(0) - alpha * log_pi_next


def target(reward: Tensor, terminated: Tensor, v_next: Tensor, gamma: float) -> Tensor:
    r"""What Q(s, a) should have been.

    $$
    y = r + \gamma \, (1 - \text{terminated}) \, \hat V(s')
    $$

    Haarnoja et al. 2018, equation 5. No future value after the episode *terminated*; where it was
    only cut off (truncated) there is one. reward, terminated, v_next [...] → [...].
    """
    return reward + gamma * (1 - terminated) * v_next


def td_error(y: Tensor, q: Tensor) -> Tensor:
    r"""How far the value is off.

    $$
    \delta_i = y - Q_i(s, a; \theta_i)
    $$

    Sutton & Barto, section 6.1. y [...], q [2, ...] → [2, ...].
    """
    return y - q


def critic_loss(delta: Tensor) -> Tensor:
    r"""What each critic minimises.

    $$
    \ell(\theta_i) = \tfrac{1}{2} \, \delta_i^2
    $$

    Haarnoja et al. 2018, equation 5. delta [2, ...] → [2, ...].
    """
    return 0.5 * delta.square()


def actor_loss(q: Tensor, log_pi: Tensor, alpha: Tensor) -> Tensor:
    r"""What the actor minimises: high values and high entropy make it small.

    $$
    \ell(\phi) = \alpha \ln \pi(a \mid s; \phi) - \min_i Q_i(s, a; \theta_i), \qquad
    a = \tanh(\mu(s; \phi) + \sigma(s; \phi) \, \epsilon)
    $$

    Haarnoja et al. 2018, equation 9. q [2, ...], log_pi, alpha [...] → [...].
    """
    return alpha * log_pi - q.amin(0)


def temperature_loss(log_alpha: Tensor, log_pi: Tensor, target_entropy: float) -> Tensor:
    r"""What the temperature minimises: it rises while there is less entropy than the target.

    $$
    \ell(\alpha) = -\ln \alpha \, \bigl(\ln \pi(a \mid s) + \bar H\bigr)
    $$

    Haarnoja et al. 2018, equation 18, with ln α for α as in the authors' code, so that a small
    temperature moves as fast as a large one. log_alpha, log_pi [...] → [...].
    """
    return -log_alpha * (log_pi + target_entropy)


def act(actor: nets.MLP, observation: Floats, rng: np.random.Generator) -> Floats:
    """Draw an action of each run in NumPy: observation [runs, features] → [runs, size]."""
    mean, log_std = np.split(actor.act(observation), 2, -1)
    deviation = np.exp(np.minimum(np.maximum(log_std, LOG_STD[0]), LOG_STD[1]))
    return np.tanh(mean + deviation * rng.standard_normal(mean.shape, np.float32))


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor.weights() | state.episodes.weights()


def policy(weights: Mapping[str, Any], observation: Floats) -> Floats:
    """The actions without chance, tanh μ(s): observation [runs, batch, features] → [runs, batch,
    size].
    """
    out = nets.torch_free_forward(nets.layers(weights), normalise.seen(weights, observation))
    mean: Floats = np.tanh(out[..., : out.shape[-1] // 2])
    return mean
