"""Policies of the on-policy algorithms: what is drawn, what is likeliest, what is kept of them."""

import numpy as np
import pytest
import torch

from rl_core.deep import actors, envs
from rl_core.deep.distributions import Categorical, Gaussian
from rl_core.deep.envs import Box, Discrete

FEW = Discrete(3)
CONTINUOUS = Box(np.array([-2, -2], np.float32), np.array([2, 2], np.float32))
kinds = pytest.mark.parametrize("actions", [FEW, CONTINUOUS])
sharing = pytest.mark.parametrize("shared", [False, True])


def made(actions, shared=False, runs=2, **options):
    made = actors.ActorCritic(
        actions, 4, hidden=8, runs=runs, seed=0, shared=shared, log_std=-0.5, **options
    )
    with torch.no_grad():  # preferences that differ
        made.actor.flat.mul_(100)
    return made


def observations(runs=2, batch=5):
    return torch.randn(runs, batch, 4, generator=torch.Generator().manual_seed(1))


@kinds
@sharing
def test_shapes_and_agreement(actions, shared):
    actor_critic, x = made(actions, shared), observations()
    pi, value = actor_critic(x)
    assert value.shape == (2, 5)
    assert isinstance(pi, Categorical if actions is FEW else Gaussian)
    assert pi.entropy().shape == (2, 5)
    torch.testing.assert_close(actor_critic.value(x), value)
    for part, other in zip(actor_critic.policy(x), pi, strict=True):
        torch.testing.assert_close(part, other)


@kinds
@sharing
def test_the_value_is_not_part_of_the_policy(actions, shared):
    actor_critic, x = made(actions, shared), observations()
    outputs = actor_critic.actor(x)
    if shared:
        torch.testing.assert_close(actor_critic.value(x), outputs[..., -1])
        assert outputs.shape[-1] == actor_critic.outputs + 1
        assert actor_critic.value_parameters == []
    else:
        assert outputs.shape[-1] == actor_critic.outputs
        (flat,) = actor_critic.value_parameters
        assert flat is actor_critic.critic.flat
    weights = actor_critic.weights()
    assert weights["actor.2.weight"].shape == (2, 8, actor_critic.outputs)
    assert weights["actor.2.bias"].shape == (2, 1, actor_critic.outputs)
    assert ("log_std" in weights) == (actions is CONTINUOUS)
    assert not any("critic" in name for name in weights)
    assert len(actor_critic.parameters) == 1 + (actions is CONTINUOUS) + (not shared)


@kinds
@sharing
def test_greedy_is_the_mode(actions, shared):
    actor_critic, x = made(actions, shared), observations()
    pi, _ = actor_critic(x)
    acted = actors.greedy(actor_critic.weights(), x.numpy())
    if actions is FEW:
        np.testing.assert_array_equal(acted, pi.logits.argmax(-1))
    else:
        np.testing.assert_allclose(acted, pi.mean.detach(), rtol=1e-5, atol=1e-6)


@sharing
def test_actions_are_drawn_as_often_as_they_are_likely(shared):
    actor_critic, n = made(FEW, shared), 40_000
    x = observations(batch=1)
    p = actor_critic.policy(x).logits.softmax(-1)[:, 0].detach().numpy()
    rows = x.numpy().repeat(n, 1).reshape(-1, 4)  # the first run's environments, then the second's
    action = actor_critic.act(rows, np.random.default_rng(0)).reshape(2, n)
    assert np.ptp(p, axis=-1).min() > 0.05
    for run in range(2):
        share = np.bincount(action[run], minlength=3) / n
        np.testing.assert_allclose(share, p[run], atol=0.01)  # four standard errors


def test_continuous_actions_are_drawn_from_the_normal_distribution():
    actor_critic, n = made(CONTINUOUS), 40_000
    with torch.no_grad():
        actor_critic.log_std.copy_(torch.tensor([[0.0, -1.0], [-2.0, 0.5]]))
    x = observations(batch=1)
    rows = x.numpy().repeat(n, 1).reshape(-1, 4)
    action = actor_critic.act(rows, np.random.default_rng(0)).reshape(2, n, 2)
    pi = actor_critic.policy(x)
    std = actor_critic.log_std.exp().detach().numpy()
    assert action.dtype == np.float32
    np.testing.assert_allclose(action.std(1), std, rtol=0.02)
    off = action.mean(1) - pi.mean[:, 0].detach().numpy()
    assert (np.abs(off) < 4 * std / np.sqrt(n)).all()


def test_a_small_last_layer_makes_all_actions_about_as_likely():
    env = envs.make("CartPole-v1", [0, 1])
    actor_critic = actors.make(env, 2, 16, seed=0)
    p = actor_critic.policy(torch.randn(2, 50, 4)).logits.softmax(-1)
    torch.testing.assert_close(p, torch.full_like(p, 0.5), atol=0.01, rtol=0)


@kinds
def test_a_run_by_itself_is_a_view(actions):
    actor_critic, x = made(actions), observations()
    one = actor_critic.of_run(1)
    pi, value = one(x[1:])
    whole, values = actor_critic(x)
    torch.testing.assert_close(value[0], values[1])
    torch.testing.assert_close(pi.entropy()[0], whole.entropy()[1])
    with torch.no_grad():
        for parameters in one.parameters:
            parameters.add_(1)
    _, changed = actor_critic(x)
    assert torch.equal(changed[0], values[0])
    assert not torch.equal(changed[1], values[1])


@kinds
def test_weights_are_copies(actions):
    actor_critic = made(actions)
    weights = actor_critic.weights()
    before = {name: array.copy() for name, array in weights.items()}
    with torch.no_grad():
        for parameters in actor_critic.parameters:
            parameters.add_(1)
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[name])
