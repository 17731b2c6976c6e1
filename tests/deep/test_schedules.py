"""Settings that change as a training goes on, by hand."""

import pytest

from rl_core.deep.schedules import annealed, epsilon


@pytest.mark.parametrize(("step", "share"), [(0, 0.8), (250, 0.65), (1000, 0.2), (5000, 0.2)])
def test_epsilon_falls_and_then_stays(step, share):
    assert epsilon(step, 0.8, 0.2, 1000) == pytest.approx(share)


def test_the_learning_rate_falls_to_its_share():
    assert [annealed(0.01, 0.2, p) for p in (0, 0.5, 1)] == pytest.approx([0.01, 0.006, 0.002])
    assert annealed(0.01, 1.0, 0.7) == 0.01
    assert annealed(0.01, 0.0, 1.0) == 0
