"""The driver: any algorithm by name, and the exact return of what was learned."""

import dataclasses

import numpy as np
import pytest

from rl_core import finite_worlds
from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import optimal_values, policy_evaluation
from rl_core.tabular.training import (
    ALGORITHMS,
    LONGEST,
    expected_return,
    learned_policy,
    lesson,
    run_seed,
    train,
)


def test_the_return_of_a_greedy_table_is_exact():
    cliff, lake = worlds.cliff(), finite_worlds.world("frozen_lake")
    best = learned_policy("q_learning", optimal_values(cliff, 1.0))
    assert expected_return(cliff, best) == pytest.approx(-13)
    best = learned_policy("q_learning", optimal_values(lake, 1.0))
    endless = dataclasses.replace(lake, time_limit=5000)
    assert expected_return(endless, best) == pytest.approx(0.823529, abs=1e-6)
    assert expected_return(lake, best) < 0.744190 + 1e-9  # 100 steps, at best


def test_what_never_ends_is_cut_off():
    always_left = np.tile(np.eye(4)[3], (38, 1))
    assert expected_return(worlds.cliff(), always_left) == -LONGEST
    limited = dataclasses.replace(worlds.cliff(), time_limit=30)
    assert expected_return(limited, always_left) == -30


def test_the_return_of_a_random_policy_is_its_value():
    mdp = worlds.near_far()
    policy = np.random.default_rng(0).dirichlet(np.ones(2), size=7)
    value = mdp.start @ policy_evaluation(mdp, policy, 1.0)
    assert expected_return(mdp, policy) == pytest.approx(value, abs=1e-9)


def test_ties_are_played_evenly_and_preferences_by_their_softmax():
    table = np.array([[1.0, 1.0], [0.0, np.log(3)]])
    assert learned_policy("sarsa", table).tolist() == [[0.5, 0.5], [0, 1]]
    np.testing.assert_allclose(learned_policy("policy_gradient", table)[1], [0.25, 0.75])


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_trains_by_name(name):
    mdp, done = worlds.near_far(), []
    config = ALGORITHMS[name].Config(**lesson(name, "near_far"))
    result = train(name, mdp, config, 4, 60, 7, done.append)
    assert result.returns.shape == result.lengths.shape == (4, 60)
    assert result.q.shape == (4, 7, 2)
    assert done[-1] == 4
    assert set(np.unique(result.returns)) <= {0, 1, 4}
    assert (result.lengths >= 2).all()
    again = train(name, mdp, config, 4, 60, 7)
    assert (again.q == result.q).all()


def test_runs_have_seeds_of_their_own():
    assert len({run_seed(seed, run) for seed in range(20) for run in range(50)}) == 1000


def test_episodes_that_learn_late_are_cut_off():
    """On the cliff Monte Carlo may walk against a wall for ever."""
    config = ALGORITHMS["monte_carlo"].Config(**lesson("monte_carlo", "cliff"))
    assert train("monte_carlo", worlds.cliff(), config, 2, 5).lengths.max() == 200
