"""Double DQN: its target by hand and against DQN's, one update against plain torch, probes."""

import copy
import inspect
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rl_core.deep import classroom, double_dqn, dqn, envs, probes, training
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline

SMALL = double_dqn.Config(
    hidden=8,
    batch=8,
    learning_starts=20,
    replay_size=200,
    epsilon_steps=100,
    train_every=1,
    updates=1,
)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def go(config, steps, runs=2, seed=0, env=None, module=double_dqn):
    if env is None:
        env = envs.make("CartPole-v1", seeds(seed, Purpose.ENVIRONMENT, runs), scaled=True)
    state = module.start(env, config, seed)
    return state, list(module.train(Timeline(config, steps), state))


# The target


def test_golden_vector():
    """rlax, `double_q_learning_test`: 1; with the plain max 90."""
    q, action = tensor([1, 2, 0]), torch.tensor([1])
    selector, value = tensor([11, 20, 1]), tensor([91, 2, 66])
    q_sa = double_dqn.chosen(q, action)
    y = double_dqn.target(tensor(1), tensor(0), selector, value, 1.0)
    assert double_dqn.td_error(y, q_sa).item() == 1
    assert dqn.td_error(dqn.target(tensor(1), tensor(0), value, 1.0), q_sa).item() == 90


def test_target():
    y = double_dqn.target(
        tensor(1, 1, 2),
        tensor(0, 1, 0),
        tensor([5, 1], [99, 99], [0, 1]),
        tensor([2, 99], [99, 99], [-3, -4]),
        0.9,
    )
    torch.testing.assert_close(y, tensor(2.8, 1.0, -1.6))


def test_the_target_is_never_above_that_of_dqn():
    generator = torch.Generator().manual_seed(0)
    reward, terminated = (torch.randint(2, (2, 99), generator=generator).float() for _ in "rt")
    q_online, q_next = (torch.randn(2, 99, 4, generator=generator) for _ in "on")
    ours = double_dqn.target(reward, terminated, q_online, q_next, 0.9)
    theirs = dqn.target(reward, terminated, q_next, 0.9)
    assert (ours <= theirs).all()
    assert 0.2 < (ours < theirs).float().mean() < 0.8


def test_with_one_network_for_both_it_is_that_of_dqn():
    q = torch.randn(2, 99, 4, generator=torch.Generator().manual_seed(0))
    reward, terminated = torch.ones(2, 99), torch.zeros(2, 99)
    ours = double_dqn.target(reward, terminated, q, q, 0.9)
    assert torch.equal(ours, dqn.target(reward, terminated, q, 0.9))


def test_a_target_network_that_is_always_copied_makes_it_dqn():
    config = replace(SMALL, target_every=1, tau=1.0)
    ours, theirs = (go(config, 200, module=module)[0] for module in (double_dqn, dqn))
    assert torch.equal(ours.q.flat, theirs.q.flat)
    ours, theirs = (go(SMALL, 200, module=module)[0] for module in (double_dqn, dqn))
    assert not torch.equal(ours.q.flat, theirs.q.flat)


def test_it_estimates_less_where_all_is_noise():
    """Noisy values whose truth is 0: the plain maximum of 10 is 1.54 too high."""
    generator = torch.Generator().manual_seed(0)
    q_online, q_next = (torch.randn(1, 50_000, 10, generator=generator) for _ in "on")
    zero = torch.zeros(1, 50_000)
    assert dqn.target(zero, zero, q_next, 1.0).mean().item() == pytest.approx(1.539, abs=0.02)
    double = double_dqn.target(zero, zero, q_online, q_next, 1.0)
    assert double.mean().item() == pytest.approx(0, abs=0.02)


def test_the_formula_tells_its_latex():
    assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(double_dqn.target), re.S | re.M)


# One update


