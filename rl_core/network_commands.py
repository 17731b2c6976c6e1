"""What the command line does with networks: train, play. It loads torch."""

from __future__ import annotations

import argparse
import json
import math
import platform
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

import gymnasium
import numpy as np
import torch

import rl_core
from rl_core.deep import classroom, envs, policies, saved_state, training
from rl_core.deep.saved_state import Resumed
from rl_core.deep.training import Training
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.options import changes, writable
from rl_core.tabular.training import ALGORITHMS as TABULAR
from rl_core.timeline import Timeline

MOST_RUNS = 256  # at once


@dataclass
class Story:
    """What a training told."""

    events: list[Progress | Snapshot] = field(default_factory=list)
    best: training.Best = field(default_factory=training.Best)
    evaluation: Evaluation | None = None  # none where it stopped early
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0


def train(options: argparse.Namespace) -> None:
    """Train as the options say; print what came of it, and write what they ask for."""
    _check(options)
    torch.set_num_threads(1)  # small networks are slower on two
    course = _resumed(options) if options.resume else _begun(options)
    if options.save_state:
        saved_state.check(course)
    writable(options.json, options.save, options.save_state)
    with _stopped_by_ctrl_c(course.timeline) if options.save_state else nullcontext():
        story = _told(course, snapshots=bool(options.save_state))
    results = _results(course, story)
    if options.save_state:
        saved_state.save(options.save_state, course, story.events)
    if options.save:
        policies.save(options.save, _trained(course, story))
    if options.json:
        options.json.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    if story.evaluation:
        _report(results)
    else:
        print(
            f"stopped after {course.step} of {course.timeline.steps} steps; go on with: "
            f"python -m rl_core train --resume {options.save_state}"
        )


def play(options: argparse.Namespace) -> None:
    """Let saved policies play, and print what they earn."""
    torch.set_num_threads(1)
    trained = policies.load(options.folder)
    returns = policies.returns(trained, options.weights, options.episodes, options.seed)
    print(f"{trained.algorithm} on {trained.env_id}, {options.weights} weights, greedy")
    for run, row in enumerate(returns, 1):
        listed = " ".join(f"{x:g}" for x in row[:20]) + (" ..." if len(row) > 20 else "")
        print(f"run {run}: mean return {row.mean():.1f}   ({listed})")


def _check(options: argparse.Namespace) -> None:
    if options.episodes:
        raise ValueError("--episodes is for tables: use --steps")
    if (options.runs or 1) > MOST_RUNS:
        raise ValueError(f"--runs {options.runs} is not allowed: networks train up to {MOST_RUNS}")
    if options.stop_at and not options.save_state:
        raise ValueError("--stop-at needs --save-state FOLDER, to go on from there")


def _begun(options: argparse.Namespace) -> Training:
    """A training from its beginning."""
    name, env_id = options.algorithm, options.env or "CartPole-v1"
    if name not in training.ALGORITHMS:
        known = ", ".join([*training.ALGORITHMS, *TABULAR])
        raise training.UnknownAlgorithmError(
            f"unknown algorithm {name!r}: it must be one of {known}"
        )
    module = training.algorithm(name)
    lesson = classroom.lesson(name, env_id)
    config = classroom.config(name, env_id, changes(module.Config, options.set))
    timeline = Timeline(config, options.steps or lesson.steps, pause=options.stop_at)
    runs, seed = options.runs or lesson.runs, options.seed or 0
    return training.Training(name, env_id, timeline, runs=runs, seed=seed)


