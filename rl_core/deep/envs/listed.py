"""The environments that the app and the command line offer, and how one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rl_core.deep.envs.cart_pole import CartPole
from rl_core.deep.envs.classic import Classic
from rl_core.deep.envs.contract import Environment
from rl_core.deep.envs.registered import Gymnasium, fitting, registered
from rl_core.deep.envs.scaled import Scaled

VECTORISED: dict[str, type[Classic]] = {
    "CartPole-v1": CartPole,
}


class Listed(NamedTuple):
    """An environment of the list that the app and the command line offer."""

    env_id: str
    threshold: float  # mean return from which it counts as solved
    limits: tuple[float, float]  # of the returns on a chart

    @property
    def vectorised(self) -> bool:
        """Computed here for all runs at once, not one by one by Gymnasium."""
        return self.env_id in VECTORISED


LISTED = (
    Listed("CartPole-v1", 475, (0, 500)),
    Listed("Acrobot-v1", -100, (-500, 0)),
    Listed("MountainCar-v0", -110, (-200, 0)),
    Listed("MountainCarContinuous-v0", 90, (-100, 100)),
    Listed("Pendulum-v1", -200, (-1600, 0)),
)


def make(env_id: str, seeds: Sequence[int], *, scaled: bool = False) -> Environment:
    """One instance of `env_id` per seed; `scaled` maps its observations as `Scaled` does.

    Raises `EnvironmentIdError` for an unknown environment or one that does not fit.
    """
    kind = VECTORISED.get(env_id)
    env = kind(seeds) if kind else Gymnasium(env_id, seeds)
    return Scaled(env) if scaled else env


def check(env_id: str) -> None:
    """Raise `EnvironmentIdError` if `make` would."""
    if env_id not in VECTORISED:
        instance = registered(env_id)
        fitting(env_id, instance)
        instance.close()
