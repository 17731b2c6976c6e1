"""A session by hand: what the learner did to the critics and the actor, and its fold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from playground.link import LinkError
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import Ideas, Learner

MANY = 20  # updates of one `Play`
MOST_FRAMES = 1000
HEIGHT, HIGHEST = 0.8, 1.5
FIRST_LUCK = 1  # a luck whose first errors stand in the actor's way
MOST_ERRORS = 999
CODE = re.compile(r"(\d{1,4})\.(\d{1,6})\.((?:e\d{1,3}h\d(?:\.\d{1,2})?|[up]t?m?\d{1,2})*)")
TOKEN = re.compile(r"e(\d+)h([\d.]+)|([up])(t?)(m?)(\d+)")


@dataclass(frozen=True)
class Errors:
    """The critics get the errors of this number, at most so high."""

    number: int
    height: float


@dataclass(frozen=True)
class Play:
    """One update or several."""

    updates: int
    ideas: Ideas


Move = Errors | Play


@dataclass(frozen=True)
class Frame:
    """All that is on stage after an update or a disturbance."""

    learner: Learner
    errors: Errors
    ideas: Ideas  # those of the update


@dataclass(frozen=True)
class Session:
    """All moves, a cursor among them, and the frames that they led to."""

    luck: int
    moves: tuple[Move, ...]
    frames: tuple[tuple[Frame, ...], ...]  # those of the beginning, then of each move
    cursor: int = 0

    @classmethod
    def new(cls, luck: int = FIRST_LUCK, height: float = HEIGHT) -> Session:
        errors = Errors(0, height)
        learner = td3_by_hand.disturbed(Learner.initial(1), height, 1000 * luck)
        return cls(luck, (), ((Frame(learner, errors, Ideas()),),))

    @property
    def frame(self) -> Frame:
        return self.frames[self.cursor][-1]

    @property
    def before(self) -> Frame:
        """What was on stage before the last update or disturbance."""
        return self.past[-2] if len(self.past) > 1 else self.frame

    @property
    def past(self) -> list[Frame]:
        """Every frame up to the cursor."""
        return [frame for frames in self.frames[: self.cursor + 1] for frame in frames]

    @property
    def full(self) -> bool:
        return len(self.past) + MANY > MOST_FRAMES

    def do(self, move: Move) -> Session:
        """Make a move at the cursor; what had been undone is forgotten."""
        if self.full:
            return self
        moves = (*self.moves[: self.cursor], move)
        frames = (*self.frames[: self.cursor + 1], tuple(self._following(move)))
        return replace(self, moves=moves, frames=frames, cursor=len(moves))

    def _following(self, move: Move) -> Iterator[Frame]:
        last = self.frame
        if isinstance(move, Errors):
            seed = 1000 * self.luck + move.number
            learner = td3_by_hand.disturbed(last.learner, move.height, seed)
            yield Frame(learner, move, last.ideas)
            return
        learner = last.learner
        for _ in range(move.updates):
            learner = td3_by_hand.update(learner, move.ideas)
            yield Frame(learner, last.errors, move.ideas)

    def jump(self, cursor: int) -> Session:
        return replace(self, cursor=min(max(cursor, 0), len(self.moves)))


def encode(session: Session) -> str:
    """The session as `cursor.luck.moves`; `utm4` is an update with two critics, mean, delay 4."""
    text = f"{session.cursor}.{session.luck}."
    for move in session.moves:
        if isinstance(move, Errors):
            text += f"e{move.number}h{move.height:g}"
        else:
            ideas = move.ideas
            text += ("u" if move.updates == 1 else "p") + "t" * ideas.twin + "m" * ideas.smoothing
            text += str(ideas.delay)
    return text


def decode(text: str) -> Session:
    """The session that `encode` made `text` of. Raises `LinkError`."""
    found = CODE.fullmatch(text)
    if not found:
        raise LinkError("not a session")
    session = Session.new(int(found[2]))
    for number, height, kind, twin, smoothing, delay in TOKEN.findall(found[3]):
        if kind and int(delay) >= 1:
            ideas = Ideas(bool(twin), bool(smoothing), int(delay))
            session = session.do(Play(1 if kind == "u" else MANY, ideas))
        elif number and float(height) <= HIGHEST:
            session = session.do(Errors(int(number), float(height)))
        else:
            raise LinkError("a setting is out of range")
    if int(found[1]) > len(session.moves):
        raise LinkError("no such move")
    return session.jump(int(found[1]))
