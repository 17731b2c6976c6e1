"""The world of two parameters against sums over time, finite differences and hand-made numbers."""

import math

import pytest
import torch

from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.by_hand.trpo import FACTOR, GAMMA, REWARD, START
from rl_core.deep import natural

PLACES = [(-1.5, -3.5), (0.0, 0.0), (2.0, -1.0), (-0.4, 2.8)]


def place(*theta: float) -> torch.Tensor:
    return torch.tensor(theta, dtype=torch.float64)


@pytest.mark.parametrize("theta", PLACES)
def test_performance_and_visits_are_sums_over_time(theta):
    stay = 1 / (1 + torch.exp(-place(*theta)))
    p = torch.stack((torch.stack((stay[0], 1 - stay[0])), torch.stack((1 - stay[1], stay[1]))))
    reward, now = stay * REWARD[:, 0], START
    seen, earned = torch.zeros(2).double(), 0.0
    for t in range(400):
        seen += (1 - GAMMA) * GAMMA**t * now
        earned += (1 - GAMMA) * GAMMA**t * float(now @ reward)
        now = now @ p
    torch.testing.assert_close(trpo_by_hand.visits(place(*theta)), seen)
    assert float(trpo_by_hand.performance(place(*theta))) == pytest.approx(earned)
    assert float(seen.sum()) == pytest.approx(1)


@pytest.mark.parametrize("theta", PLACES)
def test_the_slope_of_the_surrogate_is_that_of_the_performance(theta):
    here, h = trpo_by_hand.look(place(*theta)), 1e-6
    for i, unit in enumerate(torch.eye(2, dtype=torch.float64)):
        high, low = (trpo_by_hand.performance(here.theta + s * h * unit) for s in (1, -1))
        assert float(here.gradient[i]) == pytest.approx(float(high - low) / (2 * h), abs=1e-8)
    # by hand: visits, times what the chance of staying gains, times p (1 - p)
    p = 1 / (1 + torch.exp(-here.theta))
    a = here.advantage
    torch.testing.assert_close(here.gradient, here.visits * p * (1 - p) * (a[:, 0] - a[:, 1]))


@pytest.mark.parametrize("theta", PLACES)
def test_fisher_is_the_curvature_of_the_divergence(theta):
    here = trpo_by_hand.look(place(*theta))
    hessian = torch.autograd.functional.hessian(
        lambda at: trpo_by_hand.divergence(here, at), here.theta
    )
    torch.testing.assert_close(here.fisher, hessian)
    p = 1 / (1 + torch.exp(-here.theta))
    torch.testing.assert_close(here.fisher, torch.diag(here.visits * p * (1 - p)))


def test_divergence_by_hand():
    """Stays with 1/2 in both states, then with 4/5 in A: d_A · ½ (ln 5/8 + ln 5/2)."""
    here = trpo_by_hand.look(place(0, 0))
    kl = trpo_by_hand.divergence(here, place(math.log(4), 0))
    expected = float(here.visits[0]) * 0.5 * (math.log(0.5 / 0.8) + math.log(0.5 / 0.2))
    assert float(kl) == pytest.approx(expected)


def test_one_iteration_is_the_gradient_and_two_are_the_natural_gradient():
    here = trpo_by_hand.look(place(-1.5, -3.5))
    one, two = (trpo_by_hand.direction(here, k, 0.1) for k in (1, 2))
    assert float(one.x[0] / one.x[1]) == pytest.approx(float(here.gradient[0] / here.gradient[1]))
    torch.testing.assert_close(two.x, torch.linalg.solve(here.fisher, here.gradient))
    assert one.residual > 0.1
    assert two.residual < 1e-12
    for way in (one, two):
        reached = trpo_by_hand.bowl(here, here.theta + way.beta * way.x)
        assert float(reached) == pytest.approx(0.1)


def test_the_full_step_overshoots_and_the_search_comes_back():
    here = trpo_by_hand.look(place(-1.5, -3.5))
    x, _, beta = trpo_by_hand.direction(here, 2, 0.1)
    assert float(trpo_by_hand.divergence(here, here.theta + beta * x)) > 0.2
    found = trpo_by_hand.search(here, beta * x, 0.1, 10)
    assert int(found.backtracks) == 2
    assert float(found.kl) <= 0.1
    torch.testing.assert_close(found.theta[0], here.theta + FACTOR**2 * beta * x)
    nothing = trpo_by_hand.search(here, beta * x, 0.1, 1)
    assert not bool(nothing.accepted)
    torch.testing.assert_close(nothing.theta[0], here.theta)


@pytest.mark.parametrize("theta", PLACES)
def test_the_gain_is_small_where_the_policy_hardly_changes_and_has_its_slope(theta):
    here = trpo_by_hand.look(place(*theta))
    assert float(trpo_by_hand.gain(here, here.theta)) == pytest.approx(0, abs=1e-12)
    step = 1e-5 * here.gradient
    expected = float(natural.dot(step, here.gradient))
    assert float(trpo_by_hand.gain(here, here.theta + step)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("theta", PLACES)
def test_the_contour_and_the_ellipse_lie_where_the_divergence_is_delta(theta):
    here = trpo_by_hand.look(place(*theta))
    for delta in (0.01, 0.3):
        on = trpo_by_hand.divergence(here, trpo_by_hand.contour(here, delta))
        torch.testing.assert_close(on, torch.full_like(on, delta), rtol=1e-6, atol=0)
        on = trpo_by_hand.bowl(here, trpo_by_hand.ellipse(here, delta))
        torch.testing.assert_close(on, torch.full_like(on, delta))


@pytest.mark.parametrize("theta", PLACES)
def test_at_the_edge_of_the_clip_region_the_rarer_actions_ratio_is_one_plus_or_minus_epsilon(theta):
    low, high = trpo_by_hand.clip_region(place(*theta), 0.2)
    old = trpo_by_hand.policy(place(*theta)).logits.softmax(-1)
    for edge in (low, high):
        ratio = trpo_by_hand.policy(edge).logits.softmax(-1) / old
        torch.testing.assert_close((ratio - 1).abs().amax(-1), torch.full((2,), 0.2).double())
    assert (low < place(*theta)).all()
    assert (high > place(*theta)).all()


def test_the_natural_gradient_arrives_where_the_plain_one_is_stuck():
    natural_way = plain_way = place(-1.5, -3.5)
    for _ in range(6):
        natural_way = trpo_by_hand.update(natural_way, 0.1, 2, 10)
        plain_way = trpo_by_hand.update(plain_way, 0.1, 1, 10)
    assert float(trpo_by_hand.performance(natural_way)) > 2.2
    assert float(trpo_by_hand.performance(plain_way)) < 1.05
