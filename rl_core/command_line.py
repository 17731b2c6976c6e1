"""The command line: train, solve, list, play."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

import rl_core
from rl_core import tabular_commands
from rl_core.events import Evaluation, Progress, Snapshot
from rl_core.settings import allowed, parse
from rl_core.tabular.training import ALGORITHMS
from rl_core.timeline import Timeline

if TYPE_CHECKING:
    from rl_core.deep.saved_state import Resumed
    from rl_core.deep.training import Training

# What learns with networks is imported inside the commands: torch takes seconds to load, and a
# misspelt command should not wait for it.

EXAMPLES = """\
examples:
  python -m rl_core list
  python -m rl_core train dqn --env CartPole-v1 --runs 8 --steps 20000 --seed 0 \\
      --set lr=0.001 --json out.json --save out/
  python -m rl_core play out/ --episodes 5
  python -m rl_core train dqn --steps 20000 --stop-at 8000 --save-state half/
  python -m rl_core train --resume half/ --json out.json
  python -m rl_core train q_learning --env cliff --runs 100 --episodes 500 \\
      --set alpha=0.5 --json out.json
  python -m rl_core solve cliff --gamma 1
"""

MOST_RUNS = 256  # of networks at once


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 2 for bad input."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        command: Callable[[argparse.Namespace], None] = options.run_command
        command(options)
    except (ValueError, OSError) as error:
        print(f"{parser.prog}: {_one_line(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{parser.prog}: interrupted, nothing was saved", file=sys.stderr)
        return 130
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="python -m rl_core",
        description="Train reinforcement-learning algorithms and watch what they learned.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    train = commands.add_parser("train", help="train an algorithm", allow_abbrev=False)
    train.add_argument(
        "algorithm", nargs="?", help="its name; `list` shows all (not needed with --resume)"
    )
    train.add_argument("--env", help="environment or world (default: CartPole-v1; cliff)")
    train.add_argument(
        "--runs", type=_whole(1, 100_000), help="independent runs (default: 8; 100 in tables)"
    )
    train.add_argument("--steps", type=_whole(1, 10**9), help="environment steps per run")
    train.add_argument(
        "--episodes", type=_whole(1, 10**6), help="instead of steps, in tables (default: 500)"
    )
    train.add_argument("--seed", type=_whole(0, 2**63 - 1), help="default: 0")
    train.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change one setting"
    )
    train.add_argument("--json", type=Path, metavar="FILE", help="write the results here")
    train.add_argument("--save", type=Path, metavar="FOLDER", help="write the policies here")
    later = train.add_argument_group(
        "in several goes",
        "A training that was saved and resumed goes on bit for bit as if it had not stopped "
        "(networks only, on the environments of the list). With --resume, all but --steps comes "
        "from the folder. --steps there makes it longer: the same as that many steps at once, "
        "except where a setting falls over all the steps (lr_end other than 1).",
    )
    later.add_argument(
        "--save-state",
        type=Path,
        metavar="FOLDER",
        help="write the whole training here at its end, at --stop-at, or when interrupted (Ctrl-C)",
    )
    later.add_argument(
        "--stop-at", type=_whole(1, 10**9), metavar="STEP", help="stop early; needs --save-state"
    )
    later.add_argument(
        "--resume", type=Path, metavar="FOLDER", help="go on with what --save-state wrote"
    )
    train.set_defaults(run_command=_train)

    solve = commands.add_parser(
        "solve", help="the exact answer for a finite world", allow_abbrev=False
    )
    solve.add_argument("world", help="its name, `list` shows all; or the path of a world file")
    solve.add_argument("--gamma", type=_gamma, help="default: the world's own, 1 or 0.9")
    solve.add_argument("--json", type=Path, metavar="FILE", help="write the answer here")
    solve.set_defaults(run_command=_solve)

    listing = commands.add_parser(
        "list", help="show algorithms, environments, settings", allow_abbrev=False
    )
    listing.set_defaults(run_command=_list)

    play = commands.add_parser("play", help="let saved policies play", allow_abbrev=False)
    play.add_argument("folder", type=Path, help="what `train --save` wrote")
    play.add_argument("--episodes", type=_whole(1, 10_000), default=5, help="default: %(default)s")
    play.add_argument("--seed", type=_whole(0, 2**63 - 1), default=0, help="default: %(default)s")
    play.add_argument(
        "--weights", choices=("best", "last"), default="best", help="default: %(default)s"
    )
    play.set_defaults(run_command=_play)
    return parser


def _whole(low: int, high: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not allowed: must be a whole number from {low} to {high}"
            )
        return value

    return convert


def _gamma(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed: must be a number from 0 to 1")
    return value


def _train(options: argparse.Namespace) -> None:
    if options.algorithm is None and options.resume is None:
        raise ValueError("the following arguments are required: algorithm (or --resume FOLDER)")
    if options.algorithm in ALGORITHMS:
        options.seed = options.seed or 0
        _train_tables(options)
    else:
        _train_networks(options)


def _train_tables(options: argparse.Namespace) -> None:
    instead = {"steps": "use --episodes", "save": "use --json"} | dict.fromkeys(
        ("save_state", "stop_at", "resume"), "they are trained in one go"
    )
    for option, reason in instead.items():
        if getattr(options, option):
            raise ValueError(f"--{option.replace('_', '-')} is not for tables: {reason}")
    changes = _changes(ALGORITHMS[options.algorithm].Config, options.set)
    _writable(options.json)
    results = tabular_commands.train(options, changes)
    if options.json:
        options.json.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    tabular_commands.report(results)


def _solve(options: argparse.Namespace) -> None:
    _writable(options.json)
    tabular_commands.solve(options)


def _train_networks(options: argparse.Namespace) -> None:
    if options.episodes:
        raise ValueError("--episodes is for tables: use --steps")
    if (options.runs or 1) > MOST_RUNS:
        raise ValueError(f"--runs {options.runs} is not allowed: networks train up to {MOST_RUNS}")
    if options.stop_at and not options.save_state:
        raise ValueError("--stop-at needs --save-state FOLDER, to go on from there")
    import torch

    from rl_core.deep import policies, saved_state, training

    torch.set_num_threads(1)  # small networks are slower on two
    course = _resumed(options) if options.resume else _begun(options)
    timeline, steps, runs = course.timeline, course.timeline.steps, course.runs
    if options.save_state:
        saved_state.check(course)
    _writable(options.json, options.save, options.save_state)

    wall, cpu = time.perf_counter(), time.process_time()
    story: list[Progress | Snapshot] = []
    best, evaluation = training.Best(), None
    with _stopped_by_ctrl_c(timeline) if options.save_state else nullcontext():
        for event in course:
            if isinstance(event, Evaluation):
                evaluation = event
                continue
            if isinstance(event, Progress):
                _progress_bar(event, steps)
            else:
                best.add(event)
            if options.save_state or isinstance(event, Progress):
                story.append(event)
    print(file=sys.stderr)
    curve = [event for event in story if isinstance(event, Progress)]
    results = {
        "algorithm": course.name,
        "env": course.env_id,
        "config": asdict(timeline.first),
        "seed": course.seed,
        "runs": runs,
        "steps": steps,
        "wall_seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "curve": {
            "steps": [point.step for point in curve],
            "returns": [
                [_json_number(point.returns[run]) for point in curve] for run in range(runs)
            ],
        },
        "evaluation": evaluation and [_json_number(x) for x in evaluation.best],
        "evaluation_last": evaluation and [_json_number(x) for x in evaluation.last],
        "versions": _versions(),
    }
    if options.save_state:
        saved_state.save(options.save_state, course, story)
    if options.save:
        saved = policies.Trained(
            *(course.name, course.env_id, timeline.first, course.seed, runs),
            *(best.weights, course.weights),
        )
        policies.save(options.save, saved)
    if options.json:
        options.json.write_text(json.dumps(results, allow_nan=False) + "\n", encoding="utf-8")
    if evaluation:
        _report(results)
    else:
        print(
            f"stopped after {course.step} of {steps} steps; go on with: "
            f"python -m rl_core train --resume {options.save_state}"
        )


def _begun(options: argparse.Namespace) -> Training:
    """A training from its beginning."""
    from rl_core.deep import classroom, training

    name, env_id = options.algorithm, options.env or "CartPole-v1"
    if name not in training.ALGORITHMS:
        known = ", ".join([*training.ALGORITHMS, *ALGORITHMS])
        raise training.UnknownAlgorithmError(
            f"unknown algorithm {name!r}: it must be one of {known}"
        )
    module = training.algorithm(name)
    lesson = classroom.lesson(name, env_id)
    config = classroom.config(name, env_id, _changes(module.Config, options.set))
    timeline = Timeline(config, options.steps or lesson.steps, pause=options.stop_at)
    runs, seed = options.runs or lesson.runs, options.seed or 0
    return training.Training(name, env_id, timeline, runs=runs, seed=seed)


def _resumed(options: argparse.Namespace) -> Resumed:
    """A training from where it was saved. What else was given must be what it is."""
    from rl_core.deep import saved_state

    course = saved_state.load(options.resume, options.steps, options.stop_at)
    config = course.timeline.first
    is_ = {"algorithm": course.name, "env": course.env_id, "runs": course.runs, "seed": course.seed}
    given = {name: getattr(options, name) for name in is_ if getattr(options, name) is not None}
    is_ |= asdict(config)
    for name, value in (given | _changes(type(config), options.set)).items():
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


def _list(options: argparse.Namespace) -> None:
    from rl_core.deep import envs, training

    print("environments (any other registered Gymnasium one with Box observations and")
    print("discrete or Box actions will do as well):")
    for listed in envs.LISTED:
        print(f"  {listed.env_id:<16} solved from a mean return of {listed.threshold:g}")
    print(tabular_commands.worlds_listed())
    deep = {name: training.algorithm(name) for name in training.ALGORITHMS}
    for name, module in (deep | ALGORITHMS).items():
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}")
        for f in fields(module.Config):
            about = f"{f.metadata['help']}; {allowed(f)}"
            print(f"  {f.name + '=' + _text(f.default):<24} {about}")


def _play(options: argparse.Namespace) -> None:
    import torch

    from rl_core.deep import policies

    torch.set_num_threads(1)
    trained = policies.load(options.folder)
    returns = policies.returns(trained, options.weights, options.episodes, options.seed)
    print(f"{trained.algorithm} on {trained.env_id}, {options.weights} weights, greedy")
    for run, row in enumerate(returns, 1):
        listed = " ".join(f"{x:g}" for x in row[:20]) + (" ..." if len(row) > 20 else "")
        print(f"run {run}: mean return {row.mean():.1f}   ({listed})")


def _changes(config: Any, texts: Sequence[str]) -> dict[str, Any]:
    changes = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--set {text!r} is not allowed: must be NAME=VALUE, as in lr=0.001")
        changes[name] = parse(config, name, value)
    return changes


def _writable(file: Path | None, *folders: Path | None) -> None:
    """Find out before the training, not after it, that the results cannot be written."""
    for folder in filter(None, folders):
        folder.mkdir(parents=True, exist_ok=True)
    if file and (file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK)):
        raise ValueError(f"--json {str(file)!r} cannot be written")


def _progress_bar(point: Progress, steps: int) -> None:
    done = point.step / steps
    known = point.returns[~np.isnan(point.returns)]
    mean = f"{known.mean():.1f}" if known.size else "–"
    bar = "█" * round(30 * done)
    text = f"\r{bar:░<30} {done:4.0%}  step {point.step}  mean return {mean}   "
    encoding = sys.stderr.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), end="", file=sys.stderr, flush=True)


def _report(results: Mapping[str, Any]) -> None:
    from rl_core.deep import envs

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
    import gymnasium
    import torch

    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "gymnasium": gymnasium.__version__,
        "rl_core": rl_core.__version__,
    }


def _json_number(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None  # JSON knows no NaN


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
