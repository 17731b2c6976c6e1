"""The batches after so many epochs, kept: what every view of them measures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from playground.ppo import settings
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import NO_CLIP, Moment


@lru_cache(maxsize=16)
def first(seed: int) -> Moment:
    return ppo_by_hand.first(seed)


@lru_cache(maxsize=512)
def moment(seed: int, clip: float, epochs: int) -> Moment:
    """The policies after so many epochs over their batches."""
    if epochs == 0:
        return first(seed)
    return ppo_by_hand.epoch(moment(seed, clip, epochs - 1), clip)


@lru_cache(maxsize=256)
def measured(seed: int, clip: float, epochs: int) -> NDArray[np.float64]:
    """[2, runs] what the policies really earn: with the clip, and without."""
    return ppo_by_hand.earned([moment(seed, c, epochs) for c in (clip, NO_CLIP)])


def kinds(now: Moment, clip: float) -> dict[str, NDArray[np.bool_]]:
    """Which samples [runs, batch] are within 1 ± ε; beyond it and flat; beyond it, pulled back.

    Without the clip there is nothing flat: the gradient of every sample is its advantage.
    """
    beyond = ((now.ratio - 1).abs() > settings.clip()).numpy()
    flat = (ppo_by_hand.slope(now.ratio, now.advantage, clip) == 0).numpy()
    return {"inside": ~beyond, "flat": beyond & flat, "back": beyond & ~flat}
