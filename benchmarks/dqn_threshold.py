"""How long until DQN passes 475 on CartPole-v1: 8 runs of ours against one of SB3, in turns.

`python -m benchmarks.dqn_threshold` (needs requirements-bench.txt). Ours: the lesson's settings;
passed when each of the 8 runs has had a snapshot with a mean of 475 over 20 greedy episodes, the
time of those episodes included. Theirs: the settings of rl-baselines3-zoo; passed at the first
mean of 475 over 10 deterministic episodes, looked at every 512 steps, their time not included.
Both are lucky-peak measures; beside them, how many of our runs pass 100 fresh episodes at the end.
"""

from __future__ import annotations

import argparse
from statistics import median

import gymnasium
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

from benchmarks.peer import Clock, at_zoo_settings
from benchmarks.report import markdown
from rl_core.deep import classroom, envs, training
from rl_core.events import Evaluation, Snapshot
from rl_core.timeline import Timeline

THRESHOLD = {listed.env_id: listed.threshold for listed in envs.LISTED}["CartPole-v1"]
STEPS_OF_THEIRS, LOOK_EVERY = 50_000, 512


def ours(seed: int) -> tuple[int | None, float, float, str]:
    """Steps, wall and CPU seconds until all runs have passed; what the evaluation says."""
    lesson = classroom.lesson("dqn", "CartPole-v1")
    timeline = Timeline(classroom.config("dqn", "CartPole-v1"), lesson.steps)
    passed_at, wall, cpu, verdict = None, 0.0, 0.0, ""
    clock, passed = Clock(), False
    events = training.train("dqn", "CartPole-v1", timeline, runs=lesson.runs, seed=seed)
    while True:
        with clock:
            event = next(events, None)
        match event:
            case Snapshot():
                passed = passed | (event.validation >= THRESHOLD)
                if passed.all() and passed_at is None:
                    passed_at, wall, cpu = event.step, clock.wall, clock.cpu
            case Evaluation():
                best, last = ((x >= THRESHOLD).sum() for x in (event.best, event.last))
                verdict = (
                    f"best {best}/{lesson.runs}, last {last}/{lesson.runs}, {clock.wall:.0f} s"
                )
            case None:
                return passed_at, wall or clock.wall, cpu or clock.cpu, verdict


class Look(BaseCallback):
    """Plays episodes now and then while the clock stands, and ends the training that has passed."""

    def __init__(self, clock: Clock, seed: int):
        super().__init__()
        self.clock, self.passed_at = clock, None
        self.env = Monitor(gymnasium.make("CartPole-v1"))
        self.env.reset(seed=seed)

    def _on_step(self) -> bool:
        if self.num_timesteps % LOOK_EVERY == 0:
            self.clock.stop()
            mean, _ = evaluate_policy(self.model, self.env, n_eval_episodes=10)
            if mean >= THRESHOLD:
                self.passed_at = self.num_timesteps
            self.clock.start()
        return self.passed_at is None


def theirs(seed: int) -> tuple[int | None, float, float, str]:
    """The same for one run of SB3."""
    clock = Clock()
    look = Look(clock, seed)
    model = at_zoo_settings(seed)
    with clock:
        model.learn(STEPS_OF_THEIRS, callback=look)
    return look.passed_at, clock.wall, clock.cpu, ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[2000, 2001, 2002])
    rows, ratios = [], []
    for seed in parser.parse_args().seeds:
        measured = ours(seed), theirs(seed)
        ratios.append([measured[0][k] / measured[1][k] for k in (1, 2)])
        names = "rl_core, 8 runs", "SB3, 1 run"
        for name, (step, wall, cpu, verdict) in zip(names, measured, strict=True):
            at = step if step is not None else "never"
            rows.append([seed, name, at, f"{wall:.1f}", f"{cpu:.1f}", verdict])
    header = ["seed", "", "steps to 475", "wall s", "CPU s", "at the end (475 over 100 episodes)"]
    print(markdown(header, rows))
    wall, cpu = (median(column) for column in zip(*ratios, strict=True))
    print(f"\nMedian ratio of ours to theirs: {wall:.2f} (wall), {cpu:.2f} (CPU).")


if __name__ == "__main__":
    main()
