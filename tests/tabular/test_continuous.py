import numpy as np
import pytest

from rl_core.tabular import continuous


def best(d: int, runs: int = 20) -> np.ndarray:
    return np.random.default_rng(5).uniform(-0.8, 0.8, (runs, d))


@pytest.mark.parametrize(("n", "d"), [(2, 1), (7, 1), (9, 2), (8, 3)])
def test_rounding_is_what_the_maximum_over_the_grid_finds(n, d):
    actions = continuous.grid(n, d)
    assert actions.shape == (n**d, d)
    for target in best(d):
        found = actions[continuous.best_on_grid(continuous.reward(actions, target))]
        error = np.linalg.norm(found - target)
        assert continuous.grid_error(target, n) == pytest.approx(error)


def test_a_finer_grid_halves_the_error_and_squares_the_cost():
    coarse, fine = (continuous.grid_error(best(2, 2000), n).mean() for n in (11, 21))
    assert coarse / fine == pytest.approx(2, rel=0.1)


def test_the_update_by_hand():
    found = continuous.gaussian_update(
        np.array([0.2]), 0.1, np.array(-0.5), np.array(-1.0), np.array([0.4]), sigma=0.5
    )
    assert found == pytest.approx([0.2 + 0.1 * 0.5 * 0.2 / 0.25])


@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_gaussian_policy_finds_the_best_action(d):
    target = best(d)
    means = continuous.train_many(target, 200, np.random.default_rng(0))
    assert means.shape == (201, 20, d)
    errors = np.linalg.norm(means - target, axis=-1)
    assert errors[0].mean() > 0.3
    assert errors[-1].mean() < 0.03


def test_the_gradient_points_at_the_best_action():
    # the gradient of the expected reward -|mu - a*|^2 - d sigma^2 is 2 (a* - mu)
    target = np.tile([0.5, -0.3], (2000, 1))
    means = continuous.train_many(target, 1, np.random.default_rng(0), alpha=1, batch=64)
    expected = 2 * target[0] * 63 / 64  # the baseline holds a 64th of each reward itself
    np.testing.assert_allclose(means[1].mean(axis=0), expected, atol=0.02)
