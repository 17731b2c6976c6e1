"""The store of trainings: one SQLite file, shared by the app and its workers.

Nothing but this module knows SQL. A training is `queued`, then `running`, then for ever one of
`finished`, `stopped`, `failed` or `interrupted`; events are recorded only while it is `running`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import numpy as safetensors

from playground.runs.records import Event, Plan, Point, Replay, Training
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.timeline import Change

FOLDER = "RL_PLAYGROUND_DATA"  # environment variable: where the store lives

# Version n of the schema is what the first n entries make. Append; never edit.
MIGRATIONS = [
    """
    CREATE TABLE training (
        id TEXT PRIMARY KEY, algorithm TEXT, env TEXT, config TEXT, runs INTEGER, steps INTEGER,
        seed INTEGER, versions TEXT, owner TEXT, status TEXT, created REAL, started REAL,
        ended REAL, reason TEXT DEFAULT '', detail TEXT DEFAULT '', trace TEXT DEFAULT '');
    CREATE INDEX by_status ON training (status, owner);
    CREATE TABLE point (
        training TEXT, step INTEGER, at REAL, returns TEXT, metrics TEXT,
        PRIMARY KEY (training, step)) WITHOUT ROWID;
    CREATE TABLE change (training TEXT, step INTEGER, field TEXT, value TEXT);
    CREATE INDEX by_training ON change (training);
    CREATE TABLE snapshot (
        training TEXT, step INTEGER, validation TEXT, weights BLOB, PRIMARY KEY (training, step));
    CREATE TABLE replay (
        training TEXT, step INTEGER, observations BLOB, PRIMARY KEY (training, step));
    CREATE TABLE evaluation (training TEXT PRIMARY KEY, best TEXT, best_step TEXT, last TEXT)
    """,
]


class StoreError(RuntimeError):
    """The file is not a store that this version can use; the message says why."""


def default_path() -> Path:
    """Where the app keeps its store: in `.playground/`, or in the folder `RL_PLAYGROUND_DATA`."""
    return Path(os.environ.get(FOLDER) or ".playground").absolute() / "trainings.sqlite"


class Store:
    """The trainings in the file `path`, which is made if it is not there. Any thread may use it.

    Raises `StoreError` if the file was written by a newer version, or is no store at all.
    """

    def __init__(self, path: Path):
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
        except (sqlite3.DatabaseError, StoreError) as error:
            self._db.close()
            raise StoreError(f"{path} cannot be used as the store of trainings: {error}") from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def create(self, plan: Plan, versions: dict[str, str], owner: str) -> str:
        """A new training, queued; returns its id, which nobody can guess."""
        id = secrets.token_urlsafe(12)
        row = {**asdict(plan), "id": id, "owner": owner, "status": "queued", "created": time.time()}
        row |= {"config": json.dumps(plan.config), "versions": json.dumps(versions)}
        with self._writing() as db:
            _insert(db, "training", **row)
        return id

    def start(self, id: str) -> bool:
        """Make a queued training a running one. False if it is not queued."""
        with self._writing() as db:
            sql = (
                "UPDATE training SET status = 'running', started = ?"
                " WHERE id = ? AND status = 'queued'"
            )
            return db.execute(sql, (time.time(), id)).rowcount == 1

    def append(self, id: str, events: Iterable[Event]) -> bool:
        """Record `events`, all or none of them: none, and False, unless the training is running."""
        with self._writing() as db:
            sql = "SELECT 1 FROM training WHERE id = ? AND status = 'running'"
            if not db.execute(sql, (id,)).fetchone():
                return False
            for event in events:
                _record(db, id, event)
        return True

    def end(
        self, id: str, status: str, reason: str = "", detail: str = "", trace: str = ""
    ) -> bool:
        """End a training that is queued or running. False if it has already ended."""
        with self._writing() as db:
            sql = (
                "UPDATE training SET status = ?, ended = ?, reason = ?, detail = ?, trace = ?"
                " WHERE id = ? AND status IN ('queued', 'running')"
            )
            return db.execute(sql, (status, time.time(), reason, detail, trace, id)).rowcount == 1

    def interrupt(self, owner: str) -> None:
        """End all trainings of an owner that is gone: they were cut off."""
        with self._writing() as db:
            sql = (
                "UPDATE training SET status = 'interrupted', reason = 'app_ended', ended = ?"
                " WHERE owner = ? AND status IN ('queued', 'running')"
            )
            db.execute(sql, (time.time(), owner))

    def get(self, id: str) -> Training | None:
        """The training with this id; None for an unknown one, whatever the text."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", id):
            return None
        names = [f.name for f in fields(Training)]
        rows = self._read(f"SELECT {', '.join(names)} FROM training WHERE id = ?", id)
        if not rows:
            return None
        row = dict(zip(names, rows[0], strict=True))
        row |= {"config": json.loads(row["config"]), "versions": json.loads(row["versions"])}
        return Training(**row)

    def queued(self, owner: str) -> list[str]:
        """The ids of the owner's queued trainings, the one that waits longest first."""
        sql = "SELECT id FROM training WHERE status = 'queued' AND owner = ? ORDER BY rowid"
        return [id for (id,) in self._read(sql, owner)]

    def place(self, training: Training) -> int:
        """Its place in the queue, from 1; 0 once it is out of it."""
        queued = self.queued(training.owner)
        return queued.index(training.id) + 1 if training.id in queued else 0

    def owners(self) -> list[str]:
        """Everyone who has a training queued or running."""
        sql = "SELECT DISTINCT owner FROM training WHERE status IN ('queued', 'running')"
        return [owner for (owner,) in self._read(sql)]

    def points(self, id: str, after: int = -1) -> list[Point]:
        """The points later than step `after`, in order."""
        sql = (
            "SELECT step, at, returns, metrics FROM point"
            " WHERE training = ? AND step > ? ORDER BY step"
        )
        rows = self._read(sql, id, after)
        return [Point(step, at, json.loads(r), json.loads(m)) for step, at, r, m in rows]

    def changes(self, id: str) -> list[Change]:
        """The settings changed while it ran, in order."""
        sql = "SELECT step, field, value FROM change WHERE training = ? ORDER BY rowid"
        return [
            Change(step, field, json.loads(value)) for step, field, value in self._read(sql, id)
        ]

    def validations(self, id: str) -> dict[int, list[float]]:
        """The step of each snapshot, in order, and how its policies played: [runs]."""
        sql = "SELECT step, validation FROM snapshot WHERE training = ? ORDER BY step"
        return {step: json.loads(validation) for step, validation in self._read(sql, id)}

    def snapshot(self, id: str, step: int) -> Snapshot | None:
        """The policies as they were after `step`; None if none were kept there."""
        sql = "SELECT weights, validation FROM snapshot WHERE training = ? AND step = ?"
        for weights, validation in self._read(sql, id, step):
            return Snapshot(step, safetensors.load(weights), np.array(json.loads(validation)))
        return None

    def replay(self, id: str, step: int) -> Replay | None:
        """The episodes played after `step`; None if there are none."""
        sql = "SELECT observations FROM replay WHERE training = ? AND step = ?"
        for (blob,) in self._read(sql, id, step):
            return Replay(step, safetensors.load(blob)["observations"])
        return None

    def evaluation(self, id: str) -> Evaluation | None:
        """The final evaluation; None before there is one."""
        sql = "SELECT best, best_step, last FROM evaluation WHERE training = ?"
        for row in self._read(sql, id):
            return Evaluation(*(np.array(json.loads(text)) for text in row))
        return None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, which has the write lock from its beginning."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _read(self, sql: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _migrate(self) -> None:
        with self._writing() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise StoreError(
                    f"a newer version of this program wrote it (schema {version}, known here:"
                    f" {len(MIGRATIONS)}); update the program, or set {FOLDER} to another folder"
                )
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _record(db: sqlite3.Connection, id: str, event: Event) -> None:
    match event:
        case Progress(step, returns, metrics):
            text = json.dumps({name: values.tolist() for name, values in metrics.items()})
            now = time.time()
            _insert(
                db, "point", training=id, step=step, at=now, returns=_list(returns), metrics=text
            )
        case Change(step, field, value):
            _insert(db, "change", training=id, step=step, field=field, value=json.dumps(value))
        case Snapshot(step, weights, validation):
            blob = safetensors.save({k: np.ascontiguousarray(w) for k, w in weights.items()})
            _insert(
                db, "snapshot", training=id, step=step, validation=_list(validation), weights=blob
            )
        case Replay(step, observations):
            blob = safetensors.save({"observations": np.ascontiguousarray(observations)})
            _insert(db, "replay", training=id, step=step, observations=blob)
        case Evaluation(best, best_step, last):
            lists = {"best": _list(best), "best_step": _list(best_step), "last": _list(last)}
            _insert(db, "evaluation", training=id, **lists)


def _insert(db: sqlite3.Connection, table: str, **row: object) -> None:
    marks = ", ".join("?" * len(row))
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def _list(values: np.ndarray[Any, Any]) -> str:
    return json.dumps(values.tolist())  # NaN stays NaN: only this module reads it again
