"""A worker: a process that carries out one training after the other.

`python -m playground.runs.deep STORE` imports torch once, then reads one JSON object a line:

    {"do": "train", "id": …}                            carry out this training of the store
    {"do": "change", "id": …, "field": …, "value": …}   put a setting in force from the next step on
    {"do": "stop", "id": …}                             end it after the step under way

It answers `ready` when it can take the first, and after each. Events go straight into the store.
When its input ends, because the app has, it ends too, whatever it is doing.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any, TextIO, TypeVar

from playground.runs.records import Event, Training
from playground.runs.store import Store
from rl_core.settings import SettingError, Settings
from rl_core.timeline import Timeline

BATCH = 0.15  # seconds between two writes to the store

Clock = Timeline[Any]
S = TypeVar("S", bound=Settings)
# Begins a training; raises `ValueError` for one that is not allowed.
Start = Callable[[Training], tuple[Clock, Iterator[Event]]]


class Recorder:
    """Writes events into the store from a thread of its own: the first at once, then in batches.

    When the store takes no more, because the training was stopped, it calls `stop` and is `closed`.
    """

    def __init__(self, store: Store, id: str, stop: Callable[[], None]):
        self.closed = False
        self._store, self._id, self._stop = store, id, stop
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        self._events.put(event)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self._events.put(None)
        self._thread.join()
        if self._error:
            raise self._error

    def _write(self) -> None:
        last = False
        while not last:
            batch = [self._events.get()]
            while not self._events.empty():
                batch.append(self._events.get())
            last = None in batch
            if not self._append([event for event in batch if event is not None]):
                self.closed = True
                self._stop()
                return
            if not last:
                time.sleep(BATCH)

    def _append(self, events: list[Event]) -> bool:
        try:
            return self._store.append(self._id, events)
        except Exception as error:  # a full disk, say: raised again in the worker's main thread
            self._error = error
            return False


class Worker:
    """Carries out trainings of `store`, each begun by `start`."""

    def __init__(self, store: Store, start: Start):
        self._store, self._start = store, start
        self._todo: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards the next three
        self._id = ""  # of the training under way
        self._clock: Clock | None = None
        self._early: list[Callable[[Clock], None]] = []  # orders that came before the clock

    def serve(self, orders: TextIO, answers: TextIO) -> None:
        """Obey `orders` until they end."""
        threading.Thread(target=self._listen, args=(orders,), daemon=True).start()
        while True:
            print("ready", file=answers, flush=True)
            self._carry_out(self._todo.get())

    def _listen(self, orders: TextIO) -> None:
        for line in orders:
            match json.loads(line):
                case {"do": "train", "id": id}:
                    with self._lock:
                        self._id, self._clock, self._early = id, None, []
                    self._todo.put(id)
                case {"do": "change", "id": id, "field": field, "value": value}:
                    self._pass_on(id, partial(_change, field=field, value=value))
                case {"do": "stop", "id": id}:
                    self._pass_on(id, Timeline.stop)
        os._exit(0)

    def _pass_on(self, id: str, order: Callable[[Clock], None]) -> None:
        with self._lock:
            if id == self._id and self._clock:
                order(self._clock)
            elif id == self._id:
                self._early.append(order)

    def _carry_out(self, id: str) -> None:
        training = self._store.get(id)
        if training is None:
            return
        try:
            clock, events = self._start(training)
        except ValueError as error:
            self._store.end(id, "failed", "refused", str(error))
            return
        try:
            with self._lock:
                self._clock = clock
                for order in self._early:
                    order(clock)
            noted = 0
            with Recorder(self._store, id, clock.stop) as recorder:
                for event in events:
                    for change in clock.changes[noted:]:
                        recorder.put(change)
                        noted += 1
                    recorder.put(event)
                    if recorder.closed:
                        break
            self._store.end(id, "finished")
        except Exception as error:
            lines = f"{type(error).__name__}: {error}".splitlines()
            self._store.end(id, "failed", "error", lines[0], traceback.format_exc())


def _change(clock: Clock, field: str, value: object) -> None:
    """Change a setting, if it is one that may change. (The app asks for no other.)"""
    live = {f.name for f in fields(clock.config) if f.metadata["live"]}
    if field not in live:
        print(f"{field!r} may not be changed while a training runs", file=sys.stderr)
        return
    try:
        clock.change(field, value)
    except SettingError as error:
        print(error, file=sys.stderr)


def settings(config: type[S], values: Mapping[str, Any]) -> S:
    """A Config from what a plan holds. Raises `SettingError`."""
    known = [f.name for f in fields(config)]
    for name in values:
        if name not in known:
            raise SettingError(name, values[name], "a known setting: " + ", ".join(known))
    return config(**values)


def main(start: Start) -> None:
    """Be a worker on the store named on the command line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the app; its end is ours
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an algorithm may print is not an answer
    Worker(Store(Path(sys.argv[1])), start).serve(sys.stdin, answers)
