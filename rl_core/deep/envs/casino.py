"""A world small enough to be solved, with noisy rewards: what is learned beside what is true."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep.envs.classic import Classic, State
from rl_core.deep.envs.contract import Bools, Exact
from rl_core.deep.envs.spaces import Discrete, Floats

LEAVE = 0  # the one action that is no machine


class Casino(Classic):
    r"""Sutton & Barto's example 6.7, in which the bad choice can be made again and again.

    At every table there are the door and machines. The door ends the episode with 0. A machine pays
    N(−0.1, 1); then one is at any of the tables. To leave at once is best. Whatever gamma,

    $$
    Q^*(s, \text{leave}) = 0, \quad Q^*(s, \text{machine}) = -0.1 + \gamma \cdot 0
    $$

    Observation: at which table, or outside, one-hot. Actions: leave, or one of nine machines.
    Terminates outside, truncated at step 50.
    """

    tables, machines, mean = 4, 9, -0.1
    outside = tables  # the state after them
    actions = Discrete(1 + machines)
    time_limit = 50
    variables = 1 + 2 * time_limit  # the state, and all luck of the episode, drawn at its beginning
    low, high = np.zeros(tables + 1, np.float32), np.ones(tables + 1, np.float32)

    def exact(self, gamma: float) -> Exact:
        q = np.where(np.arange(self.actions.n) == LEAVE, 0.0, self.mean)
        return Exact(self._one_hot(np.arange(self.tables)), np.tile(q, (self.tables, 1)))

    def _begin(self, generator: np.random.Generator) -> State:
        tables = generator.integers(self.tables, size=1 + self.time_limit)
        return np.concatenate([tables, generator.normal(self.mean, 1, self.time_limit)])

    def _dynamics(self, action: NDArray[Any]) -> State:
        moved = self.state.copy()
        moved[0] = np.where(action == LEAVE, self.outside, self._luck(1 + self.elapsed))
        return moved

    def _terminal(self) -> Bools:
        at_the_door: Bools = self.state[0] == self.outside
        return at_the_door

    def _reward(self, before: State, action: NDArray[Any]) -> Floats:
        pay = self._luck(self.time_limit + self.elapsed)  # which has counted this step already
        return np.where(action == LEAVE, 0, pay).astype(np.float32)

    def _observation(self) -> Floats:
        return self._one_hot(self.state[0].astype(np.int64))

    def _one_hot(self, s: NDArray[np.int64]) -> Floats:
        return np.eye(self.tables + 1, dtype=np.float32)[s]

    def _luck(self, row: NDArray[np.int64]) -> NDArray[np.float64]:
        """[n] The number in that row [n] of the state; any, where the episode has ended."""
        return self.state[np.minimum(row, self.variables - 1), np.arange(self.n)]
