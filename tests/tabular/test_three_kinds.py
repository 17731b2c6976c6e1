"""Three learners on one data set: each checked on numbers small enough for the head."""

import numpy as np
import pytest

from rl_core.tabular import three_kinds as kinds


def right(answer, label):
    return float((answer == label).mean())


def test_more_samples_begin_with_the_same_ones():
    few, many = kinds.sample(10, 3), kinds.sample(50, 3)
    assert (many.x[:10] == few.x).all()
    assert (many.label[:10] == few.label).all()
    assert ((many.x >= 0) & (many.x <= 1)).all()


def test_nearest_and_centroids_by_hand():
    x = np.array([[0.0, 0.0], [0.2, 0.0], [1.0, 1.0]])
    centres = kinds.centroids(x, np.array([0, 0, 1]))
    np.testing.assert_allclose(centres, [[0.1, 0], [1, 1], [np.inf, np.inf]])
    assert kinds.nearest(np.array([[0.3, 0.3], [0.9, 0.6]]), centres).tolist() == [0, 1]


def test_k_means_finds_three_clumps_without_labels():
    clumps = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    x = np.concatenate([clumps, clumps + 0.02, clumps - 0.02])
    found = kinds.k_means(x, 3, seed=0)
    np.testing.assert_allclose(sorted(found.tolist()), sorted(clumps.tolist()), atol=1e-12)


def test_names_are_the_best_there_are():
    groups, label = np.array([2, 2, 0, 1]), np.array([0, 0, 1, 2])
    assert kinds.named(groups, label).tolist() == [1, 2, 0]


def test_by_reward_sees_only_what_its_own_tries_brought():
    """Changing what is right where it was wrong anyway changes nothing that it learns."""
    data = kinds.sample(40, 0)
    first = kinds.by_reward(data, 0)
    other = data.label.copy()
    for i in np.flatnonzero(first.rewards == 0):
        other[i] = 3 - first.tried[i] - other[i]  # the third action: neither tried nor right
    assert (other != data.label).any()
    again = kinds.by_reward(kinds.Data(data.x, other), 0)
    assert (again.weights == first.weights).all()


@pytest.mark.parametrize("seed", range(8))
def test_every_kind_gets_better_than_chance(seed):
    data, fresh = kinds.sample(120, seed), kinds.sample(500, 1000)
    told = kinds.nearest(fresh.x, kinds.centroids(data.x, data.label))
    groups = kinds.nearest(fresh.x, kinds.k_means(data.x, 3, 0))
    paid = kinds.by_reward(data, seed).choose(fresh.x)
    assert right(told, fresh.label) > 0.93
    assert right(kinds.named(groups, fresh.label)[groups], fresh.label) > 0.93
    assert right(paid, fresh.label) > 0.85


def test_rewards_teach_more_slowly_than_labels():
    fresh, gaps = kinds.sample(500, 1000), []
    for seed in range(10):
        data = kinds.sample(15, seed)
        told = kinds.nearest(fresh.x, kinds.centroids(data.x, data.label))
        paid = kinds.by_reward(data, seed).choose(fresh.x)
        gaps.append(right(told, fresh.label) - right(paid, fresh.label))
    assert np.mean(gaps) > 0.05
