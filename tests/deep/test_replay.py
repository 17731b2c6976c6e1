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
    np.testing.assert_array_equal(batch.action[..., 0], np.add(k, [[0], [10]]))
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


def filled(values, capacity):
    """A buffer that holds observations of one feature, in this order, the same in both runs."""
    replay = Replay(RUNS, capacity, 1, Discrete(2))
    for value in values:
        seen = np.full((RUNS, 1), value)
        replay.add(transition(0)._replace(observation=seen, next_observation=seen))
    return replay


def test_the_xray_tells_neighbours_from_a_batch_drawn_at_random():
    slow = np.sin(np.arange(3000) / 100)  # next to each other: all but the same
    found = filled(slow, 2500).xray(256)
    assert (found["neighbours_alike"] > 0.99).all()
    assert (np.abs(found["sampled_alike"]) < 0.3).all()
    assert found["sample_age"] == pytest.approx([1250, 1250], rel=0.1)
    assert found["sample_age"][0] != found["sample_age"][1]  # each run draws its own
    noise = np.random.default_rng(0).normal(size=3000)
    assert (np.abs(filled(noise, 2500).xray(256)["neighbours_alike"]) < 0.3).all()


def test_the_xray_by_hand():
    # the newest three in a row, newest first: 3, 1, -1; mean 0 and deviation √5 over all four
    found = filled([9, 9, -3, -1, 1, 3], 4).xray(3)
    assert found["neighbours_alike"] == pytest.approx([(3 - 1) / ((9 + 1 + 1 + 1) / 2)] * 2)


def test_the_xray_of_a_buffer_of_one_sees_one_thing_only():
    found = filled([5, 6, 7], 1).xray(64)
    assert (found["sample_age"] == 0).all()
    assert (found["neighbours_alike"] == found["sampled_alike"]).all()
    assert (found["sampled_alike"] == 1).all()


def test_the_xray_changes_nothing(replay):
    rng = np.random.default_rng(0)
    replay.xray(4)
    (after,) = replay.sample(1, 50, rng)
    np.testing.assert_array_equal(after.reward, sample(replay, 50).reward)
    np.testing.assert_array_equal(replay.xray(4)["sample_age"], replay.xray(4)["sample_age"])
