"""Every algorithm in its lesson: when its 8 runs reach the threshold, and what they keep of it.

`python -m benchmarks.algorithms` prints a table and writes `content/measured.json`, which the table
at the end of section 12 shows. Run it on a quiet machine: its seconds are those of this machine.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.clock import Clock
from benchmarks.report import markdown
from rl_core.deep import classroom, envs, training
from rl_core.events import Evaluation, Snapshot
from rl_core.timeline import Timeline

RESULTS = Path(__file__).parents[1] / "content" / "measured.json"
THRESHOLDS = {listed.env_id: listed.threshold for listed in envs.LISTED}


def measure(algorithm: str, env_id: str, seed: int) -> dict[str, Any]:
    """One training of the lesson. A run has passed at its first snapshot whose validation is at the
    threshold; `steps` and `seconds` (wall) are None for a run that never did.
    """
    lesson, threshold = classroom.lesson(algorithm, env_id), THRESHOLDS[env_id]
    timeline = Timeline(classroom.config(algorithm, env_id), lesson.steps)
    steps, seconds = np.full(lesson.runs, np.nan), np.full(lesson.runs, np.nan)
    events = training.train(algorithm, env_id, timeline, runs=lesson.runs, seed=seed)
    clock = Clock()
    while True:
        with clock:
            event = next(events, None)
        match event:
            case Snapshot():
                new = np.isnan(steps) & (event.validation >= threshold)
                steps[new], seconds[new] = event.step, clock.wall
            case Evaluation():
                best, last = (int((x >= threshold).sum()) for x in (event.best, event.last))
            case None:
                break
    return {
        "algorithm": algorithm,
        "env": env_id,
        "threshold": threshold,
        "runs": lesson.runs,
        "steps_trained": lesson.steps,
        "seed": seed,
        "steps": [None if np.isnan(x) else int(x) for x in steps],
        "seconds": [None if np.isnan(x) else round(float(x), 2) for x in seconds],
        "passed_best": best,
        "passed_last": last,
        "wall_seconds": round(clock.wall, 1),
        "cpu_seconds": round(clock.cpu, 1),
    }


def row(result: dict[str, Any]) -> list[object]:
    """One line of the table."""
    passed = [x for x in result["steps"] if x is not None]
    at = f"{median(passed):.0f}" if passed else "never"
    slowest = max(x for x in result["seconds"] if x is not None) if passed else "never"
    counts = [f"{result[name]} of {result['runs']}" for name in ("passed_best", "passed_last")]
    name = [result["algorithm"], result["env"]]
    return [*name, at, f"{len(passed)} of {result['runs']}", slowest, *counts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    results = [measure(*pair, options.seed) for pair in classroom.LESSONS]
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    header = ["", "", "median steps of those that passed", "passed in validation"]
    header += ["s until the last of them", "passed (best)", "passed (last)"]
    print(markdown(header, map(row, results)))


if __name__ == "__main__":
    main()
