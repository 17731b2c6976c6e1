"""The store keeps what it is given, refuses what comes too late, and opens only what it knows."""

import math
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from playground.runs import store as store_module
from playground.runs.records import Plan, Replay
from playground.runs.store import FOLDER, Store, StoreError, default_path
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.timeline import Change

PLAN = Plan("fake", "nowhere", {"lr": 0.1, "double": True}, runs=2, steps=100, seed=7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "deep" / "trainings.sqlite")
    yield store
    store.close()


def created(store: Store, running: bool = True) -> str:
    id = store.create(PLAN, {"torch": "2"}, "me")
    if running:
        assert store.start(id)
    return id


def point(step: int) -> Progress:
    return Progress(step, np.array([float(step), np.nan]), {"loss": np.array([np.inf, 1 / 3])})


def test_a_training_goes_from_queued_to_running_to_one_end(store: Store) -> None:
    id = created(store, running=False)
    training = store.get(id)
    assert training is not None
    assert (training.algorithm, training.env, training.config) == ("fake", "nowhere", PLAN.config)
    assert (training.runs, training.steps, training.seed) == (2, 100, 7)
    assert (training.status, training.started, training.ended) == ("queued", None, None)
    assert training.active

    assert store.start(id)
    assert not store.start(id)
    assert store.end(id, "failed", "error", "ValueError: no", "Traceback ...")
    assert not store.end(id, "finished")
    training = store.get(id)
    assert training is not None
    assert (training.status, training.reason) == ("failed", "error")
    assert (training.detail, training.trace) == ("ValueError: no", "Traceback ...")
    assert training.started is not None
    assert training.ended is not None
    assert training.created <= training.started <= training.ended
    assert not training.active


def test_events_come_back_as_they_were_after_reopening(store: Store) -> None:
    id = created(store)
    weights = {"w": np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3).T}
    kept: list[store_module.Event] = [
        point(1),
        Change(2, "lr", 0.3),
        point(2),
        Snapshot(2, weights, np.array([9.5, 500.0])),
        Replay(2, np.array([[[0.5, 1.0]], [[np.nan, np.nan]]], np.float32)),
        Evaluation(np.array([500.0, 480.5]), np.array([2, 1]), np.array([9.0, np.nan])),
    ]
    assert store.append(id, kept)
    store.close()

    again = Store(store.path)
    first, second = again.points(id)
    assert first.step == 1
    assert first.returns[0] == 1.0
    assert math.isnan(first.returns[1])
    assert first.metrics == {"loss": [math.inf, 1 / 3]}
    assert first.at <= second.at
    assert [p.step for p in again.points(id, after=1)] == [2]
    assert again.changes(id) == [Change(2, "lr", 0.3)]
    assert again.validations(id) == {2: [9.5, 500.0]}
    snapshot, evaluation, replay = again.snapshot(id, 2), again.evaluation(id), again.replay(id, 2)
    assert replay is not None
    np.testing.assert_array_equal(replay.observations[:, 0], [[0.5, 1.0], [np.nan, np.nan]])
    assert again.replay(id, 1) is None
    assert snapshot is not None
    assert evaluation is not None
    np.testing.assert_array_equal(snapshot.weights["w"], weights["w"])
    assert snapshot.weights["w"].dtype == np.float32
    np.testing.assert_array_equal(evaluation.best_step, [2, 1])
    np.testing.assert_array_equal(evaluation.last, [9.0, np.nan])
    assert again.snapshot(id, 1) is None
    again.close()


def test_nothing_is_recorded_unless_the_training_runs(store: Store) -> None:
    queued, stopped = created(store, running=False), created(store)
    assert store.append(stopped, [point(1)])
    assert store.end(stopped, "stopped")
    for id in (queued, stopped, "unknown"):
        assert not store.append(id, [point(2)])
    assert store.points(queued) == []
    assert [p.step for p in store.points(stopped)] == [1]


def test_a_batch_is_recorded_whole_or_not_at_all(store: Store) -> None:
    id = created(store)
    with pytest.raises(sqlite3.IntegrityError):
        store.append(id, [point(1), point(1)])
    assert store.points(id) == []
    assert store.append(id, [point(1)])


def test_no_writer_gets_past_a_stop(store: Store) -> None:
    id, others = created(store), Store(store.path)
    accepted = []

    def write() -> None:
        step = 0
        while others.append(id, [point(step)]):
            accepted.append(step)
            step += 1

    writer = threading.Thread(target=write)
    writer.start()
    while len(accepted) < 5:
        store.points(id)
    store.end(id, "stopped")
    count = len(store.points(id))
    writer.join(timeout=10)
    assert not writer.is_alive()
    assert len(store.points(id)) == count
    others.close()


def test_readers_and_writers_of_several_connections_do_not_fail(store: Store) -> None:
    ids = [created(store) for _ in range(4)]
    errors: list[Exception] = []

    def write(id: str) -> None:
        try:
            mine = Store(store.path)
            for step in range(25):
                assert mine.append(id, [point(step)])
                mine.points(ids[0], after=step)
            mine.close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [len(store.points(id)) for id in ids] == [25] * 4


def test_the_queue_is_first_come_first_served_and_each_owner_s_own(store: Store) -> None:
    first, second = created(store, running=False), created(store, running=False)
    foreign = store.create(PLAN, {}, "you")
    assert store.queued("me") == [first, second]
    assert [store.place(t) for t in map(store.get, (first, second, foreign)) if t] == [1, 2, 1]
    store.start(first)
    assert [store.place(t) for t in map(store.get, (first, second)) if t] == [0, 1]
    assert sorted(store.owners()) == ["me", "you"]


def test_an_interrupted_owner_loses_only_what_was_open(store: Store) -> None:
    running, queued, done = created(store), created(store, running=False), created(store)
    foreign = store.create(PLAN, {}, "you")
    store.end(done, "finished")
    store.interrupt("me")
    found = [store.get(id) for id in (running, queued, done, foreign)]
    assert [t.status for t in found if t] == ["interrupted", "interrupted", "finished", "queued"]


@pytest.mark.parametrize(
    "id", ["", "nobody", "' OR 1=1 --", "../../etc/passwd", "\ud800", "a\0b", "x" * 5000, "状态"]
)
def test_an_unknown_or_hostile_id_is_nobody(store: Store, id: str) -> None:
    created(store)
    assert store.get(id) is None


def test_a_store_of_a_newer_version_is_refused_and_left_alone(store: Store) -> None:
    store.close()
    db = sqlite3.connect(store.path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = store.path.read_bytes()
    with pytest.raises(StoreError, match=r"newer version .*schema 99"):
        Store(store.path)
    assert store.path.read_bytes() == before


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database " * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        Store(path)


def test_a_migration_that_fails_leaves_the_store_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = created(store)
    store.close()
    broken = [*store_module.MIGRATIONS, "ALTER TABLE training ADD COLUMN note TEXT; NONSENSE"]
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "MIGRATIONS", broken)
        with pytest.raises(StoreError):
            Store(store.path)
    again = Store(store.path)
    assert again.get(id) is not None
    again.close()
    with monkeypatch.context() as patch:
        patch.setattr(store_module, "MIGRATIONS", [broken[0], broken[1].split(";")[0]])
        newer = Store(store.path)
        assert newer.get(id) is not None
        newer.close()


def test_the_folder_is_the_deployer_s_choice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    assert default_path() == Path.cwd() / ".playground" / "trainings.sqlite"
    monkeypatch.setenv(FOLDER, str(tmp_path))
    assert default_path() == tmp_path / "trainings.sqlite"
