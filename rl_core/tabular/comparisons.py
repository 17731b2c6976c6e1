"""Step sizes and exploration compared: many independent runs of Q-learning side by side.

The formulas are those of `q_learning`: the tables of all runs are stacked into one tall table,
[runs * states, actions], so that "the state" of a formula is an array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.q_learning import td_error, update


def power(alpha: float, n: int) -> float:
    r"""Slower to shrink than 1 / (1 + n), yet settling on Q* too; alpha itself has no say.

    $$
    \alpha_n = (1 + n)^{-0.7}
    $$
    """
    return np.float_power(1 + n, -0.7)


def sampled_sweeps(
    mdp: FiniteMDP, gamma: float, step_sizes: Floats, runs: int, seed: int = 0
) -> Floats:
    """Q-learning that updates every Q(s, a) once in each sweep, from a next state of its own.

    Nobody has to visit anything, so what is left to see is what the step size does. Runs k and l
    meet different luck, but each the same whatever the step sizes.

    Args: `step_sizes` [sweeps]. Returns: [sweeps, runs, states, actions].
    """
    n, m = len(mdp.states), len(mdp.actions)
    rng = np.random.default_rng(seed)
    s, a = (x.ravel() for x in np.indices((n, m)))
    run = np.repeat(np.arange(runs), n * m)
    s, a = np.tile(s, runs), np.tile(a, runs)
    cumulative = mdp.p.cumsum(axis=2)
    cumulative[:, :, -1] = 1  # whatever rounding has left
    q = np.zeros((runs * n, m))
    history = np.zeros((len(step_sizes), runs, n, m))
    living = ~mdp.terminal[s]
    s, a, row = s[living], a[living], (run * n + s)[living]
    above = row - s  # where the table of each run begins
    for k, alpha in enumerate(step_sizes):
        s_next = (cumulative[s, a] <= rng.random(len(s))[:, None]).sum(axis=1)
        r, ended = mdp.r[s, a, s_next], mdp.terminal[s_next]
        delta = td_error(q, row, a, r, above + s_next, ended, gamma)  # type: ignore[arg-type]
        q[row, a] = update(q[row, a], alpha, delta)  # type: ignore[arg-type]
        history[k] = q.reshape(runs, n, m)
    return history


class Explored(NamedTuple):
    """What came of a way to explore."""

    rewards: Floats  # [runs, steps]
    q: Floats  # [runs, states, actions] at the end


def explore(
    mdp: FiniteMDP, epsilon: Callable[[Floats], Floats], alpha: float, gamma: float,
    runs: int, steps: int, seed: int = 0,
) -> Explored:  # fmt: skip
    """Q-learning, epsilon-greedy, in a world without chance; a new episode after each end.

    Args: `epsilon` gives the chance to explore from each run's number of finished episodes.
    """
    n, m = len(mdp.states), len(mdp.actions)
    rng = np.random.default_rng(seed)
    then = mdp.p.argmax(axis=2)
    above, start = np.arange(runs) * n, int(mdp.start.argmax())
    q, s, episode = np.zeros((runs * n, m)), np.full(runs, start), np.zeros(runs)
    rewards = np.zeros((runs, steps))
    for t in range(steps):
        u, tie = rng.random(runs), rng.random((runs, m))
        greedy = (q[above + s] + 1e-9 * tie).argmax(axis=1)  # ties at random
        a = np.where(u < epsilon(episode), rng.integers(m, size=runs), greedy)
        s_next = then[s, a]
        r, ended = mdp.r[s, a, s_next], mdp.terminal[s_next]
        row = above + s
        delta = td_error(q, row, a, r, above + s_next, ended, gamma)  # type: ignore[arg-type]
        q[row, a] = update(q[row, a], alpha, delta)  # type: ignore[arg-type]
        rewards[:, t], episode = r, episode + ended
        s = np.where(ended, start, s_next)
    return Explored(rewards, q.reshape(runs, n, m))