def test_one_update_is_that_of_plain_networks():
    state, _ = go(replace(SMALL, learning_starts=100), 100, runs=2)
    with torch.no_grad():
        state.q_target.flat.mul_(-1.5)  # a target network that ranks the actions otherwise
    (batch,) = state.replay.sample(1, 64, np.random.default_rng(1))
    assert 0 < batch.terminated.mean() < 1
    plain = [
        [plain_network(net.weights(), run) for net in (state.q, state.q_target)] for run in range(2)
    ]
    delta, *_ = double_dqn.update(state, batch, SMALL, 0.01)
    for run, (q, q_target) in enumerate(plain):
        observation, action, reward, next_observation, terminated, _ = (f[run] for f in batch)
        adam = torch.optim.Adam(q.parameters(), lr=0.01)
        with torch.no_grad():
            best = q(next_observation).argmax(1)
            future = q_target(next_observation)[torch.arange(64), best]
            assert (future < q_target(next_observation).max(1).values).any()
            y = torch.where(terminated == 1, reward, reward + SMALL.gamma * future)
        q_sa = q(observation)[torch.arange(64), action]
        nn.functional.smooth_l1_loss(q_sa, y).backward()
        nn.utils.clip_grad_norm_(q.parameters(), SMALL.max_grad_norm)
        adam.step()
        torch.testing.assert_close(delta[run], (y - q_sa).detach())
        for a, b in zip(
            plain_network(state.q.weights(), run).parameters(), q.parameters(), strict=True
        ):
            torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-5)


def plain_network(weights, run):
    layers = []
    for k in range(3):
        weight, bias = (torch.from_numpy(weights[f"{k}.{n}"][run]) for n in ("weight", "bias"))
        linear = nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(weight.T)
            linear.bias.copy_(bias[0])
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def test_no_gradient_reaches_the_target():
    """The update is what it would be if the targets were numbers from elsewhere."""
    state, _ = go(SMALL, 20)
    (batch,) = state.replay.sample(1, 8, state.rng)
    before = state.q_target.flat.clone()
    double_dqn.update(state, batch, SMALL, 0.1)
    assert torch.equal(state.q_target.flat, before)
    assert state.q_target.flat.grad is None


# What a run must not notice


class RewardOfRun0(envs.CartPole):
    def step(self, action):
        step = super().step(action)
        step.reward[0] *= -3
        return step


def test_runs_do_not_leak_into_each_other():
    env_seeds = seeds(0, Purpose.ENVIRONMENT, 3)
    (first, one), (second, two) = (
        go(SMALL, 300, env=kind(env_seeds)) for kind in (envs.CartPole, RewardOfRun0)
    )
    assert torch.equal(first.q.flat[1:], second.q.flat[1:])
    assert not torch.equal(first.q.flat[0], second.q.flat[0])
    for a, b in zip(one, two, strict=True):
        assert all(np.array_equal(a.metrics[k][1:], b.metrics[k][1:]) for k in a.metrics)


def test_same_config_seed_and_runs_same_story():
    (first, one), (second, two) = (go(SMALL, 300, seed=5) for _ in range(2))
    assert torch.equal(first.q.flat, second.q.flat)
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.returns, b.returns, equal_nan=True)
        assert all(np.array_equal(a.metrics[k], b.metrics[k]) for k in a.metrics)


def test_a_training_goes_on_from_a_copy_of_its_state():
    whole, _ = go(SMALL, 200)
    env = envs.make("CartPole-v1", seeds(0, Purpose.ENVIRONMENT, 2), scaled=True)
    state = double_dqn.start(env, SMALL, 0)
    list(double_dqn.train(Timeline(SMALL, 200, pause=100), state))
    state = copy.deepcopy(state)
    list(double_dqn.train(Timeline(SMALL, 200, start=100), state))
    assert torch.equal(state.q.flat, whole.q.flat)


# Does it learn?

PROBE = replace(SMALL, hidden=16, batch=32, lr=0.01, gamma=0.5, epsilon_steps=200, tau=0.1)


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (probes.Probe1, {0: [1]}),
        (probes.Probe2, {-1: [-1], 1: [1]}),
        (probes.Probe3, {0: [0.5], 1: [1]}),
        (probes.Probe4, {0: [-1, 1]}),
        (probes.Probe5, {-1: [1, -1], 1: [-1, 1]}),
    ],
)
def test_probe(probe, expected):
    state, _ = go(PROBE, 800, env=probe([0, 1, 2]))
    for observation, q in expected.items():
        values = state.q.act(np.full((3, 1), observation, np.float32))
        np.testing.assert_allclose(values, [q] * 3, atol=0.1)


@pytest.mark.slow
def test_it_solves_cart_pole_with_the_settings_of_the_lesson():
    lesson = classroom.lesson("double_dqn", "CartPole-v1")
    timeline = Timeline(classroom.config("double_dqn", "CartPole-v1"), lesson.steps)
    *_, verdict = training.train("double_dqn", "CartPole-v1", timeline, runs=8, seed=2000)
    assert (verdict.best >= 475).all()
    assert (verdict.last >= 475).sum() >= 4  # DQN with its defaults: none
