"""PPO: formulas by hand, where its gradient ends, and what it is without its idea. What it shares
with A2C is in test_actor_critics.py.
"""

import inspect
import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from rl_core.deep import a2c, ppo
from rl_core.deep.distributions import Categorical
from rl_core.deep.rollout import flat
from rl_core.timeline import Timeline
from tests.deep.actor_critics import made, rollout_of

CONFIG = ppo.Config(hidden=8, envs=3, n_steps=16, lr=0.01, lr_end=1.0, entropy_coef=0.05)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# Formulas by hand


def test_ratio():
    new, old = tensor(0.5, 0.2, 0.9).log(), tensor(0.25, 0.4, 0.9).log()
    torch.testing.assert_close(ppo.ratio(new, old), tensor(2, 0.5, 1))


def test_clipped_surrogate():
    """Both sides, both signs: clipped only where there would be something to gain."""
    ratio = tensor(0.5, 1.0, 1.5, 0.5, 1.0, 1.5)
    advantage = tensor(2, 2, 2, -2, -2, -2)
    expected = tensor(1.0, 2.0, 2.4, -1.6, -2.0, -3.0)
    torch.testing.assert_close(ppo.clipped_surrogate(ratio, advantage, 0.2), expected)


@pytest.mark.parametrize("advantage", [-2.0, 2.0])
def test_the_gradient_is_zero_exactly_where_the_ratio_is_clipped(advantage):
    ratio = torch.linspace(0.505, 1.495, 100, dtype=torch.float64, requires_grad=True)
    a = torch.full_like(ratio, advantage)
    (slope,) = torch.autograd.grad(ppo.clipped_surrogate(ratio, a, 0.2).sum(), ratio)
    clipped = ratio > 1.2 if advantage > 0 else ratio < 0.8
    assert 0 < clipped.sum() < 100
    torch.testing.assert_close(slope, torch.where(clipped, 0.0, a))


def test_value_loss():
    torch.testing.assert_close(ppo.value_loss(tensor(1, 5), tensor(4, 3)), tensor(4.5, 2))


def test_clipped_value_loss():
    """Was 0, ε = ½: towards the target no gain beyond ½, away from it the whole loss."""
    value, target = tensor(0.25, 2, -2), tensor(3, 3, 3)
    loss = ppo.clipped_value_loss(value, torch.zeros(3).double(), target, 0.5)
    torch.testing.assert_close(loss, tensor(2.75**2, 2.5**2, 5**2) / 2)


@pytest.mark.parametrize("target", [-3.0, 3.0])
def test_the_value_has_no_slope_exactly_where_it_is_clipped(target):
    value = torch.linspace(-1.99, 1.99, 100, dtype=torch.float64, requires_grad=True)
    goal = torch.full_like(value, target)
    loss = ppo.clipped_value_loss(value, torch.zeros_like(value), goal, 0.5)
    (slope,) = torch.autograd.grad(loss.sum(), value)
    clipped = value > 0.5 if target > 0 else value < -0.5
    torch.testing.assert_close(slope, torch.where(clipped, 0.0, value.detach() - goal))


def test_approx_kl():
    torch.testing.assert_close(ppo.approx_kl(tensor(1, 2)), tensor(0, 1 - math.log(2)))


def test_approx_kl_is_the_divergence_on_average():
    """Summed over all actions with their probabilities, exactly."""
    old, new = Categorical(tensor(0.3, -1, 0.5)), Categorical(tensor(0.1, 0, -0.5))
    action = torch.arange(3)
    ratio = ppo.ratio(*(pi.logits.log_softmax(-1)[action] for pi in (new, old)))
    mean = (old.logits.softmax(-1) * ppo.approx_kl(ratio)).sum()
    torch.testing.assert_close(mean, old.kl(new))


def test_the_formulas_slope_as_finite_differences():
    x = tensor(0.6, 0.9, 1.1, 1.7).requires_grad_()
    a = tensor(1, -1, 2, -2)
    for formula in (
        lambda x: ppo.ratio(x, a),
        lambda x: ppo.clipped_surrogate(x, a, 0.2),
        lambda x: ppo.clipped_surrogate(x, -a, 0.2),
        lambda x: ppo.value_loss(x, a),
        lambda x: ppo.clipped_value_loss(x, torch.ones_like(a), a, 0.2),
        ppo.approx_kl,
    ):
        assert torch.autograd.gradcheck(formula, x)


def test_every_formula_tells_its_latex():
    own = (ppo.ratio, ppo.clipped_surrogate, ppo.approx_kl)
    shared = (ppo.value_loss, ppo.clipped_value_loss, ppo.td_error, ppo.gae, ppo.annealed)
    for formula in own + shared:
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


