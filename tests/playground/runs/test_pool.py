"""Trainings in real worker processes: they finish, stop and die without disturbing each other."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.runs.pool import COMMAND, Pool
from playground.runs.process import ROOT
from playground.runs.records import Plan, Training
from playground.runs.store import Store
from rl_core.settings import SettingError
from rl_core.timeline import Change

FAKE = (sys.executable, "-m", "tests.playground.runs.fake_worker")
SLOW = {"pause": 0.02}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "trainings.sqlite"


@pytest.fixture
def pools(path: Path) -> Iterator[Callable[..., Pool]]:
    """Makes pools on one store, as many app processes would."""
    made: list[Pool] = []

    def make(size: int = 2, command: tuple[str, ...] = FAKE, grace: float = 2.0) -> Pool:
        made.append(Pool(Store(path), size, command, grace))
        return made[-1]

    yield make
    for pool in made:
        pool.close()
        pool.store.close()


def submit(pool: Pool, steps: int = 1000, **config: Any) -> str:
    return pool.submit(Plan("fake", "nowhere", config, runs=2, steps=steps, seed=0))


def wait(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def get(pool: Pool, id: str) -> Training:
    training = pool.store.get(id)
    assert training is not None
    return training


def ended(pool: Pool, id: str) -> Training:
    wait(lambda: not get(pool, id).active)
    return get(pool, id)


def learning(pool: Pool, id: str, points: int = 1) -> None:
    wait(lambda: len(pool.store.points(id)) >= points)


def pid(pool: Pool, id: str) -> int:
    return {training: pid for pid, training in pool.pids().items()}[id]


def test_a_training_is_carried_out_to_its_end(pools: Callable[..., Pool]) -> None:
    pool = pools()
    id = submit(pool, steps=100)
    training = ended(pool, id)
    assert (training.status, training.reason, training.trace) == ("finished", "", "")
    assert training.versions["torch"]
    points = pool.store.points(id)
    assert [p.step for p in points] == list(range(1, 101))
    assert np.isnan(points[0].returns).all()
    assert points[-1].returns == [99.0, 99.0]
    assert pool.store.validations(id) == {100: [1.0, 1.0]}
    evaluation = pool.store.evaluation(id)
    assert evaluation is not None
    np.testing.assert_array_equal(evaluation.best, [1.0, 1.0])


def test_points_arrive_while_it_runs(pools: Callable[..., Pool]) -> None:
    pool = pools()
    id = submit(pool, **SLOW)
    seen: list[int] = []
    while len(seen) < 4:
        learning(pool, id, len(pool.store.points(id)) + 1)
        assert get(pool, id).status == "running"
        seen.append(pool.store.points(id)[-1].step)
    assert seen == sorted(set(seen))


def test_nothing_arrives_after_stop_and_the_worker_stays_warm(pools: Callable[..., Pool]) -> None:
    pool = pools(size=1)
    id = submit(pool, **SLOW)
    learning(pool, id, 3)
    worker = pid(pool, id)
    pool.stop(id)
    count = len(pool.store.points(id))
    assert get(pool, id).status == "stopped"
    wait(lambda: pool.pids() == {worker: ""})
    time.sleep(0.5)
    assert len(pool.store.points(id)) == count
    assert ended(pool, submit(pool, steps=100)).status == "finished"
    assert list(pool.pids()) == [worker]


def test_a_worker_that_does_not_yield_is_killed_and_replaced(pools: Callable[..., Pool]) -> None:
    pool = pools(size=1, grace=0.2)
    id = submit(pool, deaf=True)
    wait(lambda: get(pool, id).status == "running")
    worker = pid(pool, id)
    pool.stop(id)
    wait(lambda: worker not in pool.pids())
    assert get(pool, id).status == "stopped"
    assert ended(pool, submit(pool, steps=100)).status == "finished"


def test_a_queued_training_can_be_stopped(pools: Callable[..., Pool]) -> None:
    pool = pools(size=1)
    first, second, third = (submit(pool, **SLOW) for _ in range(3))
    learning(pool, first)
    assert [pool.store.place(get(pool, id)) for id in (first, second, third)] == [0, 1, 2]
    pool.stop(second)
    assert [pool.store.place(get(pool, id)) for id in (first, second, third)] == [0, 0, 1]
    pool.stop(first)
    learning(pool, third)
    assert get(pool, second).status == "stopped"
    assert pool.store.points(second) == []


def test_a_killed_worker_fails_its_own_training_only(pools: Callable[..., Pool]) -> None:
    pool = pools(size=2)
    victim, other = submit(pool, **SLOW), submit(pool, **SLOW)
    learning(pool, victim, 3)
    learning(pool, other)
    os.kill(pid(pool, victim), signal.SIGKILL)
    training = ended(pool, victim)
    assert (training.status, training.reason) == ("failed", "worker_died")
    assert training.detail == "SIGKILL"
    assert len(pool.store.points(victim)) >= 3
    learning(pool, other, len(pool.store.points(other)) + 2)
    assert ended(pool, submit(pool, steps=100)).status == "finished"
    assert get(pool, other).status == "running"


def test_a_worker_that_ends_by_itself_is_a_failure_too(pools: Callable[..., Pool]) -> None:
    pool = pools()
    training = ended(pool, submit(pool, exit_at=2))
    assert (training.status, training.detail) == ("failed", "exit code 3")


def test_an_exception_is_recorded_and_the_worker_goes_on(pools: Callable[..., Pool]) -> None:
    pool = pools(size=1)
    training = ended(pool, submit(pool, fail_at=2))
    assert (training.status, training.reason) == ("failed", "error")
    assert training.detail == "ZeroDivisionError: the loss is gone"
    assert "fake_worker.py" in training.trace
    assert [p.step for p in pool.store.points(training.id)] == [1, 2]
    workers = pool.pids()
    assert ended(pool, submit(pool, steps=100)).status == "finished"
    assert list(pool.pids()) == list(workers)


@pytest.mark.parametrize(
    ("algorithm", "config"),
    [
        ("os", {}),
        ("../../fake", {}),
        ("fake", {"lr": 5.0}),
        ("fake", {"lr": float("nan")}),
        ("fake", {"lr": "__import__('os')"}),
        ("fake", {"lr": {"$ref": [[[]]]}}),
        ("fake", {"__class__": 1}),
    ],
)
def test_a_hostile_plan_fails_with_a_reason(
    pools: Callable[..., Pool], algorithm: str, config: dict[str, Any]
) -> None:
    pool = pools(size=1)
    id = pool.submit(Plan(algorithm, "nowhere", config, runs=2, steps=100, seed=0))
    training = ended(pool, id)
    assert (training.status, training.reason) == ("failed", "refused")
    assert training.detail


@pytest.mark.parametrize(
    "size", [(0, 100, 0), (33, 100, 0), (1, 0, 0), (1, 10**9, 0), (1, 100, -1), (1, 100, 0.5)]
)
def test_a_training_too_large_or_too_small_is_not_taken(
    pools: Callable[..., Pool], size: tuple[Any, Any, Any]
) -> None:
    pool = pools()
    with pytest.raises(SettingError):
        pool.submit(Plan("fake", "nowhere", {}, *size))
    assert pool.store.owners() == []


def test_a_change_acts_and_is_recorded_with_its_step(pools: Callable[..., Pool]) -> None:
    pool = pools()
    id = submit(pool, **SLOW)
    learning(pool, id, 2)
    pool.change(id, "pause", 0.0)  # not one that may change
    pool.change(id, "lr", 7.0)  # out of range
    pool.change(id, "lr", 0.25)
    wait(lambda: pool.store.changes(id))
    (change,) = pool.store.changes(id)
    assert change == Change(change.step, "lr", 0.25)
    assert change.step > 1
    for p in pool.store.points(id):
        assert p.metrics["lr"] == [0.25 if p.step > change.step else 0.5] * 2


def test_a_restart_finds_what_was_done_and_interrupts_what_was_not(
    pools: Callable[..., Pool], path: Path
) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.playground.runs.test_pool import FAKE, SLOW, Pool, Store, submit\n"
        "pool = Pool(Store(Path(sys.argv[1])), 1, FAKE)\n"
        "for id in submit(pool, steps=100), submit(pool, **SLOW), submit(pool):\n"
        "    print(id, flush=True)\n"
        "time.sleep(60)\n"
    )
    pool = pools()
    mine = submit(pool, **SLOW)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as app:
        assert app.stdout
        done, cut, queued = (app.stdout.readline().strip() for _ in range(3))
        learning(pool, cut)
        time.sleep(1.2)  # two looks of our pool, which must leave the living alone
        assert get(pool, cut).status == "running"
        app.kill()
        app.wait()
        assert (ended(pool, cut).status, get(pool, cut).reason) == ("interrupted", "app_ended")
        assert ended(pool, queued).status == "interrupted"
        app.stdout.read()  # ends when the last worker of that app has
    assert get(pool, done).status == "finished"
    assert get(pool, mine).status == "running"
    assert len(list(path.parent.glob("owner-*.lock"))) == 1


def test_two_pools_on_one_store_leave_each_other_alone(pools: Callable[..., Pool]) -> None:
    one, two = pools(size=1), pools(size=1)
    first, second = submit(one, **SLOW), submit(two, **SLOW)
    learning(one, first)
    learning(two, second)
    two.stop(first)  # a link opened elsewhere may stop it
    wait(lambda: "" in one.pids().values())
    assert get(one, first).status == "stopped"
    learning(two, second, len(two.store.points(second)) + 2)


def test_workers_that_cannot_start_fail_what_waits_for_them(pools: Callable[..., Pool]) -> None:
    pool = pools(command=(sys.executable, "-c", "raise SystemExit(1)"))
    training = ended(pool, submit(pool))
    assert (training.status, training.reason) == ("failed", "no_worker")
    wait(lambda: pool.pids() == {})


def test_there_is_one_warm_worker_to_spare_and_never_too_many(pools: Callable[..., Pool]) -> None:
    pool = pools(size=3)
    wait(lambda: len(pool.pids()) == 1)
    ids = [submit(pool, **SLOW) for _ in range(2)]
    for id in ids:
        learning(pool, id)
    assert len(pool.pids()) == 3
    for _ in range(3):
        submit(pool, **SLOW)
    time.sleep(0.2)
    assert len(pool.pids()) == 3


def test_the_real_worker_trains_dqn_and_changes_what_may_change(
    pools: Callable[..., Pool],
) -> None:
    pool = pools(size=1, command=COMMAND)
    config = {"hidden": 8, "learning_starts": 50}
    id = pool.submit(Plan("dqn", "CartPole-v1", config, runs=2, steps=400, seed=3))
    training = ended(pool, id)
    assert (training.status, training.detail) == ("finished", "")
    points = pool.store.points(id)
    assert points[-1].step == 400
    told = {name for point in points for name in point.metrics}
    assert {"td_error", "q", "epsilon", "buffer"} <= told
    evaluation = pool.store.evaluation(id)
    assert evaluation is not None
    assert evaluation.best.shape == evaluation.last.shape == (2,)
    moments = pool.store.validations(id)
    assert len(moments) > 5
    for step in moments:
        replay = pool.store.replay(id, step)
        assert replay is not None
        played = np.isfinite(replay.observations).all(-1)  # [t, runs]
        assert replay.observations.shape[1:] == (2, 4)
        assert played[0].all()
        assert played[-1].any()
        np.testing.assert_array_equal(replay.observations[0, 0], replay.observations[0, 1])

    long = pool.submit(Plan("dqn", "CartPole-v1", config, runs=2, steps=20_000, seed=3))
    wait(lambda: get(pool, long).status == "running")
    pool.change(long, "gamma", 0.5)
    pool.change(long, "hidden", 16)
    learning(pool, long)
    assert [(c.field, c.value) for c in pool.store.changes(long)] == [("gamma", 0.5)]
    pool.stop(long)
    wait(lambda: "" in pool.pids().values(), seconds=2)


@pytest.mark.parametrize(
    ("algorithm", "env", "config", "says"),
    [
        ("os", "CartPole-v1", {}, "os"),
        ("dqn", "os:system", {}, "os:system"),
        ("dqn", "CartPole-v1", {"gamma": 2}, "from 0 to 1"),
    ],
)
def test_the_real_worker_refuses_what_is_not_listed(
    algorithm: str, env: str, config: dict[str, Any], says: str
) -> None:
    from playground.runs.deep import start  # here, because it imports torch

    plan = Plan(algorithm, env, config, 1, 100, 0)
    later = {"id": "", "versions": {}, "owner": "", "status": "", "created": 0.0, "started": None}
    more = {"ended": None, "reason": "", "detail": "", "trace": ""}
    with pytest.raises(ValueError, match=says):
        start(Training(**vars(plan), **later, **more))


def test_the_app_side_imports_no_torch() -> None:
    code = "import sys, playground.runs.pool; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
