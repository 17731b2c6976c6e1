"""The maximum of noisy estimates: by hand, by formula, and by drawing."""

import numpy as np
import pytest

from rl_core.tabular import noisy_estimates as noisy


def test_one_table_believes_itself_two_do_not():
    a, b = np.array([0.3, 2.0, -1.0]), np.array([5.0, -0.5, 1.0])
    assert noisy.single(a) == 2.0
    assert noisy.double(a, b) == -0.5
    assert noisy.double(b, a) == 0.3
    assert noisy.double(a, a) == noisy.single(a)
    both = np.array([[a, b], [b, a]])
    assert noisy.double(both[:, 0], both[:, 1]).tolist() == [-0.5, 0.3]


@pytest.mark.parametrize(
    ("n", "value"), [(1, 0), (2, np.pi**-0.5), (3, 0.8462844), (10, 1.5387527), (20, 1.8674750)]
)
def test_the_largest_of_n_normal_numbers(n, value):
    assert noisy.expected_single((0.0,) * n, 1.0) == pytest.approx(value, abs=1e-5)
    assert noisy.expected_single((2.0,) * n, 0.5) == pytest.approx(2 + value / 2, abs=1e-5)


def test_chances_are_probabilities():
    assert noisy.chances((0.0,) * 5, 1.0) == pytest.approx([0.2] * 5, abs=1e-5)
    # two actions: P = Φ(Δ / (σ√2))
    assert noisy.chances((1.0, 0.0), 1.0)[0] == pytest.approx(0.7602499, abs=1e-5)


def test_double_is_never_above_the_truth_unless_the_tables_err_alike():
    true = (0.5, 0.0, 0.0, 0.0)
    assert noisy.expected_double(true, 1.0, 0.0) < 0.5 < noisy.expected_single(true, 1.0)
    assert noisy.expected_double((0.0,) * 4, 1.0, 0.0) == pytest.approx(0, abs=1e-9)
    assert noisy.expected_double(true, 1.0, 1.0) == noisy.expected_single(true, 1.0)


@pytest.mark.parametrize("alike", [0.0, 0.6])
def test_the_formulas_against_many_draws(alike):
    true = (0.5, 0.0, -0.2, 0.0)
    drawn = noisy.tables(np.array(true), 0.8, alike, 100_000, 1)
    a, b = drawn[:, 0], drawn[:, 1]
    assert noisy.single(a).mean() == pytest.approx(noisy.expected_single(true, 0.8), abs=0.01)
    assert noisy.double(a, b).mean() == pytest.approx(
        noisy.expected_double(true, 0.8, alike), abs=0.01
    )
    assert np.corrcoef((a - true).ravel(), (b - true).ravel())[0, 1] == pytest.approx(
        alike, abs=0.01
    )


def test_the_first_rounds_stay():
    one, more = (noisy.tables(np.zeros(3), 1.0, 0.5, rounds, 7) for rounds in (2, 50))
    assert np.array_equal(one, more[:2])
