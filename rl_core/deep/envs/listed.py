"""The environments that the app and the command line offer, and how one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rl_core.deep.envs.acrobot import Acrobot
from rl_core.deep.envs.cart_pole import CartPole
from rl_core.deep.envs.casino import Casino
from rl_core.deep.envs.classic import Classic
from rl_core.deep.envs.contract import Environment
from rl_core.deep.envs.mountain_car import MountainCar, MountainCarContinuous
from rl_core.deep.envs.pendulum import Pendulum
from rl_core.deep.envs.registered import Gymnasium, fitting, registered
from rl_core.deep.envs.scaled import Scaled, UnitActions
from rl_core.deep.envs.spaces import Box

VECTORISED: dict[str, type[Classic]] = {
    "CartPole-v1": CartPole,
    "Acrobot-v1": Acrobot,
    "MountainCar-v0": MountainCar,
    "MountainCarContinuous-v0": MountainCarContinuous,
    "Pendulum-v1": Pendulum,
}


OWN: dict[str, type[Classic]] = {"Casino-v0": Casino}  # Gymnasium has none of these
COMPUTED_HERE = VECTORISED | OWN


class Listed(NamedTuple):
    """An environment of the list that the app and the command line offer."""

    env_id: str
    threshold: float  # mean return from which it counts as solved
    limits: tuple[float, float]  # of the returns on a chart
    teaches: tuple[str, ...] = ()  # the algorithms it was made to show; none: any that can take it

    @property
    def vectorised(self) -> bool:
        """Computed here for all runs at once, not one by one by Gymnasium."""
        return self.env_id in COMPUTED_HERE


LISTED = (
    Listed("CartPole-v1", 475, (0, 500)),
    Listed("Acrobot-v1", -100, (-500, 0)),
    Listed("MountainCar-v0", -110, (-200, 0)),
    Listed("MountainCarContinuous-v0", 90, (-100, 100)),
    Listed("Pendulum-v1", -200, (-1600, 0)),
    Listed("Casino-v0", -0.15, (-8, 1), teaches=("dqn", "double_dqn")),
)


def native(env_id: str, seeds: Sequence[int]) -> Environment:
    """One instance of `env_id` per seed, in its own units.

    Raises `EnvironmentIdError` for an unknown environment or one that does not fit.
    """
    kind = COMPUTED_HERE.get(env_id)
    return kind(seeds) if kind else Gymnasium(env_id, seeds)


def make(env_id: str, seeds: Sequence[int], *, scaled: bool = False) -> Environment:
    """The same as a learner wants it: continuous actions in units of their bounds (`UnitActions`),
    and if `scaled`, observations too (`Scaled`).
    """
    env = native(env_id, seeds)
    if isinstance(env.actions, Box):
        env = UnitActions(env)
    return Scaled(env) if scaled else env


def check(env_id: str) -> None:
    """Raise `EnvironmentIdError` if `make` would."""
    if env_id not in COMPUTED_HERE:
        instance = registered(env_id)
        fitting(env_id, instance)
        instance.close()
