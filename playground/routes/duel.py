"""Two learners in one world on the same luck: what the learner did, and its fold."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from functools import cache

from playground.link import LinkError
from rl_core.events import Step, Transition
from rl_core.settings import Settings, setting
from rl_core.tabular import policy_gradient, q_learning, worlds
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP
from rl_core.timeline import Timeline

MOST_FRAMES = 3000
MOST_EPISODES = 50  # at one click
TIME_LIMIT = 30
FIRST_LUCK = 2  # both go straight to the goal at first, then their paths part
CODE = re.compile(r"(\d{1,4})\.(\d{1,6})\.((?:[apge]\d{1,2}(?:\.\d{1,4})?|S|E|r\d{1,2})*)")
TOKEN = re.compile(r"(?P<setting>[apge])(?P<value>[\d.]+)|(?P<move>S|E|r\d+)")
LETTERS = {"a": "alpha", "p": "alpha_policy", "g": "gamma", "e": "epsilon"}


@dataclass(frozen=True)
class Config(Settings):
    alpha: float = setting(0.5, "step size of Q-learning", 0.05, 1)
    alpha_policy: float = setting(0.5, "step size of REINFORCE", 0.05, 1)
    gamma: float = setting(0.9, "discount factor", 0, 1)
    epsilon: float = setting(0.1, "chance to explore, of Q-learning", 0, 1)


@dataclass(frozen=True)
class Move:
    """One step of both learners (`episodes` = 0), or steps until so many episodes have ended."""

    episodes: int
    config: Config


@dataclass(frozen=True)
class Frame:
    """Both learners after one step: what each did now, None if it waits for the other."""

    value: q_learning.State
    policy: policy_gradient.State
    value_event: Transition | None
    policy_event: Step | None
    parted: bool = False  # whether the paths of this episode have parted, now or earlier

    @property
    def over(self) -> bool:
        return self.value.over and self.policy.over


@dataclass(frozen=True)
class Duel:
    """All moves, a cursor among them, and the frames that they led to."""

    seed: int
    moves: tuple[Move, ...]
    frames: tuple[tuple[Frame, ...], ...]  # those of the beginning, then of each move
    cursor: int = 0

    @classmethod
    def new(cls, seed: int = FIRST_LUCK) -> Duel:
        mdp, luck = world(), Luck(seed)
        value = q_learning.State.initial(mdp, luck)
        policy = policy_gradient.State.initial(mdp, luck)
        return cls(seed, (), ((Frame(value, policy, None, None),),))

    @property
    def frame(self) -> Frame:
        return self.frames[self.cursor][-1]

    @property
    def before(self) -> Frame:
        """The frame before the step on stage."""
        return self.past[-2] if self.cursor else self.frame

    @property
    def past(self) -> list[Frame]:
        """Every frame up to the cursor."""
        return [frame for frames in self.frames[: self.cursor + 1] for frame in frames]

    @property
    def full(self) -> bool:
        return len(self.past) > MOST_FRAMES

    def do(self, move: Move) -> Duel:
        """Make a move at the cursor; what had been undone is forgotten."""
        if self.full:
            return self
        moves = (*self.moves[: self.cursor], move)
        frames = (*self.frames[: self.cursor + 1], _following(self.frame, move, self.seed))
        return Duel(self.seed, moves, frames, len(moves))

    def jump(self, cursor: int) -> Duel:
        return replace(self, cursor=min(max(cursor, 0), len(self.moves)))


@cache
def world() -> FiniteMDP:
    """The 3-state world; nobody has to wait for ever for a learner that went astray."""
    return replace(worlds.three_state(), time_limit=TIME_LIMIT)


def _following(frame: Frame, move: Move, seed: int) -> tuple[Frame, ...]:
    frames, ended = [frame], 0
    while len(frames) == 1 or ended < move.episodes:
        frames.append(_step(frames[-1], move.config, seed))
        ended += frames[-1].over
    return tuple(frames[1:])


def _step(last: Frame, config: Config, seed: int) -> Frame:
    """A step of whoever has not ended the episode; when both have, both begin the next one."""
    value, policy = copy.deepcopy(last.value), copy.deepcopy(last.policy)
    value_event = policy_event = None
    if last.over or not last.value.over:
        mine = q_learning.Config(config.alpha, config.gamma, config.epsilon)
        (value_event,) = q_learning.train(world(), Timeline(mine, 1), seed, value)
    if last.over or not last.policy.over:
        its = policy_gradient.Config(config.alpha_policy, config.gamma, baseline=False)
        (policy_event,) = policy_gradient.train(world(), Timeline(its, 1), seed, policy)
    same = (value_event and value_event.a) == (policy_event and policy_event.a)
    parted = not same or (last.parted and not last.over)
    return Frame(value, policy, value_event, policy_event, parted)


def encode(duel: Duel) -> str:
    """The duel as `cursor.seed.moves`; settings stand before the move that they changed for."""
    text = f"{duel.cursor}.{duel.seed}."
    said: dict[str, str] = {}
    for move in duel.moves:
        for letter, name in LETTERS.items():
            value = f"{getattr(move.config, name):g}"
            if said.get(letter) != value:
                text += letter + value
                said[letter] = value
        text += {0: "S", 1: "E"}.get(move.episodes, f"r{move.episodes}")
    return text


def decode(text: str) -> Duel:
    """The duel that `encode` made `text` of. Raises `LinkError`."""
    found = CODE.fullmatch(text)
    if not found:
        raise LinkError("not a duel")
    duel, config = Duel.new(int(found[2])), Config()
    try:
        for token in TOKEN.finditer(found[3]):
            if token["move"]:
                duel = duel.do(Move(_episodes(token["move"]), config))
            else:
                config = replace(config, **{LETTERS[token["setting"]]: float(token["value"])})
    except ValueError as error:
        raise LinkError(str(error)) from error
    if int(found[1]) > len(duel.moves):
        raise LinkError("no such move")
    return duel.jump(int(found[1]))


def _episodes(move: str) -> int:
    n = {"S": 0, "E": 1}.get(move) if move in "SE" else int(move[1:])
    if n is None or n > MOST_EPISODES:
        raise LinkError(f"a run has at most {MOST_EPISODES} episodes")
    return n
