"""The list, what fits beside it, and what is refused with a reason."""

import gymnasium
import numpy as np
import pytest

from rl_core.deep import envs
from rl_core.deep.envs.listed import COMPUTED_HERE

ONE = np.ones(1, bool)


class Odd(gymnasium.Env):
    """Answers with what it was given: actions of shape (2, 2), observations of shape (2, 3)."""

    observation_space = gymnasium.spaces.Box(-1, 5, (2, 3), np.float64)
    action_space = gymnasium.spaces.Box(
        np.array([[-1, 0], [-2, 10]]), np.array([[3, 4], [2, 30]]), dtype=np.float32
    )

    def reset(self, *, seed=None, options=None):
        return np.arange(6.0).reshape(2, 3), {}

    def step(self, action):
        assert self.action_space.contains(action)
        return np.concatenate([action, [[5], [6]]], 1), 1.0, False, False, {}


class Shifted(Odd):
    """Its actions are 3, 4 and 5."""

    action_space = gymnasium.spaces.Discrete(3, start=3)

    def step(self, action):
        assert self.action_space.contains(action)
        return np.full((2, 3), float(action)), 1.0, False, False, {}


class Many(Odd):
    action_space = gymnasium.spaces.MultiDiscrete([2, 3])


@pytest.fixture(autouse=True)
def _registered():
    for kind in (Odd, Shifted, Many):
        gymnasium.register(f"{kind.__name__}-v0", kind)
    yield
    for kind in (Odd, Shifted, Many):
        del gymnasium.registry[f"{kind.__name__}-v0"]


def test_boxes_of_any_shape_are_flattened_and_given_back_in_their_own():
    env = envs.Gymnasium("Odd-v0", [0])
    assert env.actions == envs.Box([-1, 0, -2, 10], [3, 4, 2, 30])
    assert np.array_equal(env.reset(ONE), [[0, 1, 2, 3, 4, 5]])
    step = env.step(np.array([[3, 0.5, -2, 11]], np.float64))
    assert np.array_equal(step.observation, [[3, 0.5, 5, -2, 11, 6]])


def test_unit_actions_reach_bounds_that_are_not_symmetric():
    env = envs.make("Odd-v0", [0])
    assert env.actions == envs.Box([-1] * 4, [1] * 4)
    env.reset(ONE)
    for unit, expected in ((-1, [-1, 0, -2, 10]), (0, [1, 2, 0, 20]), (2, [3, 4, 2, 30])):
        observation = env.step(np.full((1, 4), unit, np.float32)).observation
        assert np.array_equal(observation[0, [0, 1, 3, 4]], expected)


def test_discrete_actions_begin_where_the_environment_s_do():
    env = envs.Gymnasium("Shifted-v0", [0])
    assert env.actions == envs.Discrete(3)
    env.reset(ONE)
    assert [env.step(np.array([a])).observation[0, 0] for a in range(3)] == [3, 4, 5]


def test_unit_actions_are_of_continuous_actions_only():
    with pytest.raises(TypeError, match="continuous actions are needed, not Discrete"):
        envs.UnitActions(envs.CartPole([0]))


def test_scaling_passes_the_actions_through():
    for kind in (envs.CartPole, envs.Pendulum):
        assert envs.Scaled(kind([0])).actions == kind.actions


def test_scaling_maps_bounds_to_one_and_leaves_the_unbounded():
    env = envs.Scaled(envs.CartPole([0]))
    high = np.array([4.8, 3.0, env.env.high[2], -5.0], np.float32)
    np.testing.assert_allclose(env.scale(high), [1, 3, 1, -5])
    assert np.array_equal(env.high, [1, np.inf, 1, np.inf])


def test_scaling_centres_bounds_that_are_not_symmetric():
    env = envs.Scaled(envs.MountainCar([0]))
    np.testing.assert_allclose(env.scale(np.array([-1.2, -0.07])), [-1, -1], rtol=1e-5)
    np.testing.assert_allclose(env.scale(np.array([0.6, 0.07])), [1, 1], rtol=1e-5)


@pytest.mark.parametrize(
    ("env_id", "reason"),
    [
        ("CartPole-v9", "unknown environment 'CartPole-v9': did you mean CartPole-v1"),
        ("os:CartPole-v1", "unknown environment"),
        ("", "unknown environment"),
        ("FrozenLake-v1", "its observations are Discrete, needed is Box"),
        ("Many-v0", "its actions are MultiDiscrete, needed is Discrete or Box"),
        ("Taxi-v3", "unknown environment 'Taxi-v3': did you mean Taxi-v4"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(env_id, reason):
    with pytest.raises(envs.EnvironmentIdError, match=reason) as error:
        envs.make(env_id, [0])
    assert "\n" not in str(error.value)
    with pytest.raises(envs.EnvironmentIdError, match=reason):
        envs.check(env_id)


@pytest.mark.parametrize("listed", envs.LISTED, ids=lambda listed: listed.env_id)
def test_every_listed_environment_can_be_made(listed):
    envs.check(listed.env_id)
    env = envs.native(listed.env_id, [0, 1])
    assert isinstance(env, envs.Gymnasium) != listed.vectorised
    low, high = listed.limits
    assert low < listed.threshold < high


def test_every_environment_computed_here_is_listed():
    assert {listed.env_id for listed in envs.LISTED} == {*COMPUTED_HERE}
