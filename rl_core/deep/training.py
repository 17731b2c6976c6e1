"""The driver that the command line and the app share: trains, measures, evaluates."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import chain
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rl_core.deep import envs, evaluation
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Evaluation, Floats, Progress, Snapshot, Update
from rl_core.timeline import Timeline

# Each is a module of this package; imported when it is asked for.
ALGORITHMS = ("dqn", "double_dqn", "reinforce", "a2c", "ddpg", "td3", "ppo", "trpo", "sac")

Event = Progress | Snapshot | Evaluation

MAX_RUNS = 256
POINTS = 200  # of a curve, evenly spread
SNAPSHOTS, SLOW_SNAPSHOTS = 60, 10  # evenly spread; fewer where Gymnasium plays one by one
VALIDATION_EPISODES, EVALUATION_EPISODES, EPISODES_AT_ONCE = 20, 100, 20
RETURNS_AVERAGED = 10  # a point of the curve is the mean of this many last episodes


class UnknownAlgorithmError(ValueError):
    """No such algorithm."""


def algorithm(name: str) -> ModuleType:
    """The module of an algorithm. Raises `UnknownAlgorithmError`."""
    if name not in ALGORITHMS:
        raise UnknownAlgorithmError(
            f"unknown algorithm {name!r}: it must be one of {', '.join(ALGORITHMS)}"
        )
    return import_module(f"rl_core.deep.{name}")


def instances(config: Any, runs: int) -> int:
    """How many environments a training plays in: some algorithms have several in each run."""
    return runs * getattr(config, "envs", 1)


def check(name: str, env: envs.Environment, env_id: str) -> None:
    """Raise `envs.EnvironmentIdError` where an algorithm cannot take such actions."""
    takes = algorithm(name).ACTIONS
    if not isinstance(env.actions, takes):
        kind = type(env.actions)
        others = [other for other in ALGORITHMS if kind in algorithm(other).ACTIONS]
        what = {envs.Discrete: "a few actions (Discrete)", envs.Box: "continuous actions (Box)"}
        raise envs.EnvironmentIdError(
            f"environment {env_id!r} does not fit {name}: it has {what[kind]}, {name} needs "
            f"{' or '.join(what[t] for t in takes)}; take one of {', '.join(others)}"
        )


def train(
    name: str, env_id: str, timeline: Timeline[Any], *, runs: int, seed: int
) -> Iterator[Event]:
    """The events of a `Training` from its beginning."""
    return iter(Training(name, env_id, timeline, runs=runs, seed=seed))


class Training:
    """`runs` independent runs of an algorithm; iterate over it once to train them.

    What happens comes as events: `Progress` on a grid of environment steps that is the same for
    all runs, `Snapshot` of the untrained policies and then at even distances, `Evaluation` at the
    end. The settings and the number of steps (per run) are the timeline's. When the timeline is
    stopped the events end, without an `Evaluation`.

    The same name, env_id, timeline, runs and seed give the same events, bit for bit, on the same
    machine. Run k of 10 is *not* run k of 5, though: random numbers are drawn in blocks
    of [runs, ...], so another number of runs is another experiment.

    What a training goes on from (see `saved_state`) is its `state`, `curve`, `step` and `story`.

    Attributes:
        state: the algorithm's own.
        curve: what has been gathered for its next point.
        step: environment steps per run so far.
        story: events that have been told before, told again first.

    Raises `UnknownAlgorithmError`, `envs.EnvironmentIdError`.
    """

    def __init__(self, name: str, env_id: str, timeline: Timeline[Any], *, runs: int, seed: int):
        self.name, self.env_id, self.runs, self.seed = name, env_id, runs, seed
        self.module, self.timeline = algorithm(name), timeline
        config = timeline.config
        env_seeds = seeds(seed, Purpose.ENVIRONMENT, instances(config, runs))
        self.env = envs.make(env_id, env_seeds, scaled=config.scaled)
        check(name, self.env, env_id)
        self.state = self.module.start(self.env, config, seed)
        self.curve, self.step = Curve(runs), 0
        self.story: Sequence[Progress | Snapshot] = ()

    def __iter__(self) -> Iterator[Event]:
        timeline = self.timeline
        judge = _Judge(self.module, self.env_id, timeline, self.runs, self.seed)
        best, told = Best(), {Progress: 0, Snapshot: -1}
        for event in self.story:
            if isinstance(event, Snapshot):
                best.add(event)
            told[type(event)] = event.step
            yield event
        pictures = SNAPSHOTS if self.env.vectorised else SLOW_SNAPSHOTS
        points = Due(grid(timeline.steps, POINTS), told[Progress])
        snapshots = Due(grid(timeline.steps, pictures) | {0}, told[Snapshot])
        before = Update(self.step, np.empty(0))  # stands for the moment before the next step
        for update in chain([before], self.module.train(timeline, self.state)):
            self.curve.add(update)
            self.step = update.step
            # A round of several environments may go a little beyond the last step.
            step = min(update.step, timeline.steps)
            if points.at(step):
                yield self.curve.point(step)
            if snapshots.at(step):
                snapshot = judge.snapshot(step, self.weights)
                if timeline.stopped:
                    return  # perhaps half validated
                best.add(snapshot)
                yield snapshot
        if not timeline.stopped:
            verdict = judge.evaluation(best, self.weights)
            if not timeline.stopped:
                yield verdict

    @property
    def weights(self) -> dict[str, Floats]:
        """A copy of the policies' weights as they are now, each [runs, ...]."""
        weights: dict[str, Floats] = self.module.weights(self.state)
        return weights


