"""Environment steps per second, learning included, against Stable-Baselines3 at equal settings.

`python -m benchmarks.throughput` (needs requirements-bench.txt). One torch thread each, in turns.
Both act, store and learn with the settings of the lesson; a step is one step of one environment of
one run, so with equal settings steps and gradient steps have the same ratio. This is throughput,
not sample efficiency: the peer with these settings needs as many steps.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.clock import Clock
from benchmarks.peer import at_our_settings
from benchmarks.report import markdown
from rl_core.deep import classroom, envs, training
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline

# goal: times as fast with 1 run, and with 8 runs together
GOALS = {
    ("ppo", "CartPole-v1"): (5, 25),
    ("a2c", "CartPole-v1"): (5, 25),
    ("trpo", "CartPole-v1"): (3, 15),
    ("dqn", "CartPole-v1"): (3, 12),
    ("sac", "Pendulum-v1"): (4.5, 15),
    ("td3", "Pendulum-v1"): (5, 15),
    ("ddpg", "Pendulum-v1"): (4.5, 14),
    ("ppo", "Pendulum-v1"): (5, 25),
}
STEPS = {"on": 4096, "off": 1000}  # about as many as one turn takes; whole updates

Trainer = Callable[[], int]  # trains on; returns how many steps of all runs that were


def ours(algorithm: str, env_id: str, config: Any, runs: int, steps: int = 0) -> Trainer:
    """Our training, going on from call to call by so many steps of each run, or else a turn."""
    module = training.algorithm(algorithm)
    env_seeds = seeds(0, Purpose.ENVIRONMENT, training.instances(config, runs))
    env = envs.make(env_id, env_seeds, scaled=config.scaled)
    updates = module.train(Timeline(config, 10**9), module.start(env, config, 0))
    stride = getattr(config, "envs", 1)
    ticks = (steps or turn(config)) // stride

    def go_on() -> int:
        for _ in range(ticks):
            next(updates)
        return runs * ticks * stride

    return go_on


def theirs(algorithm: str, env_id: str, config: Any) -> Trainer:
    model = at_our_settings(algorithm, env_id, config, 0)

    def go_on() -> int:
        before = model.num_timesteps
        model.learn(turn(config), reset_num_timesteps=False)
        return int(model.num_timesteps - before)

    return go_on


def turn(config: Any) -> int:
    """Steps of one turn: whole rollouts, where there are any."""
    if not hasattr(config, "n_steps"):
        return STEPS["off"]
    rollout: int = config.envs * config.n_steps
    return rollout * max(1, round(STEPS["on"] / rollout))


def measure(algorithm: str, env_id: str, config: Any, runs: list[int], rounds: int) -> list[Any]:
    """Rates and ratios for each number of runs: medians over rounds of ratios within a round."""
    trainers: dict[int, Trainer] = {0: theirs(algorithm, env_id, config)}
    trainers |= {n: ours(algorithm, env_id, config, n) for n in runs}
    rates: dict[int, list[tuple[float, float]]] = {n: [] for n in trainers}
    for k in range(rounds + 1):
        for n, go_on in trainers.items():
            with (clock := Clock()):
                steps = go_on()
            if k:  # the first warms up and fills the buffer
                rates[n].append((steps / clock.wall, steps / clock.cpu))
    rows = []
    for n in runs:
        pairs = list(zip(rates[n], rates[0], strict=True))
        ratios = [median(our[i] / their[i] for our, their in pairs) for i in (0, 1)]
        ours_, theirs_ = (median(rate for rate, _ in rates[key]) for key in (n, 0))
        rows.append((n, theirs_, ours_, *ratios))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=sorted({name for name, _ in GOALS}))
    rows = []
    options = parser.parse_args()
    for (algorithm, env_id), goals in GOALS.items():
        if algorithm not in options.only:
            continue
        config = classroom.config(algorithm, env_id)
        measured = measure(algorithm, env_id, config, [1, 8], options.rounds)
        for (runs, peer, own, wall, cpu), goal in zip(measured, goals, strict=True):
            speeds = [f"{peer:.0f}", f"{own:.0f}", f"{wall:.1f}x", f"{cpu:.1f}x", f"{goal}x"]
            rows.append([algorithm, env_id, runs, *speeds])
    header = ["", "", "runs", "SB3, 1 run: steps/s", "rl_core: steps/s"]
    print(markdown([*header, "ratio (wall)", "ratio (CPU)", "goal"], rows))


if __name__ == "__main__":
    main()
