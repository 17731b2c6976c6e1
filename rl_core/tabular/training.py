"""The driver behind the command line: trains many runs by name and says how well they play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from rl_core.tabular import (
    double_q_learning,
    expected_sarsa,
    many,
    monte_carlo,
    n_step,
    policy_gradient,
    q_learning,
    sarsa,
)
from rl_core.tabular.dynamic_programming import greedy_actions
from rl_core.tabular.many import Many
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.timeline import Timeline

ALGORITHMS: dict[str, ModuleType] = {
    "q_learning": q_learning,
    "sarsa": sarsa,
    "expected_sarsa": expected_sarsa,
    "double_q_learning": double_q_learning,
    "n_step_sarsa": n_step,
    "monte_carlo": monte_carlo,
    "policy_gradient": policy_gradient,
}

LONGEST = 1000  # steps of an episode that is played in a world without a time limit
CUT_OFF = 200  # the same while learning, for what learns from whole episodes

UNDISCOUNTED = ("cliff", "cliff_walking", "windy", "random_walk", "short_corridor")


def lesson(name: str, world: str) -> dict[str, Any]:
    """The settings to begin with where an algorithm's own do not suit a world.

    Those of Sutton & Barto: gamma = 1 in their worlds. Where returns are tens or hundreds, the
    policy gradient needs small steps (example 13.1 has 2^-9 and 2^-6).
    """
    settings: dict[str, Any] = {"gamma": 1.0} if world in UNDISCOUNTED else {}
    if name == "policy_gradient" and settings and world != "random_walk":
        settings |= {"alpha": 2**-9, "alpha_baseline": 2**-6}
    return settings


def train(
    name: str, mdp: FiniteMDP, config: Any, runs: int, episodes: int, seed: int = 0,
    finished: Callable[[int], None] = lambda run: None,
) -> Many:  # fmt: skip
    """Train `runs` independent runs of any of `ALGORITHMS`.

    Those in `many.LEARN` all at once, the others one after the other; the episodes of the latter,
    which learn late, are truncated after `CUT_OFF` steps where the world has no time limit.

    Args: `finished` is called with the number of runs that are done.
    """
    if name in many.LEARN:
        result = many.train(name, mdp, config, runs, episodes, seed)
        finished(runs)
        return result
    parts = []
    for run in range(runs):
        parts.append(_one(ALGORITHMS[name], limited(mdp), config, episodes, run_seed(seed, run)))
        finished(run + 1)
    returns, lengths, q = zip(*parts, strict=True)
    return Many(np.array(returns), np.array(lengths), np.array(q))


def run_seed(seed: int, run: int) -> int:
    """The seed of the luck of one run of several."""
    return int(np.random.SeedSequence([seed, run]).generate_state(1, np.uint64)[0])


def limited(mdp: FiniteMDP) -> FiniteMDP:
    """The same world with a time limit, if it has none."""
    return mdp if mdp.time_limit else replace(mdp, time_limit=CUT_OFF)


def _one(
    module: ModuleType, mdp: FiniteMDP, config: Any, episodes: int, seed: int
) -> tuple[Floats, Floats, Floats]:
    returns, lengths = np.zeros(episodes), np.zeros(episodes, dtype=int)
    timeline = Timeline(config, episodes * (mdp.time_limit or CUT_OFF))
    events: Iterator[Any] = module.train(mdp, timeline, seed)
    for event in events:
        returns[event.episode] += event.r
        lengths[event.episode] = event.t + 1
        if event.episode == episodes - 1 and (event.terminated or event.truncated):
            break
    return returns, lengths, event.q


def learned_policy(name: str, q: Floats) -> Floats:
    """[states, actions] What a finished table plays: greedily, equal actions with equal chance.

    The policy gradient's table holds preferences; it plays the random policy that it learned.
    """
    if name == "policy_gradient":
        return policy_gradient.policy(q)
    best = greedy_actions(q).astype(float)
    return best / best.sum(axis=1, keepdims=True)


def expected_return(mdp: FiniteMDP, policy: Floats) -> float:
    r"""The exact undiscounted return of an episode, cut off at the time limit (or `LONGEST`).

    $$
    J = \sum_{t=0}^{T-1} \sum_s d_t(s)\,R^{\pi}(s), \quad d_{t+1} = d_t P^{\pi}
    $$
    """
    p = np.einsum("ij,ijk->ik", policy, mdp.p)
    r = np.where(mdp.terminal, 0.0, np.einsum("ij,ijk,ijk->i", policy, mdp.p, mdp.r))
    at, total = mdp.start * ~mdp.terminal, 0.0
    for _ in range(mdp.time_limit or LONGEST):
        total += float(at @ r)
        at = (at @ p) * ~mdp.terminal
        if not at.any():
            break
    return total
