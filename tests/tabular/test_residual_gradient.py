"""The residual gradient against Q-learning: one step by hand, and where each comes to rest."""

import numpy as np
import pytest

from rl_core.tabular import q_learning, residual_gradient, worlds
from rl_core.tabular.dynamic_programming import optimal_values, policy_evaluation
from rl_core.tabular.luck import Luck
from rl_core.tabular.q_learning import Config
from rl_core.tabular.residual_gradient import (
    State,
    least_squares_values,
    loss,
    split,
    split_runs,
    train,
    update_next,
)
from rl_core.tabular.worlds import random_walk
from rl_core.timeline import Timeline

GO = np.ones((4, 1))


def test_the_step_is_the_gradient_of_the_loss_by_finite_differences():
    q, gamma, alpha, h = np.array([[0.3], [0.8], [0.0], [0.0]]), 0.9, 0.1, 1e-6

    def error(q_a, q_b):
        table = np.array([[q_a], [q_b], [0.0], [0.0]])
        return loss(q_learning.td_error(table, 0, 0, 0, 1, False, gamma))

    slope_a = (error(0.3 + h, 0.8) - error(0.3 - h, 0.8)) / (2 * h)
    slope_b = (error(0.3, 0.8 + h) - error(0.3, 0.8 - h)) / (2 * h)
    state = State(q.copy(), np.zeros((4, 1), int), 0)
    config = Config(alpha=alpha, gamma=gamma)
    event = next(train(split(1.0), Timeline(config, 1), state=state))
    np.testing.assert_allclose(event.q[:2, 0], [0.3 - alpha * slope_a, 0.8 - alpha * slope_b])


def test_one_step_by_hand():
    """delta = 0.9 * 0.8 - 0.3 = 0.42; the target's side moves down by 0.5 * 0.9 * 0.42."""
    assert update_next(0.8, 0.5, 0.9, 0.42) == pytest.approx(0.611)


def test_the_two_fixed_points_of_sutton_and_bartos_example():
    mdp = split()
    np.testing.assert_allclose(policy_evaluation(mdp, GO, 1), [1 / 2, 1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(
        least_squares_values(mdp, GO, 1), [1 / 2, 3 / 4, 1 / 4, 0], atol=1e-12
    )


@pytest.mark.parametrize(("p", "gamma"), [(0.5, 1.0), (0.5, 0.8), (0.3, 0.9)])
def test_the_fixed_point_is_where_the_mean_step_vanishes(p, gamma):
    a, b, c, _ = least_squares_values(split(p), GO, gamma)
    to_a = p * gamma * b + (1 - p) * gamma * c - a
    to_b = -gamma * (gamma * b - a) + (1 - b)
    to_c = -gamma * (gamma * c - a) + (0 - c)
    np.testing.assert_allclose([to_a, to_b, to_c], 0, atol=1e-12)


def test_the_fixed_point_has_the_smallest_mean_squared_td_error():
    mdp, gamma = random_walk(), 0.9
    policy = np.tile([0.3, 0.7], (len(mdp.states), 1))
    chance = np.einsum("sa,sat->st", policy, mdp.p) * ~mdp.terminal[:, None]
    visits = sum(mdp.start @ np.linalg.matrix_power(chance, t) for t in range(300))

    def error(v):
        delta = mdp.r + gamma * np.where(mdp.terminal, 0, v) - v[:, None, None]
        return np.einsum("s,sa,sat,sat->", visits * ~mdp.terminal, policy, mdp.p, delta**2)

    best = least_squares_values(mdp, policy, gamma)
    for s in np.flatnonzero(~mdp.terminal):
        near = 1e-3 * np.eye(len(mdp.states))[s]
        assert error(best + near) == pytest.approx(error(best - near), rel=1e-9)
        assert error(best + near) > error(best)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_without_chance_they_agree(p):
    mdp, reached = split(p), [0, 1 if p else 2]
    np.testing.assert_allclose(
        least_squares_values(mdp, GO, 0.9)[reached], policy_evaluation(mdp, GO, 0.9)[reached],
        atol=1e-12,
    )  # fmt: skip


def test_each_learner_settles_on_its_own_answer():
    """The mean over 400 runs and the last 200 episodes; its standard error is below 0.005."""
    rng = np.random.default_rng(0)
    to_b = rng.random((400, 600)) < 0.5
    for whole, right in ((False, [0.5, 1, 0]), (True, [0.5, 0.75, 0.25])):
        values = split_runs(to_b, 0.05, 1.0, whole)[:, -200:].mean(axis=(0, 1))
        np.testing.assert_allclose(values, right, atol=0.02)


@pytest.mark.parametrize("module", [q_learning, residual_gradient])
def test_many_runs_are_the_single_ones_bit_for_bit(module):
    seeds, episodes, p = range(3), 40, 0.5
    to_b = np.array([[Luck(x)(e, 0).transition < p for e in range(episodes)] for x in seeds])
    together = split_runs(to_b, 0.1, 0.9, module is residual_gradient)
    config = Config(alpha=0.1, gamma=0.9)
    for k, seed in enumerate(seeds):
        alone = list(module.train(split(p), Timeline(config, 2 * episodes), seed))
        assert (np.array([e.q[:3, 0] for e in alone[1::2]]) == together[k]).all()


def test_where_nothing_is_random_it_learns_the_optimal_values():
    mdp, config = worlds.three_state(), Config(epsilon=1.0, alpha=0.3)
    *_, last = train(mdp, Timeline(config, 6000))
    np.testing.assert_allclose(last.q, optimal_values(mdp, 0.9), atol=1e-3)
