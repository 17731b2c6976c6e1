"""PPO by hand: the slope from its definition, the single sample, and epochs that are PPO's own."""

import pytest
import torch

from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import CONFIG, NO_CLIP, RUNS
from rl_core.deep import envs, ppo
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_the_slope_is_flat_where_moving_on_would_pay_and_nowhere_else():
    ratio = tensor(0.5, 1, 1.5, 0.5, 1, 1.5)
    advantage = tensor(2, 2, 2, -3, -3, -3)
    expected = tensor(2, 2, 0, 0, -3, -3)
    torch.testing.assert_close(ppo_by_hand.slope(ratio, advantage, 0.2), expected)
    torch.testing.assert_close(ppo_by_hand.slope(ratio, advantage, NO_CLIP), advantage)


@pytest.mark.parametrize(("r", "a"), [(0.5, 2), (0.9, -1), (1.5, 2), (1.5, -1)])
def test_the_slope_is_the_finite_difference(r, a):
    up, down = (ppo.clipped_surrogate(tensor(r + h), tensor(a), 0.2) for h in (1e-6, -1e-6))
    slope = ppo_by_hand.slope(tensor(r), tensor(a), 0.2)
    torch.testing.assert_close(slope, (up - down) / 2e-6, rtol=1e-6, atol=1e-6)


def test_one_step_of_the_single_sample():
    """θ = logit 0.4; dL/dθ = Â r (1 − π) = 0.6: a step of 0.5 goes to σ(θ + 0.3) / 0.4."""
    theta = torch.logit(tensor(0.4)) + 0.3
    after = float(torch.sigmoid(theta) / 0.4)
    assert ppo_by_hand.climb(1.0, 1.0, 0.2, 0.5) == pytest.approx(after)


def test_the_single_sample_stops_behind_the_border_and_without_the_clip_never():
    held = free = 1.0
    for _ in range(30):
        held = ppo_by_hand.climb(held, 1.0, 0.2, 0.3)
        free = ppo_by_hand.climb(free, 1.0, NO_CLIP, 0.3)
    assert 1.2 < held < 1.35
    assert ppo_by_hand.climb(held, 1.0, 0.2, 0.3) == pytest.approx(held)
    assert 2.2 < free < 2.5


def test_the_single_sample_may_come_back():
    assert ppo_by_hand.climb(0.5, 1.0, 0.2, 0.3) > 0.5
    assert ppo_by_hand.climb(1.5, -1.0, 0.2, 0.3) < 1.5


def test_nothing_has_drifted_before_the_first_epoch():
    begun = ppo_by_hand.first(0)
    assert begun.ratio.shape == (RUNS, CONFIG.envs * CONFIG.n_steps)
    assert (begun.ratio == 1).all()
    assert (begun.kl == 0).all()
    assert begun.promised.abs().max() < 1e-6


def test_its_epochs_are_those_of_ppo():
    """One more update of `ppo.train` leads to the same parameters, bit for bit."""
    moment = ppo_by_hand.first(1)
    for _ in range(CONFIG.epochs):
        moment = ppo_by_hand.epoch(moment, CONFIG.clip)

    steps = CONFIG.envs * CONFIG.n_steps
    instances = seeds(1, Purpose.ENVIRONMENT, RUNS * CONFIG.envs)
    state = ppo.start(envs.make(ppo_by_hand.ENV, instances, scaled=CONFIG.scaled), CONFIG, 1)
    for config, n in ((ppo_by_hand.BEFORE, ppo_by_hand.ROLLOUTS), (CONFIG, 1)):
        for _ in ppo.train(Timeline(config, n * steps), state):
            pass
    ours, theirs = moment.state.actor_critic.parameters, state.actor_critic.parameters
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_an_epoch_leaves_the_moment_before_as_it_was():
    begun = ppo_by_hand.first(2)
    once, again = (ppo_by_hand.epoch(begun, 0.2) for _ in range(2))
    assert torch.equal(once.ratio, again.ratio)
    assert (begun.ratio == 1).all()


def test_what_is_earned_does_not_depend_on_the_company():
    begun = ppo_by_hand.first(2)
    later = ppo_by_hand.epoch(begun, 0.2)
    alone, pair = ppo_by_hand.earned([later]), ppo_by_hand.earned([begun, later])
    assert alone.shape == (1, RUNS)
    assert pair.shape == (2, RUNS)
    assert (pair[1] == alone[0]).all()
    assert (ppo_by_hand.earned([begun, begun]) == pair[0]).all()


def test_without_the_clip_the_ratios_run_away_and_promises_are_not_kept():
    """Of most luck, this one included, the policies get much worse on average."""
    with_clip = without = begun = ppo_by_hand.first(2)
    for _ in range(15):
        with_clip = ppo_by_hand.epoch(with_clip, 0.2)
        without = ppo_by_hand.epoch(without, NO_CLIP)
    assert with_clip.kl.max() < 0.1 < 0.3 < without.kl.mean()
    assert without.promised.mean() > 2 * with_clip.promised.mean() > 0
    before, held, free = ppo_by_hand.earned([begun, with_clip, without]).mean(-1)
    assert free < 0.7 * before
    assert held > 0.8 * before
