"""The replay buffer: what comes out is what went in, run by run."""

import numpy as np
import pytest

from rl_core.deep.envs import Box, Discrete
from rl_core.deep.episodes import Transition
from rl_core.deep.replay import Replay

RUNS, FEATURES = 2, 3


def transition(k):
    """Every number tells its step, its run and its field."""
    mark = 1000 * np.arange(RUNS)[:, None] + k + np.zeros((RUNS, FEATURES))
    return Transition(
        observation=mark + 0.25,
        action=np.full(RUNS, k % 4),
        reward=mark[:, 0],
        next_observation=mark + 0.75,
        terminated=np.array([k % 2 == 0, False]),
        truncated=np.array([False, k % 3 == 0]),
        returns=np.full(RUNS, np.nan),
    )


@pytest.fixture
def replay():
    replay = Replay(RUNS, 5, FEATURES, Discrete(4))
    for k in range(8):
        replay.add(transition(k))
    return replay


def test_continuous_actions_come_back_whole():
    replay = Replay(RUNS, 5, FEATURES, Box(-np.ones(2), np.ones(2)))
    for k in range(5):
        action = np.array([[k, -k], [10 + k, -10 - k]])
        replay.add(transition(k)._replace(action=action))
    batch = sample(replay, 50)
    assert batch.action.shape == (RUNS, 50, 2)
    k = batch.reward.numpy() - [[0], [1000]]
    np.testing.assert_array_equal(batch.action[..., 0], k + [[0], [10]])
    np.testing.assert_array_equal(batch.action[..., 1], -batch.action[..., 0])
    np.testing.assert_array_equal(batch.terminated[0], k[0] % 2 == 0)


def sample(replay, size):
    (batch,) = replay.sample(1, size, np.random.default_rng(0))
    return batch


def test_a_transition_comes_back_whole(replay):
    batch = sample(replay, 50)
    assert batch.observation.shape == (RUNS, 50, FEATURES)
    for run in range(RUNS):
        k = (batch.reward[run] - 1000 * run).numpy()
        assert set(k) == {3, 4, 5, 6, 7}  # the oldest three were overwritten
        np.testing.assert_array_equal(batch.observation[run, :, 0], batch.reward[run] + 0.25)
        np.testing.assert_array_equal(batch.next_observation[run, :, 2], batch.reward[run] + 0.75)
        np.testing.assert_array_equal(batch.action[run], k % 4)
        np.testing.assert_array_equal(batch.terminated[run], (k % 2 == 0) & (run == 0))
        np.testing.assert_array_equal(batch.truncated[run], (k % 3 == 0) & (run == 1))


def test_only_what_is_there_is_drawn():
    replay = Replay(RUNS, 100, FEATURES, Discrete(4))
    for k in (1, 2):
        replay.add(transition(k))
    assert replay.size == 2
    batch = sample(replay, 64)
    assert set(batch.reward[0].numpy()) == {1, 2}


def test_runs_draw_independently_and_evenly(replay):
    batch = sample(replay, 20_000)
    k = batch.reward.numpy() - [[0], [1000]]
    joint = np.histogram2d(k[0], k[1], bins=5)[0] / 20_000
    np.testing.assert_allclose(joint, 1 / 25, atol=0.006)  # four standard errors


def test_a_batch_is_a_copy(replay):
    batch = sample(replay, 4)
    before = batch.reward.clone()
    for k in range(100, 110):
        replay.add(transition(k))
    assert np.array_equal(batch.reward, before)


def test_one_place_holds_the_latest():
    replay = Replay(RUNS, 1, FEATURES, Discrete(4))
    for k in range(3):
        replay.add(transition(k))
        assert set(sample(replay, 8).reward[1].numpy()) == {1000 + k}


def test_batches_drawn_together_are_apart(replay):
    first, second = replay.sample(2, 20_000, np.random.default_rng(0))
    joint = np.histogram2d(first.reward[0], second.reward[0], bins=5)[0] / 20_000
    np.testing.assert_allclose(joint, 1 / 25, atol=0.006)