def grid(steps: int, points: int) -> frozenset[int]:
    """At most `points` step numbers from 1 to `steps`, evenly spread, the last one included."""
    return frozenset(-(-steps * k // points) for k in range(1, points + 1))


class Due:
    """Tells at which of the steps that come by something is due: the first at or after each of
    those beyond `done`.
    """

    def __init__(self, steps: Iterable[int], done: int = -1):
        self._left = deque(sorted(step for step in steps if step > done))

    def at(self, step: int) -> bool:
        due = False
        while self._left and self._left[0] <= step:
            self._left.popleft()
            due = True
        return due


class Curve:
    """Gathers updates into the points of a learning curve."""

    def __init__(self, runs: int):
        self._last: list[list[float]] = [[] for _ in range(runs)]
        self._sums: dict[str, Any] = {}
        self._counts: dict[str, Any] = {}  # numbers, or [runs] where runs learn at different steps
        self._means: dict[str, Floats] = {}  # at the last point

    def add(self, update: Update) -> None:
        for run in np.flatnonzero(~np.isnan(update.returns)):
            self._last[run] = [*self._last[run], float(update.returns[run])][-RETURNS_AVERAGED:]
        learned = update.learned
        for name, value in update.metrics.items():
            told = value if learned is None else np.where(learned, value, 0)
            self._sums[name] = self._sums.get(name, 0) + told
            self._counts[name] = self._counts.get(name, 0) + (1 if learned is None else learned)

    def point(self, step: int) -> Progress:
        """The mean of each run's last episodes; of the metrics, the mean since the last point, or
        what it was there if the run has not learned since (NaN: never).
        """
        returns = np.array([np.mean(last) if last else np.nan for last in self._last])
        metrics = {name: self._mean(name) for name in self._sums}
        self._sums, self._counts, self._means = {}, {}, self._means | metrics
        return Progress(step, returns, metrics)

    def _mean(self, name: str) -> Floats:
        total, count = self._sums[name], self._counts[name]
        before = self._means.get(name, np.full(len(total), np.nan))
        return np.where(np.equal(count, 0), before, total / np.maximum(count, 1))


class Best:
    """Remembers, run by run, the snapshot with the highest validation; of equals the latest."""

    def __init__(self) -> None:
        self.step: NDArray[np.int64]  # [runs]
        self.weights: dict[str, Floats] = {}  # each [runs, ...]
        self._validation: Floats

    def add(self, snapshot: Snapshot) -> None:
        validation, weights = snapshot.validation, dict(snapshot.weights)
        step = np.full(len(validation), snapshot.step)
        if not self.weights:
            self.step, self.weights, self._validation = step, weights, validation
            return
        better = validation >= self._validation
        self.step = np.where(better, step, self.step)
        self.weights = select(better, weights, self.weights)
        self._validation = np.where(better, validation, self._validation)


def select(
    mask: NDArray[np.bool_], yes: Mapping[str, Floats], no: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Run by run the weights of `yes` where mask [runs] is true, else those of `no`."""
    return {
        name: np.where(mask.reshape(-1, *[1] * (yes[name].ndim - 1)), yes[name], no[name])
        for name in yes
    }


class _Judge:
    """Plays greedy episodes with the policies of all runs, on seeds that training never uses."""

    def __init__(
        self, module: ModuleType, env_id: str, timeline: Timeline[Any], runs: int, seed: int
    ):
        self._module, self._timeline, self.runs = module, timeline, runs
        self._validation = seeds(seed, Purpose.VALIDATION, VALIDATION_EPISODES)
        self._evaluation = seeds(seed, Purpose.EVALUATION, EVALUATION_EPISODES)
        unseeded = [0] * (runs * EPISODES_AT_ONCE)
        self._env = envs.make(env_id, unseeded, scaled=timeline.config.scaled)

    def snapshot(self, step: int, weights: dict[str, Floats]) -> Snapshot:
        return Snapshot(step, weights, self._mean_returns(weights, self._validation))

    def evaluation(self, best: Best, last: dict[str, Floats]) -> Evaluation:
        best_returns = self._mean_returns(best.weights, self._evaluation)
        return Evaluation(best_returns, best.step, self._mean_returns(last, self._evaluation))

    def _mean_returns(
        self, weights: Mapping[str, Floats], episode_seeds: list[int]
    ) -> NDArray[np.float64]:
        parts = [
            evaluation.returns(
                self._env,
                partial(self._module.policy, weights),
                self.runs,
                episode_seeds[k : k + EPISODES_AT_ONCE],
                lambda: self._timeline.stopped,
            )
            for k in range(0, len(episode_seeds), EPISODES_AT_ONCE)
        ]
        mean: NDArray[np.float64] = np.concatenate(parts, -1).mean(-1)
        return mean
