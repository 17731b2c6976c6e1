"""Supervised, unsupervised and reinforcement learning on the same little data set.

A situation is two numbers, the height of the hand and the loudness of the voice; in each of three
kinds of situation another action is right. All three learners draw straight or nearly straight
lines between the situations, so what sets them apart is only what they are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.bandit import average, draw, softmax, update
from rl_core.tabular.mdp import Floats

Ints = NDArray[np.integer]

CENTRES = np.array([[0.25, 0.3], [0.75, 0.35], [0.5, 0.78]])  # [actions, 2]
SPREAD = 0.12
ALPHA = 0.5


@dataclass(frozen=True)
class Data:
    """Situations, and the action that is right in each."""

    x: Floats  # [samples, 2]
    label: Ints  # [samples]


def sample(n: int, seed: int) -> Data:
    """`n` situations; the first ones are the same for every `n`."""
    rng = np.random.default_rng(seed)
    draws = [(rng.integers(len(CENTRES)), rng.normal(0, SPREAD, 2)) for _ in range(n)]
    label = np.array([k for k, _ in draws])
    noise = np.array([e for _, e in draws])
    return Data(np.clip(CENTRES[label] + noise, 0, 1), label)


def nearest(x: Floats, centres: Floats) -> Ints:
    """Which of the centres [k, 2] is nearest to each of the points [..., 2]."""
    return ((x[..., None, :] - centres) ** 2).sum(-1).argmin(-1)


def centroids(x: Floats, label: Ints) -> Floats:
    """Supervised: the mean of the points of each label, [actions, 2].

    A label that was never seen has its centre infinitely far away: it is never the nearest.
    """
    seen = [label == k for k in range(len(CENTRES))]
    return np.array([x[mine].mean(0) if mine.any() else np.full(2, np.inf) for mine in seen])


def k_means(x: Floats, k: int, seed: int, rounds: int = 20) -> Floats:
    """Unsupervised: k centres, each the mean of the points nearest to it, [k, 2].

    Begins with points far from each other (Arthur & Vassilvitskii 2007, without their lottery).
    """
    centres = x[[np.random.default_rng(seed).integers(len(x))]]
    while len(centres) < k:
        distance = ((x[:, None] - centres) ** 2).sum(-1).min(-1)
        centres = np.vstack([centres, x[distance.argmax()]])
    for _ in range(rounds):
        mine = nearest(x, centres)
        groups = zip((x[mine == j] for j in range(k)), centres, strict=True)
        centres = np.array([group.mean(0) if len(group) else old for group, old in groups])
    return centres


def named(groups: Ints, label: Ints) -> Ints:
    """The action that each group stands for if somebody who knows the labels names them best."""
    names = [np.array(names) for names in permutations(range(len(CENTRES)))]
    return max(names, key=lambda name: float((name[groups] == label).mean()))


@dataclass(frozen=True)
class ByReward:
    """What the third learner tried, what each try brought, and what it learned."""

    tried: Ints  # [samples]
    rewards: Floats  # [samples]
    weights: Floats  # [features, actions]

    def choose(self, x: Floats) -> Ints:
        """The action that it prefers in each of the situations [..., 2]."""
        return (features(x) @ self.weights).argmax(-1)


def features(x: Floats) -> Floats:
    """[..., 2] -> [..., 3]: a constant and the two numbers, measured from the middle."""
    return np.concatenate([np.ones((*x.shape[:-1], 1)), 4 * (x - 0.5)], axis=-1)


def by_reward(data: Data, seed: int) -> ByReward:
    """Reinforcement: a gradient bandit whose preferences are linear in the situation.

    It meets the situations one by one, tries one action in each, and learns only whether that
    action was paid (Sutton & Barto, 2.8 and 2.9).
    """
    rng = np.random.default_rng(seed)
    weights = np.zeros((3, len(CENTRES)))
    tried, rewards, mean = [], [], 0.0
    for n, (phi, right) in enumerate(zip(features(data.x), data.label, strict=True), start=1):
        pi = softmax(phi @ weights)
        a = int(draw(pi, rng.random()))
        r = float(a == right)
        chosen = np.arange(len(pi)) == a
        for i, value in enumerate(phi):
            weights[i] = update(weights[i], ALPHA * value, r, mean, chosen, pi)
        mean = average(mean, r, n)
        tried.append(a)
        rewards.append(r)
    return ByReward(np.array(tried), np.array(rewards), weights)