# Updates


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("shared", [False, True])
def test_without_its_idea_it_is_a2c(env_id, shared):
    """One epoch, one minibatch: the ratio is 1, and its gradient that of the log-probability."""
    config = replace(CONFIG, epochs=1, minibatches=1, clip=10.0, shared=shared)
    ours = ppo.start(made(env_id, config, 2), config, 0)
    names = a2c.Config.__dataclass_fields__
    plain = a2c.Config(**{name: getattr(config, name) for name in names})
    theirs = a2c.start(made(env_id, plain, 2), plain, 0)
    before = [p.detach().clone() for p in ours.actor_critic.parameters]
    one = ppo.update(ours, rollout_of(ours, 16), config, 0.0)
    other = a2c.update(theirs, rollout_of(theirs, 16), plain, 0.0)
    for a, b, was in zip(
        ours.actor_critic.parameters, theirs.actor_critic.parameters, before, strict=True
    ):
        # A tenth of the first gradient.
        mine, its = ours.optimizer.state[a]["exp_avg"], theirs.optimizer.state[b]["exp_avg"]
        torch.testing.assert_close(mine, its, rtol=1e-4, atol=1e-7)
        assert mine.abs().sum() > 0 or not a.numel()
        torch.testing.assert_close(a - was, b - was, rtol=1e-2, atol=1e-4)
    for name in ("value_loss", "entropy", "explained_variance", "grad_norm"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(one["ratio_deviation"], 0, atol=1e-5)
    assert (one["clip_fraction"] == 0).all()


def learn_once(config, advantage):
    """One gradient step on a rollout whose advantages and old probabilities are made up: all
    ratios are 1.5.
    """
    state = ppo.start(made("CartPole-v1", config, 2), config, 0)
    rollout = rollout_of(state, 16)
    observation, action = flat(rollout.observation), flat(rollout.action)
    with torch.no_grad():
        pi, value = state.actor_critic(observation)
    old = pi.log_prob(action) - math.log(1.5)
    gained = torch.full_like(value, advantage)
    before = state.actor_critic.actor.flat.detach().clone()
    samples = ppo.Samples(observation, action, old, value, gained, value + 1)
    learned = ppo.learn(state, samples, config, 0.01, config.clip)
    moved = (state.actor_critic.actor.flat.detach() - before).abs().amax(-1)
    return learned, moved


@pytest.mark.parametrize(("advantage", "moves"), [(1.0, False), (-1.0, True)])
def test_a_policy_that_has_moved_far_enough_stays(advantage, moves):
    config = replace(CONFIG, normalise_advantage=False, entropy_coef=0.0)
    learned, moved = learn_once(config, advantage)
    torch.testing.assert_close(learned.ratio, torch.full_like(learned.ratio, 1.5))
    assert ((moved > 0) == moves).all()
    metrics = ppo.health([learned], config.clip)
    np.testing.assert_allclose(metrics["clip_fraction"], 1)
    np.testing.assert_allclose(metrics["ratio_deviation"], 0.5, rtol=1e-4)
    np.testing.assert_allclose(metrics["approx_kl"], 0.5 - math.log(1.5), rtol=1e-4)


def test_every_epoch_learns_from_all_minibatches(monkeypatch):
    config = replace(CONFIG, epochs=3, minibatches=4)
    state = ppo.start(made("CartPole-v1", config, 2), config, 0)
    sizes = []
    learn = ppo.learn

    def watched(state, batch, *args):
        sizes.append(tuple(batch.value.shape))
        return learn(state, batch, *args)

    monkeypatch.setattr(ppo, "learn", watched)
    ppo.update(state, rollout_of(state, 16), config, 0.0)
    assert sizes == [(2, 12)] * 12


def test_the_clip_range_falls_to_its_end(monkeypatch):
    clips = []
    surrogate = ppo.clipped_surrogate

    def watched(ratio, advantage, clip):
        clips.append(clip)
        return surrogate(ratio, advantage, clip)

    monkeypatch.setattr(ppo, "clipped_surrogate", watched)
    config = replace(CONFIG, epochs=1, minibatches=1, clip=0.4, clip_end=0.5)
    state = ppo.start(made("CartPole-v1", config, 2), config, 0)
    for progress in (0.0, 0.5, 1.0):
        ppo.update(state, rollout_of(state, 16), config, progress)
    assert clips == pytest.approx([0.4, 0.3, 0.2])


def test_values_are_clipped_only_if_asked():
    free, clipped = (
        learn_once(replace(CONFIG, clip_value=clip_value), 1.0)[0].value_loss
        for clip_value in (False, True)
    )
    torch.testing.assert_close(free, clipped)  # nothing has moved yet
    stories = []
    for clip_value in (False, True):
        config = replace(CONFIG, clip_value=clip_value, clip=0.01)
        state = ppo.start(made("CartPole-v1", config, 2), config, 0)
        list(ppo.train(Timeline(config, 48), state))
        stories.append(state.actor_critic.critic.flat.detach().clone())
    assert not torch.equal(*stories)
