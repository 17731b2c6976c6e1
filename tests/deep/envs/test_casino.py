"""The casino: what it pays, where it leads, and its exact values."""

from __future__ import annotations

import numpy as np
import pytest

from rl_core.deep import envs
from rl_core.deep.envs.casino import LEAVE
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.mdp import FiniteMDP

ALL = np.ones(1000, bool)


def world(mean):
    """The casino as a finite MDP."""
    p, r = np.zeros((5, 10, 5)), np.zeros((5, 10, 5))
    p[:4, 1:, :4], r[:4, 1:, :4] = 1 / 4, mean
    p[:4, LEAVE, 4] = p[4, :, 4] = 1
    names = tuple("abcde"), tuple("0123456789")
    return FiniteMDP(p, r, np.arange(5) == 4, np.array([1, 1, 1, 1, 0]) / 4, *names)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.95, 1.0])
def test_the_exact_values_solve_the_world(gamma):
    env = envs.Casino([0])
    truth = env.exact(gamma)
    assert np.array_equal(truth.observation, np.eye(5)[:4])
    np.testing.assert_allclose(truth.q, optimal_values(world(-0.1), gamma)[:4], atol=1e-9)


def test_the_door_ends_with_nothing_and_a_machine_leads_anywhere():
    env = envs.Casino(range(1000))
    begun = env.reset(ALL)
    np.testing.assert_allclose(begun.mean(0), [0.25] * 4 + [0], atol=0.05)
    step = env.step(np.where(np.arange(1000) < 500, LEAVE, 3))
    assert step.terminated.tolist() == [True] * 500 + [False] * 500
    assert not step.reward[:500].any()
    assert not step.truncated.any()
    assert (step.observation[:500] == np.eye(5)[4]).all()
    np.testing.assert_allclose(step.observation[500:].mean(0), [0.25] * 4 + [0], atol=0.06)


def test_a_machine_takes_a_tenth_on_average_with_noise_of_one():
    env = envs.Casino(range(1000))
    env.reset(ALL)
    rewards = np.array([env.step(np.full(1000, 1 + t % 9)).reward for t in range(50)])
    assert rewards.mean() == pytest.approx(-0.1, abs=4 / 50_000**0.5)
    assert rewards.std() == pytest.approx(1, abs=0.02)
    # every step has luck of its own
    assert abs(np.corrcoef(rewards[:-1].ravel(), rewards[1:].ravel())[0, 1]) < 0.02


def test_fifty_machines_are_the_limit():
    env = envs.Casino([0])
    env.reset(np.ones(1, bool))
    ends = [env.step(np.ones(1, int)) for _ in range(50)]
    assert [bool(step.truncated[0]) for step in ends] == [False] * 49 + [True]
    assert not any(step.terminated[0] for step in ends)


def test_what_a_learner_sees_of_the_truth_is_scaled_as_its_observations_are():
    env = envs.make("Casino-v0", [0], scaled=True)
    begun = env.reset(np.ones(1, bool))
    truth = env.exact(0.9)
    assert begun[0].tolist() in truth.observation.tolist()
    assert envs.make("CartPole-v1", [0], scaled=True).exact(0.9) is None
    assert envs.make("Pendulum-v1", [0]).exact(0.9) is None
