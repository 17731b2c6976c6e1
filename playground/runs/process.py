"""One worker process, as the app sees it."""

from __future__ import annotations

import contextlib
import json
import math
import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the project: where `python -m` finds its modules

News = tuple[str, "Process"]  # "ready" or "ended"


class Process:
    """Starts a worker; what becomes of it is put into `news`. Used by one thread only."""

    def __init__(self, command: Sequence[str], store: Path, news: queue.SimpleQueue[News | None]):
        self.training = ""  # the id of the one it carries out
        self.ready = False  # whether it can take one, or has one
        self.deadline = math.inf  # when its time to come back is over
        self._news = news
        self._process = subprocess.Popen(
            [*command, str(store)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=ROOT,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def idle(self) -> bool:
        return self.ready and not self.training

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int:
        """Once it has ended; minus the number of the signal that ended it."""
        return self._process.wait()

    def send(self, do: str, **more: object) -> None:
        """Give an order about its training."""
        assert self._process.stdin
        with contextlib.suppress(OSError):  # it has died: "ended" is on its way
            self._process.stdin.write(json.dumps({"do": do, "id": self.training, **more}) + "\n")
            self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        """End it and wait until it has."""
        self.kill()
        self._listener.join()
        assert self._process.stdin
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as answers:
            for _ in answers:
                self._news.put(("ready", self))
        self._process.wait()
        self._news.put(("ended", self))
