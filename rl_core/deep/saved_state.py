"""Trainings in files, to go on with as if they had not stopped: a folder of JSON and safetensors.

A training is begun anew, from the same settings and seed, and then everything in it that changes
is given the value that it had: networks, moments of the optimizer, replay buffer, generators of
random numbers, and the environments in the middle of their episodes. Nothing that was saved is
ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors
from torch import Tensor, optim

from rl_core.deep import envs, nets, training
from rl_core.deep.episodes import Transition
from rl_core.deep.training import Training
from rl_core.events import Progress, Snapshot
from rl_core.settings import Settings
from rl_core.timeline import Change, Timeline

FORMAT = 1

Story = Sequence[Progress | Snapshot]

CONSTANTS = (envs.Box, envs.Discrete)  # of an environment: known without having been saved
RECORDS = {"Transition": Transition}  # what a list may hold that was empty at the beginning


class SavedStateError(ValueError):
    """A training that cannot be saved, or a folder that does not hold one."""


def check(training: Training) -> None:
    """Raise `SavedStateError` for a training that cannot be saved."""
    if not training.env.vectorised:
        raise SavedStateError(
            f"a training on {training.env_id!r} cannot be saved to go on with: Gymnasium plays "
            "it, whose environments do not tell their state"
        )


def save(folder: Path, training: Training, story: Story) -> None:
    """Write `training.json` and `training.safetensors` into folder, which is made if it is not
    there; files of the same names are replaced once the new ones are whole.

    Args:
        training: one that is not under way: stopped, or at its end.
        story: the events that it has told so far, without the `Evaluation`.

    Raises `SavedStateError` where it `check`s so.
    """
    check(training)
    timeline, packer = training.timeline, Packer()
    changes = [*timeline.changes, *timeline.pending(training.step)]
    about = {
        "format": FORMAT,
        "algorithm": training.name,
        "env": training.env_id,
        "config": asdict(timeline.first),
        "seed": training.seed,
        "runs": training.runs,
        "steps": timeline.steps,
        "done": training.step,
        "changes": [asdict(change) for change in changes],
        "state": packer.pack(training.state, "state"),
        "curve": packer.pack(training.curve, "curve"),
        "story": [
            {"kind": type(event).__name__} | packer.pack(vars(event), f"story.{k}")
            for k, event in enumerate(story)
        ],
    }
    tensors = save_tensors(packer.arrays)
    about["digest"] = _digest(about, tensors)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(about, allow_nan=False, indent=1) + "\n"
    for name, content in (("training.safetensors", tensors), ("training.json", text.encode())):
        (folder / f"{name}.new").write_bytes(content)
    for name in ("training.safetensors", "training.json"):
        os.replace(folder / f"{name}.new", folder / name)


class Resumed(Training):
    """A training that goes on from where it was saved, all its events told from the beginning.

    Attributes:
        lengthened: whether it was to end at another step when it was saved.
    """

    lengthened = False


def load(folder: Path, steps: int | None = None, pause: int | None = None) -> Resumed:
    """The training that `save` wrote, ready to go on.

    Args:
        steps: where it shall end, if not where it was to end; not before where it is. What it
            does from here on is what a training of so many steps does.
        pause: see `Timeline`.

    Raises `SavedStateError` for anything else: files missing or damaged, of another version, an
    algorithm, environment or setting that does not exist.
    """
    try:
        about = json.loads((folder / "training.json").read_text(encoding="utf-8"))
        if not isinstance(about, dict) or about.get("format") != FORMAT:
            raise SavedStateError(f"training.json is not of format {FORMAT}")
        tensors = (folder / "training.safetensors").read_bytes()
        if about.pop("digest") != _digest(about, tensors):
            raise SavedStateError("the files are damaged, or not of one training")
        for step in (steps, pause):
            if step is not None and step < about["done"]:
                raise SavedStateError(f"it has already made {about['done']} steps, not {step}")
        return _training(about, load_tensors(tensors), steps or about["steps"], pause)
    except OSError as error:
        reason = f"{Path(error.filename).name}: {error.strerror}"
    except KeyError as error:
        reason = f"training.json lacks {error}"
    except (ValueError, TypeError, RuntimeError, AttributeError, SafetensorError) as error:
        reason = str(error)
    raise SavedStateError(f"no saved training to go on with in {str(folder)!r}: {reason}")


def lasting(story: Story, steps: int) -> Story:
    """Those events that a training of `steps` steps has told, too, by now; all of them where it
    has told others. (One of twice or three times the steps tells a half or a third of them.)
    """
    kept: list[Progress | Snapshot] = []
    for kind, points in ((Progress, training.POINTS), (Snapshot, training.SNAPSHOTS)):
        told = [event for event in story if isinstance(event, kind)]
        at = {0} | {event.step for event in told}
        due = {0} | {step for step in training.grid(steps, points) if step <= max(at)}
        kept += [event for event in told if event.step in due or not due <= at]
    return sorted(kept, key=lambda event: (event.step, isinstance(event, Snapshot)))


def falling(config: Settings) -> list[str]:
    """The settings by which something falls over all the steps of a training, as "lr_end = 0":
    with another number of steps it would have fallen faster or slower.
    """
    values = asdict(config)
    ends = {k: v for k, v in values.items() if k.endswith("_end")}
    own_steps = {k for k in ends if k.removesuffix("_end") + "_steps" in values}
    return [f"{k} = {v:g}" for k, v in ends.items() if k not in own_steps and v != 1]


def _training(
    about: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]], steps: int, pause: int | None
) -> Resumed:
    runs, seed, done = (about[key] for key in ("runs", "seed", "done"))
    numbers = (runs, seed, done, about["steps"])
    if not all(type(x) is int and x >= 0 for x in numbers) or not 1 <= runs <= training.MAX_RUNS:
        raise SavedStateError(f"runs, seed, done, steps = {numbers} are not of a training")
    config = training.algorithm(about["algorithm"]).Config(**about["config"])
    changes = [Change(**change) for change in about["changes"]]
    timeline = Timeline(config, steps, changes, done, pause)
    made = Resumed(about["algorithm"], about["env"], timeline, runs=runs, seed=seed)
    check(made)
    made.lengthened = steps != about["steps"]
    unpacker = Unpacker(tensors)
    made.state = unpacker.fill(made.state, about["state"], "state")
    made.curve = unpacker.fill(made.curve, about["curve"], "curve")
    made.step = done
    kinds = {"Progress": Progress, "Snapshot": Snapshot}
    told = [(dict(event), f"story.{k}") for k, event in enumerate(about["story"])]
    story = [kinds[e.pop("kind")](**unpacker.plain(e, path)) for e, path in told]
    made.story = lasting(story, steps) if made.lengthened else story
    if unpacker.left:
        raise SavedStateError(f"training.safetensors holds more: {min(unpacker.left)}")
    return made


def _digest(about: Mapping[str, Any], tensors: bytes) -> str:
    text = json.dumps(about, sort_keys=True)
    return hashlib.sha256(text.encode() + tensors).hexdigest()


class Packer:
    """Turns whatever a training is made of into JSON and, beside it, named arrays."""

    def __init__(self) -> None:
        self.arrays: dict[str, NDArray[Any]] = {}

    def pack(self, x: Any, path: str) -> Any:
        """Raises `TypeError` for what it does not know."""
        match x:
            case None | bool() | int() | float() | str():
                return x
            case np.generic():
                return x.item()
            case np.ndarray():
                # The order of the numbers in memory decides how sums of products are rounded.
                turned = x.flags.f_contiguous and not x.flags.c_contiguous
                self.arrays[path] = np.ascontiguousarray(x.T if turned else x)
                return {"turned": path} if turned else {"array": path}
            case Tensor():
                self.arrays[path] = x.detach().contiguous().numpy()
                return {"tensor": path}
            case np.random.Generator():
                return {"generator": x.bit_generator.state}
            case torch.Generator():
                return self.pack(x.get_state(), path)
            case optim.Optimizer():
                moments = [x.state.get(p, {}) for p in _parameters(x)]
                return {"lr": x.param_groups[0]["lr"], "moments": self._list(moments, path)}
            case nets.MLP():
                return self.pack(x.flat, path)
            case tuple() if type(x).__name__ in RECORDS:
                return {"record": type(x).__name__, "fields": self._list(x, path)}
            case list() | tuple() | deque():
                return self._list(x, path)
            case dict():
                return {name: self.pack(value, f"{path}.{name}") for name, value in x.items()}
            case _ if _ours(x):
                return {k: self.pack(v, f"{path}.{k}") for k, v in _changing(x).items()}
        raise TypeError(f"{path}: {type(x).__name__} cannot be saved")

    def _list(self, xs: Iterable[Any], path: str) -> list[Any]:
        return [self.pack(x, f"{path}.{k}") for k, x in enumerate(xs)]


class Unpacker:
    """Gives what a training is made of the values that `Packer` found in another one.

    Raises `SavedStateError` for what does not fit: other names, shapes, kinds of numbers, and
    numbers that are not finite where there should be finite ones.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]]):
        self._arrays, self.left = arrays, set(arrays)

    def fill(self, like: Any, saved: Any, path: str) -> Any:
        """`like` with the values of `saved`: changed in place where it can be, else a new one."""
        match like:
            case Tensor():
                like.detach().copy_(torch.from_numpy(self._fitting(like.detach(), saved, path)))
                return like
            case np.ndarray():
                return self._fitting(like, saved, path)
            case np.random.Generator():
                like.bit_generator.state = saved["generator"]
                return like
            case torch.Generator():
                like.set_state(torch.from_numpy(self._fitting(like.get_state(), saved, path)))
                return like
            case optim.Optimizer():
                return self._optimizer(like, saved, path)
            case nets.MLP():
                self.fill(like.flat, saved, path)
                return like
            case list() | tuple() if any(_changes(x) for x in like):
                self._same(len(like), len(saved), path)
                both = enumerate(zip(like, saved, strict=True))
                items = [self.fill(old, new, f"{path}.{k}") for k, (old, new) in both]
                return items if isinstance(like, list) else tuple(items)
            case dict() if like:
                self._same(sorted(like), sorted(saved), path)
                return {k: self.fill(old, saved[k], f"{path}.{k}") for k, old in like.items()}
            case deque():
                return deque(self.plain(saved, path), like.maxlen)
            case _ if _ours(like):
                changing = _changing(like)
                self._same(sorted(changing), sorted(saved), path)
                for name, old in changing.items():
                    setattr(like, name, self.fill(old, saved[name], f"{path}.{name}"))
                return like
            case bool() | int() | float() | str():
                self._same(type(like).__name__, type(saved).__name__, path)
        return self.plain(saved, path)

    def plain(self, saved: Any, path: str) -> Any:
        """What `saved` describes, where nothing says what it should be like."""
        match saved:
            case {"array": str()} | {"turned": str()} | {"tensor": str()}:
                array = self._array(saved, path)
                return torch.from_numpy(array) if "tensor" in saved else array
            case {"record": str(name), "fields": list(fields)}:
                return RECORDS[name]._make(self.plain(fields, path))
            case list():
                return [self.plain(x, f"{path}.{k}") for k, x in enumerate(saved)]
            case dict():
                return {name: self.plain(x, f"{path}.{name}") for name, x in saved.items()}
        return saved

    def _optimizer(self, like: optim.Optimizer, saved: Any, path: str) -> optim.Optimizer:
        like.param_groups[0]["lr"] = saved["lr"]
        parameters = _parameters(like)
        self._same(len(parameters), len(saved["moments"]), path)
        for k, (p, moments) in enumerate(zip(parameters, saved["moments"], strict=True)):
            found = {n: self.plain(x, f"{path}.{k}.{n}") for n, x in moments.items()}
            for name, moment in found.items():
                self._same((), moment.shape if name == "step" else moment.shape[p.ndim :], path)
                self._same(name == "step" or p.shape, name == "step" or moment.shape, path)
                self._finite(moment.numpy(), 0, path)
            if found:
                like.state[p] = found
        return like

    def _fitting(self, like: Any, saved: Any, path: str) -> NDArray[Any]:
        like, array = np.asarray(like), self._array(saved, path)
        self._same((like.shape, like.dtype), (array.shape, array.dtype), path)
        self._finite(array, like, path)
        return array

    def _array(self, saved: Any, path: str) -> NDArray[Any]:
        ((order, name),) = saved.items()
        self._same(path, name, path)
        self.left.discard(path)
        array = np.array(self._arrays[path])
        return array.T if order == "turned" else array

    def _finite(self, array: Any, like: Any, path: str) -> None:
        if not (np.isfinite(array) | ~np.isfinite(like)).all():
            raise SavedStateError(f"{path}: a number is not finite")

    def _same(self, expected: object, found: object, path: str) -> None:
        if expected != found:
            raise SavedStateError(f"{path}: {expected} is expected, not {found}")


def _ours(x: object) -> bool:
    """Whether it is an object whose attributes are all there is to it."""
    return type(x).__module__.startswith("rl_core.") or isinstance(x, envs.Environment)


def _changing(x: object) -> dict[str, Any]:
    """The attributes that may have changed since it was made."""
    made_when_asked = {k for c in type(x).mro() for k, v in vars(c).items() if _is_cached(v)}
    constant = {name for name, value in vars(x).items() if isinstance(value, CONSTANTS)}
    return {k: v for k, v in vars(x).items() if k not in made_when_asked | constant}


def _is_cached(member: object) -> bool:
    return isinstance(member, cached_property)


def _changes(x: object) -> bool:
    """Whether it is filled in place and not replaced."""
    kept = (Tensor, np.random.Generator, torch.Generator, optim.Optimizer)
    return isinstance(x, kept) or _ours(x)


def _parameters(optimizer: optim.Optimizer) -> list[Tensor]:
    return [p for group in optimizer.param_groups for p in group["params"]]
