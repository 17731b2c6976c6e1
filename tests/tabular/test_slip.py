import dataclasses

import numpy as np
import pytest

from rl_core.tabular import worlds
from rl_core.tabular.slip import can_go_on_for_ever, slippery
from rl_core.tabular.worlds import LEFT, RIGHT

MDP = worlds.three_state()


def test_without_slip_nothing_changes():
    assert slippery(MDP, 0) is MDP


def test_a_slip_takes_the_other_actions_outcome_and_reward():
    slid = slippery(MDP, 0.2)
    np.testing.assert_allclose(slid.p[0, RIGHT], [0.2, 0.8, 0])
    np.testing.assert_allclose(slid.p[1, LEFT], [0.8, 0, 0.2])
    assert slid.r[1, LEFT, 2] == 1
    np.testing.assert_allclose(slid.p.sum(axis=2), 1)


def test_where_both_ways_meet_the_reward_is_their_mean():
    r = MDP.r.copy()
    r[0, :, 0] = 3, 1
    p = MDP.p.copy()
    p[0] = [1, 0, 0]
    slid = slippery(dataclasses.replace(MDP, p=p, r=r), 0.25)
    assert slid.r[0, RIGHT, 0] == pytest.approx(0.75 * 3 + 0.25 * 1)


def test_the_three_state_world_need_not_end_unless_it_slips():
    assert can_go_on_for_ever(MDP).tolist() == [True, True, False]
    assert not can_go_on_for_ever(slippery(MDP, 0.1)).any()


def test_staying_is_found_even_if_a_way_out_is_possible():
    p = MDP.p.copy()
    p[0, LEFT] = [0, 0, 1]  # now S1 has no action that surely stays, but S1 <-> S2 has
    assert can_go_on_for_ever(dataclasses.replace(MDP, p=p)).tolist() == [True, True, False]
    p = p.copy()
    p[1, LEFT] = [0.5, 0, 0.5]
    assert not can_go_on_for_ever(dataclasses.replace(MDP, p=p)).any()


def test_each_other_action_gets_its_share_of_the_slip():
    """Three actions, each of which leads to a state of its own: 0.2 / 2 to the other two."""
    p = np.stack([np.eye(3)] * 3)
    world = dataclasses.replace(MDP, actions=("a", "b", "c"), p=p, r=np.zeros_like(p))
    np.testing.assert_allclose(slippery(world, 0.2).p[0], 0.7 * np.eye(3) + 0.1)


def test_with_one_action_there_is_nothing_to_slip_into():
    world = dataclasses.replace(MDP, actions=("Left",), p=MDP.p[:, :1], r=MDP.r[:, :1])
    assert slippery(world, 0.5) is world
