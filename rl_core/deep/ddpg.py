"""DDPG: an actor that climbs a critic of continuous actions (Lillicrap et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import deterministic, nets
from rl_core.deep.deterministic import action as action
from rl_core.deep.deterministic import explored as explored
from rl_core.deep.deterministic import policy as policy
from rl_core.deep.envs import Box, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.replay import Batch, Replay
from rl_core.deep.seeds import Purpose, generator, torch_generator
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Box,)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of DDPG; the defaults are for Pendulum-v1."""

    lr: float = setting(2e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.95, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    noise: float = setting(
        0.3, "deviation of the noise that explores", 0, 10, symbol=r"\sigma", live=True
    )
    batch: int = setting(64, "transitions per update", 1, 4096, symbol="B", live=True)
    replay_size: int = setting(30_000, "transitions kept per run", 1, 10**6)
    learning_starts: int = setting(
        500, "environment steps with random actions before the first update", 0, 10**6
    )
    train_every: int = setting(2, "environment steps between updates", 1, 1000, live=True)
    updates: int = setting(2, "updates each time", 1, 1000, live=True)
    tau: float = setting(
        0.02, "share of the way that the target networks move", 0, 1, symbol=r"\tau", live=True
    )
    hidden: int = setting(64, "units in each of the two hidden layers", 1, 1024)


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    actor: nets.MLP  # [runs, batch, features] → [runs, batch, size], before the tanh
    actor_target: nets.MLP
    q: nets.Critics  # observation, action → [1, runs, batch]
    q_target: nets.Critics
    actor_optimizer: nets.Adam
    q_optimizer: nets.Adam
    replay: Replay
    rng: np.random.Generator


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; one run for each instance of `env`."""
    luck = torch_generator(seed, Purpose.NETWORK)
    features, size = env.low.size, env.actions.outputs
    sizes = (features, config.hidden, config.hidden, size)
    actor = nets.MLP.init(sizes, env.n, luck)
    q = nets.Critics.init(1, features + size, config.hidden, env.n, luck)
    return State(
        Episodes(env, config, gamma=config.gamma),
        actor,
        actor.frozen_copy(),
        q,
        q.frozen_copy(),
        nets.adam(actor.flat, config.lr),
        nets.adam(q.net.flat, config.lr),
        Replay(env.n, config.replay_size, features, env.actions),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Deep deterministic policy gradient (Lillicrap et al. 2016, Algorithm 1)."""
    actor, replay, rng = state.actor, state.replay, state.rng
    runs, size = len(actor.flat), actor.sizes[-1]
    for step, config in timeline:
        # At first any action, then the policy's with noise.
        if step < config.learning_starts:
            a = deterministic.anything(runs, size, rng)
        else:
            a = explored(deterministic.act(actor, state.episodes.observation), config.noise, rng)
        # Take it; store what happened.
        transition = state.episodes.step(a)
        replay.add(transition)
        # Learn from transitions drawn from the past.
        metrics: dict[str, Floats] = {}
        if step >= config.learning_starts and step % config.train_every == 0:
            for batch in replay.sample(config.updates, config.batch, rng):
                learned = criticise(state, batch, config)
                climbed = improve(state, batch, config)
                state.q_target.follow(state.q, config.tau)
                state.actor_target.follow(actor, config.tau)
            metrics = health(learned, climbed, state, config)
        yield Update(step + 1, transition.returns, metrics)


def criticise(state: State, batch: Batch, config: Config) -> tuple[Tensor, Tensor]:
    """One gradient step of every run's critic.

    Returns values and TD errors of the batch, each [1, runs, batch].
    """
    with torch.no_grad():
        a_next = action(state.actor_target, batch.next_observation)
        q_next = state.q_target(batch.next_observation, a_next)
        y = target(batch.reward, batch.terminated, q_next, config.gamma)
    q = state.q(batch.observation, batch.action)
    delta = td_error(y, q)
    nets.descend(critic_loss(delta), state.q_optimizer, config.lr)
    return q.detach(), delta.detach()


def improve(state: State, batch: Batch, config: Config) -> tuple[Tensor, Tensor]:
    """One gradient step of every run's actor.

    Returns losses [1, runs, batch] and the policy's actions [runs, batch, size].
    """
    a = action(state.actor, batch.observation)
    loss = actor_loss(state.q.first(batch.observation, a))
    nets.descend(loss, state.actor_optimizer, config.lr)
    return loss.detach(), a.detach()


def health(
    learned: tuple[Tensor, Tensor],
    climbed: tuple[Tensor, Tensor],
    state: State,
    config: Config,
) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over the last batch, the share of the policy's
    actions that are all but at their bounds, the noise, and how full the buffer is (0 to 1).
    """
    (q, delta), (actor_loss, a) = learned, climbed
    means = {
        "q": q[0],
        "td_error": delta.abs().mean(0),
        "critic_loss": critic_loss(delta).sum(0),
        "actor_loss": actor_loss[0],
        "saturation": (a.abs() > deterministic.SATURATED).float().flatten(-2),
    }
    shared = {"noise": config.noise, "buffer": state.replay.size / state.replay.capacity}
    return {name: mean.mean(-1).numpy() for name, mean in means.items()} | {
        name: np.full(q.shape[-2], value) for name, value in shared.items()
    }


def target(reward: Tensor, terminated: Tensor, q_next: Tensor, gamma: float) -> Tensor:
    r"""What Q(s, a) should have been, as the target networks see it.

    $$
    y = r + \gamma \, (1 - \text{terminated}) \, Q(s', \mu(s'; \phi^-); \theta^-)
    $$

    Lillicrap et al. 2016, Algorithm 1. No future value after the episode *terminated*; where it was
    only cut off (truncated) there is one. reward, terminated [...], q_next [1, ...] → [...].
    """
    return reward + gamma * (1 - terminated) * q_next[0]


def td_error(y: Tensor, q: Tensor) -> Tensor:
    r"""How far the value is off.

    $$
    \delta = y - Q(s, a; \theta)
    $$

    Sutton & Barto, section 6.1. y [...], q [1, ...] → [1, ...].
    """
    return y - q


def critic_loss(delta: Tensor) -> Tensor:
    r"""What the critic minimises.

    $$
    \ell(\theta) = \tfrac{1}{2} \, \delta^2
    $$

    Lillicrap et al. 2016, equation 4. delta [1, ...] → [1, ...].
    """
    return 0.5 * delta.square()


def actor_loss(q: Tensor) -> Tensor:
    r"""What the actor minimises: its gradient is the deterministic policy gradient, down which Q
    rises.

    $$
    \ell(\phi) = -Q(s, \mu(s; \phi); \theta), \qquad
    \nabla_\phi \, \ell
    = -\nabla_a Q(s, a; \theta)\big|_{a = \mu(s)} \, \nabla_\phi \, \mu(s; \phi)
    $$

    Silver et al. 2014, theorem 1; Lillicrap et al. 2016, equation 6. q [...] → [...].
    """
    return -q


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor.weights() | state.episodes.weights()
