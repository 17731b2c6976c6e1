"""TD3: DDPG with three ideas against values that are too high (Fujimoto et al. 2018)."""

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
    """Settings of TD3; without its three ideas it is DDPG. The defaults are for Pendulum-v1."""

    lr: float = setting(2e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    gamma: float = setting(0.95, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    noise: float = setting(
        0.3, "deviation of the noise that explores", 0, 10, symbol=r"\sigma", live=True
    )
    twin: bool = setting(True, "two critics, of which the lower one counts")
    policy_delay: int = setting(
        2,
        "updates of the critics for each of the actor; 1 does not wait",
        1,
        1000,
        symbol="d",
        live=True,
    )
    target_noise: float = setting(
        0.2,
        "deviation of the noise on the target's action; 0 adds none",
        0,
        10,
        symbol=r"\tilde\sigma",
        live=True,
    )
    noise_clip: float = setting(0.5, "that noise is cut at this size", 0, 10, symbol="c", live=True)
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
    q: nets.Critics  # observation, action → [critics, runs, batch]
    q_target: nets.Critics
    actor_optimizer: nets.Adam
    q_optimizer: nets.Adam
    replay: Replay
    rng: np.random.Generator
    smoothing: np.random.Generator  # of its own: all else is drawn as DDPG draws it
    updates: int = 0


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; one run for each instance of `env`."""
    luck = torch_generator(seed, Purpose.NETWORK)
    features, size = env.low.size, env.actions.outputs
    sizes = (features, config.hidden, config.hidden, size)
    actor = nets.MLP.init(sizes, env.n, luck)
    copies = 2 if config.twin else 1
    q = nets.Critics.init(copies, features + size, config.hidden, env.n, luck)
    rng = generator(seed, Purpose.ALGORITHM)
    (smoothing,) = rng.spawn(1)
    return State(
        Episodes(env, config, gamma=config.gamma),
        actor,
        actor.frozen_copy(),
        q,
        q.frozen_copy(),
        nets.adam(actor.flat, config.lr),
        nets.adam(q.net.flat, config.lr),
        Replay(env.n, config.replay_size, features, env.actions),
        rng,
        smoothing,
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Twin delayed deep deterministic policy gradient (Fujimoto et al. 2018, Algorithm 1)."""
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
            shape = (config.updates, runs, config.batch, size)
            noise = torch.from_numpy(state.smoothing.standard_normal(shape, np.float32))
            batches = replay.sample(config.updates, config.batch, rng)
            climbed = None
            for batch, epsilon in zip(batches, noise.unbind(), strict=True):
                learned = criticise(state, batch, epsilon, config)
                state.updates += 1
                if state.updates % config.policy_delay == 0:
                    climbed = improve(state, batch, config)
                    state.q_target.follow(state.q, config.tau)
                    state.actor_target.follow(actor, config.tau)
            metrics = health(learned, climbed, state, config)
        yield Update(step + 1, transition.returns, metrics)


def criticise(state: State, batch: Batch, epsilon: Tensor, config: Config) -> tuple[Tensor, Tensor]:
    """One gradient step of every run's critics; epsilon [runs, batch, size] is standard normal.

    Returns values and TD errors of the batch, each [critics, runs, batch].
    """
    with torch.no_grad():
        a_next = action(state.actor_target, batch.next_observation)
        a_next = smoothed(a_next, config.target_noise * epsilon, config.noise_clip)
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
    climbed: tuple[Tensor, Tensor] | None,
    state: State,
    config: Config,
) -> dict[str, Floats]:
    """What an expert would watch, each [runs]: means over the last batch (`disagreement`: how far
    the critics are apart), the share of the policy's actions that are all but at their bounds, the
    noise, and how full the buffer is (0 to 1).
    """
    q, delta = learned
    means = {
        "q": q[0],
        "disagreement": q.amax(0) - q.amin(0),
        "td_error": delta.abs().mean(0),
        "critic_loss": critic_loss(delta).sum(0),
    }
    if climbed:
        actor_loss, a = climbed
        means["actor_loss"] = actor_loss[0]
        means["saturation"] = (a.abs() > deterministic.SATURATED).float().flatten(-2)
    shared = {"noise": config.noise, "buffer": state.replay.size / state.replay.capacity}
    return {name: mean.mean(-1).numpy() for name, mean in means.items()} | {
        name: np.full(q.shape[-2], value) for name, value in shared.items()
    }


def smoothed(action: Tensor, noise: Tensor, clip: float) -> Tensor:
    r"""The target's action, moved a little, so that a narrow peak of Q fools nobody.

    $$
    \tilde a = \mathrm{clip}\bigl(\mu(s'; \phi^-) + \mathrm{clip}(\tilde\epsilon, -c, c),\,
    -1,\, 1\bigr), \qquad \tilde\epsilon \sim \mathcal{N}(0, \tilde\sigma^2)
    $$

    Fujimoto et al. 2018, equation 14. action, noise [..., size] → [..., size].
    """
    return (action + noise.clamp(-clip, clip)).clamp(-1, 1)


def target(reward: Tensor, terminated: Tensor, q_next: Tensor, gamma: float) -> Tensor:
    r"""What Q(s, a) should have been, as the lower one of the target networks sees it.

    $$
    y = r + \gamma \, (1 - \text{terminated}) \, \min_i Q_i(s', \tilde a; \theta_i^-)
    $$

    Fujimoto et al. 2018, equation 10. No future value after the episode *terminated*; where it was
    only cut off (truncated) there is one. reward, terminated [...], q_next [critics, ...] → [...].
    """
    return reward + gamma * (1 - terminated) * q_next.amin(0)


def td_error(y: Tensor, q: Tensor) -> Tensor:
    r"""How far the value is off.

    $$
    \delta_i = y - Q_i(s, a; \theta_i)
    $$

    Sutton & Barto, section 6.1. y [...], q [critics, ...] → [critics, ...].
    """
    return y - q


def critic_loss(delta: Tensor) -> Tensor:
    r"""What each critic minimises.

    $$
    \ell(\theta_i) = \tfrac{1}{2} \, \delta_i^2
    $$

    Fujimoto et al. 2018, Algorithm 1. delta [critics, ...] → [critics, ...].
    """
    return 0.5 * delta.square()


def actor_loss(q: Tensor) -> Tensor:
    r"""What the actor minimises: its gradient is the deterministic policy gradient, down which the
    first critic's Q rises.

    $$
    \ell(\phi) = -Q_1(s, \mu(s; \phi); \theta_1), \qquad
    \nabla_\phi \, \ell
    = -\nabla_a Q_1(s, a; \theta_1)\big|_{a = \mu(s)} \, \nabla_\phi \, \mu(s; \phi)
    $$

    Silver et al. 2014, theorem 1; Fujimoto et al. 2018, Algorithm 1. q [...] → [...].
    """
    return -q


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.actor.weights() | state.episodes.weights()
