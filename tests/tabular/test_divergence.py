"""The deadly triad: what cures which example, by the eigenvalue and by what the weights do."""

from itertools import pairwise

import numpy as np
import pytest

from rl_core.tabular import divergence
from rl_core.tabular.divergence import alone, as_they_come, baird, growth, matrix, trace, w_to_2w

N = 400


def factor(example, share, alpha, gamma, every=1):
    """Growth per update."""
    return growth(example, matrix(example, share, alpha, gamma, every)) ** (1 / every)


def size(example, path):
    """The largest value after each update; all true values are 0."""
    return np.abs(path @ example.x.T).max(axis=1)


def test_one_update_of_w_to_2w_by_hand():
    # δ = 0.9 · 2w − w = 0.8, x = 1
    w = divergence.update(np.ones(1), np.ones(1), w_to_2w(), np.array([1.0, 0]), 0.1, 0.9)
    assert w == pytest.approx([1.08])
    # the second transition ends: δ = −2w, x = 2; the mean of both moves w by 0.1 · (0.8 − 4) / 2
    w = divergence.update(np.ones(1), np.ones(1), w_to_2w(), np.array([0.5, 0.5]), 0.1, 0.9)
    assert w == pytest.approx([0.84])
    # the target is the old network's: δ = 0.9 · 2 · 3 − 1
    w = divergence.update(np.ones(1), np.full(1, 3.0), w_to_2w(), np.array([1.0, 0]), 0.1, 0.9)
    assert w == pytest.approx([1.44])


@pytest.mark.parametrize("every", [1, 2, 7, 50])
@pytest.mark.parametrize("example", [w_to_2w(0.3), baird()])
def test_the_matrix_is_what_the_updates_do(example, every):
    shares = np.tile(example.replayed, (3 * every, 1))
    path = trace(example, shares, 0.05, 0.9, every)
    w = matrix(example, example.replayed, 0.05, 0.9, every)
    assert path[-1] == pytest.approx(w @ w @ w @ example.first)


@pytest.mark.parametrize("gamma", [0.6, 0.9, 0.99])
def test_w_to_2w_is_cured_by_replay_and_only_slowed_by_a_target_network(gamma):
    example, first = w_to_2w(), np.array([1.0, 0.0])
    plain = factor(example, first, 0.1, gamma)
    assert plain == pytest.approx(1 + 0.1 * (2 * gamma - 1))
    slowed = [factor(example, first, 0.1, gamma, every) for every in (2, 10, 100, 1000)]
    for faster, slower in pairwise([plain, *slowed]):
        assert 1 < slower < faster
    for every in (1, 10, 100):
        assert factor(example, example.replayed, 0.1, gamma, every) < 1
    assert size(example, trace(example, alone(N), 0.1, gamma, 10))[-1] > 2
    both = np.tile(example.replayed, (N, 1))
    assert size(example, trace(example, both, 0.1, gamma, 1))[-1] < 1e-6


def test_however_rarely_it_copies_the_target_network_multiplies_w_by_2_gamma():
    w = matrix(w_to_2w(), np.array([1.0, 0.0]), 0.1, 0.9, 1000)
    assert growth(w_to_2w(), w) == pytest.approx(1.8)


def test_replay_does_not_cure_w_to_2w_where_the_second_state_hardly_ever_ends():
    # Tsitsiklis & Van Roy: in the limit of a long wait w becomes γ (6 − 4ε) / 5 times itself
    for ends, gamma in ((0.05, 0.95), (0.0, 0.9), (0.5, 0.95), (1.0, 0.99)):
        example = w_to_2w(ends)
        limit = growth(example, matrix(example, example.replayed, 0.1, gamma, 2000))
        assert limit == pytest.approx(gamma * (6 - 4 * ends) / 5)
        assert (factor(example, example.replayed, 0.1, gamma) > 1) == (limit > 1)


@pytest.mark.parametrize("alpha", [0.01, 0.03, 0.05])
def test_baird_is_cured_by_a_target_network_and_not_by_replay(alpha):
    example = baird()
    assert factor(example, example.replayed, alpha, 0.99) > 1.002
    assert factor(example, example.replayed, alpha, 0.99, 100) < 1
    for shares in (np.tile(example.replayed, (3000, 1)), as_they_come(3000, 0)):
        without = size(example, trace(example, shares, alpha, 0.99, 1))
        cured = size(example, trace(example, shares, alpha, 0.99, 100))
        assert without[-1] > 1e4
        assert cured[-1] < 100
        assert np.isfinite(without).all()


def test_a_target_network_that_is_copied_too_often_does_not_cure_baird():
    assert factor(baird(), baird().replayed, 0.01, 0.99, 50) > 1


def test_tables_never_diverge():
    example = baird()
    table = divergence.Example(np.eye(7), example.p, example.replayed, np.ones(7))
    assert factor(table, table.replayed, 0.1, 0.99) < 1


def test_the_ratio_makes_up_for_the_rare_solid_action():
    shares = as_they_come(200_000, 1)
    assert shares.mean(0) == pytest.approx(np.full(7, 1 / 7), abs=0.01)
    assert set(np.unique(shares)) == {0.0, 7.0}
    np.testing.assert_array_equal(as_they_come(50, 3), as_they_come(50, 3))


def test_the_values_of_baird_at_the_beginning():
    assert baird().x @ baird().first == pytest.approx([3, 3, 3, 3, 3, 3, 12])
    assert np.linalg.matrix_rank(baird().x) == 7
