"""One update of DQN on a small world with nothing hidden: every number between network and step.

The network is that of the training, seen by one-hot states; the step is plain gradient descent, so
that α is the only number in it (the training uses Adam).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from rl_core.deep import dqn, nets
from rl_core.deep.envs import Discrete
from rl_core.deep.episodes import Transition
from rl_core.deep.losses import LOSSES
from rl_core.deep.replay import Batch, Replay
from rl_core.deep.seeds import Purpose, generator
from rl_core.events import Floats
from rl_core.tabular.mdp import FiniteMDP

TABLE, HIDDEN = "table", "hidden"
KINDS = (TABLE, HIDDEN)
UNITS = 4  # in the hidden layer

Move = tuple[int, int, float, int, bool]  # s, a, r, s', terminated


@dataclass(frozen=True)
class Learner:
    """A network and its target network, of one kind.

    TABLE has no hidden layer and no biases: each weight is the value of one state and action.
    """

    kind: str
    sizes: tuple[int, ...]  # units per layer, states first, actions last
    theta: Floats  # [parameters]
    theta_target: Floats  # [parameters]

    @classmethod
    def initial(cls, mdp: FiniteMDP, kind: str, seed: int) -> Learner:
        """TABLE begins with zeros, HIDDEN with luck."""
        inputs, outputs = len(mdp.states), len(mdp.actions)
        sizes = (inputs, outputs) if kind == TABLE else (inputs, UNITS, outputs)
        luck = torch.Generator().manual_seed(int(generator(seed, Purpose.NETWORK).integers(2**63)))
        theta = nets.MLP.init(sizes, 1, luck).flat.detach()[0].double().numpy()
        theta = theta * (kind != TABLE)
        return cls(kind, sizes, theta, theta)

    @cached_property
    def q(self) -> nets.MLP:
        return nets.MLP(self.sizes, torch.tensor(self.theta[None], requires_grad=True))

    @cached_property
    def q_target(self) -> nets.MLP:
        return nets.MLP(self.sizes, torch.tensor(self.theta_target[None]))

    def values(self, target: bool = False) -> Floats:
        """[states, actions] the values of all states, by the network or by its target network."""
        network = self.q_target if target else self.q
        return _plain(network(torch.eye(self.sizes[0], dtype=torch.float64)[None]))

    def synced(self) -> Learner:
        """The same with θ⁻ ← θ."""
        return replace(self, theta_target=self.theta)


@dataclass(frozen=True)
class Update:
    """What one update computed, in its order."""

    moves: tuple[Move, ...]  # the batch
    q_next: Floats  # [batch, actions] Q(s', ·; θ⁻)
    y: Floats  # [batch]
    q_sa: Floats  # [batch]
    delta: Floats  # [batch]
    loss: Floats  # [batch]
    gradient: Floats  # [parameters]
    alpha: float
    gamma: float
    before: Learner
    after: Learner


def update(
    learner: Learner, moves: Sequence[Move], alpha: float, gamma: float, loss: str = "squared"
) -> Update:
    """One update on a batch of moves: forward, targets, errors, gradient, step."""
    inputs = learner.sizes[0]
    batch = Batch(*(column[None] for column in _columns(moves, inputs)))
    with torch.no_grad():
        q_next = learner.q_target(batch.next_observation)
        y = dqn.target(batch.reward, batch.terminated, q_next, gamma)
    q_sa = dqn.chosen(learner.q(batch.observation), batch.action)
    delta = dqn.td_error(y, q_sa)
    losses = LOSSES[loss](delta)
    (slope,) = torch.autograd.grad(nets.total(losses), learner.q.flat)
    gradient = slope[0].numpy()
    if learner.kind == TABLE:
        gradient[inputs * learner.sizes[1] :] = 0  # its biases stay 0
    after = replace(learner, theta=descend(learner.theta, alpha, gradient))
    return Update(
        tuple(moves), _plain(q_next), _plain(y), _plain(q_sa), _plain(delta), _plain(losses),
        gradient, alpha, gamma, learner, after,
    )  # fmt: skip


def descend(theta: Floats, alpha: float, gradient: Floats) -> Floats:
    r"""One step downhill: every parameter against its own slope.

    $$
    \theta \leftarrow \theta - \alpha \, \nabla_\theta \, \frac{1}{B} \sum_{i=1}^{B} \ell(\delta_i)
    $$

    Mnih et al. 2015, Algorithm 1; the targets inside δ count as fixed. theta, gradient
    [parameters] → [parameters].
    """
    return theta - alpha * gradient


def moves_of(mdp: FiniteMDP) -> list[Move]:
    """Every transition of a world without chance."""
    found = []
    for s, a in np.argwhere(np.repeat(~mdp.terminal[:, None], len(mdp.actions), axis=1)).tolist():
        s_next = int(mdp.p[s, a].argmax())
        found.append((s, a, float(mdp.r[s, a, s_next]), s_next, bool(mdp.terminal[s_next])))
    return found


def drawn(mdp: FiniteMDP, batches: int, size: int, seed: int) -> list[list[int]]:
    """Which of `moves_of` a replay buffer that holds each once hands out, batch by batch."""
    moves, states = moves_of(mdp), len(mdp.states)
    replay = Replay(1, len(moves), states, Discrete(len(mdp.actions)))
    for move in moves:
        one = [column.numpy() for column in _columns([move], states)]
        replay.add(Transition._make([*one, np.empty(0)]))
    place = {move[:2]: k for k, move in enumerate(moves)}
    found = []
    for batch in replay.sample(batches, size, generator(seed, Purpose.ALGORITHM)):
        s, a = batch.observation[0].argmax(-1).tolist(), batch.action[0].tolist()
        found.append([place[pair] for pair in zip(s, a, strict=True)])
    return found


def _columns(moves: Sequence[Move], states: int) -> tuple[Tensor, ...]:
    """The fields of `Batch` without the runs axis: observations are one-hot."""
    s, a, r, s_next, terminated = zip(*moves, strict=True)
    one_hot = torch.eye(states, dtype=torch.float64)
    ended = torch.tensor(terminated, dtype=torch.float64)
    reward = torch.tensor(r, dtype=torch.float64)
    return one_hot[list(s)], torch.tensor(a), reward, one_hot[list(s_next)], ended, 0 * ended


def _plain(x: Tensor) -> Floats:
    """Of the one run there is, in NumPy."""
    return x.detach()[0].numpy()
