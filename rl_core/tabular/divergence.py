"""The deadly triad: function approximation, bootstrapping and off-policy data, which together can
drive values to infinity (Sutton & Barto, sections 11.2 and 11.3).

Two examples of it with linear values v̂(s) = wᵀx(s), whose rewards are all 0, so that 0 is the value
of every state; and what becomes of them with replay and with a target network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rl_core.tabular.mdp import Floats


@dataclass(frozen=True)
class Example:
    """States that are asked about under one policy, and how often each is updated."""

    x: Floats  # [states, weights] the features of each state
    p: Floats  # [states, states] where the policy leads; what is missing to 1 ends the episode
    replayed: Floats  # [states] share of each state among the updates when all are replayed
    first: Floats  # [weights] where the weights begin


def w_to_2w(ends: float = 1.0) -> Example:
    """Two states with one weight between them, worth w and 2w (S&B, section 11.2).

    The first leads to the second, whose own transition ends the episode with chance `ends` and
    stays otherwise: with a small chance it is the example of Tsitsiklis & Van Roy (1997; S&B,
    example 11.1).
    """
    p = np.array([[0, 1], [0, 1 - ends]])
    return Example(np.array([[1.0], [2.0]]), p, np.array([0.5, 0.5]), np.ones(1))


def baird() -> Example:
    """Baird's counterexample (1995; S&B, figure 11.1): seven states, eight weights.

    The policy asked about always takes the solid action, to the seventh state. The data come from
    one that takes it once in seven times, the dashed action to one of the six others otherwise, so
    that it is in every state equally often.
    """
    x = np.column_stack((2 * np.eye(7), np.ones(7)))
    x[6, 6:] = 1, 2
    first = np.array([1.0, 1, 1, 1, 1, 1, 10, 1])
    return Example(x, np.tile(np.eye(7)[6], (7, 1)), np.full(7, 1 / 7), first)


def alone(n: int) -> Floats:
    """[n, 2] shares of w → 2w where only the transition of the first state is ever seen."""
    return np.tile([1.0, 0.0], (n, 1))


def as_they_come(n: int, seed: int) -> Floats:
    r"""[n, 7] shares of Baird's states in `n` steps of the data, one transition an update.

    $$
    \rho = \frac{\pi(a \mid s)}{b(a \mid s)} =
    \begin{cases} 7 & a = \text{solid} \\ 0 & a = \text{dashed} \end{cases}
    $$

    The importance sampling ratio makes up for the rare solid action (S&B, equation 11.1), so that
    the mean of the shares is that of all states replayed.
    """
    rng = np.random.default_rng(seed)
    state, solid = rng.integers(7, size=n), rng.random(n) < 1 / 7
    return np.eye(7)[state] * np.where(solid, 7, 0)[:, None]


def update(
    w: Floats, w_target: Floats, example: Example, share: Floats, alpha: float, gamma: float
) -> Floats:
    r"""Semi-gradient TD(0) on a weighted batch of states (S&B, equations 11.2 and 11.9).

    $$
    w \leftarrow w + \alpha \sum_s d(s) \Bigl[ \gamma \sum_{s'} P(s' \mid s)\, \hat v(s'; w^-)
    - \hat v(s; w) \Bigr] \, x(s)
    $$

    Args: `w`, `w_target` [weights], `share` [states] the weight d(s) of each state. Returns:
    [weights].
    """
    target = gamma * example.p @ (example.x @ w_target)
    delta: Floats = target - example.x @ w
    return w + alpha * (share * delta) @ example.x


def trace(example: Example, shares: Floats, alpha: float, gamma: float, every: int) -> Floats:
    """The weights from the beginning to the end, [n + 1, weights].

    Args: `shares` [n, states] one row an update; `every`: updates between two copies w⁻ ← w, 1
    for no target network.
    """
    w, path = example.first, [example.first]
    for k, share in enumerate(shares):
        if k % every == 0:
            w_target = w
        w = update(w, w_target, example, share, alpha, gamma)
        path.append(w)
    return np.array(path)


def matrix(example: Example, share: Floats, alpha: float, gamma: float, every: int) -> Floats:
    r"""What the updates between two copies of the target network, all together, do to the weights.

    $$
    W = M^C + \sum_{j < C} M^j \, \alpha \gamma \, X^\top D P X, \qquad
    M = I - \alpha X^\top D X
    $$

    C is `every`, D has the shares on its diagonal. Returns: [weights, weights].
    """
    x, d = example.x, np.diag(share)
    m = np.eye(x.shape[1]) - alpha * x.T @ d @ x
    pull = alpha * gamma * x.T @ d @ example.p @ x
    w = np.eye(x.shape[1])
    for _ in range(every):
        w = m @ w + pull
    return w


def growth(example: Example, w: Floats) -> float:
    r"""The factor by which a matrix of `matrix` makes the values grow in the long run.

    $$
    \varrho(W) = \max_i |\lambda_i(W)|
    $$

    Above 1 they diverge. Only weights that some state's value depends on count: Baird's eight
    weights have a direction that changes no value and never moves.
    """
    _, size, directions = np.linalg.svd(example.x, full_matrices=False)
    seen = directions[size > 1e-9]
    return float(np.abs(np.linalg.eigvals(seen @ w @ seen.T)).max())
