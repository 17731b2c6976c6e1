"""Stepping by hand: a session is the list of what the learner did; the table is its fold."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace

from rl_core.events import Transition
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP
from rl_core.tabular.policies import epsilon_greedy
from rl_core.tabular.q_learning import Config, State, train
from rl_core.timeline import Timeline

MOST_FRAMES = 5000
MOST_AUTOPLAY = 500
MOST_LINES = 4


class TooLongError(ValueError):
    """The session would have more than `MOST_FRAMES` steps."""


@dataclass(frozen=True)
class Step:
    """The learner chose an action."""

    action: int
    config: Config
    seed: int


@dataclass(frozen=True)
class Autoplay:
    """The learner let epsilon-greedy choose `n` actions."""

    n: int
    config: Config
    seed: int


@dataclass(frozen=True)
class NewEpisode:
    """The learner went back to the start."""

    seed: int


Move = Step | Autoplay | NewEpisode


@dataclass(frozen=True)
class Frame:
    """The learner's world after one step (or before the first, or after a new episode)."""

    state: State
    transition: Transition | None
    move: int  # which move it belongs to; -1 before the first


def frames_of(mdp: FiniteMDP, last: Frame, move: Move, index: int) -> list[Frame]:
    """What `move` adds after the frame `last`, which stays as it is."""
    state = copy.deepcopy(last.state)
    if isinstance(move, NewEpisode):
        state.begin_episode(mdp, Luck(move.seed))
        return [Frame(state, None, index)]
    steps = move.n if isinstance(move, Autoplay) else 1
    act = epsilon_greedy if isinstance(move, Autoplay) else lambda *_: move.action
    events = train(mdp, Timeline(move.config, steps), move.seed, state, act)
    return [Frame(copy.deepcopy(state), event, index) for event in events]


@dataclass(frozen=True)
class Line:
    """One history: its moves, and a frame for the beginning and for every step."""

    moves: tuple[Move, ...]
    frames: tuple[Frame, ...]

    @classmethod
    def beginning(cls, mdp: FiniteMDP) -> Line:
        return cls((), (Frame(State.initial(mdp, Luck(0)), None, -1),))

    def then(self, mdp: FiniteMDP, move: Move) -> Line:
        new = frames_of(mdp, self.frames[-1], move, len(self.moves))
        if len(self.frames) + len(new) > MOST_FRAMES:
            raise TooLongError(f"a session has at most {MOST_FRAMES} steps")
        return Line((*self.moves, move), (*self.frames, *new))

    def upto(self, cursor: int) -> Line:
        """The history as it was at frame `cursor`; an autoplay is cut short if need be."""
        frames = self.frames[: cursor + 1]
        moves = self.moves[: frames[-1].move + 1]
        if moves and isinstance(moves[-1], Autoplay):
            played = sum(frame.move == len(moves) - 1 for frame in frames)
            moves = (*moves[:-1], replace(moves[-1], n=played))
        return Line(moves, frames)


@dataclass(frozen=True)
class Session:
    """One or more histories that share a beginning, and a cursor in one of them."""

    mdp: FiniteMDP
    lines: tuple[Line, ...] = field(default=())
    current: int = 0
    cursor: int = 0

    @classmethod
    def new(cls, mdp: FiniteMDP) -> Session:
        return cls(mdp, (Line.beginning(mdp),))

    @property
    def line(self) -> Line:
        return self.lines[self.current]

    @property
    def frame(self) -> Frame:
        return self.line.frames[self.cursor]

    def do(self, move: Move) -> Session:
        """Make a move at the cursor; a future that was there already is kept as another line.

        Raises `TooLongError`.
        """
        if self.cursor == len(self.line.frames) - 1:
            line = self.line.then(self.mdp, move)
            lines = (*self.lines[: self.current], line, *self.lines[self.current + 1 :])
            return replace(self, lines=lines, cursor=len(line.frames) - 1)
        line = self.line.upto(self.cursor).then(self.mdp, move)
        if line.moves == self.line.moves[: len(line.moves)]:  # the same again: no new future
            return replace(self, cursor=len(line.frames) - 1)
        kept = self.lines if len(self.lines) < MOST_LINES else self._without_oldest()
        return replace(self, lines=(*kept, line), current=len(kept), cursor=len(line.frames) - 1)

    def undo(self) -> Session:
        """Back to before the last move."""
        move = self.frame.move
        before = (i for i, frame in enumerate(self.line.frames) if frame.move >= move)
        return self.jump(max(next(before) - 1, 0))

    def redo(self) -> Session:
        """Forward to the end of the move under way, or of the next one."""
        following = min(self.cursor + 1, len(self.line.frames) - 1)
        move = self.line.frames[following].move
        return self.jump(max(i for i, f in enumerate(self.line.frames) if f.move == move))

    def jump(self, cursor: int) -> Session:
        return replace(self, cursor=min(max(cursor, 0), len(self.line.frames) - 1))

    def switch(self, current: int) -> Session:
        """Go to another line, as close to the same step as it reaches."""
        return replace(self, current=current).jump(self.cursor)

    def forget_others(self) -> Session:
        """Keep only the current line."""
        return replace(self, lines=(self.line,), current=0)

    @property
    def can_redo(self) -> bool:
        return self.cursor < len(self.line.frames) - 1

    def _without_oldest(self) -> tuple[Line, ...]:
        oldest = 1 if self.current == 0 else 0
        return self.lines[:oldest] + self.lines[oldest + 1 :]
