"""What a learner carries from one step to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP, Floats


class Place:
    """Where in which episode a learner is."""

    s: int
    episode: int
    t: int
    over: bool  # the episode has ended; the next step begins another

    def begin_episode(self, mdp: FiniteMDP, luck: Luck) -> None:
        self.episode, self.t, self.over = self.episode + 1, 0, False
        self.s = mdp.draw_start(luck.start(self.episode))


@dataclass
class State(Place):
    """Everything the next step depends on besides world, settings and seed."""

    q: Floats  # [states, actions]
    visits: NDArray[np.integer]  # [states, actions] updates so far
    s: int
    episode: int = 0
    t: int = 0
    over: bool = False

    @classmethod
    def initial(cls, mdp: FiniteMDP, luck: Luck) -> Self:
        q = np.zeros((len(mdp.states), len(mdp.actions)))
        return cls(q, np.zeros(q.shape, dtype=int), mdp.draw_start(luck.start(0)))
