"""Any grid world as data for the `grid` component: which state lies where, what is drawn there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playground.language import label
from playground.numbers import shown
from rl_core.tabular.dynamic_programming import greedy_actions
from rl_core.tabular.mdp import FiniteMDP, Floats

Position = tuple[int, int]  # row, column
DIRECTIONS = {
    **{name: name for name in ("Up", "Right", "Down", "Left")},
    **{"North": "Up", "East": "Right", "South": "Down", "West": "Left"},
}
DEPOTS = {"R": (0, 0), "G": (0, 4), "Y": (4, 0), "B": (4, 3)}  # of Taxi


@dataclass(frozen=True)
class Map:
    """A world whose states are cells.

    Args:
        dead_end: the kind of a terminal cell that pays less than the best one: "hole" or "end".
        void: the kind of a cell that is no state, or in which nobody ever stands.
    """

    mdp: FiniteMDP
    dead_end: str = "end"
    void: str = "unreachable"
    walls: tuple[tuple[int, int, str], ...] = ()
    feet: tuple[str, ...] | None = None  # a text below every column

    @property
    def size(self) -> Position:
        rows, columns = zip(*(self.place(s) for s in range(len(self.mdp.states))), strict=True)
        return max(rows) + 1, max(columns) + 1

    def place(self, s: int) -> Position:
        """Where the agent stands in state `s`."""
        assert self.mdp.positions is not None
        return self.mdp.positions[s]

    def on_show(self, s: int) -> dict[Position, int]:
        """The state that each cell shows while the agent is in `s`."""
        return {self.place(i): i for i in range(len(self.mdp.states))}

    def notes(self, s: int) -> dict[Position, str]:
        starts = np.flatnonzero(self.mdp.start).tolist()
        return {self.place(s): label("grid.start") for s in starts if len(starts) == 1}

    def kinds(self) -> dict[int, str]:
        """The kind of every state that is more than floor."""
        mdp = self.mdp
        ends = np.flatnonzero(mdp.terminal)
        alive = ~mdp.terminal[:, None, None]
        paid = np.where((mdp.p > 0) & alive, mdp.r, -np.inf).max(axis=(0, 1))
        best = paid[ends].max()
        found = {int(s): "goal" if paid[s] == best else self.dead_end for s in ends}
        return found | {int(s): self.void for s in np.flatnonzero(~reachable(mdp))}


@dataclass(frozen=True)
class TaxiMap(Map):
    """Taxi: 25 cells; passenger and destination are part of the state, and stay as they are now."""

    walls: tuple[tuple[int, int, str], ...] = field(
        default=tuple(
            (row, column, "Right")
            for column, rows in ((0, (3, 4)), (1, (0, 1)), (2, (3, 4)))
            for row in rows
        )
    )

    def place(self, s: int) -> Position:
        return s // 100, s // 20 % 5

    def on_show(self, s: int) -> dict[Position, int]:
        passenger, goal = s // 4 % 5, s % 4
        if passenger == goal:  # delivered: as just before, for nothing is learned after it
            passenger = len(DEPOTS)
        rest = 4 * passenger + goal
        return {(row, column): row * 100 + column * 20 + rest for row, column in np.ndindex(5, 5)}

    def notes(self, s: int) -> dict[Position, str]:
        passenger, goal = s // 4 % 5, s % 4
        notes = {}
        for i, (name, place) in enumerate(DEPOTS.items()):
            waits = label("grid.passenger") if i == passenger != goal else ""
            notes[place] = " ".join((name, waits, label("grid.destination") if i == goal else ""))
        if passenger == len(DEPOTS):
            notes[self.place(s)] = f"{notes.get(self.place(s), '')} {label('grid.aboard')}"
        return notes

    def kinds(self) -> dict[int, str]:
        return {}


def reachable(mdp: FiniteMDP) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """[states] whether an episode can come there."""
    leads = (mdp.p > 0).any(axis=1) & ~mdp.terminal[:, None]
    found = mdp.start > 0
    while (more := found | leads[found].any(axis=0)).sum() > found.sum():
        found = more
    return found


def scale_of(mdp: FiniteMDP, q: Floats) -> tuple[float, float]:
    """The smallest and the largest value of a state in which one can act, with 0 among them."""
    v = q.max(axis=1)[reachable(mdp) & ~mdp.terminal]
    return min(float(v.min()), 0.0), max(float(v.max()), 0.0)


def drawing(
    world: Map,
    q: Floats,
    scale: tuple[float, float],
    agent: int | None = None,
    paths: Iterable[tuple[Iterable[int], str]] = (),
) -> dict[str, Any]:
    """What the `grid` component draws, but for its `alt`.

    Args:
        q: [states, actions]; heat and number of a cell are its largest value, the arrows all
            actions that reach it. A row of zeros only has no arrows: nothing is known there.
        scale: the values of the lightest and the darkest blue.
        agent: the state that it is in.
        paths: states along each, and its colour.
    """
    mdp, (rows, columns) = world.mdp, world.size
    now = int(mdp.start.argmax()) if agent is None else agent
    places, notes, kinds = world.on_show(now), world.notes(now), world.kinds()
    best = greedy_actions(q) & q.any(axis=1, keepdims=True) & ~mdp.terminal[:, None]
    cells = []
    for row, column in np.ndindex(rows, columns):
        s = places.get((row, column))
        kind = world.void if s is None else kinds.get(s, "floor")
        note = notes.get((row, column), "")
        cell = {"row": row, "column": column, "kind": kind, "heat": None, "text": "", "arrows": []}
        if kind in ("goal", "hole", "end"):
            note = label(f"grid.{kind}")
        elif s is not None and kind == "floor":
            cell |= _valued(mdp, s, float(q[s].max()), scale, best[s])
        cells.append(cell | {"note": note})
    low, high = scale
    return {
        "rows": rows,
        "columns": columns,
        "cells": cells,
        "walls": list(world.walls),
        "feet": world.feet,
        "agent": None if agent is None else world.place(agent),
        "paths": [{"points": [world.place(s) for s in p], "colour": c} for p, c in paths],
        "legend": [compact(low), compact(high)],
    }


def _valued(
    mdp: FiniteMDP, s: int, v: float, scale: tuple[float, float], best: Iterable[bool]
) -> Mapping[str, Any]:
    low, high = scale
    arrows = [
        DIRECTIONS.get(name, name[0])
        for name, chosen in zip(mdp.actions, best, strict=True)
        if chosen
    ]
    return {
        "heat": min(max((v - low) / (high - low or 1), 0.0), 1.0),
        "text": compact(v),
        "arrows": arrows,
        "data": {"state": mdp.states[s], "value": repr(v), "arrows": " ".join(arrows)},
    }


def compact(v: float) -> str:
    """A value in few characters."""
    return shown(v, 3 if abs(v) < 1 else 2 if abs(v) < 10 else 1)
