"""One decision with continuous actions: a maximum over a grid against a Gaussian policy.

An action is a point of [-1, 1]^d, its reward minus its squared distance from the best one. There is
one state, no chance in the rewards, and an episode is one action long.
"""

from __future__ import annotations

import numpy as np

from rl_core.tabular.mdp import Floats


def reward(actions: Floats, best: Floats) -> Floats:
    r"""The closer to the best action, the better.

    $$
    R(a) = -\lVert a - a^* \rVert^2
    $$

    Args: `actions`, `best` [..., d]. Returns: [...].
    """
    return -np.square(actions - best).sum(axis=-1)


def grid(n: int, d: int) -> Floats:
    """[n^d, d] All actions whose coordinates are among `n` evenly spaced numbers."""
    axes = np.meshgrid(*[np.linspace(-1, 1, n)] * d, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=-1)


def best_on_grid(q: Floats) -> int:
    r"""The route by value: every action has its number, and the largest is looked for.

    $$
    a^* = \arg\max_a Q(a)
    $$

    Args: `q` [n^d].
    """
    return int(q.argmax())


def grid_error(best: Floats, n: int) -> Floats:
    """How far the grid's best action is from the best of all: rounding, coordinate by coordinate.

    Args: `best` [..., d]. Returns: [...].
    """
    spacing = 2 / (n - 1)
    nearest = np.round((best + 1) / spacing) * spacing - 1
    return np.linalg.norm(nearest - best, axis=-1)


def gaussian_update(
    mean: Floats, alpha: float, r: Floats, baseline: Floats, action: Floats, sigma: float
) -> Floats:
    r"""The route by policy: move the mean towards actions that paid more than usual.

    $$
    \mu \leftarrow \mu + \alpha\,(R - b)\,\frac{a - \mu}{\sigma^2}
    $$

    The fraction is the gradient of ln pi(a) for a normal distribution (Williams 1992).

    Args: `mean`, `action` [..., d]; `r`, `baseline` [...].
    """
    return mean + alpha * (r - baseline)[..., None] * (action - mean) / sigma**2


def train_many(
    best: Floats, updates: int, rng: np.random.Generator,
    alpha: float = 0.05, sigma: float = 0.1, batch: int = 8,
) -> Floats:  # fmt: skip
    """REINFORCE with a Gaussian policy; each update is the mean over a batch of tries.

    The baseline is the mean reward of the batch.

    Args: `best` [runs, d]. Returns: [updates + 1, runs, d] the means.
    """
    mean = np.zeros(best.shape)
    means = [mean]
    for _ in range(updates):
        actions = mean + sigma * rng.standard_normal((batch, *best.shape))
        r = reward(actions, best)
        usual = np.broadcast_to(r.mean(axis=0), r.shape)
        mean = gaussian_update(mean, alpha, r, usual, actions, sigma).mean(axis=0)
        means.append(mean)
    return np.array(means)
