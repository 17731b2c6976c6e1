"""What more runs and wider networks cost: environment steps per second of all runs together.

`python -m benchmarks.growth`. The settings of the lesson but for the width; one torch thread.
"""

from __future__ import annotations

import argparse

from benchmarks.clock import Clock
from benchmarks.report import markdown
from benchmarks.throughput import ours
from rl_core.deep import classroom

RUNS, HIDDEN = (1, 4, 8, 16, 32, 64), (32, 64, 128, 256)
# steps of each run that are timed; the first update comes early enough to be among those before
STEPS = {("ppo", "CartPole-v1"): 4096, ("dqn", "CartPole-v1"): 320, ("sac", "Pendulum-v1"): 200}
EARLY = {"dqn": {"learning_starts": 100}}


def rate(algorithm: str, env_id: str, hidden: int, runs: int) -> float:
    """Steps per CPU second, after as many to warm up."""
    changes = {"hidden": hidden} | EARLY.get(algorithm, {})
    config = classroom.config(algorithm, env_id, changes)
    train = ours(algorithm, env_id, config, runs, STEPS[algorithm, env_id])
    train()
    with (clock := Clock()):
        steps = train()
    return steps / clock.cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, nargs="+", default=RUNS)
    parser.add_argument("--hidden", type=int, nargs="+", default=HIDDEN)
    options = parser.parse_args()
    rows = [
        [algorithm, hidden, *(f"{rate(algorithm, env, hidden, n):.0f}" for n in options.runs)]
        for algorithm, env in STEPS
        for hidden in options.hidden
    ]
    print(markdown(["", "units", *(f"{n} runs" for n in options.runs)], rows))


if __name__ == "__main__":
    main()
