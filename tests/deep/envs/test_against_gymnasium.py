"""Each environment computed here against Gymnasium's own, bit for bit."""

import math

import gymnasium
import numpy as np
import pytest

from rl_core.deep import envs
from rl_core.deep.envs.listed import VECTORISED
from tests.deep.envs.play import at_random, balance, swing_arm, swing_car

SEEDS = [11, 12, 13]
ALL = np.ones(3, bool)

# Some of Gymnasium's environments take the C library's cosine, ours take NumPy's. On most machines
# they agree to the last bit; where not, the bits of what follows may differ too.
ANGLES = np.linspace(-7, 7, 10_001)
ATOL = 0 if np.array_equal(np.cos(ANGLES), [math.cos(x) for x in ANGLES]) else 1e-6

# Environment, way to act, share of its actions taken (the others are random), steps,
# the ending that is reached and how often at least.
STORIES = [
    ("CartPole-v1", at_random, 1, 1000, "terminated", 100),
    ("CartPole-v1", balance, 0.5, 1000, "terminated", 20),
    ("CartPole-v1", balance, 1, 1600, "truncated", 9),
    ("Acrobot-v1", at_random, 1, 550, "truncated", 2),
    ("Acrobot-v1", swing_arm, 0.9, 600, "terminated", 9),
    ("MountainCar-v0", at_random, 1, 700, "truncated", 9),
    ("MountainCar-v0", swing_car, 0.9, 700, "terminated", 9),
    ("MountainCarContinuous-v0", at_random, 1, 2100, "truncated", 5),
    ("MountainCarContinuous-v0", swing_car, 0.8, 700, "terminated", 9),
    ("Pendulum-v1", at_random, 1, 900, "truncated", 12),
]


def close(ours, theirs):
    return np.abs(ours - np.asarray(theirs, ours.dtype)).max() <= ATOL


def gymnasium_instances(env_id):
    return [gymnasium.make(env_id, disable_env_checker=True) for _ in SEEDS]


def for_gymnasium(env, action):
    return action.astype(np.float32) if isinstance(env.actions, envs.Box) else action


@pytest.mark.parametrize(("env_id", "way", "share", "steps", "ending", "often"), STORIES)
def test_the_same_seeds_tell_the_same_story(env_id, way, share, steps, ending, often):
    ours, theirs = VECTORISED[env_id](SEEDS), gymnasium_instances(env_id)
    observation, rng = ours.reset(ALL), np.random.default_rng(0)
    for i, env in enumerate(theirs):
        assert close(observation[i], env.reset(seed=SEEDS[i])[0])
    endings = {"terminated": 0, "truncated": 0}
    for _ in range(steps):
        action = (way if rng.random() < share else at_random)(ours, observation, rng)
        step = ours.step(action)
        for i, env in enumerate(theirs):
            expected = env.step(for_gymnasium(ours, action)[i])
            assert close(step.observation[i], expected[0])
            assert close(ours.state[:, i], env.unwrapped.state)
            assert close(step.reward[i], expected[1])
            assert (step.terminated[i], step.truncated[i]) == expected[2:4]
        ended = step.terminated | step.truncated
        endings["terminated"] += step.terminated.sum()
        endings["truncated"] += step.truncated.sum()
        observation = ours.reset(ended)
        for i in np.flatnonzero(ended):
            assert close(observation[i], theirs[i].reset()[0])
    assert endings[ending] >= often, endings


# Where no story leads: the corners of each state.
CORNERS = {
    "CartPole-v1": [2.5, 3, 0.22, 3],
    "Acrobot-v1": [np.pi, np.pi, 4 * np.pi, 9 * np.pi],
    "MountainCar-v0": [1.25, 0.07],
    "MountainCarContinuous-v0": [1.25, 0.07],
    "Pendulum-v1": [20, 8],
}


@pytest.mark.parametrize("env_id", VECTORISED)
def test_one_step_from_any_state_is_the_same(env_id):
    n, rng = 400, np.random.default_rng(1)
    ours, theirs = VECTORISED[env_id](range(n)), gymnasium.make(env_id).unwrapped
    reach = np.array(CORNERS[env_id])[:, None]
    start = np.clip(rng.uniform(-1.5, 1.5, (len(reach), n)), -1, 1) * reach
    if env_id.startswith("MountainCar"):
        start[0] = np.clip(start[0], -1.2, 0.6)  # its walls
    start = start.astype(np.float32).astype(float)
    ours.state, ours.elapsed = start, np.ones(n, int)
    action = at_random(ours, None, rng)
    step = ours.step(action)
    for i in range(n):
        theirs.reset()
        theirs.state = start[:, i].astype(np.float32 if "Continuous" in env_id else float)
        observation, reward, terminated, *_ = theirs.step(for_gymnasium(ours, action)[i])
        assert close(step.observation[i], observation)
        assert close(step.reward[i], reward)
        assert step.terminated[i] == terminated


@pytest.mark.parametrize("env_id", VECTORISED)
def test_bounds_and_time_limit_are_gymnasium_s(env_id):
    kind, env = VECTORISED[env_id], gymnasium.make(env_id)
    theirs = envs.Gymnasium(env_id, [0])
    assert np.array_equal(kind.low, theirs.low)
    assert np.array_equal(kind.high, theirs.high)
    assert {kind.low.dtype, kind.high.dtype} == {np.dtype(np.float32)}
    assert kind.actions == theirs.actions
    assert kind.time_limit == env.spec.max_episode_steps
