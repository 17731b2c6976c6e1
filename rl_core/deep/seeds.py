"""From one seed, streams of randomness that do not touch each other."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import torch


class Purpose(IntEnum):
    """What randomness is for; each purpose has a stream of its own."""

    ENVIRONMENT = 0
    NETWORK = 1
    ALGORITHM = 2
    VALIDATION = 3
    EVALUATION = 4
    PLAY = 5


def seeds(seed: int, purpose: Purpose, n: int) -> list[int]:
    """n seeds; the first k of n are the seeds that k alone would get."""
    sequence = np.random.SeedSequence(seed, spawn_key=(int(purpose),))
    return [int(s) for s in sequence.generate_state(n, np.uint64)]


def generator(seed: int, purpose: Purpose) -> np.random.Generator:
    """One generator, for draws in blocks of [runs, ...].

    Because of those blocks, run k of 10 is not run k of 5: the same seed with another number of
    runs gives other runs.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(purpose),)))


def torch_generator(seed: int, purpose: Purpose) -> torch.Generator:
    """The same for what torch draws, such as the parameters that networks begin with."""
    return torch.Generator().manual_seed(int(generator(seed, purpose).integers(2**63)))
