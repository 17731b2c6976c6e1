"""A session as a short text that fits into a link, and back.

The text is `cursor.current.line~line...`. A line is a row of tokens: settings where they change
(`a0.5 g0.9 e0.1`, schedule `k0`, seed `s7`), a capital letter for an action (A is the first),
`p20` for an autoplay of 20 steps, `n` for a new episode. Every line states its settings anew.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from playground.stepping import (
    MOST_AUTOPLAY,
    MOST_LINES,
    Autoplay,
    Line,
    Move,
    NewEpisode,
    Session,
    Step,
)
from rl_core.tabular.mdp import FiniteMDP
from rl_core.tabular.q_learning import Config
from rl_core.tabular.schedules import SCHEDULES

LONGEST = 2000  # characters that a link may have for its session
TOKEN = re.compile(
    r"(?P<setting>[ageks])(?P<value>\d{1,10}(?:\.\d{1,17})?)|(?P<move>[A-Z]|n|p\d{1,4})"
)
SETTINGS = {"a": "alpha", "g": "gamma", "e": "epsilon"}


class LinkError(ValueError):
    """The text is not a session."""


def encode(session: Session) -> str:
    """The session as text."""
    lines = "~".join(_encode_line(line) for line in session.lines)
    return f"{session.cursor}.{session.current}.{lines}"


def decode(text: str, mdp: FiniteMDP) -> Session:
    """The session that `encode` made `text` of. Raises `LinkError`."""
    found = re.fullmatch(r"(\d{1,5})\.(\d)\.([0-9A-Za-z.~]*)", text)
    if not found:
        raise LinkError("not a session")
    cursor, current, rest = int(found[1]), int(found[2]), found[3].split("~")
    if len(rest) > MOST_LINES or current >= len(rest):
        raise LinkError("no such line")
    try:
        lines = tuple(_decode_line(line, mdp) for line in rest)
    except ValueError as error:
        raise LinkError(str(error)) from error
    session = Session(mdp, lines, current)
    if cursor >= len(session.line.frames):
        raise LinkError("no such step")
    return session.jump(cursor)


def _encode_line(line: Line) -> str:
    said: dict[str, str] = {}
    text = ""
    for move in line.moves:
        for letter, value in _settings(move).items():
            if said.get(letter) != value:
                text += letter + value
        said |= _settings(move)
        text += _token(move)
    return text


def _settings(move: Move) -> dict[str, str]:
    """What has to be known before the move's own token."""
    settings = {"s": str(move.seed)}
    if not isinstance(move, NewEpisode):
        settings |= {x: repr(float(getattr(move.config, name))) for x, name in SETTINGS.items()}
        settings["k"] = str(list(SCHEDULES).index(move.config.schedule))
    return settings


def _token(move: Move) -> str:
    match move:
        case Step(action):
            return chr(ord("A") + action)
        case Autoplay(n):
            return f"p{n}"
    return "n"


def _decode_line(text: str, mdp: FiniteMDP) -> Line:
    line, config, seed, end = Line.beginning(mdp), Config(), 0, 0
    for token in TOKEN.finditer(text):
        if token.start() != end:
            break
        end = token.end()
        if token["move"]:
            line = line.then(mdp, _move(token["move"], config, seed, len(mdp.actions)))
        elif token["setting"] == "s":
            seed = int(token["value"])
        else:
            config = _set(config, token["setting"], token["value"])
    if end != len(text):
        raise LinkError(f"not a move: {text[end : end + 10]}")
    return line


def _set(config: Config, letter: str, value: str) -> Config:
    if letter == "k":
        if value not in map(str, range(len(SCHEDULES))):
            raise LinkError(f"no schedule {value}")
        return replace(config, schedule=list(SCHEDULES)[int(value)])
    changed: dict[str, Any] = {SETTINGS[letter]: float(value)}
    return replace(config, **changed)


def _move(token: str, config: Config, seed: int, actions: int) -> Move:
    if token == "n":
        return NewEpisode(seed)
    if token[0] == "p":
        n = int(token[1:])
        if not 1 <= n <= MOST_AUTOPLAY:
            raise LinkError(f"an autoplay has 1 to {MOST_AUTOPLAY} steps")
        return Autoplay(n, config, seed)
    action = ord(token) - ord("A")
    if action >= actions:
        raise LinkError(f"no action {token}")
    return Step(action, config, seed)
