"""What the tests over all algorithms share: one small training of each kind."""

import numpy as np

from rl_core.deep import envs, training
from rl_core.deep.envs import Box, Discrete
from rl_core.timeline import Timeline

ALGORITHMS = training.ALGORITHMS
ENVS = {Discrete: "CartPole-v1", Box: "Pendulum-v1"}

# Whatever of it an algorithm has. All learn within 100 steps, if episodes are `short`.
SMALL = {
    "hidden": 8,
    "batch": 8,
    "replay_size": 60,
    "learning_starts": 20,
    "epsilon_steps": 100,
    "envs": 2,
    "n_steps": 16,
    "episodes": 2,
}

# Every algorithm with every kind of actions that it takes.
PAIRS = [(name, ENVS[kind]) for name in ALGORITHMS for kind in training.algorithm(name).ACTIONS]


def short(monkeypatch):
    """Short episodes, and few of them to judge by: the judge is the same for all algorithms."""
    monkeypatch.setattr(envs.Pendulum, "time_limit", 40)
    monkeypatch.setattr(envs.CartPole, "time_limit", 40)
    for name in ("VALIDATION_EPISODES", "EVALUATION_EPISODES", "EPISODES_AT_ONCE"):
        monkeypatch.setattr(training, name, 2)
    monkeypatch.setattr(training, "SNAPSHOTS", 4)


def small(name, **changes):
    """Settings with which an algorithm is quick."""
    config = training.algorithm(name).Config
    known = config.__dataclass_fields__
    return config(**{k: v for k, v in SMALL.items() if k in known} | changes)


def has(name, setting):
    return setting in training.algorithm(name).Config.__dataclass_fields__


def course(name, env_id, steps=240, runs=2, seed=3, config=None, **timeline):
    """A training that is quick."""
    timeline = Timeline(config or small(name), steps, **timeline)
    return training.Training(name, env_id, timeline, runs=runs, seed=seed)


def equal(a, b):
    """Whether two events, or what they hold, are the same bit for bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, list):
        return len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)
    return equal(vars(a), vars(b)) if hasattr(a, "__dict__") else a == b
