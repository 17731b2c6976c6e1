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
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from rl_core.deep import training
from rl_core.deep.packing import Packer, Unpacker
from rl_core.deep.packing import SavedStateError as SavedStateError
from rl_core.deep.training import Training
from rl_core.events import Progress, Snapshot
from rl_core.settings import Settings
from rl_core.timeline import Change, Timeline

FORMAT = 1

Story = Sequence[Progress | Snapshot]


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
