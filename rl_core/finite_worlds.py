"""Every finite world by its name: our own, those of Gymnasium, and world files."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rl_core.tabular import worlds
from rl_core.tabular.mdp import FiniteMDP, WorldError
from rl_core.tabular.tables import from_gymnasium
from rl_core.tabular.world_file import load

# Gymnasium is imported inside: what needs none of its worlds should not wait for it.

LAKE = ("Left", "Down", "Right", "Up")
GRID = ("Up", "Right", "Down", "Left")
TAXI = ("South", "North", "East", "West", "Pick up", "Drop off")


def _gymnasium(
    env_id: str, actions: tuple[str, ...], shape: tuple[int, int] | None = None, **settings: Any
) -> FiniteMDP:
    import gymnasium

    env = gymnasium.make(env_id, **settings)
    world: Any = env.unwrapped
    positions = tuple(np.ndindex(shape)) if shape else None
    names = tuple(f"{row},{column}" for row, column in positions) if positions else None
    limit = env.spec.max_episode_steps if env.spec else None
    env.close()
    return from_gymnasium(world.P, world.initial_state_distrib, actions, names, limit, positions)


WORLDS: dict[str, Callable[[], FiniteMDP]] = {
    **worlds.WORLDS,
    "frozen_lake": partial(_gymnasium, "FrozenLake-v1", LAKE, (4, 4)),
    "frozen_lake_deterministic": partial(
        _gymnasium, "FrozenLake-v1", LAKE, (4, 4), is_slippery=False
    ),
    "cliff_walking": partial(_gymnasium, "CliffWalking-v1", GRID, (4, 12)),
    "taxi": partial(_gymnasium, "Taxi-v4", TAXI),
}


def world(name: str) -> FiniteMDP:
    """The world called `name`, or the one in the world file of that path.

    Raises: `WorldError` if there is neither, or the file is not a world.
    """
    if name in WORLDS:
        return WORLDS[name]()
    if Path(name).suffix == ".json" or Path(name).is_file():
        return load(Path(name))
    near = difflib.get_close_matches(name, WORLDS, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise WorldError(
        "unknown",
        f"unknown world {name!r}{hint}: it must be one of {', '.join(WORLDS)}, or a world file",
    )
