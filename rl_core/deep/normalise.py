"""Running mean and deviation of what each run has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LIMIT = 10.0  # what is further than this many deviations off is cut
TINY = 1e-8


class Running:
    """Mean and variance of the numbers seen so far, for each run by itself.

    Chan, Golub & LeVeque 1983 (updating a mean and a sum of squares by a whole batch).
    """

    def __init__(self, runs: int, features: int):
        self.count = np.zeros((runs, 1))
        self.mean = np.zeros((runs, features))
        self._squares = np.zeros((runs, features))  # sum of squared distances from the mean

    def add(self, x: NDArray[np.floating], counted: NDArray[np.bool_] | None = None) -> None:
        """Count x [runs, batch, features] in, or those of them that counted [runs, batch] marks."""
        if counted is None:  # the same in fewer operations
            n = np.full_like(self.count, x.shape[1])
            mean = np.add.reduce(x, 1, np.float64) / n
            squares = np.add.reduce(np.square(x - mean[:, None]), 1)
        else:
            weight = counted.astype(float)
            n = weight.sum(-1)[:, None]
            mean = (x * weight[..., None]).sum(1) / np.maximum(n, 1)
            squares = (np.square(x - mean[:, None]) * weight[..., None]).sum(1)
        total, off = np.maximum(self.count + n, 1), mean - self.mean
        self._squares = self._squares + squares + np.square(off) * self.count * n / total
        self.mean = self.mean + off * n / total
        self.count = self.count + n

    @property
    def deviation(self) -> NDArray[np.float64]:
        """[runs, features]; 1 where nothing has varied yet."""
        variance = self._squares / np.maximum(self.count, 1)
        return np.where(variance > TINY, np.sqrt(variance), 1)

    def centred(self, x: NDArray[np.floating]) -> Floats:
        """(x - mean) / deviation of x [runs, batch, features], cut at ±LIMIT."""
        return seen(self.weights(), x)

    def scaled(self, x: NDArray[np.floating]) -> Floats:
        """x / deviation, cut at ±LIMIT: what is zero stays zero."""
        # Quicker than np.clip.
        cut = np.minimum(np.maximum(x / self.deviation[:, None], -LIMIT), LIMIT)
        return cut.astype(np.float32)

    def weights(self) -> dict[str, Floats]:
        """What `seen` needs, each [runs, 1, features]."""
        return {
            "seen.mean": self.mean[:, None].astype(np.float32),
            "seen.deviation": self.deviation[:, None].astype(np.float32),
        }


def seen(weights: Mapping[str, Any], observation: NDArray[np.floating]) -> Floats:
    """The observation [runs, batch, features] as the policy of these weights saw it in training."""
    if "seen.mean" not in weights:
        return np.asarray(observation, np.float32)
    x = (observation - weights["seen.mean"]) / weights["seen.deviation"]
    return np.clip(x, -LIMIT, LIMIT).astype(np.float32)
