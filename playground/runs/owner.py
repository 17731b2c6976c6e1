"""Who carries out a training: an app process, and whether it is still there."""

from __future__ import annotations

import secrets
import sqlite3
import time
from pathlib import Path


class Owner:
    """This process, as other processes see it: alive for as long as it holds the lock on its file.

    The system releases the lock when the process ends, however it ends. (SQLite is used because
    its locks are the same on every platform.)
    """

    def __init__(self, folder: Path):
        self.id = secrets.token_hex(8)
        self._file = _file(folder, self.id)
        self._db = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        _lock(self._db)

    def close(self) -> None:
        self._db.close()
        self._file.unlink(missing_ok=True)


def is_alive(folder: Path, id: str) -> bool:
    """Whether the owner's process is still there. Clears away what a dead one left."""
    file = _file(folder, id)
    if not file.exists():
        return False
    db = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        _lock(db)
    except sqlite3.OperationalError:  # locked
        return True
    finally:
        db.close()
    file.unlink(missing_ok=True)
    return False


def clear_away(folder: Path) -> None:
    """Remove the files of owners that are gone."""
    for file in folder.glob("owner-*.lock"):
        if time.time() - file.stat().st_mtime > 60:  # a younger one may be about to be locked
            is_alive(folder, file.stem.removeprefix("owner-"))


def _lock(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA journal_mode = MEMORY")  # no second file
    db.execute("BEGIN EXCLUSIVE")


def _file(folder: Path, id: str) -> Path:
    return folder / f"owner-{id}.lock"
