"""DDPG: formulas by hand, one update against plain torch, probes, and Pendulum."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from rl_core.deep import classroom, ddpg, deterministic, envs, nets, probes, training
from rl_core.events import Evaluation
from rl_core.timeline import Timeline
from tests.deep import off_policy
from tests.deep.off_policy import tensor

SMALL = ddpg.Config(**off_policy.SMALL, **off_policy.EACH)
PROBE = ddpg.Config(**off_policy.PROBE, noise=0.5)


def go(config, steps, **options):
    return off_policy.go(ddpg, config, steps, **options)


# Formulas by hand


def test_target():
    y = ddpg.target(tensor(1, 1, 2), tensor(0, 1, 0), tensor([5, 99, -3]), 0.9)
    torch.testing.assert_close(y, tensor(5.5, 1.0, -0.7))


def test_td_error_and_losses():
    delta = ddpg.td_error(tensor(3, 1), tensor([1, 4]))
    torch.testing.assert_close(delta, tensor([2, -3]))
    torch.testing.assert_close(ddpg.critic_loss(delta), tensor([2, 4.5]))
    torch.testing.assert_close(ddpg.actor_loss(tensor(3, -1)), tensor(-3, 1))


def test_the_critic_s_loss_slopes_as_finite_differences():
    delta = torch.tensor([-3, -0.7, 0.2, 1.5]).double().requires_grad_()
    assert torch.autograd.gradcheck(ddpg.critic_loss, delta)


def test_noise_stays_within_the_bounds():
    action = np.tile(np.array([[0.0, 0.9]], np.float32), (50_000, 1))
    noisy = ddpg.explored(action, 0.2, np.random.default_rng(0))
    assert noisy.dtype == np.float32
    assert np.abs(noisy).max() <= 1
    assert noisy[:, 0].std() == pytest.approx(0.2, rel=0.02)
    # P(0.9 + 0.2 ε > 1) = P(ε > ½)
    assert (noisy[:, 1] == 1).mean() == pytest.approx(0.3085, abs=0.01)
    assert np.array_equal(ddpg.explored(action, 0.0, np.random.default_rng(0)), action)


def test_warm_up_tries_everything():
    a = deterministic.anything(50_000, 2, np.random.default_rng(0))
    share = np.histogramdd(a, [np.linspace(-1, 1, 5)] * 2)[0] / 50_000
    np.testing.assert_allclose(share, 1 / 16, atol=0.005)


def test_the_actor_s_gradient_is_the_deterministic_policy_gradient():
    """∇φ ℓ = −∇a Q ∇φ μ, multiplied out by plain autograd in double."""
    g = torch.Generator().manual_seed(0)
    actor, net = nets.MLP.init((3, 5, 2), 2, g), nets.MLP.init((5, 4, 1), 2, g)
    actor, net = (
        nets.MLP(m.sizes, m.flat.detach().double().requires_grad_()) for m in (actor, net)
    )
    q, s = nets.Critics(net, 1), torch.randn(2, 7, 3, generator=g).double()
    nets.total(ddpg.actor_loss(q.first(s, ddpg.action(actor, s)))).backward()
    found = actor.flat.grad.clone()
    a = torch.tanh(actor.plain(s)).detach().requires_grad_()
    (of_action,) = torch.autograd.grad(net.plain(torch.cat((s, a), -1)).sum(), a)
    mu = torch.tanh(actor.plain(s))
    (expected,) = torch.autograd.grad(mu, actor.flat, -of_action / 7)
    torch.testing.assert_close(found, expected)
    assert net.flat.grad is None


# One update


def test_one_update_is_that_of_plain_networks():
    state, _ = go(replace(SMALL, learning_starts=100), 100, runs=3)  # a buffer, nothing learned
    with torch.no_grad():
        state.q_target.net.flat.mul_(1.5)  # target networks of their own
        state.actor_target.flat.mul_(-1.2)
    batch = off_policy.batch_of(state)
    networks = [
        [
            off_policy.plain(net, run)
            for net in (state.actor, state.actor_target, state.q.net, state.q_target.net)
        ]
        for run in range(3)
    ]
    learned = ddpg.criticise(state, batch, SMALL)
    climbed = ddpg.improve(state, batch, SMALL)
    metrics = ddpg.health(learned, climbed, state, SMALL)
    for run, (actor, actor_target, critic, critic_target) in enumerate(networks):
        s, a, r, s_next, terminated, _ = (field[run] for field in batch)
        with torch.no_grad():
            future = off_policy.value(critic_target, s_next, torch.tanh(actor_target(s_next)))
            y = torch.where(terminated == 1, r, r + SMALL.gamma * future)
        adam = torch.optim.Adam(critic.parameters(), SMALL.lr)
        q = off_policy.value(critic, s, a)
        loss = torch.nn.functional.mse_loss(q, y) / 2
        loss.backward()
        adam.step()
        off_policy.close(state.q.net, run, critic)
        adam = torch.optim.Adam(actor.parameters(), SMALL.lr)
        climb = -off_policy.value(critic, s, torch.tanh(actor(s))).mean()
        climb.backward()
        adam.step()
        off_policy.close(state.actor, run, actor)
        assert metrics["critic_loss"][run] == pytest.approx(loss.item(), rel=1e-4)
        assert metrics["td_error"][run] == pytest.approx((y - q).abs().mean().item(), rel=1e-4)
        assert metrics["q"][run] == pytest.approx(q.mean().item(), rel=1e-4)
        assert metrics["actor_loss"][run] == pytest.approx(climb.item(), rel=1e-3)


def test_the_actor_moves_no_critic_and_nothing_moves_the_targets():
    state, _ = go(SMALL, 20)
    kept = [state.q.net.flat, state.q_target.net.flat, state.actor_target.flat]
    before = [flat.detach().clone() for flat in kept]
    ddpg.improve(state, off_policy.batch_of(state), SMALL)
    assert all(torch.equal(a, b) for a, b in zip(before, kept, strict=True))
    ddpg.criticise(state, off_policy.batch_of(state), SMALL)
    assert all(torch.equal(a, b) for a, b in zip(before[1:], kept[1:], strict=True))
    assert not torch.equal(before[0], kept[0])


def test_targets_follow_at_every_update():
    state, _ = go(replace(SMALL, tau=1.0), 40)
    assert torch.equal(state.q_target.net.flat, state.q.net.flat)
    assert torch.equal(state.actor_target.flat, state.actor.flat)


def test_random_first_then_the_policy():
    state, _ = go(replace(SMALL, noise=0.0, lr=0.0), 30)
    rows = state.replay._table[:, :30]
    a = np.tanh(state.actor.answer(rows[..., :3]))[..., 0]
    assert (np.abs(a - rows[..., -1])[:, :20] > 1e-6).all()
    np.testing.assert_allclose(rows[:, 20:, -1], a[:, 20:], atol=1e-6)


def test_the_policy_is_that_of_the_actor():
    state, _ = go(SMALL, 40)
    x = np.random.default_rng(0).normal(size=(2, 9, 3)).astype(np.float32)
    expected = ddpg.action(state.actor, torch.from_numpy(x)).detach()
    np.testing.assert_allclose(ddpg.policy(ddpg.weights(state), x), expected, atol=1e-5)
    one = deterministic.act(state.actor, x[:, 0])
    np.testing.assert_allclose(one, expected[:, 0], atol=1e-5)


# Does it learn?


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (probes.Probe1, {0: 1}),
        (probes.Probe2, {-1: -1, 1: 1}),
        (probes.Probe3, {0: 0.5, 1: 1}),
    ],
)
def test_probe(probe, expected):
    state, _ = go(PROBE, 600, env=off_policy.dummy(probe))
    for observation, v in expected.items():
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), v, atol=0.1)


def test_continuous_probe():
    state, _ = go(PROBE, 800, env=envs.UnitActions(probes.ContinuousProbe([0, 1])))
    np.testing.assert_allclose(off_policy.chosen(ddpg, state), 0.5, atol=0.1)
    np.testing.assert_allclose(off_policy.q_at(state, 0, 0.5), 0, atol=0.15)


def test_lopsided_bounds_in_two_dimensions():
    """The best action is (3, −1) within [0, 4] × [−2, 6]: ½ and −¾ in units of the bounds."""

    def payoff(action):
        assert (action >= [0, -2]).all()
        assert (action <= [4, 6]).all()
        return -np.square((action - [3, -1]) / [2, 4]).sum(-1)

    env = envs.UnitActions(off_policy.Bandit(2, payoff, low=(0, -2), high=(4, 6)))
    state, _ = go(replace(PROBE, lr=0.005, hidden=32, learning_starts=400), 1200, env=env)
    np.testing.assert_allclose(off_policy.chosen(ddpg, state), [[0.5, -0.75]] * 2, atol=0.15)


@pytest.mark.parametrize(
    ("env", "v"), [(off_policy.CutOff, (2 / 3, 4 / 3)), (off_policy.Merged, (0, 1))]
)
def test_a_time_limit_is_not_an_ending(env, v):
    state, _ = go(PROBE, 1000, env=off_policy.dummy(env))
    for observation, value in enumerate(v):
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), value, atol=0.12)


@pytest.mark.slow
def test_pendulum():
    lesson = classroom.lesson("ddpg", "Pendulum-v1")
    timeline = Timeline(classroom.config("ddpg", "Pendulum-v1"), lesson.steps)
    *_, verdict = training.train("ddpg", "Pendulum-v1", timeline, runs=8, seed=100)
    assert isinstance(verdict, Evaluation)
    assert (verdict.best >= -200).all()
