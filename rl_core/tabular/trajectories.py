"""Every trajectory of a small world, and how likely each is under a policy of two numbers.

The world is the 3-state world on a slippery floor, with at most `LIMIT` steps; that the episode
then is over belongs to it, nothing is cut off. The policy has one number for each state in which
there is something to choose, so that a gradient is an arrow in a plane.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.slip import slippery
from rl_core.tabular.worlds import LEFT, RIGHT, three_state

LIMIT = 6  # steps
SLIP = 0.1
SIZE = 2  # of theta


@dataclass(frozen=True, eq=False)
class Trajectories:
    """n trajectories of at most T steps; after the end of one, `alive` is False and r is 0."""

    s: NDArray[np.integer]  # [n, T]
    a: NDArray[np.integer]  # [n, T]
    r: Floats  # [n, T] the reward that followed
    s_next: NDArray[np.integer]  # [n, T]
    alive: NDArray[np.bool_]  # [n, T]
    start: Floats  # [n] rho(s_0)
    moves: Floats  # [n, T] P(s' | s, a), 1 after the end


def world(step_reward: float = 0.0, slip: float = SLIP) -> FiniteMDP:
    """The 3-state world on a slippery floor; every step pays `step_reward` besides."""
    mdp = slippery(three_state(), slip)
    return replace(mdp, r=np.where(mdp.p > 0, mdp.r + step_reward, 0.0))


@cache
def every(step_reward: float = 0.0) -> Trajectories:
    """Each trajectory that is possible in `world`, once."""
    mdp = world(step_reward)

    def follow(s: int, t: int) -> Iterator[list[tuple[int, int, int]]]:
        if mdp.terminal[s] or t == LIMIT:
            yield []
            return
        for a in (RIGHT, LEFT):
            for s_next in np.flatnonzero(mdp.p[s, a]).tolist():
                yield from ([(s, a, s_next), *rest] for rest in follow(s_next, t + 1))

    found = [path for s in np.flatnonzero(mdp.start).tolist() for path in follow(s, 0)]
    end = int(np.flatnonzero(mdp.terminal)[0])
    padded = np.array([[*path, *[(end, 0, end)] * (LIMIT - len(path))] for path in found])
    s, a, s_next = np.moveaxis(padded, -1, 0)
    alive = ~mdp.terminal[s]
    r, p = (np.where(alive, x[s, a, s_next], fill) for x, fill in ((mdp.r, 0), (mdp.p, 1)))
    return Trajectories(s, a, r, s_next, alive, mdp.start[s[:, 0]], p)


def picked(paths: Trajectories, i: int) -> Trajectories:
    """One of them alone, n = 1."""
    return Trajectories(*(getattr(paths, f.name)[i : i + 1] for f in fields(paths)))


def chance(theta: Floats) -> Floats:
    r"""The probability of Right: softmax over two preferences, that of Left being 0.

    $$
    \pi_\theta(\text{Right} \mid s) = \frac{1}{1 + e^{-\theta_s}}
    $$

    Sutton & Barto, equation 13.2. theta [...] → [...].
    """
    return 1 / (1 + np.exp(-theta))


def chosen(theta: Floats, paths: Trajectories) -> Floats:
    """[n, T] The probability of each action; 1 after the end."""
    right = chance(theta)[np.minimum(paths.s, SIZE - 1)]
    return np.where(paths.alive, np.where(paths.a == RIGHT, right, 1 - right), 1.0)


def probability(theta: Floats, paths: Trajectories) -> Floats:
    r"""How likely a whole trajectory is.

    $$
    P(\tau \mid \theta) = \rho(s_0) \prod_{t=0}^{T-1}
    \pi_\theta(a_t \mid s_t) \, P(s_{t+1} \mid s_t, a_t)
    $$

    Returns [n].
    """
    return paths.start * (chosen(theta, paths) * paths.moves).prod(-1)


def whole_return(paths: Trajectories, gamma: float) -> Floats:
    r"""What a trajectory earns.

    $$
    R(\tau) = \sum_{t=0}^{T-1} \gamma^t \, r_{t+1}
    $$

    Returns [n].
    """
    return paths.r @ gamma ** np.arange(LIMIT)


def returns_to_go(r: Floats, gamma: float) -> Floats:
    r"""What came after each step.

    $$
    G_t = r_{t+1} + \gamma \, G_{t+1}
    $$

    r [..., T] → [..., T].
    """
    g = np.zeros_like(r)
    after = np.zeros(r.shape[:-1])
    for t in reversed(range(r.shape[-1])):
        g[..., t] = after = r[..., t] + gamma * after
    return g


def values(theta: Floats, mdp: FiniteMDP, gamma: float) -> Floats:
    r"""What is still to be expected from each state at each step, by going back from the limit.

    $$
    V_t(s) = \sum_a \pi_\theta(a \mid s) \sum_{s'} P(s' \mid s, a) \,
    \bigl[ R(s, a, s') + \gamma \, V_{t+1}(s') \bigr]
    $$

    Returns [T, states].
    """
    right = np.append(chance(theta), 1.0)
    policy = np.stack([right, 1 - right], -1)
    v = np.zeros((LIMIT + 1, len(mdp.states)))
    for t in reversed(range(LIMIT)):
        backed = np.einsum("sa,sap,sap->s", policy, mdp.p, mdp.r + gamma * v[t + 1])
        v[t] = np.where(mdp.terminal, 0.0, backed)
    return v[:-1]


def drawn(
    theta: Floats, paths: Trajectories, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.integer]:
    """Numbers of trajectories as the policy would play them: [*shape]."""
    up_to = probability(theta, paths).cumsum()
    return np.minimum(np.searchsorted(up_to, rng.random(shape), side="right"), len(up_to) - 1)
