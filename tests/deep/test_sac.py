"""SAC: formulas by hand, one update against plain torch, quadrature, probes, and Pendulum."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import distributions as theirs

from rl_core.deep import classroom, envs, probes, sac, training
from rl_core.deep.distributions import SquashedGaussian
from rl_core.events import Evaluation
from rl_core.settings import SettingError
from rl_core.timeline import Timeline
from tests.deep import off_policy
from tests.deep.off_policy import tensor

SMALL = sac.Config(**off_policy.SMALL, **off_policy.EACH)
COLD = sac.Config(**off_policy.PROBE, automatic=False, alpha=0.0)


def go(config, steps, **options):
    return off_policy.go(sac, config, steps, **options)


# Formulas by hand


def test_soft_value_and_target():
    q_next, log_pi = tensor([5, 99, -3], [7, 98, -4]), tensor(-2, 1, 0.5)
    v = sac.soft_value(q_next, log_pi, tensor(0.5, 0.5, 2))
    torch.testing.assert_close(v, tensor(6, 97.5, -5))
    y = sac.target(tensor(1, 1, 2), tensor(0, 1, 0), v, 0.9)
    torch.testing.assert_close(y, tensor(6.4, 1.0, -2.5))


def test_td_errors_and_losses():
    delta = sac.td_error(tensor(3, 1), tensor([1, 4], [3, 0]))
    torch.testing.assert_close(delta, tensor([2, -3], [0, 1]))
    torch.testing.assert_close(sac.critic_loss(delta), tensor([2, 4.5], [0, 0.5]))
    loss = sac.actor_loss(tensor([1, 4], [3, 0]), tensor(2, -1), tensor(0.5, 2))
    torch.testing.assert_close(loss, tensor(0, -2))


def test_the_temperature_rises_where_entropy_lacks():
    """Entropy 0.5 is below the target 1, 2 is above: −ln α (ln π + 1)."""
    log_alpha = tensor(math.log(2), math.log(2)).requires_grad_()
    loss = sac.temperature_loss(log_alpha, tensor(-0.5, -2), 1.0)
    torch.testing.assert_close(loss, tensor(-math.log(2) / 2, math.log(2)))
    loss.sum().backward()
    torch.testing.assert_close(log_alpha.grad, tensor(-0.5, 1.0))


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_the_actor_s_loss_slopes_as_finite_differences(alpha):
    g = torch.Generator().manual_seed(0)
    out = torch.randn(2, 3, 4, generator=g).double().requires_grad_()
    noise, peak = (torch.randn(2, 3, 2, generator=g).double() for _ in range(2))

    def loss(out):
        a, log_pi = SquashedGaussian(out).sample(noise)
        q = torch.stack([-(a - peak).square().sum(-1), (a * peak).sum(-1)])
        return sac.actor_loss(q, log_pi, torch.full((2, 1), alpha).double())

    assert torch.autograd.gradcheck(loss, out)


def test_a_learned_temperature_cannot_begin_at_nothing():
    with pytest.raises(SettingError, match="alpha"):
        sac.Config(alpha=0.0)
    assert sac.Config(alpha=0.0, automatic=False).alpha == 0


# One update


@pytest.mark.parametrize("automatic", [True, False])
def test_one_update_is_that_of_plain_networks(automatic):
    config = replace(SMALL, automatic=automatic, alpha=0.3, target_entropy=-0.6)
    state, _ = go(replace(config, learning_starts=100), 100, runs=3)  # nothing learned yet
    with torch.no_grad():
        state.q_target.net.flat.mul_(1.5)  # target networks of their own
        if automatic:
            state.log_alpha.copy_(torch.tensor([0.1, 0.5, 2.0]).log())
    batch = off_policy.batch_of(state)
    g = torch.Generator().manual_seed(0)
    epsilon_next, epsilon = torch.randn(2, *batch.action.shape, generator=g)
    alphas = state.log_alpha.detach().exp().clone() if automatic else torch.full((3,), 0.3)
    networks = [
        [
            off_policy.plain(state.actor, run),
            [off_policy.plain(state.q.net, run + 3 * copy) for copy in (0, 1)],
            [off_policy.plain(state.q_target.net, run + 3 * copy) for copy in (0, 1)],
        ]
        for run in range(3)
    ]
    learned = sac.criticise(state, batch, epsilon_next, config)
    climbed = sac.improve(state, batch, epsilon, config)
    metrics = sac.health(learned, climbed, state, config)
    for run, (actor, critics, targets) in enumerate(networks):
        s, a, r, s_next, terminated, _ = (field[run] for field in batch)
        alpha = alphas[run]
        with torch.no_grad():
            a_next, log_pi_next = plain_sample(actor, s_next, epsilon_next[run])
            future = torch.min(*(off_policy.value(t, s_next, a_next) for t in targets))
            y = r + config.gamma * (1 - terminated) * (future - alpha * log_pi_next)
        losses = []
        for copy, critic in enumerate(critics):
            adam = torch.optim.Adam(critic.parameters(), config.lr)
            losses.append(torch.nn.functional.mse_loss(off_policy.value(critic, s, a), y) / 2)
            losses[-1].backward()
            adam.step()
            off_policy.close(state.q.net, run + 3 * copy, critic)
        adam = torch.optim.Adam(actor.parameters(), config.lr)
        a, log_pi = plain_sample(actor, s, epsilon[run])
        q = torch.min(*(off_policy.value(critic, s, a) for critic in critics))
        climb = (alpha * log_pi - q).mean()
        climb.backward()
        adam.step()
        off_policy.close(state.actor, run, actor)
        # Adam's first step is as long as the learning rate.
        lacking = -log_pi.mean().item() < -0.6
        moved = config.lr * (1 if lacking else -1) * automatic
        assert metrics["alpha"][run] == pytest.approx(alpha.item() * math.exp(moved), rel=1e-5)
        assert metrics["critic_loss"][run] == pytest.approx(sum(losses).item(), rel=1e-4)
        assert metrics["actor_loss"][run] == pytest.approx(climb.item(), rel=1e-3, abs=1e-5)
        assert metrics["entropy"][run] == pytest.approx(-log_pi.mean().item(), rel=1e-3)
        gap = -log_pi.mean().item() + 0.6
        assert metrics["entropy_gap"][run] == pytest.approx(gap, rel=1e-3, abs=1e-5)


def plain_sample(actor, s, epsilon):
    """By torch's own distributions: an action and its log-probability, summed over directions."""
    mean, log_std = actor(s).chunk(2, -1)
    tanh = theirs.TransformedDistribution(
        theirs.Normal(mean, log_std.exp()), theirs.TanhTransform(cache_size=1)
    )
    a = tanh.transforms[0](mean + log_std.exp() * epsilon)
    return a, tanh.log_prob(a).sum(-1)


