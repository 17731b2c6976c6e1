"""DQN's updates per second against Stable-Baselines3 at the same settings, in turns.

`python -m benchmarks.dqn_throughput` (needs requirements-bench.txt). One torch thread each. Both
act, store, sample and learn on CartPole-v1 with the settings of the lesson (128 units) and with
64 units; an update is one gradient step of one run. SB3 minimises Huber's loss, whose cost is the
same. Goal: 3 times as many updates for 1 run, 12 times for 8 runs together.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median

from benchmarks.peer import Clock, at_our_settings
from benchmarks.report import markdown
from rl_core.deep import classroom, dqn, envs
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline

STEPS = 1000  # environment steps per turn


def ours(config: dqn.Config, runs: int) -> Callable[[], None]:
    """Trains on, STEPS further at each call."""
    env = envs.make("CartPole-v1", seeds(0, Purpose.ENVIRONMENT, runs), scaled=config.scaled)
    training = dqn.train(Timeline(config, 10**9), dqn.start(env, config, 0))

    def go_on() -> None:
        for _ in range(STEPS):
            next(training)

    return go_on


def theirs(config: dqn.Config) -> Callable[[], None]:
    model = at_our_settings(config, 0)

    def go_on() -> None:
        model.learn(STEPS, reset_num_timesteps=False)

    return go_on


def measure(config: dqn.Config, rounds: int) -> str:
    """One table: medians over the rounds, ratios within each round."""
    updates = STEPS // config.train_every * config.updates
    trainers = {
        ("Stable-Baselines3", 1): theirs(config),
        ("rl_core", 1): ours(config, 1),
        ("rl_core", 8): ours(config, 8),
    }
    rates: dict[tuple[str, int], list[tuple[float, float]]] = {key: [] for key in trainers}
    for turn in range(rounds + 1):
        for (name, runs), go_on in trainers.items():
            clock = Clock()
            with clock:
                go_on()
            if turn:  # the first warms up and fills the buffer
                work = runs * updates
                rates[name, runs].append((work / clock.wall, work / clock.cpu))

    base = rates["Stable-Baselines3", 1]
    rows = []
    for (name, runs), measured in rates.items():
        ratios = [median(m[k] / b[k] for m, b in zip(measured, base, strict=True)) for k in (0, 1)]
        row = [f"{median(m[k] for m in measured):.0f}" for k in (0, 1)]
        rows.append([name, runs, *row, *(f"{ratio:.1f}x" for ratio in ratios)])
    header = ["", "runs", "updates/s (wall)", "updates/s (CPU)", "ratio (wall)", "ratio (CPU)"]
    return markdown(header, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--hidden", type=int, nargs="+", default=[64, 128])
    options = parser.parse_args()
    for hidden in options.hidden:
        config = classroom.config("dqn", "CartPole-v1", {"hidden": hidden})
        assert isinstance(config, dqn.Config)
        print(f"\nBatch {config.batch}, hidden {hidden}, {config.updates} updates every ", end="")
        print(f"{config.train_every} steps; medians of {options.rounds} rounds.\n")
        print(measure(config, options.rounds))


if __name__ == "__main__":
    main()