def _resumed(options: argparse.Namespace) -> Resumed:
    """A training from where it was saved. What else was given must be what it is."""
    course = saved_state.load(options.resume, options.steps, options.stop_at)
    config = course.timeline.first
    is_ = {"algorithm": course.name, "env": course.env_id, "runs": course.runs, "seed": course.seed}
    given = {name: getattr(options, name) for name in is_ if getattr(options, name) is not None}
    is_ |= asdict(config)
    for name, value in (given | changes(type(config), options.set)).items():
        if value != is_[name]:
            raise ValueError(
                f"{name} = {value!r} contradicts --resume {str(options.resume)!r}, which goes on "
                f"with {name} = {is_[name]!r}"
            )
    falling = saved_state.falling(course.timeline.config)
    if falling and course.lengthened:
        print(
            f"note: {', '.join(falling)} falls over all steps, the first {course.step} were made "
            "for fewer: the results are not those of one go (--stop-at would keep them so)",
            file=sys.stderr,
        )
    return course


@contextmanager
def _stopped_by_ctrl_c(timeline: Timeline[Any]) -> Iterator[None]:
    """The first Ctrl-C ends the training between two steps, the second one at once."""

    def stop(*_: object) -> None:
        timeline.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _told(course: Training, snapshots: bool) -> Story:
    """Run the training, a bar showing how far it is; keep its snapshots only if asked to."""
    story, wall, cpu = Story(), time.perf_counter(), time.process_time()
    for event in course:
        if isinstance(event, Evaluation):
            story.evaluation = event
        elif isinstance(event, Progress):
            _progress_bar(event, course.timeline.steps)
            story.events.append(event)
        else:
            story.best.add(event)
            if snapshots:
                story.events.append(event)
    print(file=sys.stderr)
    story.wall_seconds = time.perf_counter() - wall
    story.cpu_seconds = time.process_time() - cpu
    return story


def _results(course: Training, story: Story) -> dict[str, Any]:
    """What `--json` writes."""
    curve = [event for event in story.events if isinstance(event, Progress)]
    evaluation = story.evaluation
    return {
        "algorithm": course.name,
        "env": course.env_id,
        "config": asdict(course.timeline.first),
        "seed": course.seed,
        "runs": course.runs,
        "steps": course.timeline.steps,
        "wall_seconds": story.wall_seconds,
        "cpu_seconds": story.cpu_seconds,
        "curve": {
            "steps": [point.step for point in curve],
            "returns": [
                [_json_number(point.returns[run]) for point in curve] for run in range(course.runs)
            ],
        },
        "evaluation": evaluation and [_json_number(x) for x in evaluation.best],
        "evaluation_last": evaluation and [_json_number(x) for x in evaluation.last],
        "versions": _versions(),
    }


def _trained(course: Training, story: Story) -> policies.Trained:
    """What `--save` writes."""
    return policies.Trained(
        *(course.name, course.env_id, course.timeline.first, course.seed, course.runs),
        *(story.best.weights, course.weights),
    )


def _progress_bar(point: Progress, steps: int) -> None:
    done = point.step / steps
    known = point.returns[~np.isnan(point.returns)]
    mean = f"{known.mean():.1f}" if known.size else "–"
    bar = "█" * round(30 * done)
    text = f"\r{bar:░<30} {done:4.0%}  step {point.step}  mean return {mean}   "
    encoding = sys.stderr.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), end="", file=sys.stderr, flush=True)


def _report(results: Mapping[str, Any]) -> None:
    thresholds = {listed.env_id: listed.threshold for listed in envs.LISTED}
    threshold = thresholds.get(results["env"])
    for key, words in (("evaluation", "best snapshot"), ("evaluation_last", "last weights")):
        print(f"{words}: " + " ".join(f"{x:.1f}" for x in results[key]), end="")
        if threshold is not None:
            passed = sum(x >= threshold for x in results[key])
            print(f"   ({passed} of {results['runs']} passed {threshold:g})", end="")
        print()
    print(f"{results['wall_seconds']:.1f} s, {results['cpu_seconds']:.1f} s of processor time")


def _versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "gymnasium": gymnasium.__version__,
        "rl_core": rl_core.__version__,
    }


def _json_number(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None  # JSON knows no NaN