def test_the_actor_moves_no_critic_and_no_gradient_reaches_the_targets():
    state, _ = go(SMALL, 20)
    q, q_target = state.q.net.flat, state.q_target.net.flat
    before = q.detach().clone(), q_target.clone()
    batch = off_policy.batch_of(state)
    sac.improve(state, batch, torch.zeros_like(batch.action), SMALL)
    assert torch.equal(q, before[0])
    sac.criticise(state, batch, torch.zeros_like(batch.action), SMALL)
    assert torch.equal(q_target, before[1])
    assert not torch.equal(q, before[0])


def test_every_run_has_a_temperature_of_its_own():
    state, story = go(SMALL, 120, runs=3)
    assert state.log_alpha.shape == (3,)
    assert len(set(story[-1].metrics["alpha"].tolist())) == 3


def test_a_fixed_temperature_stays():
    config = replace(SMALL, automatic=False, alpha=0.2)
    story = go(config, 60)[1]
    assert all((u.metrics["alpha"] == np.float32(0.2)).all() for u in story if u.metrics)


def test_entropy_comes_to_its_target():
    """From above: the temperature falls until the reward outweighs it. (Without any reward the
    entropy would stay the largest there is, ln 2, at every temperature.)
    """
    env = off_policy.Bandit(2, lambda action: -4 * np.square(action[:, 0] - 0.3))
    config = replace(COLD, automatic=True, alpha=0.5, target_entropy=-0.5, train_every=1)
    _, story = go(replace(config, updates=1), 900, env=env)
    entropy = np.mean([u.metrics["entropy"] for u in story[-100:]], 0)
    np.testing.assert_allclose(entropy, -0.5, atol=0.25)


