"""The command line as a user meets it: a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
QUICK = ("--set", "hidden=4", "--set", "learning_starts=10", "--set", "batch=4")


def run(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "rl_core", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One training whose results and policies the tests below look at."""
    folder = tmp_path_factory.mktemp("trained")
    done = run(
        *("train", "dqn", "--env", "CartPole-v1", "--runs", 2, "--steps", 300, "--seed", 4),
        *QUICK,
        *("--set", "lr=0.001", "--json", "out.json", "--save", "out/"),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder, done, json.loads((folder / "out.json").read_text())


def test_alone_it_explains_itself():
    done = run()
    assert done.returncode == 0
    for word in ("usage:", "train", "list", "play", "examples:", "--env CartPole-v1"):
        assert word in done.stdout


def test_the_results_have_the_promised_keys(trained):
    _, _, results = trained
    assert list(results) == [
        *("algorithm", "env", "config", "seed", "runs", "steps", "wall_seconds", "cpu_seconds"),
        *("curve", "evaluation", "evaluation_last", "versions"),
    ]
    assert (results["algorithm"], results["env"]) == ("dqn", "CartPole-v1")
    assert (results["seed"], results["runs"], results["steps"]) == (4, 2, 300)
    assert (results["config"]["lr"], results["config"]["hidden"]) == (0.001, 4)
    assert set(results["versions"]) == {"python", "numpy", "torch", "gymnasium", "rl_core"}
    assert results["cpu_seconds"] > 0
    assert results["wall_seconds"] > 0


def test_the_curve_is_on_one_grid(trained):
    _, _, results = trained
    steps, returns = results["curve"]["steps"], results["curve"]["returns"]
    assert (steps[0], steps[-1]) == (2, 300)
    assert steps == sorted(set(steps))
    assert [len(one) for one in returns] == [len(steps)] * 2
    assert returns[0][0] is None  # no episode has ended yet: JSON knows no NaN
    assert all(isinstance(one[-1], float) for one in returns)
    assert [len(results[k]) for k in ("evaluation", "evaluation_last")] == [2, 2]


def test_progress_goes_to_stderr_and_the_verdict_to_stdout(trained):
    _, done, _ = trained
    assert "100%" in done.stderr
    assert "Traceback" not in done.stderr
    assert "of 2 passed 475" in done.stdout
    assert "%" not in done.stdout


def test_the_same_command_gives_the_same_results(trained):
    folder, _, results = trained
    again = run(
        *("train", "dqn", "--runs", 2, "--steps", 300, "--seed", 4, "--set", "lr=0.001"),
        *QUICK,
        *("--json", "again.json"),
        cwd=folder,
    )
    assert again.returncode == 0, again.stderr
    repeated = json.loads((folder / "again.json").read_text())
    for key in ("config", "curve", "evaluation", "evaluation_last"):
        assert repeated[key] == results[key]


def test_saved_policies_play(trained):
    folder, _, _ = trained
    done = run("play", "out/", "--episodes", 3, cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("dqn on CartPole-v1")
    assert [line.split(":")[0] for line in lines[1:]] == ["run 1", "run 2"]
    assert done.stdout == run("play", "out/", "--episodes", 3, cwd=folder).stdout


def test_list_shows_algorithms_environments_and_ranges():
    done = run("list")
    assert done.returncode == 0
    for text in ("CartPole-v1", "dqn: ", "gamma=", "a number from 0 to 1", "one of huber, squared"):
        assert text in done.stdout


BAD = [
    (("bogus",), "invalid choice: 'bogus' (choose from"),
    (("train",), "the following arguments are required: algorithm"),
    (("train", "foo"), "unknown algorithm 'foo': it must be one of dqn"),
    (("train", "dqn", "--env", "CartPole-v9"), "did you mean CartPole-v1"),
    (("train", "dqn", "--env", "Pendulum-v1"), "its actions are Box, needed is Discrete"),
    (("train", "dqn", "--env", "os:system"), "unknown environment 'os:system'"),
    (("train", "dqn", "--set", "gamma=2"), "gamma must be a number from 0 to 1"),
    (("train", "dqn", "--set", "gamma=nan"), "gamma must be a number from 0 to 1"),
    (("train", "dqn", "--set", "batch=1.5"), "batch must be a whole number from 1 to 4096"),
    (("train", "dqn", "--set", "gama=0.9"), "gama must be a known setting: lr,"),
    (("train", "dqn", "--set", "gamma"), "must be NAME=VALUE"),
    (("train", "dqn", "--runs", "0"), "must be a whole number from 1 to 256"),
    (("train", "dqn", "--steps", "many"), "must be a whole number from 1 to"),
    (("train", "dqn", "--seed", "-1"), "must be a whole number from 0 to"),
    (("train", "dqn", "--json", "no/where.json"), "cannot be written"),
    (("train", "dqn", "--frobnicate"), "unrecognized arguments: --frobnicate"),
    (("play", "nowhere"), "no saved policy in 'nowhere'"),
    (("play", "nowhere", "--episodes", "0"), "must be a whole number from 1 to"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_is_one_line_and_exit_code_2(arguments, reason, tmp_path, capsys, monkeypatch):
    # In this process: starting one for every line would take a minute.
    from rl_core.command_line import main

    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    out, err = capsys.readouterr()
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1
    assert not out
    assert not list(tmp_path.iterdir())


def test_bad_input_in_a_process_of_its_own():
    done = run("train", "dqn", "--env", "CartPole-v9", "--steps", 5)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
