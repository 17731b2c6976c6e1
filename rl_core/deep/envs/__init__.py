"""Environments of several instances at once, all on one contract.

Each instance has a random generator of its own, so that what happens in one cannot move another.
`step` returns the *true* next observation and never resets; `reset` is a call of its own. That
leaves no puzzle about what the observation at the end of an episode was.
"""

from rl_core.deep.envs.acrobot import Acrobot
from rl_core.deep.envs.cart_pole import CartPole
from rl_core.deep.envs.casino import Casino
from rl_core.deep.envs.contract import Bools, Environment, EnvironmentIdError, Exact, Step
from rl_core.deep.envs.listed import LISTED, Listed, check, make, native
from rl_core.deep.envs.mountain_car import MountainCar, MountainCarContinuous
from rl_core.deep.envs.pendulum import Pendulum
from rl_core.deep.envs.registered import Gymnasium
from rl_core.deep.envs.scaled import Scaled, UnitActions
from rl_core.deep.envs.spaces import Box, Discrete, Floats

__all__ = [
    "LISTED",
    "Acrobot",
    "Bools",
    "Box",
    "CartPole",
    "Casino",
    "Discrete",
    "Environment",
    "EnvironmentIdError",
    "Exact",
    "Floats",
    "Gymnasium",
    "Listed",
    "MountainCar",
    "MountainCarContinuous",
    "Pendulum",
    "Scaled",
    "Step",
    "UnitActions",
    "check",
    "make",
    "native",
]
