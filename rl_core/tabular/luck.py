"""The randomness of a run, laid out so that two learners can be given the same luck."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

BLOCK = 32  # steps drawn at once: making a generator costs as much as a hundred draws


class Draws(NamedTuple):
    """The uniform numbers in [0, 1) that one step may use, whether it needs them or not."""

    explore: float  # explore, or be greedy?
    action: float  # which action when exploring
    tie: float  # which of several greedy actions
    transition: float  # which next state
    reward: float  # which reward, where it is random
    coin: float  # which of two tables learns


class Luck:
    """Six uniform numbers for every (episode, t), a fixed function of the seed.

    What a learner did before does not move them, so learners with the same seed meet the same
    luck, and a step that is undone and done again meets its own.
    """

    def __init__(self, seed: int):
        self._seed = seed
        self._drawn: tuple[int, int] | None = None

    def __call__(self, episode: int, t: int) -> Draws:
        """The draws of step `t`."""
        return self._row(episode, t + 1)

    def start(self, episode: int) -> float:
        """The draw that chooses the first state: row 0, so that step 0 has its own."""
        return self._row(episode, 0).transition

    def _row(self, episode: int, i: int) -> Draws:
        if self._drawn != (episode, i // BLOCK):
            self._drawn = (episode, i // BLOCK)
            rng = np.random.default_rng([self._seed, episode, i // BLOCK])
            block = rng.random((BLOCK, 5))
            self._block = np.column_stack([block, rng.random(BLOCK)]).tolist()
        return Draws(*self._block[i % BLOCK])
