from dataclasses import replace

import numpy as np
import pytest

from rl_core.tabular import corridor
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.policy_gradient import gradient
from rl_core.tabular.worlds import short_corridor, short_corridor_return, three_state


def policy(p: float) -> np.ndarray:
    return np.tile([p, 1 - p], (4, 1))


@pytest.mark.parametrize("p", [0.05, 0.3, 0.5, corridor.BEST, 0.95])
def test_the_closed_form_is_the_exact_value(p):
    assert policy_evaluation(short_corridor(), policy(p), 1)[0] == pytest.approx(
        short_corridor_return(p)
    )


def test_the_published_numbers():
    assert pytest.approx(0.58579, abs=1e-5) == corridor.BEST
    assert short_corridor_return(corridor.BEST) == pytest.approx(-11.6569, abs=1e-4)
    right, left = map(short_corridor_return, corridor.epsilon_greedy_chances(0.1))
    assert (round(right, 2), round(left, 2)) == (-44.21, -82.11)


def test_the_slope_is_the_derivative_and_vanishes_at_the_best():
    for theta in (-2.0, 0.0, 1.0):
        high, low = (short_corridor_return(corridor.chance(theta + h)) for h in (1e-5, -1e-5))
        assert corridor.slope(corridor.chance(theta)) == pytest.approx((high - low) / 2e-5)
    assert corridor.slope(corridor.BEST) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("p", [0.3, 0.8])
def test_sampled_episodes_estimate_return_and_slope(p):
    grads, returns = corridor.play(short_corridor(), np.full(40_000, p), np.random.default_rng(3))
    j = short_corridor_return(p)
    assert returns[0].mean() == pytest.approx(j, rel=0.02)
    sampled = ((returns - j) * grads).sum(axis=0).mean()
    assert sampled == pytest.approx(corridor.slope(p), abs=0.4)


def test_one_preference_moves_as_the_two_of_the_table_do():
    # theta(Right) - theta(Left) changes by twice the gradient of one number: only the step differs
    p = 0.3
    theta = np.array([np.log(p / (1 - p)), 0])
    assert gradient(theta, 0)[0] == pytest.approx(1 - p)
    assert gradient(theta, 0)[0] - gradient(theta, 0)[1] == pytest.approx(2 * (1 - p))


@pytest.mark.parametrize("p", [0.05, 0.95])
def test_runs_move_towards_the_best_chance(p):
    chances = corridor.train_many(p, 20, 200)
    assert chances.shape == (20, 201)
    assert chances[:, 0] == pytest.approx(p)
    assert abs(chances[:, -1].mean() - corridor.BEST) < 0.07


def test_chance_helps_only_where_states_look_alike():
    assert corridor.chance_helps(short_corridor())
    assert not corridor.chance_helps(replace(short_corridor(), seen=None))
    assert not corridor.chance_helps(three_state())
