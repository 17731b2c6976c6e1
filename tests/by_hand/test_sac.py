"""SAC taken apart: densities by quadrature, the temperature's steps, the numbers of a batch."""

import math

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from rl_core.by_hand import sac as sac_by_hand
from rl_core.by_hand.sac import best_entropy, double, entropy, gaussian
from rl_core.deep import sac
from rl_core.deep.distributions import LOG_STD


def points(mean, std, n=20_001):
    return mean + std * torch.linspace(-9, 9, n, dtype=torch.float64)


@pytest.mark.parametrize(("mean", "std"), [(0.0, 0.3), (0.5, 1.0), (-1.5, 2.0)])
def test_only_the_true_density_has_area_one(mean, std):
    pi, u = gaussian(mean, math.log(std)), points(mean, std)
    true = pi.log_prob(u.unsqueeze(-1))
    assert sac_by_hand.area(true, u) == pytest.approx(1, abs=1e-6)
    naive = sac_by_hand.area(sac_by_hand.naive_log_prob(pi, u.unsqueeze(-1)), u)
    # ∫ N(artanh a) da over actions, by another program
    oracle, _ = quad(
        lambda a: math.exp(-0.5 * ((math.atanh(a) - mean) / std) ** 2)
        / (std * math.sqrt(2 * math.pi)), -1, 1,
    )  # fmt: skip
    assert naive == pytest.approx(oracle, abs=1e-5)
    assert naive < 0.95


def test_the_naive_entropy_is_that_of_the_normal_and_the_true_one_that_of_the_actions():
    pi = gaussian(0.3, math.log(0.8))
    normal = math.log(0.8) + 0.5 * math.log(2 * math.pi * math.e)
    assert float(entropy(pi, corrected=False)) == pytest.approx(normal)
    u = points(0.3, 0.8)
    log_pi = pi.log_prob(u.unsqueeze(-1))
    density = sac_by_hand.naive_log_prob(pi, u.unsqueeze(-1)).exp()
    assert float(entropy(pi)) == pytest.approx(float(-torch.trapezoid(density * log_pi, u)))


def test_entropy_has_a_top_with_the_correction_and_none_without():
    mean, log_std = 0.6, math.log(0.2)
    for _ in range(200):
        mean, log_std = sac_by_hand.more_entropy(mean, log_std, True, 0.25)
    assert mean == pytest.approx(0, abs=1e-3)
    assert 0.8 < math.exp(log_std) < 1
    top = float(entropy(gaussian(mean, log_std)))
    assert top < math.log(2)  # that of the uniform distribution on (-1, 1)
    assert top == pytest.approx(math.log(2), abs=0.02)
    mean, log_std = 0.6, math.log(0.2)
    for k in range(1, 9):
        mean, log_std = sac_by_hand.more_entropy(mean, log_std, False, 0.25)
        assert log_std == pytest.approx(math.log(0.2) + 0.25 * k)  # ∂H/∂ln σ = 1, always
    assert mean == 0.6
    assert log_std < LOG_STD[1]


def test_the_best_policy_is_normal_where_the_bounds_are_far():
    """exp(-2 c (a - 0.4)² / α) has variance α / (4 c)."""
    alpha, scale = 0.004, 1.0
    chance, log_pi = sac_by_hand.best_policy(alpha, scale)
    a = sac_by_hand.actions()
    assert chance.sum() == pytest.approx(1)
    assert chance @ a == pytest.approx(sac_by_hand.PEAK, abs=1e-6)
    assert chance @ (a - 0.4) ** 2 == pytest.approx(alpha / 4, rel=1e-4)
    normal = 0.5 * math.log(2 * math.pi * math.e * alpha / 4)
    assert best_entropy(alpha, scale) == pytest.approx(normal, abs=1e-4)
    assert (chance * log_pi).sum() == -best_entropy(alpha, scale)
    assert best_entropy(1e6, scale) == pytest.approx(math.log(2), abs=1e-6)


def test_only_the_ratio_of_temperature_and_rewards_counts():
    assert best_entropy(0.3, 1.0) == pytest.approx(best_entropy(3.0, 10.0))


@pytest.mark.parametrize("alpha", [0.01, 0.5, 20.0])
def test_a_step_of_the_temperature_is_the_gap_of_the_entropy(alpha):
    after = sac_by_hand.adjusted(alpha, 1.0, -1.0, 0.5)
    gap = best_entropy(alpha, 1.0) + 1
    assert math.log(after) == pytest.approx(math.log(alpha) - 0.5 * gap)


@pytest.mark.parametrize("scale", [0.1, 1.0, 10.0])
def test_the_temperature_brings_the_entropy_to_its_target(scale):
    alpha = 1.0
    for _ in range(60):
        alpha = sac_by_hand.adjusted(alpha, scale, -1.0, 0.5)
    assert best_entropy(alpha, scale) == pytest.approx(-1, abs=1e-3)
    sigma = math.exp(-1) / math.sqrt(2 * math.pi * math.e)
    assert alpha == pytest.approx(4 * scale * sigma**2, rel=0.01)


def test_a_batch_is_what_the_functions_of_sac_make_of_it():
    b = sac_by_hand.batch(3)
    assert b.reward.shape == (16,)
    v = torch.minimum(b.q_next[0], b.q_next[1]) - b.alpha * b.log_pi_next
    np.testing.assert_allclose(b.v_next, v, atol=1e-5)
    np.testing.assert_allclose(b.y, b.reward + b.gamma * (1 - b.terminated) * v, atol=1e-5)
    np.testing.assert_allclose(b.delta, b.y - b.q, atol=1e-5)
    loss = b.alpha * b.log_pi - torch.minimum(b.q_now[0], b.q_now[1])
    np.testing.assert_allclose(b.actor_loss, loss, atol=1e-5)
    moves = -math.log(b.alpha) * (b.log_pi + b.target_entropy)
    np.testing.assert_allclose(b.temperature_loss, moves, atol=1e-5)
    again = sac_by_hand.batch(3)
    assert all(torch.equal(x, y) for x, y in ((b.y, again.y), (b.log_pi, again.log_pi)))


def test_the_temperature_moves_by_the_loss_of_sac(monkeypatch):
    monkeypatch.setattr(sac, "temperature_loss", lambda log_alpha, log_pi, target: 3 * log_alpha)
    after = sac_by_hand.adjusted(1.0, 1.0, -1.0, 0.5)
    assert after == pytest.approx(math.exp(-1.5))
    assert double(after).dtype == torch.float64
