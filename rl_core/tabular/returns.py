"""The discounted return of a reward sequence (Sutton & Barto, section 3.3)."""

from __future__ import annotations

import numpy as np

from rl_core.tabular.mdp import FiniteMDP, Floats


def backed_up(r: float, gamma: float, g_next: float) -> float:
    r"""The return before a step, from the reward of the step and the return after it (S&B 3.9).

    $$
    G_t = R_{t+1} + \gamma\, G_{t+1}
    $$
    """
    return r + gamma * g_next


def discounted_returns(rewards: Floats, gamma: float | Floats, bootstrap: float = 0) -> Floats:
    """G_t for every t, from the last reward to the first.

    Args:
        rewards: [T] R_1 ... R_T; R_{t+1} follows the action at time t.
        gamma: one discount, or [T] one for each step.
        bootstrap: what comes after the last reward; 0 where the episode ended.

    Returns: [T] G_0 ... G_{T-1}.
    """
    discounts = np.broadcast_to(gamma, np.shape(rewards))
    returns = np.zeros(len(rewards))
    g = bootstrap
    for t in reversed(range(len(rewards))):
        g = backed_up(rewards[t], discounts[t], g)
        returns[t] = g
    return returns


def weights(gamma: float, n: int) -> Floats:
    r"""[n] What a reward counts for, by the number of steps until it comes.

    $$
    G_t = \sum_{k=0}^{\infty} \gamma^k R_{t+k+1}
    $$
    """
    return np.power(gamma, np.arange(n, dtype=float))


def effective_horizon(gamma: float) -> float:
    r"""About how many steps ahead count: the sum of all the weights; infinite for gamma = 1.

    $$
    H = \sum_{k=0}^{\infty} \gamma^k = \frac{1}{1 - \gamma}
    $$
    """
    return 1 / (1 - gamma) if gamma < 1 else np.inf


def sampled_returns(
    mdp: FiniteMDP, policy: Floats, gamma: float, s: int, shape: tuple[int, ...],
    rng: np.random.Generator, negligible: float = 1e-3, most: int = 2000,
) -> Floats:  # fmt: skip
    """The returns of episodes that start in `s` and follow `policy`.

    An episode that goes on is cut off where all that may follow counts for less than `negligible`
    (or after `most` steps).

    Args: `policy` [states, actions]. Returns: [*shape].
    """
    n, m = policy.shape
    outcomes = (policy[:, :, None] * mdp.p).reshape(n, m * n)  # P(a, s' | s)
    thresholds = outcomes.cumsum(axis=1)
    last = n * m - 1 - (outcomes[:, ::-1] > 0).argmax(axis=1)  # the last possible outcome
    largest = np.abs(mdp.r[mdp.p > 0]).max()
    g = np.zeros(int(np.prod(shape)))
    running = np.arange(len(g)) if not mdp.terminal[s] else np.arange(0)
    state, weight = np.full(len(g), s), 1.0
    for _ in range(most):
        if not len(running) or weight * largest < negligible * (1 - gamma):
            break
        u = rng.random(len(running))
        drawn = np.minimum((thresholds[state] <= u[:, None]).sum(axis=1), last[state])
        action, s_next = np.divmod(drawn, n)
        g[running] += weight * mdp.r[state, action, s_next]
        going = ~mdp.terminal[s_next]
        running, state, weight = running[going], s_next[going], weight * gamma
    return g.reshape(shape)
