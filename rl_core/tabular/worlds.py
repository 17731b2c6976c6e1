"""Small worlds with known answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from rl_core.tabular.mdp import FiniteMDP

RIGHT, LEFT = 0, 1  # the actions of a world in one dimension
Position = tuple[int, int]  # row, column
STEPS: dict[str, Position] = {"Up": (-1, 0), "Right": (0, 1), "Down": (1, 0), "Left": (0, -1)}


def three_state() -> FiniteMDP:
    """The document's world: S1 -> S2 -> S3, where S3 ends the episode and reaching it pays 1.

    Right moves on, Left moves back; every other reward is 0. The document leaves Left in S1 open:
    here it stays in S1. With gamma = 0.9 the answer is Q*(S1) = (Right 0.9, Left 0.81) and
    Q*(S2) = (Right 1, Left 0.81).
    """
    moves = [(0, RIGHT, 1, 0), (0, LEFT, 0, 0), (1, RIGHT, 2, 1), (1, LEFT, 0, 0)]
    return _in_a_row(("S1", "S2", "S3"), moves, start=0, ends=(2,))


def three_state_after(n: int) -> tuple[float, float]:
    r"""Q(S1, Right) and Q(S2, Right) after `n` full rounds of Right, Right with alpha = 0.5.

    $$
    Q_n(S_1,\text{Right}) = 0.9\,\bigl(1 - (n+1)\,2^{-n}\bigr), \quad
    Q_n(S_2,\text{Right}) = 1 - 2^{-n}
    $$

    From a table of zeros, with gamma = 0.9.
    """
    return 0.9 * (1 - (n + 1) * 2.0**-n), 1 - 2.0**-n


def random_walk(n: int = 5) -> FiniteMDP:
    """States A, B, C ... in a row between two ends; only the right end pays, 1 (S&B, example 6.2).

    The walk goes Right or Left by a coin: what is asked is the value of that policy. With gamma = 1
    it is 1/6, 2/6 ... 5/6 for five states.
    """
    names = ("End", *(chr(ord("A") + i) for i in range(n)), "Goal")
    moves = [(s, a, s + d, s + d > n) for s in range(1, n + 1) for a, d in ((RIGHT, 1), (LEFT, -1))]
    return _in_a_row(names, moves, start=(n + 1) // 2, ends=(0, n + 1))


def near_far(small: float = 1, large: float = 4) -> FiniteMDP:
    r"""A small reward near by, a large one further away: gamma decides which is better.

    $$
    \gamma^{6-s} \cdot \text{large} > \gamma^{s} \cdot \text{small}
    $$

    Five states in a row between two ends; the left end pays `small`, the right one `large`. From
    state s the left end is s steps away, the right one 6 - s. With 1 and 4 the best action in
    state 2 turns from Left to Right at gamma = 1/2, in state 1 at gamma = 1/sqrt(2); in the
    others Right is always better.
    """
    pays = {0: small, 6: large}
    steps = [(s, a, s + d) for s in range(1, 6) for a, d in ((RIGHT, 1), (LEFT, -1))]
    moves = [(s, a, s_next, pays.get(s_next, 0)) for s, a, s_next in steps]
    return _in_a_row(("Near", "1", "2", "3", "4", "5", "Far"), moves, start=2, ends=(0, 6))


def short_corridor() -> FiniteMDP:
    """Three states that look alike; in the second one Right and Left are swapped (S&B, 13.1).

    -1 a step. An agent that sees what the states show, and no more, does best to go Right with
    probability 2 - sqrt(2), at random; one that sees the states would need 3 steps.
    """
    moves = [(0, RIGHT, 1, -1), (0, LEFT, 0, -1), (1, RIGHT, 0, -1), (1, LEFT, 2, -1)]
    moves += [(2, RIGHT, 3, -1), (2, LEFT, 1, -1)]
    return _in_a_row(("S1", "S2", "S3", "Goal"), moves, start=0, ends=(3,), seen=(0, 0, 0, 1))


def short_corridor_return(p: float) -> float:
    r"""The expected return in the short corridor when Right has probability `p` in every state.

    $$
    J(p) = \frac{2p - 4}{p\,(1-p)}
    $$

    It is largest at p = 2 - sqrt(2), where it is -11.6569.
    """
    return (2 * p - 4) / (p * (1 - p))


def cliff() -> FiniteMDP:
    """Walk from one corner to the other along a cliff (S&B, example 6.6).

    -1 a step; a step into the cliff costs 100 and leads back to the start, without ending the
    episode. 4 rows of 12 columns; nobody ever stands on the ten cliff cells, they are no states.
    """
    edge = {(3, column) for column in range(1, 11)}
    cells = [(row, column) for row in range(4) for column in range(12) if (row, column) not in edge]

    def step(cell: Position, action: str) -> tuple[Position, float]:
        to = _moved(cell, STEPS[action], rows=4, columns=12)
        return ((3, 0), -100) if to in edge else (to, -1)

    return _grid(cells, step, start=(3, 0), goal=(3, 11))


def windy() -> FiniteMDP:
    """A grid with wind that blows upwards in the middle columns (S&B, example 6.5).

    -1 a step; 7 rows of 10 columns. The shortest way from start to goal takes 15 steps.
    """
    wind = (0, 0, 0, 1, 1, 1, 2, 2, 1, 0)

    def step(cell: Position, action: str) -> tuple[Position, float]:
        down, right = STEPS[action]
        return _moved(cell, (down - wind[cell[1]], right), rows=7, columns=10), -1

    return _grid(list(np.ndindex(7, 10)), step, start=(3, 0), goal=(3, 7))


def _moved(cell: Position, step: Position, rows: int, columns: int) -> Position:
    """One step on, but not off the grid."""
    row, column = cell[0] + step[0], cell[1] + step[1]
    return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


def _grid(
    cells: list[Position],
    step: Callable[[Position, str], tuple[Position, float]],
    start: Position,
    goal: Position,
) -> FiniteMDP:
    """States named by row and column, from the rule by which a cell and an action lead on."""
    number = {cell: s for s, cell in enumerate(cells)}
    moves = []
    for cell in cells:
        for a, action in enumerate(STEPS):
            to, r = step(cell, action) if cell != goal else (goal, 0)
            moves.append((number[cell], a, number[to], r))
    names = tuple(f"{row},{column}" for row, column in cells)
    return _certain(
        names, tuple(STEPS), moves, number[start], (number[goal],), positions=tuple(cells)
    )


def _in_a_row(
    states: tuple[str, ...],
    moves: Iterable[tuple[int, int, int, float]],
    start: int,
    ends: tuple[int, ...],
    seen: tuple[int, ...] | None = None,
) -> FiniteMDP:
    moves = [*moves, *((s, a, s, 0) for s in ends for a in (RIGHT, LEFT))]
    positions = tuple((0, s) for s in range(len(states)))
    return _certain(states, ("Right", "Left"), moves, start, ends, positions, seen)


def _certain(
    states: tuple[str, ...],
    actions: tuple[str, ...],
    moves: Iterable[tuple[int, int, int, float]],
    start: int,
    ends: tuple[int, ...],
    positions: tuple[Position, ...],
    seen: tuple[int, ...] | None = None,
) -> FiniteMDP:
    """A world without chance, from its moves (s, a, s', r)."""
    n, m = len(states), len(actions)
    p, r = np.zeros((n, m, n)), np.zeros((n, m, n))
    for s, a, s_next, reward in moves:
        p[s, a, s_next], r[s, a, s_next] = 1, reward
    terminal = np.isin(np.arange(n), ends)
    begin = np.eye(n)[start]
    return FiniteMDP(p, r, terminal, begin, states, actions, positions=positions, seen=seen)


WORLDS: dict[str, Callable[[], FiniteMDP]] = {
    f.__name__: f for f in (three_state, cliff, windy, random_walk, short_corridor, near_far)
}
