"""The landscape of one action: the ideas of TD3 do in it what they claim."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import (
    ACTOR_ALPHA,
    ALPHA,
    GAMMA,
    NOISES,
    REWARD,
    WIDTH,
    Ideas,
    Learner,
    critics,
    hill,
    target,
    truth,
)
from rl_core.deep import td3


def peaked(first: float, second: float, distance: float = 0.0, runs: int = 1) -> Learner:
    """One peak of each critic, so far to the right of the actor."""
    learner = Learner.initial(runs)
    centre, height = learner.centre.clone(), learner.height.clone()
    centre[..., 0] = learner.action + distance
    height[0, :, 0], height[1, :, 0] = first, second
    return replace(learner, centre=centre, height=height)


def test_the_hill_by_hand():
    """Highest at 0.3, and at 1, one width of 0.7 away, lower by a factor of exp(-1/2)."""
    a = torch.tensor([0.3, 1.0, -0.4, -0.6], dtype=torch.float64)
    assert hill(a).tolist() == pytest.approx([1, 0.606531, 0.606531, 0.437565], abs=1e-6)


def test_without_errors_ddpg_and_two_critics_are_right():
    learner = Learner.initial(3)
    for ideas in (Ideas(), Ideas(twin=True)):
        assert torch.equal(target(learner, learner.action, ideas), truth(learner))


def test_a_peak_is_as_high_as_it_says():
    learner = peaked(0.5, -0.25)
    a = learner.action[:, None]
    assert critics(learner, a)[:, 0, 0].tolist() == pytest.approx(
        [float(hill(a)) + 0.5, float(hill(a)) - 0.25]
    )
    beside = critics(learner, a + WIDTH)[0] - hill(a + WIDTH)
    assert float(beside) == pytest.approx(0.5 * np.exp(-0.5))


def test_ddpg_believes_the_first_critic_and_td3_the_lower_one():
    for first, second, lower in ((0.5, 0.1, 0.1), (-0.3, 0.4, -0.3)):
        learner = peaked(first, second)
        above = [
            float(target(learner, learner.action, ideas) - truth(learner)) / GAMMA
            for ideas in (Ideas(), Ideas(twin=True))
        ]
        assert above == pytest.approx([first, lower])


def test_smoothing_is_the_mean_over_clipped_noise():
    learner, ideas = peaked(0.8, 0.0), Ideas(smoothing=True)
    noise = np.arange(-1.5, 1.5, 1e-3)  # the mean from its definition, on a fine grid
    weight = np.exp(-0.5 * (noise / td3_by_hand.DEVIATION) ** 2)
    moved = (float(learner.action) + noise.clip(-0.5, 0.5)).clip(-1, 1)
    q = critics(learner, torch.from_numpy(moved)[None])[0, 0].numpy()
    exact = REWARD + GAMMA * (weight * q).sum() / weight.sum()
    found = float(target(learner, learner.action, ideas))
    assert found == pytest.approx(exact, abs=5e-3)
    assert found < float(target(learner, learner.action, Ideas())) - 0.2


def test_noises_are_those_of_td3():
    noise = td3_by_hand.noises()
    assert noise.shape == (NOISES,)
    assert torch.allclose(noise, -noise.flip(0))
    assert float(noise.std()) == pytest.approx(td3_by_hand.DEVIATION, rel=0.05)
    a = torch.tensor([0.9], dtype=torch.float64)
    moved = td3_by_hand.next_action(a, Ideas(smoothing=True))
    assert torch.equal(moved, td3.smoothed(a[:, None], noise, td3_by_hand.CLIP))
    assert float(moved.max()) == 1


def test_an_update_leaves_a_share_of_the_errors_and_waits_its_turn():
    learner = peaked(0.5, 0.2, distance=0.1)
    ideas = Ideas(delay=3)
    actions = [float(learner.action)]
    for n in range(1, 7):
        learner = td3_by_hand.update(learner, ideas)
        actions.append(float(learner.action))
        assert float(learner.height[0, 0, 0]) == pytest.approx(0.5 * (1 - ALPHA) ** n)
    assert [a != b for a, b in pairwise(actions)] == [
        False, False, True, False, False, True
    ]  # fmt: skip
    assert (learner.updates, learner.steps) == (6, 2)


def test_the_actor_climbs_the_first_critic_by_the_deterministic_policy_gradient():
    learner, small = peaked(0.5, -0.5, distance=0.1), 1e-6
    a = learner.action[:, None]
    slope = float(critics(learner, a + small)[0] - critics(learner, a - small)[0]) / (2 * small)
    expected = float(learner.phi) + ACTOR_ALPHA * slope * float(1 - a.square())
    assert float(td3_by_hand.climb(learner).phi) == pytest.approx(expected)
    assert float(td3_by_hand.actor_slope(learner)[0]) == pytest.approx(slope)
    without = replace(learner, height=learner.height * torch.tensor([1.0, 0.0])[:, None, None])
    assert torch.equal(td3_by_hand.climb(without).phi, td3_by_hand.climb(learner).phi)


def test_a_step_away_from_the_best_action_is_counted():
    away = td3_by_hand.update(peaked(1.0, 0.0, distance=-0.1), Ideas())
    towards = td3_by_hand.update(peaked(1.0, 0.0, distance=0.1), Ideas())
    assert (float(away.wrong), float(towards.wrong)) == (1, 0)
    assert away.action < Learner.initial(1).action < towards.action


def test_left_in_peace_the_actor_finds_the_best_action():
    learner = td3_by_hand.disturbed(Learner.initial(5), 0.2, seed=3)
    for _ in range(400):
        learner = td3_by_hand.update(learner, Ideas())
    assert learner.action.numpy() == pytest.approx(td3_by_hand.BEST, abs=0.02)


def test_errors_are_drawn_by_the_seed_and_as_high_as_said():
    one, same, other = (td3_by_hand.disturbed(Learner.initial(50), 0.7, s) for s in (1, 1, 2))
    assert torch.equal(one.centre, same.centre)
    assert not torch.equal(one.centre, other.centre)
    assert 0.65 < float(one.height.abs().max()) <= 0.7
    assert abs(float(one.height.mean())) < 0.1
    assert float(one.centre.abs().max()) <= 1


def test_on_average_ddpg_is_too_high_and_each_idea_lowers_it():
    def bias(ideas: Ideas) -> float:
        past = td3_by_hand.lives(ideas.delay, 60, 60, 20, 0.8, seed=0)
        return float(td3_by_hand.too_high(past, ideas).mean())

    plain = bias(Ideas())
    assert plain > 0.05
    assert bias(Ideas(twin=True)) < 0
    assert abs(bias(Ideas(smoothing=True))) < plain / 2
    assert 0 < bias(Ideas(delay=4)) < plain
    assert bias(Ideas(twin=True, smoothing=True, delay=4)) < 0


def test_two_critics_and_smoothing_do_not_move_the_actor():
    plain = smooth = td3_by_hand.disturbed(Learner.initial(4), 0.8, seed=1)
    for _ in range(30):
        plain = td3_by_hand.update(plain, Ideas())
        smooth = td3_by_hand.update(smooth, Ideas(twin=True, smoothing=True))
    assert torch.equal(plain.action, smooth.action)
    assert not torch.equal(*(
        td3_by_hand.target(plain, plain.action, ideas)
        for ideas in (Ideas(), Ideas(twin=True, smoothing=True))
    ))  # fmt: skip


def test_lives_are_updates_one_after_the_other():
    past = td3_by_hand.lives(4, 3, 25, 10, 0.8, seed=1)
    learner = td3_by_hand.disturbed(Learner.initial(3), 0.8, seed=1)
    for n, then in enumerate(past):
        assert torch.equal(then.phi, learner.phi)
        assert torch.equal(then.height, learner.height)
        if n in (10, 20):
            learner = td3_by_hand.disturbed(learner, 0.8, seed=1 + n // 10)
        learner = td3_by_hand.update(learner, Ideas(delay=4))
    ideas = Ideas(twin=True, smoothing=True, delay=4)
    above = td3_by_hand.too_high(past, ideas)
    assert above.shape == td3_by_hand.worth(past).shape == (26, 3)
    for n in (0, 7, 25):
        y = td3_by_hand.target(past[n], past[n].action, ideas)
        assert above[n] == pytest.approx((y - td3_by_hand.truth(past[n])).numpy(), abs=1e-12)
    assert td3_by_hand.worth(past)[25, 2] == float(td3_by_hand.hill(past[25].action)[2])
