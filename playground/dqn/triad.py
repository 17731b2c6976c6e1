"""The deadly triad: two examples, with and without replay and target network, as linear maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rl_core.events import Floats
from rl_core.tabular import divergence
from rl_core.tabular.divergence import Example, alone, as_they_come, baird, w_to_2w

EXAMPLES = ("w2w", "baird")
UPDATES = {"w2w": 200, "baird": 6000}
WAITS = (10, 20, 40, 100, 200)  # updates between two copies
USUAL_WAIT = {"w2w": 10, "baird": 40}
SEED = 0


@dataclass(frozen=True)
class Choice:
    """An example, its settings, and which of the two crutches are there."""

    example: str
    alpha: float
    gamma: float
    wait: int
    ends: float  # chance that the second state of w → 2w ends the episode
    replay: bool
    target: bool

    @property
    def every(self) -> int:
        return self.wait if self.target else 1

    def world(self) -> Example:
        return w_to_2w(self.ends) if self.example == "w2w" else baird()

    def share(self) -> Floats:
        """The mean share of each state in an update."""
        if self.example == "w2w" and not self.replay:
            return alone(1)[0]
        return self.world().replayed

    def shares(self) -> Floats:
        """[updates, states] what each update learns from."""
        n = UPDATES[self.example]
        if self.example == "baird" and not self.replay:
            return as_they_come(n, SEED)
        return np.tile(self.share(), (n, 1))


@lru_cache(maxsize=64)
def values(choice: Choice) -> Floats:
    """[updates + 1, states] the values after every update."""
    world = choice.world()
    settings = choice.alpha, choice.gamma, choice.every
    path: Floats = divergence.trace(world, choice.shares(), *settings) @ world.x.T
    return path


@lru_cache(maxsize=256)
def growth(choice: Choice) -> float:
    """The factor of the values between two copies of the target network."""
    return divergence.growth(choice.world(), matrix(choice))


def matrix(choice: Choice) -> Floats:
    settings = choice.alpha, choice.gamma, choice.every
    return divergence.matrix(choice.world(), choice.share(), *settings)


def verdict(factor: float) -> str:
    """What values do that are multiplied by this."""
    return "stays" if abs(factor - 1) < 1e-9 else "grows" if factor > 1 else "shrinks"
