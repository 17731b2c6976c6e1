"""A2C: formulas by hand and one update against plain torch. What it shares with PPO is in
test_actor_critics.py.
"""

import inspect
import re
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.distributions import Categorical, Normal

from rl_core.deep import a2c, advantages
from rl_core.deep.distributions import Categorical as OurCategorical
from rl_core.deep.distributions import Gaussian
from rl_core.deep.rollout import flat
from rl_core.timeline import Timeline
from tests.deep.actor_critics import made, rollout_of

CONFIG = a2c.Config(hidden=8, envs=3, n_steps=16, lr=0.01, lr_end=1.0, entropy_coef=0.05)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# Formulas by hand


def test_policy_gradient_loss():
    log_prob, advantage = tensor(-1, -2, -0.5), tensor(3, -1, 0)
    torch.testing.assert_close(a2c.policy_gradient_loss(log_prob, advantage), tensor(3, -2, 0))


def test_value_loss():
    torch.testing.assert_close(a2c.value_loss(tensor(1, 5), tensor(4, 3)), tensor(4.5, 2))


LOGITS = tensor([1, 1, 1], [2, 0, 0], [-1, -2, -3])
WEIGHTS = tensor(-2, 2, 0)


def test_policy_gradient_loss_is_that_of_rlax():
    """rlax, `policy_gradients_test`: the mean of the weighted losses."""
    log_prob = OurCategorical(LOGITS).log_prob(torch.tensor([0, 1, 2]))
    loss = a2c.policy_gradient_loss(log_prob, tensor(0.3, 0.2, 0.1))
    assert (WEIGHTS * loss).mean().item() == pytest.approx(0.0788835088)


def test_entropy_loss_is_that_of_rlax():
    """The same; their loss is the negative entropy."""
    loss = -OurCategorical(LOGITS).entropy()
    assert (WEIGHTS * loss).mean().item() == pytest.approx(0.2886933)


@pytest.mark.parametrize("discrete", [True, False])
def test_the_losses_slope_as_finite_differences(discrete):
    advantage = tensor([1, -2, 0.5])
    outputs = tensor([[0.3, -0.2], [1, 2], [-1, 0.5]]).requires_grad_()
    log_std = tensor([[0.1, -0.3]]).requires_grad_()

    def loss(outputs, log_std):
        if discrete:
            pi, action = OurCategorical(outputs), torch.tensor([[0, 1, 1]])
        else:
            pi, action = Gaussian(outputs, log_std), tensor([[1, 0], [2, 1], [-1, -1]])
        return a2c.policy_gradient_loss(pi.log_prob(action), advantage) - 0.1 * pi.entropy()

    assert torch.autograd.gradcheck(loss, (outputs, log_std))


def test_the_value_loss_slopes_as_finite_differences():
    value = tensor(-1, 0.5, 3).requires_grad_()
    assert torch.autograd.gradcheck(lambda v: a2c.value_loss(v, tensor(1, 1, 1)), value)


def test_every_formula_tells_its_latex():
    formulas = (a2c.policy_gradient_loss, a2c.value_loss, a2c.td_error, a2c.gae, a2c.annealed)
    for formula in formulas:
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


# One update


def plain(weights, prefix, run):
    """A network of torch's own with the weights of one run."""
    layers = []
    for k in range(3):
        weight = weights[f"{prefix}{k}.weight"][run]
        linear = nn.Linear(*weight.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T))
            linear.bias.copy_(torch.from_numpy(weights[f"{prefix}{k}.bias"][run][0]))
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("max_grad_norm", [0.05, 1e6])
@pytest.mark.parametrize("normalise", [False, True])
def test_one_update_is_that_of_plain_networks(env_id, shared, max_grad_norm, normalise):
    config = replace(
        CONFIG, shared=shared, max_grad_norm=max_grad_norm, normalise_advantage=normalise
    )
    state = a2c.start(made(env_id, config, 2), config, 0)
    rollout = rollout_of(state, 16)
    ac = state.actor_critic
    nets = []
    for run in range(2):
        actor = plain(ac.actor.weights(), "", run)
        critic = None if shared else plain(ac.critic.weights(), "", run)
        log_std = ac.log_std[run].detach().clone().requires_grad_()
        nets.append((actor, critic, log_std))
    metrics = a2c.update(state, rollout, config, 0.5)
    for run, (actor, critic, log_std) in enumerate(nets):
        one = type(rollout)._make(x[run : run + 1] for x in rollout)
        observation, action = flat(one.observation)[0], flat(one.action)[0]
        outputs = ac.outputs
        value = actor(observation)[:, -1] if shared else critic(observation)[:, 0]
        with torch.no_grad():
            after = flat(one.next_observation)[0]
            next_value = actor(after)[:, -1] if shared else critic(after)[:, 0]
            advantage, target = advantages.estimate(
                one, value[None], next_value[None], config.gamma, config.lam
            )
            advantage = advantage[0]
            if normalise:
                advantage = (advantage - advantage.mean()) / advantage.std(correction=0)
        out = actor(observation)[:, :outputs]
        if env_id == "CartPole-v1":
            pi = Categorical(logits=out)
            log_prob, entropy = pi.log_prob(action), pi.entropy()
        else:
            pi = Normal(out, log_std.exp())
            log_prob, entropy = pi.log_prob(action).sum(-1), pi.entropy().sum(-1)
        policy_loss = -(advantage * log_prob).mean()
        value_loss = nn.functional.mse_loss(value, target[0]) / 2
        loss = policy_loss - 0.05 * entropy.mean() + config.value_coef * value_loss
        parameters = [*actor.parameters(), *(critic.parameters() if critic else ())]
        parameters += [log_std] if ac.log_std.requires_grad else []
        adam = torch.optim.Adam(parameters, lr=0.01)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(parameters, max_grad_norm)
        adam.step()
        assert metrics["policy_loss"][run] == pytest.approx(policy_loss.item(), rel=1e-3, abs=1e-5)
        assert metrics["value_loss"][run] == pytest.approx(value_loss.item(), rel=1e-4)
        assert metrics["entropy"][run] == pytest.approx(entropy.mean().item(), rel=1e-5)
        assert metrics["grad_norm"][run] == pytest.approx(norm.item(), rel=1e-3)
        ours, theirs = plain(ac.actor.weights(), "", run), actor
        for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
            torch.testing.assert_close(a, b, rtol=1e-2, atol=1e-4)
        if critic:
            ours = plain(ac.critic.weights(), "", run)
            for a, b in zip(ours.parameters(), critic.parameters(), strict=True):
                torch.testing.assert_close(a, b, rtol=1e-2, atol=1e-4)
        torch.testing.assert_close(ac.log_std[run].detach(), log_std.detach(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("entropy_coef", [0.0, 1.0])
def test_the_entropy_bonus_keeps_the_policy_undecided(entropy_coef):
    config = replace(CONFIG, entropy_coef=entropy_coef)
    state = a2c.start(made("CartPole-v1", config, 2), config, 0)
    *_, last = (u for u in a2c.train(Timeline(config, 3000), state) if u.metrics)
    assert ((last.metrics["entropy"] > 0.68) == (entropy_coef == 1)).all()
