"""Worlds from transition tables: Gymnasium's toy-text environments carry their whole model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rl_core.tabular.mdp import FiniteMDP, Floats, WorldError

# [s][a] -> (probability, next state, reward, terminated), ...
Table = Mapping[int, Mapping[int, Sequence[tuple[float, int, float, bool]]]]


def from_gymnasium(
    table: Table,
    start: Floats,
    actions: tuple[str, ...],
    states: tuple[str, ...] | None = None,
    time_limit: int | None = None,
    positions: tuple[tuple[int, int], ...] | None = None,
) -> FiniteMDP:
    """The finite MDP that `env.unwrapped.P` describes.

    Entries of a row that lead to the same state are added up, their rewards averaged. Gymnasium
    says of a *transition* that it terminates, an MDP of a *state*: what a terminating transition
    leads to becomes a terminal state.

    Args: `start` [states] is `env.unwrapped.initial_state_distrib`; states are named by number
        unless `states` names them.

    Raises: `WorldError` if a state that can be reached ends the episode by one way in and not by
    another.
    """
    n, m = len(table), len(actions)
    entries = [
        (s, a, *entry) for s, row in table.items() for a, out in row.items() for entry in out
    ]
    terminal = np.zeros(n, bool)
    terminal[[s_next for *_, s_next, _, terminated in entries if terminated]] = True
    reached = _reached(table, start)
    p, paid = np.zeros((n, m, n)), np.zeros((n, m, n))
    for s, a, chance, s_next, reward, terminated in entries:
        if terminal[s]:
            p[s, a, s] = 1  # what the table says of the time after the end is never used
        elif s in reached and terminal[s_next] and not terminated:
            raise WorldError("terminal", f"state {s_next} ends the episode, but not from {s}")
        else:
            p[s, a, s_next] += chance
            paid[s, a, s_next] += chance * reward
    r = np.divide(paid, p, out=np.zeros_like(p), where=p > 0)
    names = states or tuple(str(s) for s in range(n))
    return FiniteMDP(p, r, terminal, start, names, actions, time_limit, positions)


def _reached(table: Table, start: Floats) -> set[int]:
    """The states in which an action may be chosen."""
    found = set(np.flatnonzero(start).tolist())
    waiting = list(found)
    while waiting:
        rows = table[waiting.pop()].values()
        onwards = {int(s) for row in rows for chance, s, _, end in row if chance and not end}
        waiting += onwards - found
        found |= onwards
    return found
