"""The clock of a training: which step it is, and which settings are in force."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from rl_core.settings import SettingError, Settings

C = TypeVar("C", bound=Settings)


@dataclass(frozen=True)
class Change:
    """Setting `field` has had `value` since `step`."""

    step: int
    field: str
    value: Any


class Timeline(Generic[C]):
    """`for step, config in timeline:` drives a training from outside.

    Settings may be changed (`change`) and the training stopped (`stop`) between two steps, from any
    thread. Every change is recorded in `changes`; a timeline made with those changes goes the same
    way again, so config + seed + changes reproduce a training bit for bit.

    Args:
        config: the settings in force at the beginning.
        steps: the number of the last step plus one.
        changes: changes to repeat, in the order of their steps; those before `start` are in force
            at once.
        start: the number of the first step.
        pause: stop before this step; the schedules still go over all `steps`.

    Attributes:
        first: the settings that it began with.
    """

    def __init__(
        self,
        config: C,
        steps: int,
        changes: Iterable[Change] = (),
        start: int = 0,
        pause: int | None = None,
    ):
        self.first, self.config, self.steps, self.start = config, config, steps, start
        self.changes: list[Change] = []
        self._recorded = deque(changes)
        while self._recorded and self._recorded[0].step < start:
            self._apply(self._recorded.popleft())
        self._asked: deque[tuple[str, Any]] = deque()
        self._pause = steps if pause is None else pause
        self.stopped = False

    def change(self, field: str, value: Any) -> None:
        """Put `value` in force from the next step on.

        Raises `SettingError` for a bad one, and for a setting that is fixed once training runs.
        """
        live = [f.name for f in fields(self.config) if f.metadata["live"]]
        if field not in live:
            live_ones = "one of those that may change while it runs: " + ", ".join(live)
            raise SettingError(field, value, live_ones)
        replace(self.config, **{field: value})
        self._asked.append((field, value))

    def stop(self) -> None:
        """End after the step under way."""
        self.stopped = True

    def __iter__(self) -> Iterator[tuple[int, C]]:
        return self.every(1)

    def every(self, stride: int) -> Iterator[tuple[int, C]]:
        """The same in strides: for a training whose every round takes `stride` steps."""
        for step in range(self.start, self.steps, stride):
            if step >= self._pause:
                self.stop()
            if self.stopped:
                return
            while self._recorded and self._recorded[0].step <= step:
                self._apply(replace(self._recorded.popleft(), step=step))
            while self._asked:
                self._apply(Change(step, *self._asked.popleft()))
            yield step, self.config

    def pending(self, step: int) -> list[Change]:
        """What has been asked for, or is to be repeated, but is not in force before `step`."""
        return [*self._recorded, *(Change(step, *asked) for asked in self._asked)]

    def _apply(self, change: Change) -> None:
        self.config = replace(self.config, **{change.field: change.value})
        self.changes.append(change)
