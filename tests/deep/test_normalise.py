"""Running mean and deviation against those of everything seen, computed in two passes."""

import numpy as np
import pytest

from rl_core.deep import normalise
from rl_core.deep.normalise import Running


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_batch_by_batch_is_all_at_once(offset):
    rng = np.random.default_rng(0)
    running, seen = Running(2, 3), []
    for k in (1, 5, 2, 40):
        x = offset + rng.normal([1, 2, 3], [1, 10, 0.1], (2, k, 3))
        running.add(x)
        seen.append(x)
    everything = np.concatenate(seen, 1)
    np.testing.assert_allclose(running.mean, everything.mean(1), rtol=1e-9)
    np.testing.assert_allclose(running.deviation, everything.std(1), rtol=1e-6)
    assert (running.count == 48).all()


def test_only_what_is_marked_counts():
    rng = np.random.default_rng(1)
    x, counted = rng.normal(size=(20, 2, 4, 1)), rng.random((20, 2, 4)) < 0.5
    counted[3, 0] = False  # a batch of which a run counts nothing
    running = Running(2, 1)
    for batch, mask in zip(x, counted, strict=True):
        running.add(batch, mask)
    for run in range(2):
        own = x[:, run][counted[:, run]]
        assert running.count[run] == len(own)
        np.testing.assert_allclose(running.mean[run], own.mean(0))
        np.testing.assert_allclose(running.deviation[run], own.std(0))


def test_what_has_not_varied_keeps_its_scale():
    running = Running(1, 2)
    assert running.deviation.tolist() == [[1, 1]]
    for k in range(3):
        running.add(np.array([[[7.0, k]]]))
    np.testing.assert_allclose(running.deviation, [[1, np.std([0, 1, 2])]])


def test_centred_and_scaled_by_hand():
    running = Running(1, 1)
    running.add(np.array([[[1.0], [3.0]]]))  # mean 2, deviation 1
    x = np.array([[[2.0], [5.0], [-1.0], [100.0], [-100.0]]])
    assert running.centred(x).ravel().tolist() == [0, 3, -3, 10, -10]
    assert running.scaled(x).ravel().tolist() == [2, 5, -1, 10, -10]
    assert running.centred(x).dtype == running.scaled(x).dtype == np.float32


def test_a_policy_sees_as_its_learner_did():
    running = Running(2, 3)
    running.add(np.random.default_rng(0).normal(5, 3, (2, 50, 3)))
    x = np.random.default_rng(1).normal(5, 3, (2, 7, 3)).astype(np.float32)
    np.testing.assert_array_equal(normalise.seen(running.weights(), x), running.centred(x))
    np.testing.assert_array_equal(normalise.seen({}, x), x)
    before = running.weights()["seen.mean"].copy()
    kept = running.weights()
    running.add(x + 100)
    np.testing.assert_array_equal(kept["seen.mean"], before)  # a copy
