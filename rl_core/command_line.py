"""The command line: train, solve, list, play."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from rl_core import tabular_commands
from rl_core.options import gamma, whole
from rl_core.settings import allowed
from rl_core.tabular.training import ALGORITHMS

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
        "--runs", type=whole(1, 100_000), help="independent runs (default: 8; 100 in tables)"
    )
    train.add_argument("--steps", type=whole(1, 10**9), help="environment steps per run")
    train.add_argument(
        "--episodes", type=whole(1, 10**6), help="instead of steps, in tables (default: 500)"
    )
    train.add_argument("--seed", type=whole(0, 2**63 - 1), help="default: 0")
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
        "--stop-at", type=whole(1, 10**9), metavar="STEP", help="stop early; needs --save-state"
    )
    later.add_argument(
        "--resume", type=Path, metavar="FOLDER", help="go on with what --save-state wrote"
    )
    train.set_defaults(run_command=_train)

    solve = commands.add_parser(
        "solve", help="the exact answer for a finite world", allow_abbrev=False
    )
    solve.add_argument("world", help="its name, `list` shows all; or the path of a world file")
    solve.add_argument("--gamma", type=gamma, help="default: the world's own, 1 or 0.9")
    solve.add_argument("--json", type=Path, metavar="FILE", help="write the answer here")
    solve.set_defaults(run_command=tabular_commands.solve)

    listing = commands.add_parser(
        "list", help="show algorithms, environments, settings", allow_abbrev=False
    )
    listing.set_defaults(run_command=_list)

    play = commands.add_parser("play", help="let saved policies play", allow_abbrev=False)
    play.add_argument("folder", type=Path, help="what `train --save` wrote")
    play.add_argument("--episodes", type=whole(1, 10_000), default=5, help="default: %(default)s")
    play.add_argument("--seed", type=whole(0, 2**63 - 1), default=0, help="default: %(default)s")
    play.add_argument(
        "--weights", choices=("best", "last"), default="best", help="default: %(default)s"
    )
    play.set_defaults(run_command=_play)
    return parser


def _train(options: argparse.Namespace) -> None:
    if options.algorithm is None and options.resume is None:
        raise ValueError("the following arguments are required: algorithm (or --resume FOLDER)")
    if options.algorithm in ALGORITHMS:
        tabular_commands.train(options)
        return
    from rl_core import network_commands

    network_commands.train(options)


def _play(options: argparse.Namespace) -> None:
    from rl_core import network_commands

    network_commands.play(options)


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


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
