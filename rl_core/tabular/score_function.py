"""The policy gradient theorem step by step, each step exact in a small world (Williams 1992).

What is an expectation here is a sum over every trajectory, no sampling.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.mdp import Floats
from rl_core.tabular.trajectories import (
    SIZE,
    Trajectories,
    chance,
    probability,
    whole_return,
)
from rl_core.tabular.worlds import RIGHT


def log_gradient(theta: Floats, s: NDArray[np.integer], a: NDArray[np.integer]) -> Floats:
    r"""How the logarithm of an action's probability changes with each parameter.

    $$
    \frac{\partial \ln \pi_\theta(a \mid s)}{\partial \theta_{s'}} =
    \mathbb{1}[s' = s] \, \bigl( \mathbb{1}[a = \text{Right}] - \pi_\theta(\text{Right} \mid s)
    \bigr)
    $$

    Sutton & Barto, exercise 13.3. s, a [...] → [..., 2]; 0 in the last state.
    """
    here = s[..., None] == np.arange(SIZE)
    return here * ((a == RIGHT)[..., None] - chance(theta))


def score(theta: Floats, paths: Trajectories) -> Floats:
    r"""What is left of the gradient of a trajectory's log-probability: the policy's part.

    $$
    \nabla_\theta \ln P(\tau \mid \theta) =
    \sum_{t=0}^{T-1} \nabla_\theta \ln \pi_\theta(a_t \mid s_t)
    $$

    Returns [n, 2].
    """
    return log_gradient(theta, paths.s, paths.a).sum(-2)


def objective(theta: Floats, paths: Trajectories, gamma: float) -> float:
    r"""What is to become large.

    $$
    J(\theta) = \sum_\tau P(\tau \mid \theta) \, R(\tau)
    $$
    """
    return float(probability(theta, paths) @ whole_return(paths, gamma))


def trick(theta: Floats, paths: Trajectories) -> Floats:
    r"""The log-derivative trick: the gradient of a probability, with the probability in front.

    $$
    \nabla_\theta P(\tau \mid \theta) =
    P(\tau \mid \theta) \, \nabla_\theta \ln P(\tau \mid \theta)
    $$

    Returns [n, 2].
    """
    return probability(theta, paths)[:, None] * score(theta, paths)


def exact_gradient(theta: Floats, paths: Trajectories, gamma: float) -> Floats:
    r"""The gradient as the sum over all trajectories, no sampling.

    $$
    \nabla_\theta J(\theta) = \sum_\tau \nabla_\theta P(\tau \mid \theta) \, R(\tau)
    $$

    Returns [2].
    """
    return whole_return(paths, gamma) @ trick(theta, paths)


def weighted_score(theta: Floats, paths: Trajectories, gamma: float) -> Floats:
    r"""What one trajectory gives; their mean is the gradient, and it can be sampled.

    $$
    \nabla_\theta J(\theta) = \mathbb{E}_{\tau} \Bigl[ R(\tau) \sum_{t=0}^{T-1}
    \nabla_\theta \ln \pi_\theta(a_t \mid s_t) \Bigr]
    $$

    Returns [n, 2], without the mean.
    """
    return whole_return(paths, gamma)[:, None] * score(theta, paths)


def expected(theta: Floats, paths: Trajectories, estimates: Floats) -> Floats:
    r"""The mean of what single trajectories give; this one can be sampled.

    $$
    \mathbb{E}_{\tau}[\hat g(\tau)] = \sum_\tau P(\tau \mid \theta) \, \hat g(\tau)
    $$

    estimates [n, ...] → [...].
    """
    return np.tensordot(probability(theta, paths), estimates, axes=(0, 0))


def causality(theta: Floats, paths: Trajectories) -> Floats:
    r"""What a reward has to do with an action, on average: nothing, if it came before.

    $$
    \mathbb{E} \bigl[ r_{k+1} \, \nabla_\theta \ln \pi_\theta(a_t \mid s_t) \bigr] = 0
    \quad \text{for } k < t
    $$

    Returns [k, t, 2], for rewards and actions of every step.
    """
    gradients = log_gradient(theta, paths.s, paths.a)
    return np.einsum("n,nk,ntj->ktj", probability(theta, paths), paths.r, gradients)


def baseline_terms(theta: Floats, paths: Trajectories, b: Floats) -> Floats:
    r"""What a baseline adds to the gradient: nothing, as long as it does not know the action.

    $$
    \mathbb{E} \bigl[ b(s_t) \, \nabla_\theta \ln \pi_\theta(a_t \mid s_t) \bigr] = 0
    $$

    b [n, T], its number at every step → [t, 2].
    """
    gradients = log_gradient(theta, paths.s, paths.a)
    return np.einsum("n,nt,ntj->tj", probability(theta, paths), b, gradients)


def finite_difference(f: Callable[[Floats], Floats | float], theta: Floats, h: float) -> Floats:
    r"""A gradient without any calculus.

    $$
    \frac{\partial f}{\partial \theta_i} \approx
    \frac{f(\theta + h\,e_i) - f(\theta - h\,e_i)}{2h}
    $$

    f(theta) [...] → [..., 2].
    """
    ways = [h * e for e in np.eye(SIZE)]
    slopes = [(np.asarray(f(theta + w)) - np.asarray(f(theta - w))) / (2 * h) for w in ways]
    return np.stack(slopes, -1)
