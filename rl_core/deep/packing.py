"""What a training goes on from, as JSON and named arrays, and back.

Nothing that was packed is ever executed: it only gives numbers to what has been made anew.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, optim

from rl_core.deep import envs, nets
from rl_core.deep.episodes import Transition

CONSTANTS = (envs.Box, envs.Discrete)  # of an environment: known without having been saved
RECORDS = {"Transition": Transition}  # what a list may hold that was empty at the beginning


class SavedStateError(ValueError):
    """A training that cannot be saved, or a folder that does not hold one."""


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
