"""A session by hand: what the learner did to a small network, and its fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from rl_core.by_hand import dqn as dqn_by_hand
from rl_core.by_hand.dqn import KINDS, Learner, Update
from rl_core.tabular import worlds
from rl_core.tabular.mdp import FiniteMDP

BATCH = 4  # transitions that replay draws
MANY, EVERY = 50, 10  # updates of one `Play`, and those between two copies of the network
MOST_FRAMES = 2000
FIRST_LUCK = 1


@dataclass(frozen=True)
class Step:
    """One update on a batch: numbers of `moves_of`."""

    batch: tuple[int, ...]
    alpha: float
    gamma: float


@dataclass(frozen=True)
class Sync:
    """The target network becomes a copy of the network."""


@dataclass(frozen=True)
class Play:
    """`MANY` updates on what replay draws, with a copy after every `EVERY`."""

    seed: int
    alpha: float
    gamma: float


Move = Step | Sync | Play


@dataclass(frozen=True)
class Frame:
    """The learner after an update, a copy, or both; before the first of them, after nothing."""

    learner: Learner
    update: Update | None = None
    synced: bool = False


@dataclass(frozen=True)
class Session:
    """All moves, a cursor among them, and the frames that they led to."""

    kind: str
    seed: int
    moves: tuple[Move, ...]
    frames: tuple[tuple[Frame, ...], ...]  # those of the beginning, then of each move
    cursor: int = 0

    @classmethod
    def new(cls, kind: str = KINDS[0], seed: int = FIRST_LUCK) -> Session:
        return cls(kind, seed, (), ((Frame(Learner.initial(world(), kind, seed)),),))

    @property
    def frame(self) -> Frame:
        return self.frames[self.cursor][-1]

    @property
    def past(self) -> list[Frame]:
        """Every frame up to the cursor."""
        return [frame for frames in self.frames[: self.cursor + 1] for frame in frames]

    @property
    def full(self) -> bool:
        return len(self.past) >= MOST_FRAMES

    @property
    def behind(self) -> int:
        """How many updates the target network is behind."""
        past = self.past[::-1]
        since = next((k for k, frame in enumerate(past) if frame.synced), len(past) - 1)
        return since

    def do(self, move: Move) -> Session:
        """Make a move at the cursor; what had been undone is forgotten."""
        if self.full:
            return self
        moves = (*self.moves[: self.cursor], move)
        frames = (*self.frames[: self.cursor + 1], tuple(_following(self.frame.learner, move)))
        return replace(self, moves=moves, frames=frames, cursor=len(moves))

    def jump(self, cursor: int) -> Session:
        return replace(self, cursor=min(max(cursor, 0), len(self.moves)))


@cache
def world() -> FiniteMDP:
    return worlds.three_state()


@cache
def transitions() -> tuple[dqn_by_hand.Move, ...]:
    """The four of the 3-state world."""
    return tuple(dqn_by_hand.moves_of(world()))


def named(k: int) -> str:
    """A transition for a label: S1 → is Right in S1."""
    s, a, *_ = transitions()[k]
    return f"{world().states[s]} {'→' if a == worlds.RIGHT else '←'}"


def computed(learner: Learner, batch: tuple[int, ...], alpha: float, gamma: float) -> Update:
    """One update of a learner, which stays as it is."""
    return dqn_by_hand.update(learner, [transitions()[k] for k in batch], alpha, gamma)


def _following(learner: Learner, move: Move) -> Iterator[Frame]:
    match move:
        case Sync():
            yield Frame(learner.synced(), synced=True)
        case Step():
            update = computed(learner, move.batch, move.alpha, move.gamma)
            yield Frame(update.after, update)
        case Play():
            batches = dqn_by_hand.drawn(world(), MANY, BATCH, move.seed)
            for k, batch in enumerate(batches, start=1):
                update = computed(learner, tuple(batch), move.alpha, move.gamma)
                copies = k % EVERY == 0
                learner = update.after.synced() if copies else update.after
                yield Frame(learner, update, copies)
