"""The pool: this app's worker processes, and the queue before them.

Pages use `submit`, `stop` and `change`; everything else they read from the store.
"""

from __future__ import annotations

import logging
import math
import os
import platform
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence
from importlib import metadata

from playground.runs.owner import Owner, clear_away, is_alive
from playground.runs.process import News, Process
from playground.runs.records import Plan, Size
from playground.runs.store import Store

COMMAND = (sys.executable, "-m", "playground.runs.deep")
TICK = 0.5  # seconds between two looks at the store when there is no news
GRACE = 2.0  # seconds that a stopped worker has to come back before it is killed
TRIES = 3  # workers in a row that may die before they are ready


class Pool:
    """Carries out the trainings that are submitted to it, as many at once as it has workers.

    Returns at once: a thread starts the workers, one more than are busy, so that the next training
    finds one warm. A worker that dies takes its own training with it and is replaced.

    Args:
        store: where the trainings are kept; other pools may use the same.
        size: how many workers at most; one per core if not given.
        command: what starts a worker; the path of the store is added.
        grace: seconds that a stopped worker has to come back before it is killed.
    """

    def __init__(
        self,
        store: Store,
        size: int | None = None,
        command: Sequence[str] = COMMAND,
        grace: float = GRACE,
    ):
        self.store = store
        self._size = size or os.cpu_count() or 1
        self._command, self._grace = command, grace
        self._owner = Owner(store.path.parent)
        clear_away(store.path.parent)
        self._news: queue.SimpleQueue[News | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards the next three
        self._processes: list[Process] = []
        self._deaths = 0  # in a row, before being ready
        self._closed = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def submit(self, plan: Plan) -> str:
        """Queue a training; returns its id. Raises `SettingError` for a size out of range."""
        Size(plan.runs, plan.steps, plan.seed)
        id = self.store.create(plan, versions(), self._owner.id)
        with self._lock:
            self._deaths = 0
        self._news.put(None)
        return id

    def stop(self, id: str) -> None:
        """End a training, whichever pool carries it out: nothing is recorded from now on."""
        self.store.end(id, "stopped")
        self._news.put(None)

    def change(self, id: str, field: str, value: object) -> None:
        """Change a setting of a running training; the store tells when it took effect."""
        with self._lock:
            for process in self._processes:
                if process.training == id:
                    process.send("change", field=field, value=value)

    def pids(self) -> dict[int, str]:
        """The process id of each worker and the training that it carries out ("" for none)."""
        with self._lock:
            return {process.pid: process.training for process in self._processes}

    def close(self) -> None:
        """End all workers; what they were doing is interrupted."""
        self._closed = True
        self._news.put(None)
        self._thread.join()
        for process in self._processes:
            process.close()
        self.store.interrupt(self._owner.id)
        self._owner.close()

    def _serve(self) -> None:
        while not self._closed:
            try:
                news = self._news.get(timeout=TICK)
            except queue.Empty:
                news = None
            try:
                with self._lock:
                    if news:
                        self._hear(*news)
                    self._look_after_stopped()
                    self._look_after_orphans()
                    self._look_after_queue()
            except Exception:  # the store may be locked for long, the disk full: try again
                logging.getLogger(__name__).exception("The pool of workers stumbled")

    def _hear(self, what: str, process: Process) -> None:
        if what == "ready":
            process.training, process.ready, process.deadline = "", True, math.inf
            self._deaths = 0
            return
        self._processes.remove(process)
        process.close()
        if process.training:
            self.store.end(process.training, "failed", "worker_died", _name(process.exit_code))
        if not process.ready:
            self._deaths += 1

    def _look_after_stopped(self) -> None:
        for process in self._processes:
            if not process.training:
                continue
            training = self.store.get(process.training)
            if training and training.active:
                continue
            if process.deadline == math.inf:
                process.deadline = time.monotonic() + self._grace
                process.send("stop")
            elif time.monotonic() > process.deadline:
                process.kill()

    def _look_after_orphans(self) -> None:
        for owner in self.store.owners():
            if owner != self._owner.id and not is_alive(self.store.path.parent, owner):
                self.store.interrupt(owner)

    def _look_after_queue(self) -> None:
        queued = self.store.queued(self._owner.id)
        if self._deaths >= TRIES:
            for id in queued:
                self.store.end(id, "failed", "no_worker")
            return
        idle = [process for process in self._processes if process.idle]
        for process, id in zip(idle, queued, strict=False):
            if self.store.start(id):
                process.training = id
                process.send("train")
        waiting = len(self.store.queued(self._owner.id))
        busy = sum(1 for process in self._processes if process.training)
        for _ in range(len(self._processes), min(self._size, busy + waiting + 1)):
            self._processes.append(Process(self._command, self.store.path, self._news))


def versions() -> dict[str, str]:
    """Of what decides the numbers. (Asked of the installer: the app does not import torch.)"""
    packages = {name: metadata.version(name) for name in ("torch", "numpy", "gymnasium")}
    return {"python": platform.python_version(), **packages}


def _name(exit_code: int) -> str:
    """ "SIGKILL" or "exit code 1"."""
    if exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
