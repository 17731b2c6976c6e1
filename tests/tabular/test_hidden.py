import numpy as np
import pytest

from rl_core.tabular.hidden import (
    DOORS,
    GO_LEFT,
    GO_RIGHT,
    NOTHING,
    SIGN_LEFT,
    SIGN_RIGHT,
    TREAT,
    belief_after,
    forecast,
    two_doors,
)


@pytest.mark.parametrize("trust", [0.5, 0.8, 1.0])
def test_the_same_observation_has_two_futures(trust):
    world = two_doors(trust)
    for sign, chance in ((SIGN_LEFT, trust), (SIGN_RIGHT, 1 - trust)):
        belief = belief_after(world, (sign, GO_LEFT, DOORS))
        assert forecast(world, belief, GO_LEFT)[TREAT] == pytest.approx(chance)
        assert forecast(world, belief, GO_RIGHT)[TREAT] == pytest.approx(1 - chance)


def test_what_is_done_at_the_sign_does_not_matter():
    world = two_doors(0.8)
    left, right = (belief_after(world, (SIGN_LEFT, a, DOORS)) for a in (GO_LEFT, GO_RIGHT))
    np.testing.assert_array_equal(left, right)


def test_probabilities():
    world = two_doors(0.7)
    belief = belief_after(world, (SIGN_LEFT,))
    assert belief.sum() == pytest.approx(1)
    assert forecast(world, belief, GO_LEFT)[DOORS] == pytest.approx(1)


def test_every_action_and_observation_of_the_history_counts():
    """Left at the doors: a treat, where the sign was right; nothing, where it was wrong."""
    world = two_doors(0.8)
    for seen in (TREAT, NOTHING):
        belief = belief_after(world, (SIGN_LEFT, GO_RIGHT, DOORS, GO_LEFT, seen))
        assert belief.sum() == pytest.approx(1)
        assert (world.seen[belief > 0] == seen).all()
    before = belief_after(world, (SIGN_LEFT, GO_RIGHT, DOORS))
    assert forecast(world, before, GO_LEFT)[[TREAT, NOTHING]] == pytest.approx([0.8, 0.2])
