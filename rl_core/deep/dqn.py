"""DQN: Q-learning with a network, experience replay and a target network (Mnih et al. 2015)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import nets
from rl_core.deep.action_values import chosen as chosen
from rl_core.deep.action_values import epsilon_greedy as epsilon_greedy
from rl_core.deep.action_values import health as health
from rl_core.deep.action_values import overestimation as overestimation
from rl_core.deep.action_values import policy as policy
from rl_core.deep.envs import Discrete, Environment
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.deep.losses import LOSSES
from rl_core.deep.losses import huber as huber
from rl_core.deep.losses import squared as squared
from rl_core.deep.replay import Batch, Replay
from rl_core.deep.schedules import annealed as annealed
from rl_core.deep.schedules import epsilon as epsilon
from rl_core.deep.seeds import Purpose, generator, torch_generator
from rl_core.events import Floats, Update
from rl_core.settings import setting
from rl_core.timeline import Timeline

ACTIONS = (Discrete,)


@dataclass(frozen=True)
class Config(Preprocessing):
    """Settings of DQN; the defaults are for CartPole-v1."""

    lr: float = setting(2e-3, "learning rate of Adam", 0, 1, symbol=r"\alpha", live=True)
    lr_end: float = setting(
        0.0, "share of the learning rate left at the end (falls linearly)", 0, 1, live=True
    )
    gamma: float = setting(0.99, "discount of future rewards", 0, 1, symbol=r"\gamma", live=True)
    epsilon_start: float = setting(
        1.0, "share of random actions at the beginning", 0, 1, symbol=r"\varepsilon_0", live=True
    )
    epsilon_end: float = setting(
        0.05, "share of random actions later", 0, 1, symbol=r"\varepsilon_\infty", live=True
    )
    epsilon_steps: int = setting(
        2000, "environment steps until the share has fallen", 1, 10**7, symbol="N", live=True
    )
    batch: int = setting(64, "transitions per update", 1, 4096, symbol="B", live=True)
    replay_size: int = setting(
        30_000, "transitions kept per run; 1 learns from the latest only", 1, 10**6
    )
    learning_starts: int = setting(500, "environment steps before the first update", 0, 10**6)
    train_every: int = setting(4, "environment steps between updates", 1, 1000, live=True)
    updates: int = setting(1, "updates each time", 1, 1000, live=True)
    target_every: int = setting(
        1, "updates between two moves of the target network", 1, 100_000, symbol="C", live=True
    )
    tau: float = setting(
        0.01, "share of the way that the target network moves", 0, 1, symbol=r"\tau", live=True
    )
    loss: str = setting("huber", "what is minimised", choices=("huber", "squared"), live=True)
    max_grad_norm: float = setting(
        10.0, "each run's gradient is shortened to this length", 1e-6, 1e6, live=True
    )
    hidden: int = setting(128, "units in each of the two hidden layers", 1, 1024)


@dataclass
class State:
    """All that a training goes on from; `train` changes it in place."""

    episodes: Episodes
    q: nets.MLP  # [runs, batch, features] → [runs, batch, actions]
    q_target: nets.MLP
    optimizer: nets.Adam
    replay: Replay
    rng: np.random.Generator
    updates: int = 0


def start(env: Environment, config: Config, seed: int) -> State:
    """The state before the first step; one run for each instance of `env`."""
    luck = torch_generator(seed, Purpose.NETWORK)
    features = env.low.size
    sizes = (features, config.hidden, config.hidden, env.actions.outputs)
    q = nets.MLP.init(sizes, env.n, luck)
    return State(
        Episodes(env, config, gamma=config.gamma),
        q,
        q.frozen_copy(),
        nets.adam(q.flat, config.lr),
        Replay(env.n, config.replay_size, features, env.actions),
        generator(seed, Purpose.ALGORITHM),
    )


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Deep Q-learning with experience replay (Mnih et al. 2015, Algorithm 1)."""
    q, q_target, replay, rng = state.q, state.q_target, state.replay, state.rng
    for step, config in timeline:
        # With probability ε a random action, otherwise the best one.
        explore = epsilon(step, config.epsilon_start, config.epsilon_end, config.epsilon_steps)
        action = epsilon_greedy(q.act(state.episodes.observation), explore, rng)
        # Take it; store what happened.
        transition = state.episodes.step(action)
        replay.add(transition)
        # Learn from transitions drawn from the past.
        metrics: dict[str, Floats] = {}
        if step >= config.learning_starts and step % config.train_every == 0:
            lr = annealed(config.lr, config.lr_end, step / timeline.steps)
            for batch in replay.sample(config.updates, config.batch, rng):
                learned = update(state, batch, config, lr)
                state.updates += 1
                if state.updates % config.target_every == 0:
                    q_target.follow(q, config.tau)
            metrics = health(*learned, explore, replay)
            metrics |= overestimation(q, state.episodes, config.gamma)
        yield Update(step + 1, transition.returns, metrics)


def update(
    state: State, batch: Batch, config: Config, lr: float
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One gradient step of every run.

    Returns the TD errors, values and losses of the batch, each [runs, batch], and the length of
    the gradient, [runs].
    """
    with torch.no_grad():
        q_next = state.q_target(batch.next_observation)
        y = target(batch.reward, batch.terminated, q_next, config.gamma)
    q_sa = chosen(state.q(batch.observation), batch.action)
    delta = td_error(y, q_sa)
    loss = LOSSES[config.loss](delta)
    grad_norm = nets.minimise(loss, state.optimizer, lr, config.max_grad_norm)
    return delta.detach(), q_sa.detach(), loss.detach(), grad_norm


def target(reward: Tensor, terminated: Tensor, q_next: Tensor, gamma: float) -> Tensor:
    r"""What Q(s, a) should have been, as the target network sees it.

    $$
    y = r + \gamma \, (1 - \text{terminated}) \, \max_{a'} Q(s', a'; \theta^-)
    $$

    Mnih et al. 2015, Algorithm 1. No future value after the episode *terminated*; where it was
    only cut off (truncated) there is one. reward, terminated [...], q_next [..., actions] → [...].
    """
    return reward + gamma * (1 - terminated) * q_next.amax(-1)


def td_error(y: Tensor, q_sa: Tensor) -> Tensor:
    r"""How far the value is off.

    $$
    \delta = y - Q(s, a; \theta)
    $$

    Sutton & Barto, section 6.1. y, q_sa [...] → [...].
    """
    return y - q_sa


def weights(state: State) -> dict[str, Any]:
    """A copy of what `policy` acts from, each array [runs, ...]."""
    return state.q.weights() | state.episodes.weights()
