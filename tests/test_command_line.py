"""The command line as a user meets it: a process of its own."""

import json
import os
import signal
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
    (("train", "dqn", "--env", "Pendulum-v1"), "continuous actions (Box), dqn needs"),
    (("train", "dqn", "--env", "os:system"), "unknown environment 'os:system'"),
    (("train", "dqn", "--set", "gamma=2"), "gamma must be a number from 0 to 1"),
    (("train", "dqn", "--set", "gamma=nan"), "gamma must be a number from 0 to 1"),
    (("train", "dqn", "--set", "batch=1.5"), "batch must be a whole number from 1 to 4096"),
    (("train", "dqn", "--set", "gama=0.9"), "gama must be a known setting: "),
    (("train", "dqn", "--set", "gamma"), "must be NAME=VALUE"),
    (("train", "dqn", "--runs", "0"), "must be a whole number from 1 to 100000"),
    (("train", "dqn", "--runs", "257"), "networks train up to 256"),
    (("train", "dqn", "--steps", "many"), "must be a whole number from 1 to"),
    (("train", "dqn", "--seed", "-1"), "must be a whole number from 0 to"),
    (("train", "dqn", "--json", "no/where.json"), "cannot be written"),
    (("train", "dqn", "--frobnicate"), "unrecognized arguments: --frobnicate"),
    (("train", "q_learning", "--env", "clif"), "unknown world 'clif' (did you mean cliff?)"),
    (("train", "q_learning", "--env", "CartPole-v1"), "unknown world 'CartPole-v1'"),
    (("train", "q_learning", "--env", "nowhere.json"), "no world file 'nowhere.json'"),
    (("train", "q_learning", "--set", "alpha=2"), "alpha must be a number from 0 to 1"),
    (("train", "q_learning", "--set", "lr=1"), "lr must be a known setting: alpha,"),
    (("train", "n_step_sarsa", "--set", "n=0"), "n must be a whole number from 1 to 1000"),
    (("train", "q_learning", "--steps", "5"), "--steps is not for tables: use --episodes"),
    (("train", "q_learning", "--save", "out"), "--save is not for tables"),
    (("train", "q_learning", "--episodes", "0"), "must be a whole number from 1 to 1000000"),
    (("train", "q_learning", "--episodes", "1000000"), "are too many for one go"),
    (("train", "q_learning", "--json", "no/where.json"), "cannot be written"),
    (("train", "dqn", "--episodes", "5"), "--episodes is for tables: use --steps"),
    (("solve",), "the following arguments are required: world"),
    (("solve", "moon"), "unknown world 'moon': it must be one of three_state,"),
    (("solve", "cliff", "--gamma", "1.5"), "must be a number from 0 to 1"),
    (("solve", "cliff", "--gamma", "nan"), "must be a number from 0 to 1"),
    (("solve", "cliff", "--json", "no/where.json"), "cannot be written"),
    (("train", "dqn", "--stop-at", "5"), "--stop-at needs --save-state"),
    (("train", "--resume", "nowhere"), "no saved training to go on with in 'nowhere'"),
    (("train", "q_learning", "--stop-at", "5"), "--stop-at is not for tables"),
    (("train", "q_learning", "--save-state", "out"), "--save-state is not for tables"),
    (("train", "q_learning", "--resume", "out"), "--resume is not for tables"),
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


# In several goes


def here(*arguments):
    """A command in this process; returns its exit code."""
    from rl_core.command_line import main

    return main([str(x) for x in arguments])


def comparable(path):
    results = json.loads(path.read_text())
    return {k: v for k, v in results.items() if not k.endswith("_seconds")}


def test_stopped_and_resumed_is_as_if_it_had_not_stopped(trained, tmp_path):
    folder, _, _ = trained
    first = run(
        *("train", "dqn", "--runs", 2, "--steps", 300, "--seed", 4, "--set", "lr=0.001"),
        *QUICK,
        *("--stop-at", 170, "--save-state", "half/", "--json", "half.json", "--save", "early/"),
        cwd=tmp_path,
    )
    assert first.returncode == 0, first.stderr
    assert "stopped after 170 of 300 steps" in first.stdout
    assert "python -m rl_core train --resume half" in first.stdout
    early, whole = comparable(tmp_path / "half.json"), comparable(folder / "out.json")
    assert early["evaluation"] is early["evaluation_last"] is None
    assert early["curve"]["steps"] == [k for k in whole["curve"]["steps"] if k <= 170]
    assert run("play", "early/", "--episodes", 1, cwd=tmp_path).returncode == 0
    second = run(
        *("train", "--resume", "half/", "--json", "out.json", "--save", "out/"), cwd=tmp_path
    )
    assert second.returncode == 0, second.stderr
    assert "note:" not in second.stderr
    assert comparable(tmp_path / "out.json") == whole
    for name in ("best.safetensors", "last.safetensors", "policy.json"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / "out" / name).read_bytes()


