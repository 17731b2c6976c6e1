"""How the tests of environments act: at random, or well enough to see another ending."""

import numpy as np

from rl_core.deep.envs import Discrete


def at_random(env, observation, rng):
    """Actions for all instances; continuous ones are now and then out of bounds."""
    if isinstance(env.actions, Discrete):
        return rng.integers(env.actions.n, size=env.n)
    span = env.actions.high - env.actions.low
    return rng.uniform(env.actions.low - span / 4, env.actions.high + span / 4, (env.n, span.size))


def balance(env, observation, rng):
    """Keeps the pole of CartPole up."""
    return (observation @ np.array([0.1, 0.2, 1.0, 1.0]) > 0).astype(int)


def swing_car(env, observation, rng):
    """Drives a car of MountainCar up the hill: pushes the way that it already rolls."""
    forwards = observation[:, 1] > 0
    if isinstance(env.actions, Discrete):
        return np.where(forwards, 2, 0)
    return np.where(forwards, 1.2, -1.0)[:, None]


def swing_arm(env, observation, rng):
    """Swings the Acrobot up: pushes against the swing of the first link."""
    return np.where(observation[:, 4] > 0, 0, 2)
