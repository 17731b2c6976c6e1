"""A2C slowed down in a small world whose true advantages are known.

The world is the random walk of Sutton & Barto, example 6.2: five states in a row between two ends,
of which the right one pays 1. The policy goes right with probability 0.6; nothing else is random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rl_core.deep.a2c import policy_gradient_loss
from rl_core.deep.advantages import gae, td_error
from rl_core.deep.distributions import Categorical
from rl_core.deep.losses import value_loss
from rl_core.events import Floats
from rl_core.tabular.dynamic_programming import action_values, policy_evaluation
from rl_core.tabular.worlds import LEFT, RIGHT, random_walk

WORLD = random_walk(5)
ALIVE = ~WORLD.terminal
MOVES = WORLD.p.argmax(-1)  # [states, actions] the next state: the world itself is certain
POLICY = np.tile([0.6, 0.4], (len(WORLD.states), 1))  # [states, actions], right and left
UNTRAINED = 0.5  # what a critic that has learned nothing says of every state

# Two episodes that a rollout of 8 steps has recorded; the last step is told apart by `ENDINGS`.
BEFORE = [("C", LEFT), ("B", LEFT), ("A", LEFT), ("C", RIGHT), ("D", LEFT), ("C", RIGHT),
          ("D", RIGHT)]  # fmt: skip
# its action, and whether it is taken for the end and for a cut: at the goal; by a time limit; and
# by a time limit that the program takes for an end, a common bug
ENDINGS = {"goal": (RIGHT, 1, 0), "limit": (LEFT, 0, 1), "bug": (LEFT, 1, 0)}


@dataclass(frozen=True)
class Record:
    """Steps one after the other, each array [T] (or [episodes, T])."""

    s: NDArray[np.int64]
    a: NDArray[np.int64]
    s_next: NDArray[np.int64]
    reward: Tensor
    terminated: Tensor
    truncated: Tensor

    def td_errors(self, v: Floats, gamma: float) -> Tensor:
        """The TD error of every step if the critic says `v` [states]."""
        value, next_value = torch.from_numpy(v[self.s]), torch.from_numpy(v[self.s_next])
        return td_error(self.reward, self.terminated, value, next_value, gamma)

    def advantages(self, v: Floats, gamma: float, lam: float) -> Tensor:
        """The advantage of every step, generalised with λ."""
        ended = torch.maximum(self.terminated, self.truncated)
        return gae(self.td_errors(v, gamma), ended, gamma, lam)


@cache
def recorded(ending: str) -> Record:
    """The recording with one of the `ENDINGS`."""
    action, terminated, truncated = ENDINGS[ending]
    steps = [*BEFORE, ("E", action)]
    s = np.array([WORLD.states.index(name) for name, _ in steps])
    record = _record(s, np.array([a for _, a in steps]))
    record.terminated[-1], record.truncated[-1] = terminated, truncated
    return record


def _record(s: NDArray[np.int64], a: NDArray[np.int64]) -> Record:
    s_next = MOVES[s, a]
    reward, ends = WORLD.r[s, a, s_next].astype(float), WORLD.terminal[s_next].astype(float)
    truncated = torch.zeros(s.shape, dtype=torch.float64)
    return Record(s, a, s_next, torch.from_numpy(reward), torch.from_numpy(ends), truncated)


def true_values(gamma: float) -> Floats:
    """V of the policy, exactly: [states]."""
    return policy_evaluation(WORLD, POLICY, gamma)


def true_advantages(gamma: float) -> Floats:
    r"""How much better than its state an action really is, exactly.

    $$
    A^\pi(s, a) = Q^\pi(s, a) - V^\pi(s)
    $$

    Sutton & Barto, section 13.5; Q and V by solving the Bellman equations. → [states, actions].
    """
    v = true_values(gamma)
    return np.where(ALIVE[:, None], action_values(WORLD, v, gamma) - v[:, None], 0)


def critic(wrong: float, gamma: float) -> Floats:
    r"""A critic between the truth (w = 0) and one that has learned nothing (w = 1).

    $$
    V(s) = (1 - w) \, V^\pi(s) + w \cdot 0.5
    $$

    Returns [states].
    """
    return np.where(ALIVE, (1 - wrong) * true_values(gamma) + wrong * UNTRAINED, 0)


def expected(v: Floats, gamma: float, lam: float) -> tuple[Floats, Floats]:
    """Mean and variance of the generalised advantage, exactly, each [states, actions].

    From Bellman equations for the first two moments (Sobel 1982), with δ in the reward's place and
    γλ in the discount's; `v` [states] is what the critic says.
    """
    delta, further = _delta(v, gamma), gamma * lam * ALIVE[MOVES]
    onwards = np.einsum("ij,ijk->ik", POLICY, WORLD.p)  # [states, states]
    solve = np.linalg.solve
    own = np.eye(len(v))
    m = solve(own - gamma * lam * ALIVE * onwards, (POLICY * delta).sum(-1))
    mean = delta + further * m[MOVES]
    squares = delta**2 + 2 * delta * further * m[MOVES]
    m2 = solve(own - (gamma * lam) ** 2 * ALIVE * onwards, (POLICY * squares).sum(-1))
    return mean, squares + further**2 * m2[MOVES] - mean**2


def _delta(v: Floats, gamma: float) -> Floats:
    """[states, actions] the TD error of every action: the world is certain, so is this."""
    s, a = np.indices(MOVES.shape)
    return np.where(ALIVE[:, None], _record(s, a).td_errors(v, gamma).numpy(), 0)


@lru_cache(maxsize=4)  # some 12 MB each with 400 episodes
def played(episodes: int, seed: int) -> Record:
    """Episodes to their end, as many from every state with every action (in that order):
    [states · actions · episodes, T]. After its end an episode stays where it is.
    """
    rng = np.random.default_rng(seed)
    pairs = [(s, a) for s in np.flatnonzero(ALIVE) for a in (RIGHT, LEFT)]
    s, a = (np.repeat(x, episodes) for x in zip(*pairs, strict=True))
    states, actions = [], []
    while ALIVE[s].any():
        states.append(s)
        actions.append(a)
        s = np.where(ALIVE[s], MOVES[s, a], s)
        a = np.where(rng.random(len(s)) < POLICY[s, RIGHT], RIGHT, LEFT)
    return _record(np.stack(states, -1), np.stack(actions, -1))


def measured(record: Record, v: Floats, gamma: float, lam: float) -> tuple[Floats, Floats]:
    """What `expected` tells, from the first steps of the episodes that `played`."""
    first = record.advantages(v, gamma, lam)[:, 0].numpy()
    by_pair = first.reshape(int(ALIVE.sum()), len(WORLD.actions), -1)
    mean, variance = np.zeros(MOVES.shape), np.zeros(MOVES.shape)
    mean[ALIVE], variance[ALIVE] = by_pair.mean(-1), by_pair.var(-1, ddof=1)
    return mean, variance


def bias(mean: Floats, gamma: float) -> Floats:
    r"""How far the estimate is off on average, less what is the same for all actions of a state.

    $$
    b(s, a) = \operatorname{E}[\hat A \mid s, a] - A^\pi(s, a)
    - \sum_{a'} \pi(a' \mid s) \operatorname{E}[\hat A \mid s, a']
    $$

    What is the same for all actions is a baseline and moves no policy (Sutton & Barto, 13.4;
    Schulman et al. 2016, section 3). mean [states, actions] → [states, actions].
    """
    return mean - true_advantages(gamma) - (POLICY * mean).sum(-1, keepdims=True)


def typical(x: Floats) -> float:
    """The mean over states, with the actions as the policy takes them: [states, actions] → one."""
    return float((POLICY * x).sum(-1)[ALIVE].mean())


def squared_error(bias_squared: float, variance: float, n: int) -> float:
    r"""How far the mean of n estimates is from the truth, squared, on average.

    $$
    \text{error} = \text{bias}^2 + \frac{\text{variance}}{n}
    $$

    The decomposition of a mean squared error (Geman et al. 1992).
    """
    return bias_squared + variance / n


def curve(
    wrong: float, gamma: float, lams: Sequence[float], record: Record | None = None
) -> list[tuple[float, float]]:
    """Squared bias and variance for every λ: exactly, or measured on what was `played`."""
    v, found = critic(wrong, gamma), []
    for lam in lams:
        moments = measured(record, v, gamma, lam) if record else expected(v, gamma, lam)
        found.append((typical(bias(moments[0], gamma) ** 2), typical(moments[1])))
    return found


def descend(
    theta: Tensor, v: Tensor, record: Record, advantage: Tensor, target: Tensor, alpha: float,
    entropy_coef: float, value_coef: float = 0.5,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    r"""One gradient step of A2C, where policy and critic are tables.

    $$
    \theta \leftarrow \theta - \alpha \, \nabla_\theta \, \frac{1}{T} \sum_t \Big[
    - \hat A_t \ln \pi_\theta(a_t \mid s_t) - \beta H(\pi_\theta(\cdot \mid s_t))
    + c \, \tfrac{1}{2} (\hat G_t - V_\theta(s_t))^2 \Big]
    $$

    Mnih et al. 2016, Algorithm S3. theta [states, actions], v [states], advantage and target [T]
    → theta and v after it.
    """
    theta, v = (x.detach().clone().requires_grad_() for x in (theta, v))
    pi = Categorical(theta[record.s])
    policy_loss = policy_gradient_loss(pi.log_prob(torch.from_numpy(record.a)), advantage)
    loss = policy_loss - entropy_coef * pi.entropy()
    loss = loss + value_coef * value_loss(v[record.s], target)
    gradients = torch.autograd.grad(loss.mean(), (theta, v))
    after = [x.detach() - alpha * slope for x, slope in zip((theta, v), gradients, strict=True)]
    return after[0], after[1]
