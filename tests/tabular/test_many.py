"""Many runs at once are the readable algorithms, bit for bit."""

import dataclasses
import importlib

import numpy as np
import pytest

from rl_core import finite_worlds
from rl_core.tabular import many, worlds
from rl_core.tabular.rows import same_luck
from rl_core.timeline import Timeline

SEEDS, EPISODES = [3, 14, 15], 12


def alone(name, mdp, config, seed):
    """Returns, lengths and table of one run of the readable algorithm."""
    module = importlib.import_module(f"rl_core.tabular.{name}")
    totals, lengths = np.zeros(EPISODES), np.zeros(EPISODES, int)
    for e in module.train(mdp, Timeline(config, 10**9), seed):
        totals[e.episode] += e.r
        lengths[e.episode] = e.t + 1
        if e.episode == EPISODES - 1 and (e.terminated or e.truncated):
            return totals, lengths, e.q
    raise AssertionError


@pytest.mark.parametrize("schedule", ["constant", "inverse_visits", "geometric"])
@pytest.mark.parametrize("world", ["cliff", "frozen_lake", "near_far", "short_corridor"])
@pytest.mark.parametrize("name", many.LEARN)
def test_with_the_same_luck_every_run_is_the_readable_one(name, world, schedule):
    mdp = dataclasses.replace(finite_worlds.world(world), time_limit=40)
    module = importlib.import_module(f"rl_core.tabular.{name}")
    config = module.Config(epsilon=0.2, alpha=0.3, gamma=0.95, schedule=schedule)
    result = many.train(name, mdp, config, len(SEEDS), EPISODES, luck=same_luck(SEEDS))
    for run, seed in enumerate(SEEDS):
        totals, lengths, q = alone(name, mdp, config, seed)
        np.testing.assert_array_equal(result.returns[run], totals)
        np.testing.assert_array_equal(result.lengths[run], lengths)
        np.testing.assert_array_equal(result.q[run], q)


def test_where_episodes_begin_in_many_states():
    """Taxi begins anywhere: the start is drawn as alone."""
    mdp = dataclasses.replace(finite_worlds.world("taxi"), time_limit=5)
    config = importlib.import_module("rl_core.tabular.q_learning").Config()
    result = many.train("q_learning", mdp, config, len(SEEDS), EPISODES, luck=same_luck(SEEDS))
    for run, seed in enumerate(SEEDS):
        np.testing.assert_array_equal(result.q[run], alone("q_learning", mdp, config, seed)[2])


@pytest.mark.parametrize("name", many.LEARN)
def test_a_seed_repeats_itself_and_runs_differ(name):
    config = importlib.import_module(f"rl_core.tabular.{name}").Config()
    first, again, other = (
        many.train(name, worlds.near_far(), config, 6, 10, seed) for seed in (1, 1, 2)
    )
    assert (first.q == again.q).all()
    assert (first.returns == again.returns).all()
    assert (first.q != other.q).any()
    assert len({q.tobytes() for q in first.q}) > 1
    assert first.returns.shape == first.lengths.shape == (6, 10)
    assert first.q.shape == (6, 7, 2)
