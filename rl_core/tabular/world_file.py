"""World files: a finite MDP as JSON that people can read and write.

    {"states": ["S1", "S2", "S3"], "actions": ["Right", "Left"],
     "start": {"S1": 1}, "terminal": ["S3"],
     "transitions": [["S1", "Right", "S2", 1, 0], ...]}

A transition is state, action, next state, probability, reward; what is not listed never happens,
and of terminal states nothing need be. `start` may be one name. Instead of the transitions there
may be `p` and `r`, lists [states][actions][states], and lists of numbers and true/false for
`start` and `terminal`. `time_limit`, `positions` and `seen` may be left out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.tabular.mdp import FiniteMDP, Floats, WorldError

LARGEST_FILE = 4_000_000  # bytes
LARGEST_TABLE = 2_000_000  # states x actions x states: Taxi has 1 500 000
KEYS = {"states", "actions", "start", "terminal", "transitions", "p", "r"}
OPTIONAL = {"time_limit", "positions", "seen"}


def save(mdp: FiniteMDP, path: Path) -> None:
    """Write a world file."""
    path.write_text(json.dumps(to_json(mdp), ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> FiniteMDP:
    """Read a world file. Raises: `WorldError`, which names what is wrong."""
    if not path.is_file():
        raise WorldError("file", f"no world file {str(path)!r}")
    if path.stat().st_size > LARGEST_FILE:
        raise WorldError("file", f"a world file has at most {LARGEST_FILE:,} bytes")
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError) as error:
        if isinstance(error, WorldError):
            raise
        raise WorldError("file", f"{path.name} is not JSON: {error}") from None


def to_json(mdp: FiniteMDP) -> dict[str, Any]:
    """The content of a world file."""
    moves = np.argwhere((mdp.p > 0) & ~mdp.terminal[:, None, None]).tolist()
    states, actions = mdp.states, mdp.actions
    content: dict[str, Any] = {
        "states": list(states),
        "actions": list(actions),
        "start": {states[s]: float(mdp.start[s]) for s in np.flatnonzero(mdp.start)},
        "terminal": [states[s] for s in np.flatnonzero(mdp.terminal)],
        "transitions": [
            [states[s], actions[a], states[s_next], float(mdp.p[s, a, s_next]),
             float(mdp.r[s, a, s_next])]
            for s, a, s_next in moves
        ],
    }  # fmt: skip
    optional = {
        "time_limit": mdp.time_limit,
        "positions": mdp.positions and [list(cell) for cell in mdp.positions],
        "seen": mdp.seen and list(mdp.seen),
    }
    return content | {key: value for key, value in optional.items() if value is not None}


def from_json(content: Any) -> FiniteMDP:
    """The world that the content of a world file describes. Raises: `WorldError`."""
    _need(isinstance(content, dict), "a world file holds one object, {...}")
    unknown = sorted(set(content) - KEYS - OPTIONAL)
    _need(not unknown, f"unknown key {', '.join(map(repr, unknown))} in the world file")
    states, actions = _names(content, "states"), _names(content, "actions")
    n, m = len(states), len(actions)
    _need(n * m * n <= LARGEST_TABLE, f"{n} states with {m} actions are too many")
    terminal = _marks(content, states)
    if "transitions" in content:
        p, r = _table(content["transitions"], states, actions, terminal)
    else:
        p, r = (_array(content, key, (n, m, n)) for key in ("p", "r"))
    return FiniteMDP(
        p, r, terminal, _start(content, states), states, actions,
        _time_limit(content), _positions(content, n), _seen(content, n),
    )  # fmt: skip


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise WorldError("file", otherwise)


def _known(content: Any, key: str) -> Any:
    _need(key in content, f"the world file has no {key!r}")
    return content[key]


def _names(content: Any, key: str) -> tuple[str, ...]:
    names = _known(content, key)
    strings = isinstance(names, list) and all(
        isinstance(x, str) and 0 < len(x) <= 40 for x in names
    )
    _need(strings and names != [], f"{key} must be a list of names, each at most 40 characters")
    twice = next((x for x in names if names.count(x) > 1), None)
    _need(twice is None, f"{key} has {twice!r} twice")
    return tuple(names)


def _number(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and abs(x) < 1e300


def _whole(x: Any) -> bool:
    return isinstance(x, int) and not isinstance(x, bool) and 0 <= x < 10**6


def _index(names: tuple[str, ...], name: Any, kind: str) -> int:
    _need(name in names, f"{name!r} is no {kind}: it must be one of {', '.join(names[:20])}")
    return names.index(name)


def _marks(content: Any, states: tuple[str, ...]) -> NDArray[np.bool_]:
    marks, n = _known(content, "terminal"), len(states)
    _need(isinstance(marks, list), "terminal must be a list of states")
    if len(marks) == n and all(isinstance(x, bool) for x in marks):
        return np.array(marks)
    return np.isin(np.arange(n), [_index(states, x, "state") for x in marks])


def _start(content: Any, states: tuple[str, ...]) -> Floats:
    start = _known(content, "start")
    if isinstance(start, list):
        return _array(content, "start", (len(states),))
    chances = {start: 1} if isinstance(start, str) else start
    ok = isinstance(chances, dict) and all(_number(x) for x in chances.values())
    _need(ok, "start must be a state, or states with their probabilities")
    begin = np.zeros(len(states))
    for name, chance in chances.items():
        begin[_index(states, name, "state")] = chance
    return begin


def _table(
    rows: Any, states: tuple[str, ...], actions: tuple[str, ...], terminal: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    p = np.zeros((len(states), len(actions), len(states)))
    r = np.zeros_like(p)
    _need(isinstance(rows, list), "transitions must be a list")
    for i, row in enumerate(rows, 1):
        ok = isinstance(row, list) and len(row) == 5 and _number(row[3]) and _number(row[4])
        _need(ok, f"transition {i} must be [state, action, next state, probability, reward]")
        s, s_next = _index(states, row[0], "state"), _index(states, row[2], "state")
        a = _index(actions, row[1], "action")
        _need(p[s, a, s_next] == 0, f"transition {i}: {row[0]}, {row[1]}, {row[2]} is there twice")
        p[s, a, s_next], r[s, a, s_next] = row[3], row[4]
    p[terminal], r[terminal] = np.eye(len(states))[terminal][:, None], 0
    return p, r


def _array(content: Any, key: str, shape: tuple[int, ...]) -> Floats:
    found = _known(content, key)
    try:
        array = np.array(found, dtype=float)
    except (TypeError, ValueError):
        raise WorldError("file", f"{key} must be lists of numbers, all of one length") from None
    _need(array.shape == shape, f"{key} has shape {array.shape}, expected {shape}")
    return array


def _time_limit(content: Any) -> int | None:
    limit = content.get("time_limit")
    ok = limit is None or (_whole(limit) and limit > 0)
    _need(ok, "time_limit must be a whole number of at least 1")
    return limit


def _positions(content: Any, n: int) -> tuple[tuple[int, int], ...] | None:
    rows = content.get("positions")
    if rows is None:
        return None
    ok = isinstance(rows, list) and len(rows) == n
    ok = ok and all(isinstance(x, list) and len(x) == 2 and all(map(_whole, x)) for x in rows)
    _need(ok, "positions must be a row and a column for every state")
    return tuple((row, column) for row, column in rows)


def _seen(content: Any, n: int) -> tuple[int, ...] | None:
    seen = content.get("seen")
    ok = isinstance(seen, list) and len(seen) == n and all(map(_whole, seen))
    _need(seen is None or ok, "seen must be a whole number for every state")
    return None if seen is None else tuple(seen)
