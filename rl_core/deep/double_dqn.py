"""Double DQN: one network picks the best next action, the other values it (van Hasselt 2016)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from rl_core.deep import nets
from rl_core.deep.action_values import chosen as chosen
from rl_core.deep.action_values import epsilon_greedy as epsilon_greedy
from rl_core.deep.action_values import health as health
from rl_core.deep.action_values import overestimation as overestimation
from rl_core.deep.action_values import policy as policy
from rl_core.deep.dqn import ACTIONS as ACTIONS
from rl_core.deep.dqn import Config as Config
from rl_core.deep.dqn import State as State
from rl_core.deep.dqn import start as start
from rl_core.deep.dqn import td_error as td_error
from rl_core.deep.dqn import weights as weights
from rl_core.deep.losses import LOSSES
from rl_core.deep.replay import Batch
from rl_core.deep.schedules import annealed, epsilon
from rl_core.events import Floats, Update
from rl_core.timeline import Timeline


def train(timeline: Timeline[Config], state: State) -> Iterator[Update]:
    """Double Q-learning with networks (van Hasselt, Guez & Silver 2016): DQN but for the target."""
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
        q_online = state.q(batch.next_observation)
        q_next = state.q_target(batch.next_observation)
        y = target(batch.reward, batch.terminated, q_online, q_next, config.gamma)
    q_sa = chosen(state.q(batch.observation), batch.action)
    delta = td_error(y, q_sa)
    loss = LOSSES[config.loss](delta)
    grad_norm = nets.minimise(loss, state.optimizer, lr, config.max_grad_norm)
    return delta.detach(), q_sa.detach(), loss.detach(), grad_norm


def target(
    reward: Tensor, terminated: Tensor, q_online: Tensor, q_next: Tensor, gamma: float
) -> Tensor:
    r"""What Q(s, a) should have been: the action is the best as the network sees it, its value
    that which the target network gives.

    $$
    y = r + \gamma \, (1 - \text{terminated}) \,
    Q\big(s', \arg\max_{a'} Q(s', a'; \theta); \theta^-\big)
    $$

    van Hasselt et al. 2016, section "Double DQN". Noise that makes an action look
    too good makes DQN pick it *and* believe it; here two networks would have to err alike.
    reward, terminated [...], q_online, q_next [..., actions] → [...].
    """
    best = q_online.argmax(-1)
    return reward + gamma * (1 - terminated) * chosen(q_next, best)
