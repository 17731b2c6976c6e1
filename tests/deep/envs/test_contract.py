"""What every environment promises, whoever computes it."""

from functools import partial

import numpy as np
import pytest

from rl_core.deep import envs, probes
from rl_core.deep.envs.listed import OWN, VECTORISED
from tests.deep.envs.play import at_random, balance, swing_arm, swing_car

ALL = np.ones(3, bool)


def contract_environments():
    for env_id, kind in VECTORISED.items():
        yield pytest.param(kind, id=env_id)
        yield pytest.param(partial(envs.Gymnasium, env_id), id=f"Gymnasium-{env_id}")
    yield pytest.param(lambda seeds: envs.Scaled(envs.CartPole(seeds)), id="Scaled")
    yield pytest.param(lambda seeds: envs.UnitActions(envs.Pendulum(seeds)), id="UnitActions")
    for env_id, kind in OWN.items():
        yield pytest.param(kind, id=env_id)
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
        step = env.step(at_random(env, seen[-1], rng))
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
    step = env.step(at_random(env, observation, np.random.default_rng(0)))
    assert step.observation.shape == (3, features)
    assert [a.dtype for a in step] == [np.float32, np.float32, np.bool_, np.bool_]
    assert all(a.shape == (3,) for a in step[1:])


def test_same_seeds_same_story(make):
    first, second = (play(make([4, 5, 6]), 220) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_seeding_again_begins_again(make):
    env = make([4, 5, 6])
    first = play(env, 100)
    env.seed([4, 5, 6])
    assert all(np.array_equal(a, b) for a, b in zip(first, play(env, 100), strict=True))


def test_a_neighbour_does_not_matter(make):
    """The neighbours act differently, end at other times and stay ended for a while."""
    together, alone = make([4, 5, 6]), make([5])
    assert np.array_equal(together.reset(ALL)[1:2], alone.reset(np.ones(1, bool)))
    rng = np.random.default_rng(0)
    for t in range(300):
        action = at_random(together, None, rng)
        steps = together.step(action), alone.step(action[1:2])
        assert all(np.array_equal(a[1:2], b) for a, b in zip(*steps, strict=True))
        ended = [s.terminated | s.truncated for s in steps]
        ended[0] &= [t % 7 == 0, True, t % 50 == 0]
        now = [env.reset(e) for env, e in zip((together, alone), ended, strict=True)]
        assert np.array_equal(now[0][1:2], now[1])


def assert_ended_ones_stay(env, way, ending):
    """Play until the first instances end; afterwards nothing can move them but a reset."""
    observation, rng = env.reset(ALL), np.random.default_rng(0)
    ended = np.zeros(3, bool)
    while not ended.any():
        step = env.step(way(env, observation, rng))
        observation, ended = step.observation, step.terminated | step.truncated
    assert getattr(step, ending)[ended].all()
    env.reset(~ended)
    for _ in range(5):
        after = env.step(at_random(env, observation, rng))
        assert np.array_equal(after.observation[ended], step.observation[ended])
        assert not after.reward[ended].any()
        assert np.array_equal(after.terminated[ended], step.terminated[ended])
        assert np.array_equal(after.truncated[ended], step.truncated[ended])
    again = env.reset(ended)
    assert not np.array_equal(again[ended], step.observation[ended])
    after = env.step(at_random(env, again, rng))
    assert not (after.terminated | after.truncated)[ended].any()


ENDINGS = [
    ("CartPole-v1", at_random, "terminated"),
    ("CartPole-v1", balance, "truncated"),
    ("Acrobot-v1", swing_arm, "terminated"),
    ("Acrobot-v1", at_random, "truncated"),
    ("MountainCar-v0", swing_car, "terminated"),
    ("MountainCar-v0", at_random, "truncated"),
    ("MountainCarContinuous-v0", swing_car, "terminated"),
    ("MountainCarContinuous-v0", at_random, "truncated"),
    ("Pendulum-v1", at_random, "truncated"),
]


@pytest.mark.parametrize("path", ["vectorised", "Gymnasium"])
@pytest.mark.parametrize(("env_id", "way", "ending"), ENDINGS)
def test_an_ended_episode_stays_as_it_is(path, env_id, way, ending):
    make = VECTORISED[env_id] if path == "vectorised" else partial(envs.Gymnasium, env_id)
    assert_ended_ones_stay(make([7, 8, 9]), way, ending)


@pytest.mark.parametrize("make", [envs.CartPole, partial(envs.Gymnasium, "CartPole-v1")])
def test_time_does_not_pass_for_who_has_ended(make):
    env = make([0])
    env.reset(np.ones(1, bool))
    for _ in range(envs.CartPole.time_limit + 1):
        step = env.step(np.zeros(1, int))
    assert (step.terminated[0], step.truncated[0]) == (True, False)


@pytest.mark.parametrize("probe", probes.PROBES)
def test_an_ended_probe_stays_as_it_is(probe):
    env = probe([7, 8, 9])
    env.reset(ALL)
    while not (step := env.step(np.zeros(3, int))).terminated.all():
        pass
    after = env.step(np.zeros(3, int))
    assert np.array_equal(after.observation, step.observation)
    assert not after.reward.any()
    assert after.terminated.all()


def test_what_was_returned_does_not_change(make):
    env, rng = make([1, 2, 3]), np.random.default_rng(0)
    observation = env.reset(ALL)
    step = env.step(at_random(env, observation, rng))
    copies = [a.copy() for a in (observation, *step)]
    for _ in range(20):
        env.step(at_random(env, observation, rng))
    env.reset(ALL)
    assert all(np.array_equal(a, b) for a, b in zip((observation, *step), copies, strict=True))


def test_an_action_is_not_written_to(make):
    env, rng = make([1, 2, 3]), np.random.default_rng(0)
    action = at_random(env, env.reset(ALL), rng)
    action.flags.writeable = False
    env.step(action)


@pytest.mark.parametrize("env_id", ["Pendulum-v1", "MountainCarContinuous-v0"])
def test_both_paths_take_the_same_actions_out_of_bounds(env_id):
    """In float64, and clipped in the same way: nothing between the limits is lost or gained."""
    both = VECTORISED[env_id]([3]), envs.Gymnasium(env_id, [3])
    for env in both:
        env.reset(np.ones(1, bool))
    for action in (0.1, 1 / 3, -0.7, 1.0, 5.0, -1e9, 1e3):
        ours, theirs = (env.step(np.array([[action]])) for env in both)
        assert all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(ours, theirs, strict=True))
