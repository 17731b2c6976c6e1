"""Two things to do to a finite world: make its floor slippery, ask whether it always ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.mdp import FiniteMDP


def slippery(mdp: FiniteMDP, slip: float) -> FiniteMDP:
    r"""The world in which, with probability `slip`, what happens is what another action would do.

    $$
    P_{\text{slip}}(s' \mid s,a) = (1 - \varsigma)\,P(s' \mid s,a)
        + \frac{\varsigma}{|\mathcal{A}| - 1} \sum_{b \neq a} P(s' \mid s,b)
    $$

    The reward comes with what happened; where both ways lead to the same s', R is their mean.
    """
    m = len(mdp.actions)
    if slip == 0 or m == 1:
        return mdp
    mixed = (1 - slip) * np.eye(m) + slip / (m - 1) * (1 - np.eye(m))  # [chosen, happened]
    p = np.einsum("ab,sbt->sat", mixed, mdp.p)
    paid = np.einsum("ab,sbt->sat", mixed, mdp.p * mdp.r)
    return replace(mdp, p=p, r=np.divide(paid, p, out=np.zeros_like(p), where=p > 0))


def can_go_on_for_ever(mdp: FiniteMDP) -> NDArray[np.bool_]:
    """[states] True where some policy never reaches a terminal state.

    Take away, again and again, every state from which each action may leave those that remain.
    """
    staying = ~mdp.terminal
    while True:
        stays = (mdp.p[:, :, ~staying].sum(axis=2) == 0).any(axis=1)  # some action keeps inside
        if (staying == (staying & stays)).all():
            return staying
        staying = staying & stays