def test_more_steps_than_planned(tmp_path, capsys):
    options = ("train", "dqn", "--runs", 2, "--seed", 4, *QUICK, "--set", "lr_end=1")
    whole, half, more = (tmp_path / name for name in ("whole.json", "half", "more.json"))
    assert here(*options, "--steps", 240, "--json", whole) == 0
    assert here(*options, "--steps", 120, "--save-state", half) == 0
    assert here("train", "dqn", "--resume", half, "--steps", 240, "--json", more) == 0
    assert comparable(more) == comparable(whole)
    assert "note:" not in capsys.readouterr().err


def test_what_differs_with_more_steps_is_said(tmp_path, capsys):
    options = ("train", "dqn", "--runs", 1, *QUICK, "--save-state", tmp_path)
    assert here(*options, "--steps", 20) == 0
    assert here("train", "--resume", tmp_path, "--steps", 40, "--save-state", tmp_path) == 0
    assert "note: lr_end = 0 falls over all steps" in capsys.readouterr().err
    assert here("train", "--resume", tmp_path, "--steps", 30) == 2
    assert "it has already made 40 steps, not 30" in capsys.readouterr().err


def test_what_contradicts_a_saved_training_is_one_line(tmp_path, capsys):
    options = ("--runs", 1, "--steps", 30, *QUICK, "--stop-at", 10, "--save-state", tmp_path)
    assert here("train", "dqn", *options) == 0
    agreeing = ("--env", "CartPole-v1", "--runs", 1, "--seed", 0, "--set", "hidden=4")
    assert here("train", "dqn", "--resume", tmp_path, *agreeing) == 0
    capsys.readouterr()
    for given, reason in (
        (("double_dqn",), "algorithm = 'double_dqn' contradicts --resume"),
        (("--env", "Acrobot-v1"), "which goes on with env = 'CartPole-v1'"),
        (("--runs", 2), "runs = 2 contradicts"),
        (("--seed", 1), "seed = 1 contradicts"),
        (("--set", "hidden=5"), "goes on with hidden = 4"),
        (("--set", "colour=5"), "colour must be a known setting"),
        (("--stop-at", 5, "--save-state", tmp_path), "already made 10 steps, not 5"),
    ):
        assert here("train", *given, "--resume", tmp_path) == 2
        err = capsys.readouterr().err
        assert reason in err
        assert err.count("\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="a process cannot be sent Ctrl-C there")
def test_interrupted_it_is_saved_and_goes_on(tmp_path):
    options = ("--runs", "1", "--steps", "60000", *QUICK, "--save-state", "state")
    with subprocess.Popen(
        [sys.executable, "-m", "rl_core", "train", "dqn", *options],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        assert process.stderr.read(60)  # it shows its progress: it trains
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "of 60000 steps; go on with: python -m rl_core train --resume state" in out
    from rl_core.deep import saved_state

    again = saved_state.load(tmp_path / "state")
    assert 0 < again.step < 60_000
    assert again.timeline.steps == 60_000


# Tables

TABULAR = [
    *("q_learning", "sarsa", "expected_sarsa", "double_q_learning"),
    *("n_step_sarsa", "monte_carlo", "policy_gradient"),
]


@pytest.mark.parametrize("algorithm", TABULAR)
def test_every_tabular_algorithm_has_the_promised_keys(algorithm, tmp_path, capsys):
    out = tmp_path / "out.json"
    options = ("--env", "near_far", "--runs", 3, "--episodes", 20, "--seed", 5, "--json", out)
    assert here("train", algorithm, *options, "--set", "alpha=0.25") == 0
    results = json.loads(out.read_text())
    assert list(results) == [
        *("algorithm", "env", "config", "seed", "runs", "episodes", "steps"),
        *("wall_seconds", "cpu_seconds", "curve", "evaluation", "evaluation_last"),
        *("q", "states", "actions", "versions"),
    ]
    assert results["config"]["alpha"] == 0.25
    assert results["curve"]["steps"] == list(range(1, 21))
    assert [len(run) for run in results["curve"]["returns"]] == [20] * 3
    assert {x for run in results["curve"]["returns"] for x in run} <= {0.0, 1.0, 4.0}
    assert len(results["evaluation"]) == 3
    assert [len(q) for q in results["q"]] == [7] * 3
    assert (len(results["states"]), results["actions"]) == (7, ["Right", "Left"])
    assert algorithm in capsys.readouterr().out

    again = tmp_path / "again.json"
    assert here("train", algorithm, *options[:-1], again, "--set", "alpha=0.25") == 0
    repeated = json.loads(again.read_text())
    for key in ("config", "curve", "evaluation", "q", "steps"):
        assert repeated[key] == results[key]


def test_the_cliff_from_the_command_line(tmp_path):
    done = run(
        *("train", "q_learning", "--env", "cliff", "--runs", 100, "--episodes", 500),
        *("--set", "alpha=0.5", "--json", "out.json"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "out.json").read_text())
    last = [sum(returns[400:]) / 100 for returns in results["curve"]["returns"]]
    assert sum(last) / 100 == pytest.approx(-50.2, abs=3.5)
    assert sum(e == -13 for e in results["evaluation"]) > 90
    assert "100%" in done.stderr
    assert "greedy: mean -13" in done.stdout


def test_the_policy_gradient_is_judged_by_its_random_policy(tmp_path):
    options = ("--env", "short_corridor", "--runs", 2, "--episodes", 300, "--json", tmp_path / "o")
    assert here("train", "policy_gradient", *options) == 0
    results = json.loads((tmp_path / "o").read_text())
    assert results["config"]["gamma"] == 1
    assert min(results["evaluation"]) > -15


def test_solve_prints_and_writes_the_exact_answer(tmp_path, capsys):
    assert here("solve", "cliff", "--gamma", 1, "--json", tmp_path / "s.json") == 0
    printed = capsys.readouterr().out
    assert "V*(start) = -13 at gamma = 1" in printed
    answer = json.loads((tmp_path / "s.json").read_text())
    assert {"v", "q", "optimal_actions", "states", "actions"} <= set(answer)
    start = answer["states"].index("3,0")
    assert answer["v"][start] == pytest.approx(-13)
    assert answer["optimal_actions"][start] == ["Up"]
    assert answer["q"][start] == pytest.approx([-13, -113, -14, -14])
    assert answer["optimal_actions"][answer["states"].index("3,11")] == []


def test_a_world_file_by_path(tmp_path, capsys):
    from rl_core.tabular import worlds
    from rl_core.tabular.world_file import save

    path = tmp_path / "mine.json"
    save(worlds.three_state(), path)
    assert here("solve", path, "--gamma", 0.9) == 0
    assert "V*(start) = 0.9 " in capsys.readouterr().out
    assert here("train", "sarsa", "--env", path, "--runs", 2, "--episodes", 5) == 0
    path.write_text(path.read_text().replace("1.0, 0.0]", "0.5, 0.0]", 1))
    assert here("solve", path) == 2
    assert "sum to 0.5, not 1" in capsys.readouterr().err


def test_a_world_without_an_answer_says_so(tmp_path, capsys):
    import dataclasses

    import numpy as np

    from rl_core.tabular import worlds
    from rl_core.tabular.world_file import save

    endless = dataclasses.replace(worlds.three_state(), r=np.ones((3, 2, 3)))
    save(endless, tmp_path / "endless.json")
    assert here("solve", tmp_path / "endless.json", "--gamma", 1) == 2
    assert "choose gamma < 1" in capsys.readouterr().err


def test_tables_do_not_load_torch(tmp_path):
    code = (
        "import sys; from rl_core.command_line import main; "
        "main(['solve', 'cliff']); "
        "main(['train', 'sarsa', '--env', 'cliff', '--runs', '2', '--episodes', '3']); "
        "sys.exit('torch' in sys.modules or 'gymnasium' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_list_shows_tables_and_worlds(capsys):
    assert here("list") == 0
    out = capsys.readouterr().out
    for text in (*TABULAR, "short_corridor", "taxi", "world file", "n=4", "rewards before"):
        assert text in out
