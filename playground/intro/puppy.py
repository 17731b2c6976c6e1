"""Teaching the puppy: a lesson is the list of the learner's answers; all else is its fold."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace

from playground.link import LinkError
from rl_core.tabular.bandit import Config, State, Try, next_action, train
from rl_core.tabular.luck import Luck
from rl_core.timeline import Timeline

ACTIONS = ("sit", "jump", "run")
MOST_TRIES = 200  # so that a lesson always fits into a link

LESSON = re.compile(r"(\d{1,3})\.(\d{1,6})\.((?:a\d{1,2}(?:\.\d{1,4})?|b[01]|[TN])*)")
TOKEN = re.compile(r"a(?P<alpha>[\d.]+)|b(?P<baseline>[01])|(?P<answer>[TN])")


@dataclass(frozen=True)
class Answer:
    """A treat or none, with the settings at that moment."""

    treat: bool
    config: Config


@dataclass(frozen=True)
class Frame:
    """The puppy after some answers: what it has learned, and what it does next."""

    state: State
    event: Try | None  # the try before, None at the beginning
    action: int  # what it is doing now, still to be answered


@dataclass(frozen=True)
class Lesson:
    """All answers to one puppy, and a cursor among them."""

    seed: int
    answers: tuple[Answer, ...]
    frames: tuple[Frame, ...]  # one more than answers
    cursor: int = 0

    @classmethod
    def new(cls, seed: int = 0) -> Lesson:
        return cls(seed, (), (_frame(State.initial(len(ACTIONS)), None, seed),))

    @property
    def frame(self) -> Frame:
        return self.frames[self.cursor]

    @property
    def full(self) -> bool:
        return self.cursor >= MOST_TRIES

    def do(self, answer: Answer) -> Lesson:
        """Answer what the puppy is doing; answers that were taken back are forgotten."""
        answers = (*self.answers[: self.cursor], answer)
        following = _following(self.frame, answer, self.seed)
        frames = (*self.frames[: self.cursor + 1], following)
        return Lesson(self.seed, answers, frames, len(answers))

    def jump(self, cursor: int) -> Lesson:
        return replace(self, cursor=min(max(cursor, 0), len(self.answers)))


def _frame(state: State, event: Try | None, seed: int) -> Frame:
    return Frame(state, event, next_action(state, Luck(seed)))


def _following(frame: Frame, answer: Answer, seed: int) -> Frame:
    state, timeline = copy.deepcopy(frame.state), Timeline(answer.config, 1)
    (event,) = train(lambda *_: float(answer.treat), timeline, seed, state)
    return _frame(state, event, seed)


def encode(lesson: Lesson) -> str:
    """The lesson as `cursor.seed.answers`: T or N, settings before the answer that they changed."""
    text, said = f"{lesson.cursor}.{lesson.seed}.", None
    for answer in lesson.answers:
        if answer.config != said:
            said = answer.config
            text += f"a{said.alpha:g}b{said.baseline:d}"
        text += "T" if answer.treat else "N"
    return text


def decode(text: str) -> Lesson:
    """The lesson that `encode` made `text` of. Raises `LinkError`."""
    found = LESSON.fullmatch(text)
    if not found:
        raise LinkError("not a lesson")
    lesson, config = Lesson.new(int(found[2])), Config()
    try:
        for token in TOKEN.finditer(found[3]):
            if token["answer"]:
                lesson = lesson.do(Answer(token["answer"] == "T", config))
            elif token["alpha"]:
                config = replace(config, alpha=float(token["alpha"]))
            else:
                config = replace(config, baseline=token["baseline"] == "1")
            if len(lesson.answers) > MOST_TRIES:
                raise LinkError(f"a lesson has at most {MOST_TRIES} tries")
    except ValueError as error:
        raise LinkError(str(error)) from error
    if int(found[1]) > len(lesson.answers):
        raise LinkError("no such try")
    return lesson.jump(int(found[1]))
