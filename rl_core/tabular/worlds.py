"""Small worlds with known answers."""

from __future__ import annotations

import numpy as np

from rl_core.tabular.mdp import FiniteMDP

RIGHT, LEFT = 0, 1


def three_state() -> FiniteMDP:
    """The document's world: S1 -> S2 -> S3, where S3 ends the episode and reaching it pays 1.

    Right moves on, Left moves back; every other reward is 0. The document leaves Left in S1 open:
    here it stays in S1. With gamma = 0.9 the answer is Q*(S1) = (Right 0.9, Left 0.81) and
    Q*(S2) = (Right 1, Left 0.81).
    """
    p = np.zeros((3, 2, 3))
    r = np.zeros((3, 2, 3))
    for s, a, s_next in [(0, RIGHT, 1), (0, LEFT, 0), (1, RIGHT, 2), (1, LEFT, 0)]:
        p[s, a, s_next] = 1
    p[2, :, 2] = 1
    r[1, RIGHT, 2] = 1
    return FiniteMDP(
        p=p,
        r=r,
        terminal=np.array([False, False, True]),
        start=np.array([1.0, 0.0, 0.0]),
        states=("S1", "S2", "S3"),
        actions=("Right", "Left"),
    )


def three_state_after(n: int) -> tuple[float, float]:
    r"""Q(S1, Right) and Q(S2, Right) after `n` full rounds of Right, Right with alpha = 0.5.

    $$
    Q_n(S_1,\text{Right}) = 0.9\,\bigl(1 - (n+1)\,2^{-n}\bigr), \quad
    Q_n(S_2,\text{Right}) = 1 - 2^{-n}
    $$

    From a table of zeros, with gamma = 0.9.
    """
    return 0.9 * (1 - (n + 1) * 2.0**-n), 1 - 2.0**-n