def test_acting_draws_from_the_policy():
    state, _ = go(SMALL, 60)
    x = np.tile(np.float32([0.1, -0.3, 0.5]), (2, 1))
    rng = np.random.default_rng(0)
    drawn = np.array([sac.act(state.actor, x, rng) for _ in range(4000)])[..., 0]
    pi = SquashedGaussian(state.actor(torch.from_numpy(x)[:, None]).detach())
    u = np.arctanh(drawn.clip(-1 + 1e-6, 1 - 1e-6))
    np.testing.assert_allclose(u.mean(0), pi.mean[:, 0, 0], atol=0.1)
    np.testing.assert_allclose(u.std(0), pi.log_std.exp()[:, 0, 0], rtol=0.1)
    greedy = sac.policy(sac.weights(state), x[:, None])
    np.testing.assert_allclose(greedy, torch.tanh(pi.mean), atol=1e-5)


# Does it learn?


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_it_finds_the_soft_optimal_policy(alpha):
    """One step, reward α ln p(a) for a squashed Gaussian p: by π ∝ exp(r / α) the best policy is
    p itself, and its soft value α ln ∫ exp(r / α) = 0; both by quadrature.
    """
    wanted = SquashedGaussian(torch.tensor([0.5, -0.5]).double())

    def reward(action):
        a = torch.from_numpy(action).double().clamp(-0.9999, 0.9999)
        return alpha * wanted.log_prob(torch.atanh(a)).numpy()

    fine = np.linspace(-1, 1, 20_001)[1::2, None]
    density = np.exp(reward(fine) / alpha)
    assert alpha * math.log(density.mean() * 2) == pytest.approx(0, abs=1e-3)
    mean = (fine[:, 0] * density).mean() / density.mean()
    deviation = math.sqrt((fine[:, 0] ** 2 * density).mean() / density.mean() - mean**2)

    config = replace(COLD, alpha=alpha, hidden=32, lr=0.005)
    state, _ = go(config, 1500, env=off_policy.Bandit(2, reward))
    pi = SquashedGaussian(state.actor(torch.zeros(2, 20_000, 1)).detach())
    noise = torch.randn(2, 20_000, 1, generator=torch.Generator().manual_seed(0))
    a, log_pi = pi.sample(noise)
    np.testing.assert_allclose(a.mean((1, 2)), mean, atol=0.1)
    np.testing.assert_allclose(a.std((1, 2)), deviation, atol=0.1)
    q = torch.from_numpy(reward(a.reshape(-1, 1).numpy())).view(2, -1)
    np.testing.assert_allclose((q - alpha * log_pi).mean(-1), 0, atol=0.1 * alpha + 0.02)


def test_probe_3():
    state, _ = go(COLD, 600, env=off_policy.dummy(probes.Probe3))
    for observation, v in {0: 0.5, 1: 1}.items():
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), v, atol=0.1)


def test_continuous_probe():
    # Without a temperature the policy soon tries nothing new: the warm-up has to. In longer steps
    # the actor follows the unfinished critic to a bound, where tanh is flat and holds it.
    config = replace(COLD, learning_starts=400, hidden=32, lr=0.003)
    state, _ = go(config, 1500, env=envs.UnitActions(probes.ContinuousProbe([0, 1])))
    np.testing.assert_allclose(off_policy.chosen(sac, state), 0.5, atol=0.1)
    np.testing.assert_allclose(off_policy.q_at(state, 0, 0.5), 0, atol=0.15)


@pytest.mark.parametrize(
    ("env", "v"), [(off_policy.CutOff, (2 / 3, 4 / 3)), (off_policy.Merged, (0, 1))]
)
def test_a_time_limit_is_not_an_ending(env, v):
    state, _ = go(COLD, 1000, env=off_policy.dummy(env))
    for observation, value in enumerate(v):
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), value, atol=0.12)


@pytest.mark.slow
def test_pendulum():
    lesson = classroom.lesson("sac", "Pendulum-v1")
    timeline = Timeline(classroom.config("sac", "Pendulum-v1"), lesson.steps)
    *_, verdict = training.train("sac", "Pendulum-v1", timeline, runs=8, seed=100)
    assert isinstance(verdict, Evaluation)
    assert (verdict.best >= -200).all()
