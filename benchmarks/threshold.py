"""How long until the threshold: 8 runs of ours against one of Stable-Baselines3, in turns.

`python -m benchmarks.threshold` (needs requirements-bench.txt). Ours: the settings of the lesson;
passed when each of the 8 runs has had a snapshot with a mean at the threshold over 20 greedy
episodes, the time of those episodes included. Theirs: the settings of rl-baselines3-zoo; passed at
the first such mean over 10 deterministic episodes, looked at every 512 steps, their time not
included. Both are lucky-peak measures; beside them, how many of our runs pass 100 fresh episodes.
"""

from __future__ import annotations

import argparse
from statistics import median
from typing import NamedTuple

from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

from benchmarks.clock import Clock
from benchmarks.peer import at_zoo_settings
from benchmarks.report import markdown
from rl_core.deep import classroom, envs, training
from rl_core.events import Evaluation, Snapshot
from rl_core.timeline import Timeline

# goal: the share of the peer's time
GOALS = {
    ("ppo", "CartPole-v1"): 1 / 3,
    ("a2c", "CartPole-v1"): 1.0,
    ("trpo", "CartPole-v1"): 1 / 3,
    ("dqn", "CartPole-v1"): 1 / 2,
    ("sac", "Pendulum-v1"): 1 / 3,
    ("td3", "Pendulum-v1"): 1 / 10,
    ("ddpg", "Pendulum-v1"): 1 / 6,
    ("ppo", "Pendulum-v1"): 1 / 3,
}
THRESHOLDS = {listed.env_id: listed.threshold for listed in envs.LISTED}
LOOK_EVERY = 512


class Passed(NamedTuple):
    """When it passed, in steps of a run and seconds; `step` None where it did not."""

    step: int | None
    wall: float
    cpu: float
    verdict: str = ""


def ours(algorithm: str, env_id: str, seed: int) -> Passed:
    """Until all runs of the lesson have passed; the verdict is that of the evaluation."""
    lesson, threshold = classroom.lesson(algorithm, env_id), THRESHOLDS[env_id]
    timeline = Timeline(classroom.config(algorithm, env_id), lesson.steps)
    clock, passed, at = Clock(), False, Passed(None, 0, 0)
    events = training.train(algorithm, env_id, timeline, runs=lesson.runs, seed=seed)
    while True:
        with clock:
            event = next(events, None)
        match event:
            case Snapshot():
                passed = passed | (event.validation >= threshold)
                if passed.all() and at.step is None:
                    at = Passed(event.step, clock.wall, clock.cpu)
            case Evaluation():
                best, last = ((x >= threshold).sum() for x in (event.best, event.last))
                said = f"best {best}/{lesson.runs}, last {last}/{lesson.runs}, {clock.wall:.0f} s"
            case None:
                if at.step is None:
                    at = Passed(None, clock.wall, clock.cpu)
                return at._replace(verdict=said)


class Look(BaseCallback):
    """Plays episodes now and then while the clock stands, and ends the training that has passed."""

    def __init__(self, clock: Clock, env_id: str, seed: int):
        super().__init__()
        self.clock, self.threshold, self.passed_at = clock, THRESHOLDS[env_id], None
        self.env, self._looked = make_vec_env(env_id, 1, seed=seed), 0

    def _on_step(self) -> bool:
        if self.num_timesteps // LOOK_EVERY > self._looked:
            self._looked = self.num_timesteps // LOOK_EVERY
            self.clock.stop()
            mean, _ = evaluate_policy(self.model, self.env, n_eval_episodes=10)
            if mean >= self.threshold:
                self.passed_at = self.num_timesteps
            self.clock.start()
        return self.passed_at is None


def theirs(algorithm: str, env_id: str, seed: int) -> Passed:
    """One run of the peer."""
    clock = Clock()
    look = Look(clock, env_id, seed)
    model, steps = at_zoo_settings(algorithm, env_id, seed)
    with clock:
        model.learn(steps, callback=look)
    return Passed(look.passed_at, clock.wall, clock.cpu)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[2000, 2001, 2002])
    parser.add_argument("--only", nargs="+", default=sorted({name for name, _ in GOALS}))
    options = parser.parse_args()
    rows, summary = [], []
    for (algorithm, env_id), goal in GOALS.items():
        if algorithm not in options.only:
            continue
        ratios = []
        for seed in options.seeds:
            own, peer = ours(algorithm, env_id, seed), theirs(algorithm, env_id, seed)
            ratios.append((own.wall / peer.wall, own.cpu / peer.cpu))
            for name, at in (("rl_core, 8 runs", own), ("SB3, 1 run", peer)):
                step = at.step if at.step is not None else "never"
                seconds = f"{at.wall:.1f}", f"{at.cpu:.1f}"
                rows.append([algorithm, env_id, seed, name, step, *seconds, at.verdict])
        wall, cpu = (median(column) for column in zip(*ratios, strict=True))
        summary.append([algorithm, env_id, f"{wall:.2f}", f"{cpu:.2f}", f"{goal:.2f}"])
    header = ["", "", "seed", "", "steps", "wall s", "CPU s", "100 fresh episodes"]
    print(markdown(header, rows))
    print()
    print(markdown(["", "", "ratio (wall)", "ratio (CPU)", "goal"], summary))


if __name__ == "__main__":
    main()
