"""A session by hand: which episodes were learned from, with which settings, and its fold."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from playground.link import LinkError
from rl_core.by_hand.reinforce import KINDS, Settings, Update, update
from rl_core.events import Floats
from rl_core.tabular.trajectories import SIZE

MANY = 25  # episodes of the second button
MOST_EPISODES = 1000
PAYS = (-1.0, -0.2, 0.0, 1.0)  # what every step may pay
USUAL = Settings(alpha=0.2, gamma=0.9, kind="to_go", discounted=True, step_reward=PAYS[0])
CODE = re.compile(r"(\d{1,4})\.(\d{1,6})\.((?:[ag]\d(?:\.\d{1,2})?|k[0-2]|t[01]|w[0-3]|e|m)*)")
TOKEN = re.compile(r"([agktw])([\d.]+)|([em])")


@dataclass(frozen=True)
class Move:
    """So many episodes, one after the other, each learned from."""

    episodes: int
    settings: Settings


@dataclass(frozen=True)
class Frame:
    """The policy after an episode; before the first one, after nothing."""

    theta: Floats
    update: Update | None = None
    settings: Settings = USUAL


@dataclass(frozen=True)
class Session:
    """All moves, a cursor among them, and the frames that they led to."""

    seed: int
    moves: tuple[Move, ...]
    frames: tuple[tuple[Frame, ...], ...]  # that of the beginning, then those of each move
    cursor: int = 0

    @classmethod
    def new(cls, seed: int = 0) -> Session:
        return cls(seed, (), ((Frame(np.zeros(SIZE)),),))

    @property
    def frame(self) -> Frame:
        return self.frames[self.cursor][-1]

    @property
    def past(self) -> list[Frame]:
        """Every frame up to the cursor."""
        return [frame for frames in self.frames[: self.cursor + 1] for frame in frames]

    @property
    def episodes(self) -> int:
        return len(self.past) - 1

    @property
    def full(self) -> bool:
        return self.episodes >= MOST_EPISODES

    def do(self, move: Move) -> Session:
        """Make a move at the cursor; what had been undone is forgotten."""
        if self.full:
            return self
        new, theta = [], self.frame.theta
        for k in range(move.episodes):
            # the luck of an episode depends on its number alone: other settings meet the same
            rng = np.random.default_rng([self.seed, self.episodes + k])
            learned = update(theta, move.settings, rng)
            new.append(Frame(theta := learned.after, learned, move.settings))
        moves = (*self.moves[: self.cursor], move)
        frames = (*self.frames[: self.cursor + 1], tuple(new))
        return replace(self, moves=moves, frames=frames, cursor=len(moves))

    def again(self, settings: Settings) -> Session:
        """The last move with other settings and the same luck."""
        if not self.cursor:
            return self
        last = self.moves[self.cursor - 1]
        return self.jump(self.cursor - 1).do(replace(last, settings=settings))

    def jump(self, cursor: int) -> Session:
        return replace(self, cursor=min(max(cursor, 0), len(self.moves)))


def encode(session: Session) -> str:
    """The session as `cursor.seed.moves`; settings stand before the move they changed for."""
    text = f"{session.cursor}.{session.seed}."
    said: dict[str, str] = {}
    for move in session.moves:
        for letter, value in _settings(move.settings).items():
            text += letter + value if said.get(letter) != value else ""
            said[letter] = value
        text += "e" if move.episodes == 1 else "m"
    return text


def _settings(s: Settings) -> dict[str, str]:
    return {
        "a": f"{s.alpha:g}",
        "g": f"{s.gamma:g}",
        "k": str(KINDS.index(s.kind)),
        "t": str(int(s.discounted)),
        "w": str(PAYS.index(s.step_reward)),
    }


def decode(text: str) -> Session:
    """The session that `encode` made `text` of. Raises `LinkError`."""
    found = CODE.fullmatch(text)
    if not found:
        raise LinkError("not a session")
    session, settings = Session.new(int(found[2])), USUAL
    for letter, value, token in TOKEN.findall(found[3]):
        if letter:
            settings = _set(settings, letter, value)
            continue
        session = session.do(Move(1 if token == "e" else MANY, settings))
    if int(found[1]) > len(session.moves):
        raise LinkError("no such step")
    return session.jump(int(found[1]))


def _set(settings: Settings, letter: str, value: str) -> Settings:
    if letter in "ag":
        if not 0 <= float(value) <= 1:
            raise LinkError(f"no setting {value}")
        changed: dict[str, Any] = {{"a": "alpha", "g": "gamma"}[letter]: float(value)}
        return replace(settings, **changed)
    i = int(value)
    if letter == "k":
        return replace(settings, kind=KINDS[i])
    if letter == "t":
        return replace(settings, discounted=bool(i))
    return replace(settings, step_reward=PAYS[i])
