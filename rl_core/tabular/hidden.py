"""A world seen through a keyhole: several states look alike, so what is seen is not Markov."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.mdp import FiniteMDP, Floats


@dataclass(frozen=True, eq=False)
class HiddenMDP:
    """An MDP of which only an observation of the state is seen.

    Args:
        mdp: the world as it is.
        seen: [states] which observation each state gives.
        observations: their names.
    """

    mdp: FiniteMDP
    seen: NDArray[np.integer]
    observations: tuple[str, ...]


def belief_after(world: HiddenMDP, history: tuple[int, ...]) -> Floats:
    r"""Where the agent may be, given everything that it saw and did (a Bayes filter).

    $$
    b'(s') \propto \mathbb{1}[o' \text{ is seen in } s'] \sum_s b(s)\,P(s' \mid s,a)
    $$

    Args: `history` observation, action, observation, ... Returns: [states] probabilities.
    """
    belief = world.mdp.start * (world.seen == history[0])
    for a, o in zip(history[1::2], history[2::2], strict=True):
        belief = (belief @ world.mdp.p[:, a]) * (world.seen == o)
    return belief / belief.sum()


def forecast(world: HiddenMDP, belief: Floats, a: int) -> Floats:
    r"""What will be seen next.

    $$
    P(o' \mid h, a) = \sum_s b(s) \sum_{s' \text{ looks like } o'} P(s' \mid s,a)
    $$

    Returns: [observations] probabilities.
    """
    chances = belief @ world.mdp.p[:, a]
    return np.bincount(world.seen, chances, len(world.observations)).astype(float)


SIGN_LEFT, SIGN_RIGHT, DOORS, TREAT, NOTHING = range(5)  # what is seen in `two_doors`
GO_LEFT, GO_RIGHT = 0, 1


def two_doors(trust: float) -> HiddenMDP:
    """A sign points to one of two doors, a treat lies behind one; at the doors no sign is in sight.

    The treat is behind either door with chance 1/2; with probability `trust` the sign tells where.
    At the sign both actions walk on to the doors; there Left or Right opens one: +1 or 0.
    """
    # (at the doors?, sign, treat): 0 is left and 1 is right
    states = [(place, sign, treat) for place in (0, 1) for sign in (0, 1) for treat in (0, 1)]
    n = len(states) + 2
    p, r, start = np.zeros((n, 2, n)), np.zeros((n, 2, n)), np.zeros(n)
    for i, (place, sign, treat) in enumerate(states):
        if place == 0:
            start[i] = 0.5 * (trust if sign == treat else 1 - trust)
            p[i, :, states.index((1, sign, treat))] = 1
            continue
        for a in (GO_LEFT, GO_RIGHT):
            p[i, a, n - 2 if a == treat else n - 1] = 1
            r[i, a, n - 2] = 1
    p[n - 2, :, n - 2] = p[n - 1, :, n - 1] = 1
    seen = [DOORS if place else sign for place, sign, _ in states] + [TREAT, NOTHING]
    names = (*("".join(map(str, s)) for s in states), "treat", "nothing")
    terminal = np.arange(n) >= n - 2
    mdp = FiniteMDP(p, r, terminal, start, names, ("Left", "Right"))
    return HiddenMDP(mdp, np.array(seen), ("sign left", "sign right", "doors", "treat", "nothing"))
