"""The gradient bandit and the sample average (Sutton & Barto, sections 2.8 and 2.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rl_core.settings import Settings, setting
from rl_core.tabular.luck import Draws, Luck
from rl_core.tabular.mdp import Floats

Number = TypeVar("Number", float, Floats)  # of one run, or an array of many
Reward = Callable[[int, Draws], float]  # what an action is paid, given the step's draws


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(1.0, "step size", 0, 4, symbol=r"\alpha", live=True)
    baseline: bool = setting(True, "compare rewards with their mean so far", live=True)


@dataclass
class State:
    """Everything the next try depends on besides rewards, settings and seed."""

    h: Floats  # [actions] preferences
    q: Floats  # [actions] mean reward of each action so far
    tries: NDArray[np.integer]  # [actions]
    mean: float = 0.0  # of all rewards so far
    t: int = 0

    @classmethod
    def initial(cls, actions: int) -> State:
        return cls(np.zeros(actions), np.zeros(actions), np.zeros(actions, dtype=int))


@dataclass(frozen=True)
class Try:
    """One try: what was done, what it brought, and what that changed."""

    t: int
    a: int
    r: float
    alpha: float
    mean: float  # the baseline that r was compared with
    pi: Floats  # [actions] chances before
    h_before: Floats  # [actions]
    h: Floats  # [actions] afterwards
    q_before: float  # mean reward of `a` before
    q: Floats  # [actions] afterwards
    tries: NDArray[np.integer]  # [actions] afterwards


def softmax(h: Floats) -> Floats:
    r"""The chance of every action, from the preferences [..., actions] (Sutton & Barto, 2.11).

    $$
    \pi(b) = \frac{e^{H(b)}}{\sum_{c} e^{H(c)}}
    $$

    Only differences of preferences count, so the largest is taken off first: no overflow.
    """
    weights = np.exp(h - h.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def update(h: Floats, alpha: float, r: Number, mean: Number, chosen: Floats, pi: Floats) -> Floats:
    r"""Prefer the chosen action more if it paid better than usual, else less (S&B, 2.12).

    $$
    H(b) \leftarrow H(b) + \alpha\,(r - \bar r)\,\bigl[\mathbb{1}(b = a) - \pi(b)\bigr]
    $$

    `chosen` is 1 for the action taken and 0 for the others.
    """
    return h + alpha * (r - mean) * (chosen - pi)


def average(q_a: Number, r: Number, n: int) -> Number:
    r"""The mean of n rewards from the mean of the first n - 1 (Sutton & Barto, 2.3).

    $$
    Q(a) \leftarrow Q(a) + \frac{1}{n}\,\bigl[r - Q(a)\bigr]
    $$
    """
    return q_a + (r - q_a) / n


def draw(pi: Floats, u: float | Floats) -> NDArray[np.integer]:
    """The action that the uniform number `u` [...] picks from the chances `pi` [..., actions]."""
    passed = np.asarray(u)[..., None] >= np.cumsum(pi, axis=-1)[..., :-1]
    return passed.sum(-1)


def next_action(state: State, luck: Luck) -> int:
    """What the agent does at its next try."""
    return int(draw(softmax(state.h), luck(0, state.t).action))


def train(
    reward: Reward,
    timeline: Iterable[tuple[int, Config]],
    seed: int = 0,
    state: State | None = None,
    actions: int = 3,
) -> Iterator[Try]:
    """Learn which action pays, one `Try` a step (Sutton & Barto, section 2.8).

    Args:
        reward: what an action is paid.
        timeline: the step numbers with the settings in force.
        seed: of the luck, which is indexed by the number of the try.
        state: where to go on from; it is changed in place.
        actions: how many there are, when `state` is not given.
    """
    luck = Luck(seed)
    state = state or State.initial(actions)
    for _, config in timeline:
        t, pi, before = state.t, softmax(state.h), state.h
        a = next_action(state, luck)
        r = reward(a, luck(0, t))

        mean = state.mean if config.baseline else 0.0
        chosen = np.arange(len(pi)) == a
        state.h = update(before, config.alpha, r, mean, chosen, pi)

        q_a = float(state.q[a])
        state.tries[a] += 1
        state.q[a] = average(q_a, r, int(state.tries[a]))
        state.t += 1
        state.mean = average(state.mean, r, state.t)
        yield Try(
            t, a, r, config.alpha, mean, pi, before, state.h.copy(),
            q_a, state.q.copy(), state.tries.copy(),
        )  # fmt: skip


def trainer(wanted: int, mistakes: float) -> Reward:
    """Pays 1 for one action and 0 for the others; with chance `mistakes`, the other way round."""
    return lambda a, draws: float((a == wanted) != (draws.reward < mistakes))


def expected_rewards(wanted: int, mistakes: float, actions: int = 3) -> Floats:
    """What `trainer` pays for each action on average, [actions]."""
    return np.where(np.arange(actions) == wanted, 1 - mistakes, mistakes)


def train_many(
    wanted: int, mistakes: float, config: Config, runs: int, steps: int, actions: int = 3
) -> Floats:
    """The chances before every try, [runs, steps + 1, actions], of `train` with `trainer`.

    Run k has the luck of seed k; all runs take their step at once, which is much faster.
    """
    lucks = [Luck(k) for k in range(runs)]
    luck = np.array([[each(0, t) for t in range(steps)] for each in lucks])  # [runs, steps, draws]
    action, fate = (luck[..., Draws._fields.index(name)] for name in ("action", "reward"))
    h: Floats = np.zeros((runs, actions))
    mean: Floats = np.zeros(runs)
    chances = [softmax(h)]
    for t in range(steps):
        a = draw(chances[-1], action[:, t])
        r = ((a == wanted) != (fate[:, t] < mistakes)).astype(float)
        usual = mean[:, None] * config.baseline
        chosen = np.arange(actions) == a[:, None]
        h = update(h, config.alpha, r[:, None], usual, chosen, chances[-1])
        mean = average(mean, r, t + 1)
        chances.append(softmax(h))
    return np.stack(chances, axis=1)
