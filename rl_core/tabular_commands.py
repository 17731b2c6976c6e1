"""What the command line does with tables: train, solve, list. It does not load torch."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

import rl_core
from rl_core.finite_worlds import WORLDS, world
from rl_core.options import changes, writable
from rl_core.tabular.dynamic_programming import greedy_actions, optimal_values
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.training import ALGORITHMS, expected_return, learned_policy, lesson
from rl_core.tabular.training import train as train_many

RUNS, EPISODES, WORLD = 100, 500, "cliff"  # where the command line says nothing
MOST_NUMBERS = 50_000_000  # of runs x states x actions, or runs x episodes
WIDEST = 60  # rows of a printed table


def train(options: argparse.Namespace) -> None:
    """Train as the options say; print what came of it, and write it if asked to."""
    instead = {"steps": "use --episodes", "save": "use --json"} | dict.fromkeys(
        ("save_state", "stop_at", "resume"), "they are trained in one go"
    )
    for option, reason in instead.items():
        if getattr(options, option):
            raise ValueError(f"--{option.replace('_', '-')} is not for tables: {reason}")
    changed = changes(ALGORITHMS[options.algorithm].Config, options.set)
    writable(options.json)
    results = _results(options, changed)
    if options.json:
        options.json.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    _report(results)


def _results(options: argparse.Namespace, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Train; returns what `--json` writes."""
    name, runs, episodes = options.algorithm, options.runs or RUNS, options.episodes or EPISODES
    env, seed = options.env or WORLD, options.seed or 0
    config = ALGORITHMS[name].Config(**{**lesson(name, env), **changed})
    mdp = world(env)
    if runs * max(episodes, len(mdp.states) * len(mdp.actions)) > MOST_NUMBERS:
        raise ValueError(f"{runs} runs of {episodes} episodes on {env!r} are too many for one go")
    wall, cpu = time.perf_counter(), time.process_time()
    result = train_many(name, mdp, config, runs, episodes, seed, _progress_bar(runs))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(file=sys.stderr)
    evaluation = [expected_return(mdp, learned_policy(name, q)) for q in result.q]
    return {
        "algorithm": name,
        "env": env,
        "config": asdict(config),
        "seed": seed,
        "runs": runs,
        "episodes": episodes,
        "steps": int(result.lengths.sum()),
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "curve": {"steps": list(range(1, episodes + 1)), "returns": result.returns.tolist()},
        "evaluation": evaluation,
        "evaluation_last": evaluation,
        "q": result.q.tolist(),
        "states": list(mdp.states),
        "actions": list(mdp.actions),
        "versions": _versions(),
    }


def _report(results: Mapping[str, Any]) -> None:
    returns, played = np.array(results["curve"]["returns"]), np.array(results["evaluation"])
    last = returns[:, -max(1, returns.shape[1] // 5) :].mean(axis=1)
    print(f"{results['algorithm']} on {results['env']}, {results['runs']} runs")
    print(f"return while learning, last fifth: mean {last.mean():.2f}, sd of runs {last.std():.2f}")
    how = "as learned" if results["algorithm"] == "policy_gradient" else "greedy"
    print(
        f"return of the final policy, {how}: mean {played.mean():.2f}, "
        f"from {played.min():.2f} to {played.max():.2f}"
    )
    speed = results["steps"] / max(results["wall_seconds"], 1e-9)
    print(f"{results['steps']} steps in {results['wall_seconds']:.1f} s: {speed:,.0f} a second")


def solve(options: argparse.Namespace) -> None:
    """Print the exact answer for a world, and write it if asked to."""
    writable(options.json)
    mdp = world(options.world)
    own = lesson("q_learning", options.world).get("gamma", 0.9)
    gamma = own if options.gamma is None else options.gamma
    q = optimal_values(mdp, gamma)
    v, best = q.max(axis=1), greedy_actions(q)
    optimal = [
        [] if end else [mdp.actions[a] for a in np.flatnonzero(row)]
        for row, end in zip(best, mdp.terminal, strict=True)
    ]
    if options.json:
        answer = {
            "world": options.world,
            "gamma": gamma,
            "v": v.tolist(),
            "q": q.tolist(),
            "optimal_actions": optimal,
            "states": list(mdp.states),
            "actions": list(mdp.actions),
        }
        options.json.write_text(json.dumps(answer, ensure_ascii=False) + "\n", encoding="utf-8")
    _print_answer(mdp, v, q, optimal)
    print(f"V*(start) = {mdp.start @ v:.6g} at gamma = {gamma:g}")


def _print_answer(mdp: FiniteMDP, v: Floats, q: Floats, optimal: Sequence[Sequence[str]]) -> None:
    names = max(5, *(len(name) for name in mdp.states))
    columns = [max(9, len(name)) for name in mdp.actions]
    heads = zip(mdp.actions, columns, strict=True)
    print(f"{'state':<{names}} {'V*':>9}  " + " ".join(f"{a:>{n}}" for a, n in heads) + "  best")
    for s, name in enumerate(mdp.states[:WIDEST]):
        cells = " ".join(f"{x:>{n}.4f}" for x, n in zip(q[s], columns, strict=True))
        words = ", ".join(optimal[s]) if optimal[s] else "(the end)"
        print(f"{name:<{names}} {v[s]:>9.4f}  {cells}  {words}")
    if len(mdp.states) > WIDEST:
        print(f"... and {len(mdp.states) - WIDEST} more states; --json FILE has all")


def worlds_listed() -> str:
    """The finite worlds, in one paragraph."""
    return "finite worlds: " + ", ".join(WORLDS) + "; or a world file (JSON) by its path"


def _progress_bar(runs: int) -> Any:
    def show(done: int) -> None:
        bar = "#" * round(30 * done / runs)
        print(f"\r{bar:.<30} {done / runs:4.0%}  ", end="", file=sys.stderr, flush=True)

    return show


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "gymnasium": version("gymnasium"),
        "rl_core": rl_core.__version__,
    }
