"""DQN: formulas by hand, one update against plain torch, and what must not leak or be merged."""

import copy
import inspect
import re
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from torch import nn

from rl_core.deep import dqn, envs, probes
from rl_core.deep.seeds import Purpose, seeds
from rl_core.timeline import Timeline

SMALL = dqn.Config(
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


def cart_pole(runs, seed=0):
    return envs.make("CartPole-v1", seeds(seed, Purpose.ENVIRONMENT, runs), scaled=True)


def go(config, steps, runs=2, seed=0, env=None, changes=()):
    state = dqn.start(env or cart_pole(runs, seed), config, seed)
    return state, list(dqn.train(Timeline(config, steps, changes), state))


def same(first, second):
    """Two lists of updates, bit for bit."""
    return all(
        a.step == b.step
        and np.array_equal(a.returns, b.returns, equal_nan=True)
        and a.metrics.keys() == b.metrics.keys()
        and all(np.array_equal(a.metrics[k], b.metrics[k]) for k in a.metrics)
        for a, b in zip(first, second, strict=True)
    )


# Formulas by hand


def test_target():
    y = dqn.target(tensor(1, 1, 2), tensor(0, 1, 0), tensor([1, 5], [99, 99], [-3, -4]), 0.9)
    torch.testing.assert_close(y, tensor(5.5, 1.0, -0.7))


def test_td_error_is_that_of_q_learning():
    """rlax, `q_learning_test`: 1 and 0."""
    q, action = tensor([1, 2, 0], [1, 1, 0]), torch.tensor([1, 0])
    q_next = tensor([1, 2, 0], [99, 99, 99])
    y = torch.stack(
        [
            dqn.target(tensor(1)[0], tensor(0)[0], q_next[0], 1.0),
            dqn.target(tensor(1)[0], tensor(0)[0], q_next[1], 0.0),
        ]
    )
    torch.testing.assert_close(dqn.td_error(y, dqn.chosen(q, action)), tensor(1, 0))


def test_td_error_points_from_the_value_to_the_target():
    assert dqn.td_error(tensor(3), tensor(1)).item() == 2


def test_chosen_picks_along_the_last_axis():
    q = torch.arange(12.0).view(2, 3, 2)
    action = torch.tensor([[0, 1, 0], [1, 1, 0]])
    torch.testing.assert_close(dqn.chosen(q, action), tensor([0, 3, 4], [7, 9, 10]))


def test_losses():
    delta = tensor(0.5, -0.5, 1, 2, -3)
    torch.testing.assert_close(dqn.huber(delta), tensor(0.125, 0.125, 0.5, 1.5, 2.5))
    torch.testing.assert_close(dqn.squared(delta), tensor(0.125, 0.125, 0.5, 2, 4.5))


@pytest.mark.parametrize("loss", dqn.LOSSES.values())
def test_losses_slope_as_finite_differences(loss):
    delta = torch.tensor([-3, -0.7, 0.2, 0.9, 1.5]).double().requires_grad_()
    assert torch.autograd.gradcheck(loss, delta)


@pytest.mark.parametrize(("step", "share"), [(0, 1), (500, 0.55), (1000, 0.1), (5000, 0.1)])
def test_epsilon(step, share):
    assert dqn.epsilon(step, 1.0, 0.1, 1000) == pytest.approx(share)


@pytest.mark.parametrize(("progress", "lr"), [(0, 0.01), (0.5, 0.006), (1, 0.002)])
def test_annealed(progress, lr):
    assert dqn.annealed(0.01, 0.2, progress) == pytest.approx(lr)


def test_epsilon_greedy_draws_uniformly_including_the_best():
    q = np.tile([0.0, 2.0, 1.0, -1.0], (40_000, 1))
    action = dqn.epsilon_greedy(q, 0.4, np.random.default_rng(0))
    share = np.bincount(action, minlength=4) / len(q)
    np.testing.assert_allclose(share, [0.1, 0.7, 0.1, 0.1], atol=0.01)


def test_every_formula_tells_its_latex():
    for formula in (dqn.target, dqn.td_error, dqn.huber, dqn.squared, dqn.epsilon, dqn.annealed):
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


# One update


@pytest.mark.parametrize("loss", ["huber", "squared"])
@pytest.mark.parametrize("max_grad_norm", [0.05, 100.0])
def test_one_update_is_that_of_plain_networks(loss, max_grad_norm):
    config = replace(SMALL, loss=loss, max_grad_norm=max_grad_norm)
    state, _ = go(replace(config, learning_starts=100), 100, runs=3)  # a buffer, nothing learned
    with torch.no_grad():
        state.q_target.flat.mul_(1.5)  # a target network of its own
    (batch,) = state.replay.sample(1, 64, np.random.default_rng(1))
    batch = batch._replace(reward=batch.reward * 3)
    assert 0 < batch.terminated.mean() < 1
    plain = [
        [plain_network(net.weights(), run) for net in (state.q, state.q_target)] for run in range(3)
    ]
    metrics = dqn.health(*dqn.update(state, batch, config, 0.01), 0, state.replay)
    for run, (q, q_target) in enumerate(plain):
        one = [field[run] for field in batch]
        observation, action, reward, next_observation, terminated, _ = one
        adam = torch.optim.Adam(q.parameters(), lr=0.01)
        with torch.no_grad():
            future = q_target(next_observation).max(1).values
            y = torch.where(terminated == 1, reward, reward + config.gamma * future)
        q_sa = q(observation)[torch.arange(64), action]
        if loss == "huber":
            value = nn.functional.smooth_l1_loss(q_sa, y)
        else:
            value = nn.functional.mse_loss(q_sa, y) / 2
        adam.zero_grad()
        value.backward()
        norm = nn.utils.clip_grad_norm_(q.parameters(), max_grad_norm)
        adam.step()
        assert metrics["loss"][run] == pytest.approx(value.item(), rel=1e-5)
        assert metrics["td_error"][run] == pytest.approx((y - q_sa).abs().mean().item(), rel=1e-5)
        assert metrics["q"][run] == pytest.approx(q_sa.mean().item(), rel=1e-5)
        assert metrics["grad_norm"][run] == pytest.approx(norm.item(), rel=1e-4)
        updated = plain_network(state.q.weights(), run)
        for a, b in zip(updated.parameters(), q.parameters(), strict=True):
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
    state, _ = go(SMALL, 20)
    before = state.q_target.flat.clone()
    dqn.update(state, *state.replay.sample(1, 8, state.rng), SMALL, 0.1)
    assert torch.equal(state.q_target.flat, before)
    assert state.q_target.flat.grad is None


# What a run must not notice


class RewardOfRun0(envs.CartPole):
    """CartPole in which the first run earns something else."""

    def step(self, action):
        step = super().step(action)
        step.reward[0] *= -3
        return step


def test_runs_do_not_leak_into_each_other():
    env_seeds = seeds(0, Purpose.ENVIRONMENT, 3)
    states, stories = zip(
        *(go(SMALL, 300, env=kind(env_seeds)) for kind in (envs.CartPole, RewardOfRun0)),
        strict=True,
    )
    for name, ours in states[0].q.weights().items():
        assert np.array_equal(ours[1:], states[1].q.weights()[name][1:])
        assert not np.array_equal(ours[0], states[1].q.weights()[name][0])
    for a, b in zip(*stories, strict=True):
        assert np.array_equal(a.returns[1:], b.returns[1:], equal_nan=True)
        assert all(np.array_equal(a.metrics[k][1:], b.metrics[k][1:]) for k in a.metrics)


def test_same_config_seed_and_runs_same_story():
    (first, one), (second, two) = (go(SMALL, 300, seed=5) for _ in range(2))
    assert same(one, two)
    assert torch.equal(first.q.flat, second.q.flat)


def test_another_seed_another_story():
    assert not same(go(SMALL, 100, seed=5)[1], go(SMALL, 100, seed=6)[1])


def test_updates_do_not_change_afterwards():
    state = dqn.start(cart_pole(2), SMALL, 0)
    training = dqn.train(Timeline(SMALL, 60), state)
    kept = [(u, copy.deepcopy(u)) for u in training]
    assert same(*zip(*kept, strict=True))


@pytest.mark.parametrize("copied", [False, True])
def test_a_training_goes_on_from_its_state_bit_for_bit(copied):
    whole_state, whole = go(SMALL, 300)
    state = dqn.start(cart_pole(2), SMALL, 0)
    first = dqn.train(Timeline(SMALL, 300), state)
    begun = [next(first) for _ in range(150)]
    if copied:
        kept, state = state, copy.deepcopy(state)
        list(first)  # the original goes on, the copy must not notice
        assert torch.equal(kept.q.flat, whole_state.q.flat)
    begun += dqn.train(Timeline(SMALL, 300, start=150), state)
    assert same(begun, whole)
    assert torch.equal(state.q.flat, whole_state.q.flat)


# Settings


def test_changes_are_recorded_and_replayed_bit_for_bit():
    state, timeline = dqn.start(cart_pole(2), SMALL, 0), Timeline(SMALL, 300)
    story = []
    for update in dqn.train(timeline, state):
        story.append(update)
        if update.step == 50:
            timeline.change("lr", 0.01)
            timeline.change("epsilon_end", 0.5)
        if update.step == 200:
            timeline.change("gamma", 0.5)
    assert [(c.step, c.field) for c in timeline.changes] == [
        (50, "lr"),
        (50, "epsilon_end"),
        (200, "gamma"),
    ]
    again_state, again = go(SMALL, 300, changes=timeline.changes)
    assert same(story, again)
    assert torch.equal(state.q.flat, again_state.q.flat)
    assert not same(story, go(SMALL, 300)[1])


def test_a_new_learning_rate_counts_at_the_next_step():
    state, timeline = dqn.start(cart_pole(2), SMALL, 0), Timeline(SMALL, 100)
    for update in dqn.train(timeline, state):
        if update.step == 50:
            timeline.change("lr", 0.0)
            frozen = state.q.flat.detach().clone()
    assert torch.equal(state.q.flat.detach(), frozen)


def test_nothing_is_learned_before_learning_starts():
    story = go(replace(SMALL, learning_starts=30), 40)[1]
    assert [bool(u.metrics) for u in story] == [False] * 30 + [True] * 10


def test_learning_every_few_steps():
    state, story = go(replace(SMALL, train_every=4, updates=3), 40)
    assert [u.step - 1 for u in story if u.metrics] == [20, 24, 28, 32, 36]
    assert state.updates == 15


def test_no_target_network_is_one_that_is_always_copied():
    state, _ = go(replace(SMALL, target_every=1, tau=1.0), 60)
    assert torch.equal(state.q_target.flat, state.q.flat.detach())


def test_a_hard_update_happens_every_so_many_updates():
    config = replace(SMALL, target_every=10, tau=1.0)
    state = dqn.start(cart_pole(2), config, 0)
    targets = [state.q_target.flat.clone() for _ in dqn.train(Timeline(config, 61), state)]
    moved = [k for k in range(1, 61) if not torch.equal(targets[k], targets[k - 1])]
    assert moved == [29, 39, 49, 59]


def test_metrics_are_one_number_per_run():
    story = go(SMALL, 40, runs=3)[1]
    names = {"td_error", "q", "loss", "grad_norm", "epsilon", "buffer"}
    assert story[-1].metrics.keys() == names
    assert all(v.shape == (3,) for v in story[-1].metrics.values())
    assert story[-1].metrics["buffer"] == pytest.approx(40 / 200)
    assert story[-1].metrics["epsilon"] == pytest.approx(dqn.epsilon(39, 1.0, 0.1, 100), abs=0.1)


def test_the_policy_is_greedy_in_q():
    state, _ = go(SMALL, 60)
    x = np.random.default_rng(0).normal(size=(2, 9, 4)).astype(np.float32)
    best = state.q(torch.from_numpy(x)).argmax(-1).numpy()
    assert np.array_equal(dqn.policy(dqn.weights(state), x), best)


def test_every_setting_explains_itself():
    for name, value in asdict(dqn.Config()).items():
        metadata = dqn.Config.__dataclass_fields__[name].metadata
        assert metadata["help"], name
        assert value == dqn.Config.__dataclass_fields__[name].default


# Does it learn?

PROBE = dqn.Config(
    hidden=16,
    batch=32,
    lr=0.01,
    gamma=0.5,
    learning_starts=32,
    epsilon_steps=200,
    replay_size=500,
    train_every=1,
    updates=1,
    target_every=1,
    tau=0.1,
)


def values(state, observation):
    """Q [runs, actions] at one observed number."""
    return state.q.act(np.full((len(state.q.flat), 1), observation, np.float32))


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
        np.testing.assert_allclose(values(state, observation), [q] * 3, atol=0.1)


class CutOff(probes.Probe):
    """Two states that take turns, reward 1 in state 1; cut off after every step: V(1) = 4/3 and
    V(0) = 2/3 for γ = ½, if the learner goes on from the true next observation.
    """

    def observe(self):
        return np.where(self.t == 0, self.sign > 0, self.sign < 0).astype(np.float32)

    def reward(self, action):
        return (self.sign > 0).astype(np.float32)

    def step(self, action):
        step = super().step(action)
        return step._replace(terminated=step.truncated, truncated=step.terminated)


class Merged(CutOff):
    """The mistake: a time limit reported as if the task had ended."""

    def step(self, action):
        step = super().step(action)
        return step._replace(terminated=step.truncated, truncated=step.terminated)


@pytest.mark.parametrize(("env", "v"), [(CutOff, (2 / 3, 4 / 3)), (Merged, (0, 1))])
def test_a_time_limit_is_not_an_ending(env, v):
    state, _ = go(PROBE, 1500, env=env([0, 1]))
    for observation, value in enumerate(v):
        np.testing.assert_allclose(values(state, observation), value, atol=0.1)
