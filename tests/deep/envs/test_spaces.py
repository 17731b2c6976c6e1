"""Kinds of actions, and the way from [−1, 1] to bounds and back."""

import numpy as np
import pytest

from rl_core.deep.envs import Box, Discrete

INF = np.inf
BOX = Box(np.array([-1.0, 10, -INF, 0, 2]), np.array([3.0, 30, INF, INF, 2]))


def test_from_unit_maps_each_dimension_to_its_own_bounds():
    ends = BOX.from_unit([[-1, -1, -1, -1, -1], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]])
    assert np.array_equal(ends, [[-1, 10, -1, -1, 2], [1, 20, 0, 0, 2], [3, 30, 1, 1, 2]])
    assert ends.dtype == np.float32


def test_from_unit_clips_what_has_bounds_and_nothing_else():
    beyond = BOX.from_unit(np.array([[5, -5, 5, 5, 5], [-5, 5, -5, -5, -5]], np.float32))
    assert np.array_equal(beyond, [[3, 10, 5, 5, 2], [-1, 30, -5, -5, 2]])


def test_the_ends_are_the_very_bounds():
    """In float32, centre + reach is often one rounding step off."""
    rng = np.random.default_rng(0)
    low, high = np.sort(rng.normal(size=(2, 10_000)).astype(np.float32), axis=0)
    box = Box(low, high)
    assert np.array_equal(box.from_unit(np.full(10_000, -1)), low)
    assert np.array_equal(box.from_unit(np.ones(10_000)), high)
    inside = box.from_unit(rng.uniform(-1, 1, (20, 10_000)))
    assert ((low <= inside) & (inside <= high)).all()


def test_to_unit_is_the_inverse_over_any_leading_axes():
    unit = np.random.default_rng(0).uniform(-1, 1, (3, 4, 5)).astype(np.float32)
    unit[..., 4] = 0  # bounds that are equal leave nothing to choose
    back = BOX.to_unit(BOX.from_unit(unit))
    assert back.shape == unit.shape
    assert back.dtype == np.float32
    np.testing.assert_allclose(back, unit, atol=1e-6)
    assert np.array_equal(BOX.from_unit(unit)[1, 2], BOX.from_unit(unit[1, 2]))


def test_the_largest_float32_is_no_bound():
    largest = np.full(1, np.finfo(np.float32).max, np.float32)
    assert Box(-largest, largest).from_unit([7.0]) == 7


def test_the_unit_box_is_what_to_unit_maps_to():
    unit = BOX.unit
    assert np.array_equal(unit.low, [-1, -1, -INF, 0, -1])
    assert np.array_equal(unit.high, [1, 1, INF, INF, 1])
    assert unit.unit == unit


def test_spaces_compare_by_what_they_allow():
    same, other = Box([-1, 0], [1, 2]), Box([-1, 0], [1, 3])
    assert same == Box(np.array([-1.0, -0.0]), np.array([1.0, 2.0])) != other
    assert len({same, Box([-1, -0.0], [1, 2]), other}) == 2
    assert Discrete(2) == Discrete(2) != Discrete(3)
    assert Box([0], [2]) != Discrete(2)
    assert (repr(same), repr(Discrete(2))) == (
        "Box(low=[-1.0, 0.0], high=[1.0, 2.0])",
        "Discrete(n=2)",
    )
    assert (same.size, same.outputs, Discrete(3).outputs) == (2, 2, 3)


def test_a_box_keeps_its_bounds_to_itself():
    low = np.zeros(1, np.float32)
    box = Box(low, np.ones(1, np.float32))
    low[0] = 5
    assert box.low == 0
    with pytest.raises(ValueError, match="read-only"):
        box.high[0] = 2


@pytest.mark.parametrize(
    ("low", "high"), [([1], [0]), ([0], [1, 2]), ([[0]], [[1]]), ([np.nan], [1])]
)
def test_bounds_that_do_not_fit_are_refused(low, high):
    with pytest.raises(ValueError, match="bounds must be two vectors, low <= high"):
        Box(low, high)
