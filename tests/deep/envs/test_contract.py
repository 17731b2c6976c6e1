"""The contract of environments, and CartPole against Gymnasium's own, bit for bit."""

import gymnasium
import numpy as np
import pytest

from rl_core.deep import envs, probes

ALL = np.ones(3, bool)


def contract_environments():
    yield pytest.param(envs.CartPole, id="CartPole")
    yield pytest.param(lambda seeds: envs.Gymnasium("Acrobot-v1", seeds), id="Acrobot")
    yield pytest.param(lambda seeds: envs.Scaled(envs.CartPole(seeds)), id="Scaled")
    yield pytest.param(lambda seeds: envs.Gymnasium("CartPole-v1", seeds), id="GymCartPole")
    for probe in probes.PROBES:
        yield pytest.param(probe, id=probe.__name__)


@pytest.fixture(params=contract_environments())
def make(request):
    return request.param


def play(env, steps, seed=0):
    """Random play with resets; returns all that was seen."""
    rng = np.random.default_rng(seed)
    seen = [env.reset(np.ones(env.n, bool))]
    for _ in range(steps):
        step = env.step(rng.integers(env.actions.n, size=env.n))
        seen += [*step]
        if (step.terminated | step.truncated).any():
            seen.append(env.reset(step.terminated | step.truncated))
    return seen


def test_shapes_and_kinds(make):
    env = make([1, 2, 3])
    features = env.low.size
    assert env.high.shape == (features,)
    observation = env.reset(ALL)
    assert (observation.shape, observation.dtype) == ((3, features), np.float32)
    step = env.step(np.zeros(3, int))
    assert step.observation.shape == (3, features)
    assert [a.dtype for a in step] == [np.float32, np.float32, np.bool_, np.bool_]
    assert all(a.shape == (3,) for a in step[1:])


def test_same_seeds_same_story(make):
    first, second = (play(make([4, 5, 6]), 200) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_seeding_again_begins_again(make):
    env = make([4, 5, 6])
    first = play(env, 100)
    env.seed([4, 5, 6])
    assert all(np.array_equal(a, b) for a, b in zip(first, play(env, 100), strict=True))


def test_a_neighbour_does_not_matter(make):
    together, alone = make([4, 5, 6]), make([5])
    assert np.array_equal(together.reset(ALL)[1:2], alone.reset(np.ones(1, bool)))
    rng = np.random.default_rng(0)
    for _ in range(100):
        action = rng.integers(together.actions.n, size=3)
        steps = together.step(action), alone.step(action[1:2])
        assert all(np.array_equal(a[1:2], b) for a, b in zip(*steps, strict=True))
        ended = [s.terminated | s.truncated for s in steps]
        now = [env.reset(e) for env, e in zip((together, alone), ended, strict=True)]
        assert np.array_equal(now[0][1:2], now[1])


def test_an_ended_episode_stays_as_it_is(make):
    env = make([7, 8, 9])
    env.reset(ALL)
    ended = np.zeros(3, bool)
    while not ended.any():
        step = env.step(np.zeros(3, int))
        ended = step.terminated | step.truncated
    after = env.step(np.zeros(3, int))
    assert np.array_equal(after.observation[ended], step.observation[ended])
    assert not after.reward[ended].any()
    assert np.array_equal(after.terminated[ended], step.terminated[ended])
    assert np.array_equal(after.truncated[ended], step.truncated[ended])


def test_what_was_returned_does_not_change(make):
    env = make([1, 2, 3])
    env.reset(ALL)
    step = env.step(np.zeros(3, int))
    copies = [a.copy() for a in step]
    env.step(np.zeros(3, int))
    env.reset(ALL)
    assert all(np.array_equal(a, b) for a, b in zip(step, copies, strict=True))


def balance(observation):
    """A rule by hand that keeps the pole up."""
    return int(observation @ np.array([0.1, 0.2, 1.0, 1.0]) > 0)


@pytest.mark.parametrize("skill", [0.0, 0.5, 1.0])
def test_cart_pole_is_gymnasium_s_bit_for_bit(skill):
    """Thousands of steps, with falls, resets and time limits; skill 1 reaches the limit."""
    seeds = [11, 12, 13]
    ours, theirs = envs.CartPole(seeds), [gymnasium.make("CartPole-v1") for _ in seeds]
    observation = ours.reset(ALL)
    for i, env in enumerate(theirs):
        assert np.array_equal(observation[i], env.reset(seed=seeds[i])[0])
    rng, endings = np.random.default_rng(0), {"terminated": 0, "truncated": 0}
    for _ in range(2000):
        skilled = rng.random(3) < skill
        action = np.where(skilled, [balance(o) for o in observation], rng.integers(2, size=3))
        step = ours.step(action)
        for i, env in enumerate(theirs):
            expected = env.step(action[i])
            assert np.array_equal(step.observation[i], expected[0])
            assert np.array_equal(ours.state[:, i], env.unwrapped.state)
            assert (step.reward[i], step.terminated[i], step.truncated[i]) == expected[1:4]
        ended = step.terminated | step.truncated
        endings["terminated"] += step.terminated.sum()
        endings["truncated"] += step.truncated.sum()
        observation = ours.reset(ended)
        for i in np.flatnonzero(ended):
            assert np.array_equal(observation[i], theirs[i].reset()[0])
    assert endings["truncated" if skill == 1 else "terminated"] > 5, endings


def test_the_limits_of_cart_pole_are_gymnasium_s():
    env = gymnasium.make("CartPole-v1")
    assert np.array_equal(envs.CartPole.high, env.observation_space.high)
    assert np.array_equal(envs.CartPole.low, env.observation_space.low)
    assert envs.CartPole.time_limit == env.spec.max_episode_steps


def test_scaling_maps_bounds_to_one_and_leaves_the_unbounded():
    env = envs.Scaled(envs.CartPole([0]))
    high = np.array([4.8, 3.0, env.env.high[2], -5.0], np.float32)
    np.testing.assert_allclose(env.scale(high), [1, 3, 1, -5])
    assert np.array_equal(env.high, [1, np.inf, 1, np.inf])


def test_scaling_centres_bounds_that_are_not_symmetric():
    env = envs.Scaled(envs.Gymnasium("MountainCar-v0", [0]))
    np.testing.assert_allclose(env.scale(np.array([-1.2, -0.07])), [-1, -1], rtol=1e-5)
    np.testing.assert_allclose(env.scale(np.array([0.6, 0.07])), [1, 1], rtol=1e-5)


@pytest.mark.parametrize(
    ("env_id", "reason"),
    [
        ("CartPole-v9", "unknown environment 'CartPole-v9': did you mean CartPole-v1"),
        ("os:CartPole-v1", "unknown environment"),
        ("", "unknown environment"),
        ("FrozenLake-v1", "its observations are Discrete, needed is Box"),
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
