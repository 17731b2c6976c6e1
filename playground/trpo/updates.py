"""An update at a place of the map: all that its stations show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.by_hand.trpo import Direction, Here

BACKTRACKS = 10
STATIONS = ("gradient", "cg1", "cg2", *(f"try{k}" for k in range(BACKTRACKS + 1)))

Place = tuple[float, float]


@dataclass(frozen=True)
class Try:
    """One step of the line search."""

    theta: Tensor  # [2]
    gain: float
    kl: float
    bowl: float  # the divergence, as the ellipse has it
    good: bool


@dataclass(frozen=True)
class Update:
    """An update, looked at from the start: all that its stations show."""

    here: Here
    iterates: tuple[Direction, ...]
    tries: tuple[Try, ...]
    accepted: bool
    after: Place

    @property
    def stations(self) -> list[str]:
        """What the primary button goes through; a further press makes the step."""
        iterations = [f"cg{k}" for k in range(1, len(self.iterates) + 1)]
        return ["gradient", *iterations, *(f"try{k}" for k in range(len(self.tries)))]


@lru_cache(maxsize=512)
def update(place: Place, delta: float, name: str) -> Update:
    """The update at a place of the map."""
    here = trpo_by_hand.look(torch.tensor(place, dtype=torch.float64))
    iterations = 2 if name == "natural" else 1
    ways = tuple(trpo_by_hand.direction(here, k, delta) for k in range(1, iterations + 1))
    step = ways[-1].beta * ways[-1].x
    found = trpo_by_hand.search(here, step, delta, BACKTRACKS)
    accepted, last = bool(found.accepted), int(found.backtracks)
    tries = []
    for k in range(last + 1):
        theta = here.theta + trpo_by_hand.FACTOR**k * step
        gain = float(trpo_by_hand.gain(here, theta))
        kl = float(trpo_by_hand.divergence(here, theta))
        bowl = float(trpo_by_hand.bowl(here, theta))
        tries.append(Try(theta, gain, kl, bowl, good=accepted and k == last))
    x, y = found.theta[0].tolist()
    return Update(here, ways, tuple(tries), accepted, (x, y))
