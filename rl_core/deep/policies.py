"""Policies in files: a folder of JSON and safetensors. Nothing in it is ever executed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from rl_core.deep import envs, evaluation, training
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Floats

FORMAT = 1
WEIGHTS = ("best", "last")


class PolicyFileError(ValueError):
    """A folder that does not hold a saved policy."""


@dataclass(frozen=True)
class Trained:
    """The policies of one training."""

    algorithm: str
    env_id: str
    config: Any  # the algorithm's Config
    seed: int
    runs: int
    best: Mapping[str, Floats]  # each [runs, ...]
    last: Mapping[str, Floats]


def save(folder: Path, trained: Trained) -> None:
    """Write `policy.json`, `best.safetensors` and `last.safetensors` into folder, which is made
    if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "format": FORMAT,
        "algorithm": trained.algorithm,
        "env": trained.env_id,
        "config": asdict(trained.config),
        "seed": trained.seed,
        "runs": trained.runs,
    }
    (folder / "policy.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    for name in WEIGHTS:
        (folder / f"{name}.safetensors").write_bytes(save_tensors(dict(getattr(trained, name))))


def load(folder: Path) -> Trained:
    """Read what `save` wrote.

    Raises `PolicyFileError` for anything else: files missing or damaged, an algorithm, environment
    or setting that does not exist, weights that are not those of such a network.
    """
    try:
        about = json.loads((folder / "policy.json").read_text(encoding="utf-8"))
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise PolicyFileError(f"policy.json is not of format {FORMAT}")
        return _trained(folder, about)
    except OSError as error:
        reason = f"{Path(error.filename).name}: {error.strerror}"
    except KeyError as error:
        reason = f"policy.json lacks {error}"
    except (ValueError, TypeError, SafetensorError) as error:
        reason = str(error)
    raise PolicyFileError(f"no saved policy in {str(folder)!r}: {reason}")


def _trained(folder: Path, about: Mapping[str, Any]) -> Trained:
    name, env_id, runs, seed = (about[key] for key in ("algorithm", "env", "runs", "seed"))
    if not isinstance(runs, int) or not 1 <= runs <= training.MAX_RUNS or type(seed) is not int:
        raise PolicyFileError(f"runs = {runs!r}, seed = {seed!r} are not of a training")
    module = training.algorithm(name)
    config = module.Config(**about["config"])
    env = envs.make(env_id, range(training.instances(config, runs)), scaled=config.scaled)
    training.check(name, env, env_id)
    like = module.weights(module.start(env, config, 0))
    best, last = (_weights(folder / f"{file}.safetensors", like) for file in WEIGHTS)
    return Trained(name, env_id, config, seed, runs, best, last)


def _weights(path: Path, like: Mapping[str, Floats]) -> dict[str, Floats]:
    weights = load_tensors(path.read_bytes())
    shapes, expected = ({k: (w.shape, w.dtype) for k, w in ws.items()} for ws in (weights, like))
    if shapes != expected:
        raise PolicyFileError(f"{path.name}: the weights are not those of such a network")
    if not all(np.isfinite(w).all() for w in weights.values()):
        raise PolicyFileError(f"{path.name}: a weight is not a finite number")
    return weights


def returns(trained: Trained, which: str, episodes: int, seed: int) -> NDArray[np.float64]:
    """Returns [runs, episodes] of the "best" or "last" policies, each playing greedily."""
    module = training.algorithm(trained.algorithm)
    env_seeds = seeds(seed, Purpose.PLAY, episodes)
    instances = [0] * (trained.runs * episodes)
    env = envs.make(trained.env_id, instances, scaled=trained.config.scaled)
    act = partial(module.policy, getattr(trained, which))
    return evaluation.returns(env, act, trained.runs, env_seeds)


class Frame(NamedTuple):
    """One moment of an episode, as the environment gives it."""

    t: int
    observation: Floats  # [features] not scaled
    action: Any  # what the policy does here; None where the episode has ended
    score: float  # the return so far
    terminated: bool
    truncated: bool


def play(
    algorithm: str,
    env_id: str,
    config: Any,
    weights: Mapping[str, Floats],
    *,
    run: int = 0,
    seed: int = 0,
) -> Iterator[Frame]:
    """One greedy episode of one run's policy, frame by frame, the last with `action` None.

    Args:
        weights: of all runs, each [runs, ...], as in a `Snapshot`.
        run: whose policy plays, counted from 0.
        seed: of the environment.
    """
    module = training.algorithm(algorithm)
    own = {name: w[run : run + 1] for name, w in weights.items()}
    env = envs.make(env_id, [seed])
    see = envs.Scaled(env).scale if config.scaled else np.asarray
    observation, score = env.reset(np.ones(1, bool)), 0.0
    terminated = truncated = False
    t = 0
    while not (terminated or truncated):
        action = module.policy(own, see(observation)[:, None])[:, 0]
        yield Frame(t, observation[0], action[0], score, False, False)
        step = env.step(action)
        observation, score, t = step.observation, score + float(step.reward[0]), t + 1
        terminated, truncated = bool(step.terminated[0]), bool(step.truncated[0])
    yield Frame(t, observation[0], None, score, terminated, truncated)
