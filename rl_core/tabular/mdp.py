"""Finite Markov decision processes (Sutton & Barto, chapter 3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class WorldError(ValueError):
    """A world that is not a finite MDP.

    Attributes: `problem` (a key: "sum", "negative", "not_finite", "shape", "start"), `state` and
    `action` (names, where the problem has a place), `found` (the offending number or shape).
    """

    def __init__(
        self, problem: str, message: str, state: str = "", action: str = "", found: object = None
    ):
        super().__init__(message)
        self.problem, self.state, self.action, self.found = problem, state, action, found


@dataclass(frozen=True, eq=False)
class FiniteMDP:
    """States, actions, and what follows from them.

    Args:
        p: [states, actions, states] probability P(s' | s, a); every row sums to 1.
        r: [states, actions, states] reward R(s, a, s').
        terminal: [states] where an episode ends; what P and R say there is never used.
        start: [states] probability that an episode begins there.
        states, actions: their names.
        time_limit: the number of steps after which an episode is truncated; None for no limit.
        positions: [states] (row, column) where each state is drawn; None for no grid.
        seen: [states] what each state shows to an agent that cannot see states: those with the
            same number look alike; None where every state is told apart.

    Raises:
        WorldError: the arrays do not describe an MDP; the sentence names state and action.
    """

    p: Floats
    r: Floats
    terminal: NDArray[np.bool_]
    start: Floats
    states: tuple[str, ...]
    actions: tuple[str, ...]
    time_limit: int | None = None
    positions: tuple[tuple[int, int], ...] | None = None
    seen: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        _check(self)

    def draw_start(self, u: float) -> int:
        """The first state of an episode, from a uniform number `u` in [0, 1)."""
        return draw(self.start, u)

    def step(self, s: int, a: int, u: float) -> tuple[int, float, bool]:
        """The next state, the reward and whether the episode terminated, from a uniform number."""
        s_next = draw(self.p[s, a], u)
        return s_next, float(self.r[s, a, s_next]), bool(self.terminal[s_next])


def draw(probabilities: Floats, u: float) -> int:
    """The index at which the cumulative probability first exceeds `u`."""
    index = int(np.searchsorted(np.cumsum(probabilities), u, side="right"))
    # rows sum to 1 only up to rounding: a `u` beyond the last sum takes the last possible index
    return min(index, int(np.flatnonzero(probabilities)[-1]))


def _check(mdp: FiniteMDP) -> None:
    n, m = len(mdp.states), len(mdp.actions)
    shapes = {"p": (n, m, n), "r": (n, m, n), "terminal": (n,), "start": (n,)}
    for name, shape in shapes.items():
        found = np.shape(getattr(mdp, name))
        if found != shape:
            raise WorldError("shape", f"{name} has shape {found}, expected {shape}", found=found)
    for name in ("positions", "seen"):
        for_drawing = getattr(mdp, name)
        if for_drawing is not None and len(for_drawing) != n:
            found = len(for_drawing)
            raise WorldError("shape", f"{name} has {found} entries, expected {n}", found=found)
    for s, a in np.ndindex(n, m):
        _check_row(mdp.p[s, a], mdp.r[s, a], mdp.states[s], mdp.actions[a])
    if not np.all(mdp.start >= 0) or not np.isclose(mdp.start.sum(), 1):
        total = float(mdp.start.sum())
        raise WorldError(
            "start", f"the start probabilities must sum to 1, not {total:g}", found=total
        )


def _check_row(p: Floats, r: Floats, state: str, action: str) -> None:
    where = f"in state {state}, action {action}"
    for row, what in ((p, "probability"), (r, "reward")):
        if not np.isfinite(row).all():
            bad = float(row[~np.isfinite(row)][0])
            raise WorldError("not_finite", f"a {what} is {bad} {where}", state, action, bad)
    if (p < 0).any():
        bad = float(p.min())
        raise WorldError(
            "negative", f"a probability is negative ({bad:g}) {where}", state, action, bad
        )
    if not np.isclose(p.sum(), 1):
        total = float(p.sum())
        message = f"the probabilities sum to {total:g}, not 1, {where}"
        raise WorldError("sum", message, state, action, total)
