"""Luck, policies and step sizes."""

import numpy as np
import pytest

from rl_core.tabular.luck import BLOCK, Luck
from rl_core.tabular.policies import epsilon_greedy, epsilon_greedy_policy, greedy
from rl_core.tabular.schedules import SCHEDULES


def test_luck_depends_on_place_not_on_order():
    luck = Luck(7)
    forwards = [luck(e, t) for e in range(3) for t in range(2 * BLOCK)]
    backwards = [luck(e, t) for e in reversed(range(3)) for t in reversed(range(2 * BLOCK))]
    assert forwards == backwards[::-1]


def test_luck_never_repeats_itself():
    luck = Luck(7)
    rows = {luck(e, t) for e in range(3) for t in range(2 * BLOCK)}
    assert len(rows) == 6 * BLOCK
    assert luck(0, 0) != Luck(8)(0, 0)
    assert luck.start(0) not in {row.transition for row in rows}


def test_luck_is_uniform():
    luck = Luck(0)
    draws = np.array([luck(e, t) for e in range(200) for t in range(50)])
    np.testing.assert_allclose(draws.mean(axis=0), 0.5, atol=4 * 0.2887 / 100)
    assert draws.min() >= 0
    assert draws.max() < 1


def test_greedy_breaks_ties_evenly():
    q = np.array([1.0, 3.0, 3.0, 2.0, 3.0])
    chosen = [greedy(q, tie) for tie in np.linspace(0, 1, 300, endpoint=False)]
    assert {a: chosen.count(a) for a in set(chosen)} == {1: 100, 2: 100, 4: 100}


def test_exploring_includes_the_greedy_action():
    luck, q = Luck(1), np.array([0.0, 1.0])
    chosen = [epsilon_greedy(q, 0.4, luck(0, t)) for t in range(5000)]
    assert np.mean(chosen) == pytest.approx(0.8, abs=0.02)


def test_the_chances_of_a_whole_table():
    """Each row has its own best; two that are equally good share."""
    chances = epsilon_greedy_policy(np.array([[1.0, 1, 0], [3, 5, 1]]), 0.3)
    np.testing.assert_allclose(chances, [[0.45, 0.45, 0.1], [0.1, 0.8, 0.1]])


def test_step_sizes():
    sizes = {name: [f(0.5, n) for n in range(3)] for name, f in SCHEDULES.items()}
    assert sizes["constant"] == [0.5, 0.5, 0.5]
    assert sizes["inverse_visits"] == [1, 1 / 2, 1 / 3]
    assert sizes["geometric"] == pytest.approx([0.5, 0.45, 0.405])
