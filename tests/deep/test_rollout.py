"""Rollouts: what was lived through, in the order of time; and in minibatches, in none."""

import numpy as np
import torch

from rl_core.deep.episodes import Transition
from rl_core.deep.rollout import Rollout, flat, minibatches

RUNS, ENVS, STEPS = 2, 3, 4


def transition(t, action):
    """Every number tells of which environment (units) and which step (tens) it is."""
    number = np.arange(RUNS * ENVS) + 10 * t
    observation = np.stack([number, -number], -1).astype(np.float32)
    ended = np.arange(RUNS * ENVS) == t
    reward = number.astype(np.float32)
    return Transition(observation, action(number), reward, observation + 10, ended, ~ended, None)


def filled(action=lambda number: number):
    rollout = Rollout(ENVS)
    for t in range(STEPS):
        rollout.add(transition(t, action))
    return rollout


def test_every_number_is_where_it_belongs():
    batch = filled().take()
    for run, env, t in np.ndindex(RUNS, ENVS, STEPS):
        number = 10 * t + run * ENVS + env
        assert batch.observation[run, env, t].tolist() == [number, -number]
        assert batch.next_observation[run, env, t].tolist() == [number + 10, -number + 10]
        assert batch.action[run, env, t] == number
        assert batch.reward[run, env, t] == number
        assert batch.terminated[run, env, t] == (run * ENVS + env == t)
        assert batch.truncated[run, env, t] == (run * ENVS + env != t)


def test_actions_are_whole_numbers_or_vectors():
    assert filled().take().action.dtype == torch.int64
    batch = filled(lambda number: np.stack([number] * 5, -1).astype(np.float32)).take()
    assert batch.action.shape == (RUNS, ENVS, STEPS, 5)
    assert batch.action.dtype == torch.float32


def test_taking_begins_anew():
    rollout = filled()
    assert len(rollout) == STEPS
    rollout.take()
    assert len(rollout) == 0


def test_flat_keeps_runs_apart():
    batch = filled().take()
    assert flat(batch.reward).shape == (RUNS, ENVS * STEPS)
    assert flat(batch.observation).shape == (RUNS, ENVS * STEPS, 2)
    assert flat(batch.reward)[1].tolist() == [10 * t + n for n in (3, 4, 5) for t in range(STEPS)]


def drawn(parts, epochs=1, batch=12, seed=0):
    number = torch.arange(RUNS * batch).view(RUNS, batch)
    samples = (number, number[..., None] * torch.tensor([1, -1]))
    return list(minibatches(samples, epochs, parts, np.random.default_rng(seed)))


def test_an_epoch_has_every_sample_of_every_run_once():
    for epoch in (drawn(4, epochs=2)[:4], drawn(4, epochs=2)[4:]):
        number = torch.cat([part[0] for part in epoch], -1)
        assert number.sort(-1).values.tolist() == [list(range(12)), list(range(12, 24))]


def test_what_belongs_together_stays_together():
    for number, pair in drawn(4):
        assert number.shape == (RUNS, 3)
        assert torch.equal(pair, number[..., None] * torch.tensor([1, -1]))


def test_orders_differ_between_runs_epochs_and_seeds():
    first, second = (part[0] for part in drawn(1, epochs=2))
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1] - 12)
    assert not torch.equal(first, drawn(1, seed=1)[0][0])
    assert torch.equal(first, drawn(1)[0][0])


def test_parts_that_do_not_come_out_even():
    assert [part[0].shape[1] for part in drawn(5)] == [3, 3, 3, 3]
    assert [part[0].shape[1] for part in drawn(5, batch=13)] == [3, 3, 3, 3, 1]
    assert [part[0].shape[1] for part in drawn(99, batch=3)] == [1, 1, 1]
