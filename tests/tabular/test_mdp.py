import dataclasses

import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.mdp import FiniteMDP, WorldError


def changed(array: str, index: tuple[int, ...], value: float) -> FiniteMDP:
    """The 3-state world with one number changed."""
    mdp = worlds.three_state()
    copy = getattr(mdp, array).copy()
    copy[index] = value
    return dataclasses.replace(mdp, **{array: copy})


def test_three_state_moves_as_the_document_says():
    mdp = worlds.three_state()
    moves = {
        (mdp.states[s], mdp.actions[a]): mdp.step(s, a, 0.5) for s in range(2) for a in range(2)
    }
    assert moves == {
        ("S1", "Right"): (1, 0.0, False),
        ("S1", "Left"): (0, 0.0, False),
        ("S2", "Right"): (2, 1.0, True),
        ("S2", "Left"): (0, 0.0, False),
    }
    assert mdp.draw_start(0.99) == 0


@pytest.mark.parametrize(
    ("array", "index", "value", "problem"),
    [
        ("p", (1, 0, 0), 0.25, "sum"),
        ("p", (1, 0, 0), -0.5, "negative"),
        ("p", (1, 0, 0), np.nan, "not_finite"),
        ("r", (1, 0, 0), np.inf, "not_finite"),
    ],
)
def test_a_bad_row_is_refused_with_its_place(array, index, value, problem):
    with pytest.raises(WorldError, match="S2, action Right") as refused:
        changed(array, index, value)
    assert (refused.value.problem, refused.value.state) == (problem, "S2")


def test_a_start_that_does_not_sum_to_one_is_refused():
    with pytest.raises(WorldError, match=r"start probabilities must sum to 1, not 1\.5"):
        changed("start", (1,), 0.5)


def test_a_wrong_shape_is_refused():
    with pytest.raises(WorldError, match="start has shape"):
        dataclasses.replace(worlds.three_state(), start=np.ones(2) / 2)


def test_next_states_are_drawn_with_their_probabilities():
    p = np.array([[[0.2, 0.0, 0.8]], [[0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]]])
    mdp = FiniteMDP(
        p, np.zeros_like(p), np.zeros(3, bool), np.array([1.0, 0, 0]), ("a", "b", "c"), ("go",)
    )
    assert [mdp.step(0, 0, u)[0] for u in (0.0, 0.19, 0.2, 0.999999)] == [0, 0, 2, 2]


def test_rounding_never_draws_an_impossible_state():
    p = np.array([[[0.1] * 10 + [0.0]]] * 11).reshape(11, 1, 11)
    assert p[0, 0].cumsum()[-1] < 1
    names = tuple("abcdefghijk")
    mdp = FiniteMDP(p, np.zeros_like(p), np.zeros(11, bool), np.eye(11)[0], names, ("go",))
    assert mdp.step(0, 0, np.nextafter(1, 0))[0] == 9
