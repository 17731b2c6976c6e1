"""What an agent may do: one of n actions, or a vector of numbers within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]

_UNBOUNDED = 1e30  # Gymnasium writes "unbounded" as infinity or as the largest float32


@dataclass(frozen=True)
class Discrete:
    """One of the actions 0, 1, ..., n − 1."""

    n: int

    @property
    def outputs(self) -> int:
        """How many numbers a network has to say to choose one: a preference or value of each."""
        return self.n


@dataclass(frozen=True, eq=False)
class Box:
    """A vector of `size` numbers, each within bounds of its own.

    A dimension is bounded if both of its bounds are. Raises `ValueError` where `low` and `high`
    [size] differ in size or `low` is above `high`.
    """

    low: Floats  # [size]
    high: Floats  # [size] as is `low`, not necessarily −low; infinite where there is no bound
    _centre: NDArray[np.float64] = field(init=False, repr=False)
    _reach: NDArray[np.float64] = field(init=False, repr=False)
    _unit: Floats = field(init=False, repr=False)
    _shift: Floats = field(init=False, repr=False)
    _scale: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        low, high = (np.array(bound, np.float32) for bound in (self.low, self.high))
        if low.ndim != 1 or low.shape != high.shape or not (low <= high).all():
            raise ValueError(f"bounds must be two vectors, low <= high, not {low} and {high}")
        bounded = (low > -_UNBOUNDED) & (high < _UNBOUNDED)
        # In float64, so that −1 and 1 become the very bounds.
        below, above = np.where(bounded, (low, high), ((-1.0,), (1.0,)))
        centre, reach = (above + below) / 2, (above - below) / 2
        self._set(low=low, high=high, _centre=centre, _reach=reach)
        self._set(_unit=np.where(bounded, np.float32(1), np.float32(np.inf)))
        self._set(_shift=centre.astype(np.float32))
        self._set(_scale=np.where(reach > 0, reach, 1).astype(np.float32))

    def _set(self, **values: NDArray[np.floating]) -> None:
        for name, value in values.items():
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @property
    def size(self) -> int:
        """How many numbers an action has."""
        return self.low.size

    @property
    def outputs(self) -> int:
        """How many numbers a network has to say to choose one."""
        return self.size

    @property
    def unit(self) -> Box:
        """What `to_unit` maps this box to: [−1, 1] in every bounded dimension."""
        bounded = np.isfinite(self._unit)
        return Box(np.where(bounded, -1, self.low), np.where(bounded, 1, self.high))

    def from_unit(self, a: ArrayLike) -> Floats:
        """From [−1, 1] to the bounds, linearly: a [..., size] → [..., size].

        Clips to [−1, 1] first. A dimension without bounds passes unchanged.
        """
        within = np.minimum(np.maximum(a, -self._unit), self._unit)
        return np.asarray(self._centre + self._reach * within, np.float32)

    def to_unit(self, a: ArrayLike) -> Floats:
        """From the bounds to [−1, 1], linearly and without clipping: the inverse of `from_unit`.

        A dimension whose bounds are equal becomes 0.
        """
        return (np.asarray(a, np.float32) - self._shift) / self._scale

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Box):
            return NotImplemented
        return np.array_equal(self.low, other.low) and np.array_equal(self.high, other.high)

    def __hash__(self) -> int:
        return hash((*self.low.tolist(), *self.high.tolist()))

    def __repr__(self) -> str:
        return f"Box(low={self.low.tolist()}, high={self.high.tolist()})"
