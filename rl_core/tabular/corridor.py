"""Many REINFORCE runs at once in the short corridor (Sutton & Barto, section 13.1).

The states look alike, so a policy is one number: the probability of Right.
"""

from __future__ import annotations

import itertools

import numpy as np

from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.worlds import LEFT, RIGHT, short_corridor, short_corridor_return

BEST = 2 - float(np.sqrt(2))  # the probability of Right with the largest return


def epsilon_greedy_chances(epsilon: float) -> tuple[float, float]:
    """The probability of Right under epsilon-greedy: with Right as the best action, with Left."""
    return 1 - epsilon / 2, epsilon / 2


def chance(theta: Floats) -> Floats:
    r"""Softmax over two actions with one preference.

    $$
    p = \frac{1}{1 + e^{-\theta}}
    $$
    """
    return 1 / (1 + np.exp(-theta))


def slope(p: float) -> float:
    r"""The exact policy gradient, which sampled episodes estimate.

    $$
    \frac{dJ}{d\theta} = J'(p)\,p\,(1-p) = 2 - \frac{(2p - 4)(1 - 2p)}{p\,(1-p)}
    $$
    """
    return 2 - (2 * p - 4) * (1 - 2 * p) / (p * (1 - p))


def play(mdp: FiniteMDP, p: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """One episode of every run, each step costing 1; `p` [runs].

    Returns: [T, runs] the gradient of ln pi(A_t), 0 after the end, and [T, runs] G_t.
    """
    onwards = mdp.p.argmax(axis=-1)
    s = np.full(len(p), int(mdp.start.argmax()))
    grads, going = [], []
    while not mdp.terminal[s].all():
        alive, right = ~mdp.terminal[s], rng.random(len(p)) < p
        grads.append(np.where(alive, right - p, 0))
        going.append(alive)
        s = onwards[s, np.where(right, RIGHT, LEFT)]
    steps_left = np.cumsum(going[::-1], axis=0)[::-1]
    return np.array(grads), -steps_left.astype(float)


def train_many(
    p: float, runs: int, episodes: int, seed: int = 0, alpha: float = 0.002, rate: float = 0.1
) -> Floats:
    """REINFORCE with a baseline, one state-independent number (Sutton & Barto, section 13.4).

    Args: `p` where all runs begin; `alpha` and `rate` the step sizes of policy and baseline.
    Returns: [runs, episodes + 1] the probability of Right, before and after every episode.
    """
    mdp, rng = short_corridor(), np.random.default_rng(seed)
    theta = np.full(runs, np.log(p / (1 - p)))
    baseline = np.full(runs, short_corridor_return(p))
    chances = [chance(theta)]
    for _ in range(episodes):
        grads, returns = play(mdp, chances[-1], rng)
        theta = theta + alpha * ((returns - baseline) * grads).sum(axis=0)
        baseline = baseline + rate * (returns[0] - baseline)
        chances.append(chance(theta))
    return np.array(chances).T


def chance_helps(mdp: FiniteMDP, gamma: float = 0.99) -> bool:
    """Whether some random policy beats every deterministic one, by trying a grid of policies.

    A policy chooses by what the states show. The grid has the deterministic policies at its
    corners.
    """
    sees = np.arange(len(mdp.states)) if mdp.seen is None else np.array(mdp.seen)
    shown = np.unique(sees[~mdp.terminal])
    returns = {}
    for chances in itertools.product(np.linspace(0, 1, 6), repeat=len(shown)):
        right = np.zeros(sees.max() + 1)
        right[shown] = chances
        policy = np.stack([right[sees], 1 - right[sees]], axis=-1)
        returns[chances] = mdp.start @ policy_evaluation(mdp, policy, gamma)
    corners = max(j for chances, j in returns.items() if set(chances) <= {0.0, 1.0})
    return bool(max(returns.values()) > corners + 1e-9)
