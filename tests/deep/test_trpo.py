"""TRPO: formulas by hand, the promise of every step, no run that notices another; and it learns."""

import copy
import inspect
import re
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch

from rl_core.deep import classroom, envs, natural, nets, probes, training, trpo
from rl_core.deep.advantages import estimate, normalised
from rl_core.deep.rollout import flat
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Evaluation
from rl_core.timeline import Timeline
from tests.deep.actor_critics import made, rollout_of

SMALL = trpo.Config(hidden=8, envs=2, n_steps=16, epochs=2, minibatches=2)
METRICS = {
    "kl",
    "gain",
    "accepted",
    "backtracks",
    "step_size",
    "cg_residual",
    "entropy",
    "explained_variance",
}

all_actions = pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def go(config, steps, runs=2, seed=0, env=None, changes=()):
    state = trpo.start(env or made("CartPole-v1", config, runs, seed), config, seed)
    return state, list(trpo.train(Timeline(config, steps, changes), state))


def parameters(state):
    return torch.cat([p.detach() for p in state.actor_critic.parameters], -1)


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


def test_surrogate():
    new, old = tensor(0.5, 0.2, 0.9).log(), tensor(0.25, 0.4, 0.9).log()
    torch.testing.assert_close(trpo.surrogate(new, old, tensor(3, -4, 5)), tensor(6, -2, 5))


def test_value_loss():
    torch.testing.assert_close(trpo.value_loss(tensor(1, 5), tensor(4, 3)), tensor(4.5, 2))


def test_the_formulas_slope_as_finite_differences():
    x, a, b = tensor(-0.6, -0.9).requires_grad_(), tensor(-1, -0.5), tensor(2, -3)
    assert torch.autograd.gradcheck(lambda x: trpo.surrogate(x, a, b), x)
    assert torch.autograd.gradcheck(lambda x: trpo.value_loss(x, a), x)


@all_actions
def test_the_slope_of_the_surrogate_is_the_policy_gradient(env_id):
    """At the parameters that acted: ∇L = E[∇ln π · A]; anywhere else it is not."""
    state = trpo.start(made(env_id, SMALL, 2), SMALL, 0)
    ours, rollout = state.actor_critic, rollout_of(state, 16)
    observation, action = flat(rollout.observation), flat(rollout.action)
    advantage = torch.randn(2, 32, generator=torch.Generator().manual_seed(0))
    old = ours.policy(observation).log_prob(action).detach()

    def slopes():
        log_prob = ours.policy(observation).log_prob(action)
        surrogate = natural.gradient(trpo.surrogate(log_prob, old, advantage), ours)
        log_prob = ours.policy(observation).log_prob(action)
        return surrogate, natural.gradient(log_prob * advantage, ours)

    torch.testing.assert_close(*slopes())
    natural.move(ours, natural.parameters(ours) + 0.3)
    surrogate, policy = slopes()
    assert not torch.allclose(surrogate, policy, rtol=0.01)


def test_every_formula_tells_its_latex():
    own = (trpo.surrogate, trpo.value_loss)
    shared = (trpo.td_error, trpo.gae, trpo.annealed)
    generic = (trpo.fisher_vector_product, trpo.conjugate_gradient, trpo.line_search)
    for formula in own + shared + generic:
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


# The step


def improved(env_id, config, runs=3):
    """One step: what it was given, and the policy's parameters before and after."""
    state = trpo.start(made(env_id, config, runs), config, 0)
    rollout = rollout_of(state, config.n_steps)
    observation, action = flat(rollout.observation), flat(rollout.action)
    advantage = torch.randn(action.shape[:2], generator=torch.Generator().manual_seed(0))
    before = natural.parameters(state.actor_critic)
    metrics = trpo.improve(state.actor_critic, observation, action, advantage, config)
    after = natural.parameters(state.actor_critic)
    return state.actor_critic, (observation, action, advantage), before, after, metrics


@all_actions
def test_a_step_is_along_the_natural_gradient(env_id):
    """Against the exact Fisher matrix, (F + damping) x = g, solved directly."""
    config = replace(SMALL, hidden=3, cg_iterations=200, damping=0.2)
    ours, (observation, action, advantage), before, after, metrics = improved(env_id, config)
    old = natural.policy_at(ours, before, observation)

    def objective(theta):
        log_prob = natural.policy_at(ours, theta, observation).log_prob(action)
        surrogate = trpo.surrogate(log_prob, old.log_prob(action), normalised(advantage))
        return surrogate.mean(-1).sum()

    def divergence(theta):
        return old.kl(natural.policy_at(ours, theta, observation)).mean(-1).sum()

    slope = torch.autograd.functional.jacobian(objective, before)
    fisher = torch.autograd.functional.hessian(divergence, before)
    for run, g in enumerate(slope):
        damped = fisher[run, :, run] + 0.2 * torch.eye(len(g))
        x = torch.linalg.solve(damped, g)
        beta = torch.sqrt(2 * config.target_kl / (x @ damped @ x))
        step = config.backtrack_factor ** metrics["backtracks"][run] * beta * x
        assert metrics["accepted"][run] == 1
        torch.testing.assert_close(metrics["step_size"][run], beta, rtol=1e-3, atol=0)
        torch.testing.assert_close(after[run], before[run] + step, rtol=1e-2, atol=2e-5)
    assert (metrics["cg_residual"] < 1e-3).all()


@all_actions
def test_metrics_are_what_the_step_did(env_id):
    ours, (observation, action, advantage), before, _, metrics = improved(env_id, SMALL)
    with torch.no_grad():
        old, new = natural.policy_at(ours, before, observation), ours.policy(observation)
        ratio = (new.log_prob(action) - old.log_prob(action)).exp()
        gain = ((ratio - 1) * normalised(advantage)).mean(-1)
    torch.testing.assert_close(metrics["kl"], old.kl(new).mean(-1), rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(metrics["gain"], gain, rtol=1e-3, atol=1e-6)
    torch.testing.assert_close(metrics["entropy"], old.entropy().detach().mean(-1))
    assert (gain > 0).all()


def test_fewer_states_make_another_fisher_matrix():
    steps = [improved("CartPole-v1", replace(SMALL, fisher_every=k))[3] for k in (1, 4)]
    torch.testing.assert_close(*steps, rtol=0, atol=0.5)
    assert not torch.equal(*steps)


def test_where_nothing_is_accepted_the_policy_stays(monkeypatch):
    """Run 1 is told that every step goes too far; the others do not notice."""
    free = improved("CartPole-v1", SMALL)[3]
    search = trpo.line_search

    def forbidding(theta, step, measure, *limits):
        def told(theta):
            gain, kl = measure(theta)
            return gain, torch.where(torch.arange(3) == 1, 1e9, kl)

        return search(theta, step, told, *limits)

    monkeypatch.setattr(trpo, "line_search", forbidding)
    _, _, before, after, metrics = improved("CartPole-v1", SMALL)
    assert metrics["accepted"].tolist() == [1, 0, 1]
    assert metrics["backtracks"][1] == SMALL.backtracks
    assert metrics["kl"][1] == metrics["gain"][1] == 0
    assert torch.equal(after[1], before[1])
    assert torch.equal(after[[0, 2]], free[[0, 2]])


def test_equal_advantages_teach_nothing():
    config = replace(SMALL, normalise_advantage=False)
    state = trpo.start(made("CartPole-v1", config, 2), config, 0)
    rollout = rollout_of(state, 16)
    before = natural.parameters(state.actor_critic)
    observation, action = flat(rollout.observation), flat(rollout.action)
    metrics = trpo.improve(state.actor_critic, observation, action, torch.zeros(2, 32), config)
    assert torch.equal(natural.parameters(state.actor_critic), before)
    assert (metrics["accepted"] == 0).all()
    assert all(torch.isfinite(x).all() for x in metrics.values())


@all_actions
@pytest.mark.parametrize("target_kl", [0.003, 0.1])
def test_no_accepted_step_goes_further_than_delta(env_id, target_kl, monkeypatch):
    """Over a whole training, measured anew: and most steps are accepted and go far."""
    config = trpo.Config(hidden=16, envs=4, n_steps=64, target_kl=target_kl, epochs=2)
    measured, told = [], []
    improve = trpo.improve

    def watched(actor_critic, observation, *args):
        before = natural.parameters(actor_critic)
        metrics = improve(actor_critic, observation, *args)
        with torch.no_grad():
            old = natural.policy_at(actor_critic, before, observation)
            measured.append(old.kl(actor_critic.policy(observation)).mean(-1))
        stayed = (natural.parameters(actor_critic) == before).all(-1)
        assert torch.equal(stayed, metrics["accepted"] == 0)
        told.append(metrics["kl"])
        return metrics

    monkeypatch.setattr(trpo, "improve", watched)
    env = made(env_id, config, 3)
    list(trpo.train(Timeline(config, 256 * 30), trpo.start(env, config, 0)))
    kl, said = torch.stack(measured), torch.stack(told)
    assert kl.shape == (30, 3)
    assert (said <= target_kl).all()
    assert (kl <= target_kl * 1.001).all()
    torch.testing.assert_close(kl, said, rtol=1e-3, atol=1e-6)
    assert (kl > target_kl / 3).float().mean() > 0.8


@all_actions
def test_one_update_learns_the_returns_after_the_step(env_id, monkeypatch):
    """Advantages from the values before; then the values learn every step `epochs` times."""
    state = trpo.start(made(env_id, SMALL, 2), SMALL, 0)
    rollout, given, learned = rollout_of(state, 16), [], []
    with torch.no_grad():
        value = state.actor_critic.value(flat(rollout.observation))
        after = state.actor_critic.value(flat(rollout.next_observation))
    expected, target = estimate(rollout, value, after, SMALL.gamma, SMALL.lam)
    improve, value_loss, critic = trpo.improve, trpo.value_loss, state.actor_critic.critic.flat
    before = critic.detach().clone()

    def watched(actor_critic, observation, action, advantage, config):
        assert torch.equal(critic, before)
        given.append(advantage)
        return improve(actor_critic, observation, action, advantage, config)

    def noted(value, target):
        learned.append(target)
        return value_loss(value, target)

    monkeypatch.setattr(trpo, "improve", watched)
    monkeypatch.setattr(trpo, "value_loss", noted)
    trpo.update(state, rollout, SMALL, 0.0)
    torch.testing.assert_close(given, [expected])
    assert [x.shape for x in learned] == [(2, 16)] * 4
    for epoch in (learned[:2], learned[2:]):
        assert torch.equal(torch.cat(epoch, -1).sort(-1).values, target.sort(-1).values)
    assert not torch.equal(critic, before)


# What a run must not notice


class RewardsOfRun0(envs.Environment):
    """The same environment, in whose first instances something else is earned."""

    def __init__(self, env, instances):
        self.env, self.instances, self.n, self.actions = env, instances, env.n, env.actions
        self.low, self.high = env.low, env.high

    def seed(self, seeds):
        self.env.seed(seeds)

    def reset(self, mask):
        return self.env.reset(mask)

    def step(self, action):
        step = self.env.step(action)
        step.reward[: self.instances] *= -3
        return step


@all_actions
@pytest.mark.parametrize("tolerant", [False, True])
def test_runs_do_not_leak_into_each_other(env_id, tolerant):
    config = replace(SMALL, normalise_reward=True, normalise_observation=True)
    if not tolerant:  # so that the runs' searches differ in length
        config = replace(config, target_kl=1.0, damping=1e-4)
    plain, other = made(env_id, config, 3), RewardsOfRun0(made(env_id, config, 3), config.envs)
    (one, ours), (two, theirs) = (go(config, 500, env=env) for env in (plain, other))
    assert torch.equal(parameters(one)[1:], parameters(two)[1:])
    assert not torch.equal(parameters(one)[0], parameters(two)[0])
    for a, b in zip(ours, theirs, strict=True):
        assert np.array_equal(a.returns[1:], b.returns[1:], equal_nan=True)
        assert all(np.array_equal(a.metrics[k][1:], b.metrics[k][1:]) for k in a.metrics)


@all_actions
def test_same_config_seed_and_runs_same_story(env_id):
    (first, one), (second, two) = (
        go(SMALL, 200, seed=5, env=made(env_id, SMALL, seed=5)) for _ in range(2)
    )
    assert same(one, two)
    assert torch.equal(parameters(first), parameters(second))


def test_another_seed_another_story():
    assert not same(go(SMALL, 100, seed=5)[1], go(SMALL, 100, seed=6)[1])


def test_updates_do_not_change_afterwards():
    state = trpo.start(made("CartPole-v1", SMALL), SMALL, 0)
    kept = [(u, copy.deepcopy(u)) for u in trpo.train(Timeline(SMALL, 100), state)]
    assert same(*zip(*kept, strict=True))


@all_actions
def test_a_training_goes_on_from_a_copy_of_its_state_bit_for_bit(env_id):
    whole_state, whole = go(SMALL, 200, env=made(env_id, SMALL))
    state = trpo.start(made(env_id, SMALL), SMALL, 0)
    first = trpo.train(Timeline(SMALL, 200), state)
    begun = [next(first) for _ in range(53)]  # in the middle of a rollout
    kept, state = state, copy.deepcopy(state)
    list(first)  # the original goes on, the copy must not notice
    assert torch.equal(parameters(kept), parameters(whole_state))
    begun += trpo.train(Timeline(SMALL, 200, start=106), state)
    assert same(begun, whole)
    assert torch.equal(parameters(state), parameters(whole_state))


# Settings


def test_changes_are_recorded_and_replayed_bit_for_bit():
    state, timeline = trpo.start(made("CartPole-v1", SMALL), SMALL, 0), Timeline(SMALL, 300)
    story = []
    for update in trpo.train(timeline, state):
        story.append(update)
        if update.step == 50:
            timeline.change("target_kl", 0.05)
            timeline.change("n_steps", 4)
        if update.step == 200:
            timeline.change("backtracks", 0)
    again_state, again = go(SMALL, 300, changes=timeline.changes)
    assert same(story, again)
    assert torch.equal(parameters(state), parameters(again_state))
    assert not same(story, go(SMALL, 300)[1])


def test_steps_are_those_of_the_environments_together():
    story = go(SMALL, 128)[1]
    assert [u.step for u in story] == list(range(2, 130, 2))
    assert [u.step for u in story if u.metrics] == [32, 64, 96, 128]


def test_the_learning_rate_falls_to_its_end(monkeypatch):
    rates = []
    descend = nets.descend

    def watched(loss, optimizer, lr):
        rates.append(lr)
        descend(loss, optimizer, lr)

    monkeypatch.setattr(nets, "descend", watched)
    go(replace(SMALL, lr=0.01, lr_end=0.5), 160)
    assert rates[0] == pytest.approx(0.01 * (1 - 0.5 * 30 / 160))
    assert rates[-1] == pytest.approx(0.01 * (1 - 0.5 * 158 / 160))


@all_actions
def test_metrics_are_one_finite_number_per_run(env_id):
    last = go(SMALL, 64, env=made(env_id, SMALL, 3))[1][-1].metrics
    assert last.keys() == METRICS
    assert all(v.shape == (3,) and np.isfinite(v).all() for v in last.values())


@all_actions
def test_the_policy_takes_the_likeliest_actions(env_id):
    state, _ = go(SMALL, 64, env=made(env_id, SMALL))
    features = state.actor_critic.actor.sizes[0]
    x = np.random.default_rng(0).normal(size=(2, 9, features)).astype(np.float32)
    pi = state.actor_critic.policy(torch.from_numpy(x))
    action = trpo.policy(trpo.weights(state), x)
    if env_id == "CartPole-v1":
        assert np.array_equal(action, pi.logits.argmax(-1).numpy())
    else:
        np.testing.assert_allclose(action, pi.mean.detach().numpy(), atol=1e-6)


def test_every_setting_explains_itself():
    for name in asdict(trpo.Config()):
        assert trpo.Config.__dataclass_fields__[name].metadata["help"], name


# Does it learn?

PROBE = trpo.Config(
    hidden=16, envs=4, n_steps=16, lr=0.01, gamma=0.5, lam=0.0, epochs=4, minibatches=4
)


def learned(probe, steps=4000, **settings):
    config = replace(PROBE, **settings)
    env = probe(seeds(0, Purpose.ENVIRONMENT, training.instances(config, 3)))
    return go(config, steps, env=env)[0]


def policy_and_value(state, observation):
    """The policy's [3, 1] and V [3, 1] at one observed number, in three runs."""
    with torch.no_grad():
        return state.actor_critic(torch.full((3, 1, 1), float(observation)))


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (probes.Probe1, {0: (1, None)}),
        (probes.Probe2, {-1: (-1, None), 1: (1, None)}),
        (probes.Probe3, {0: (0.5, None), 1: (1, None)}),
        (probes.Probe4, {0: (1, 1)}),
        (probes.Probe5, {-1: (1, 0), 1: (1, 1)}),
    ],
)
def test_probe(probe, expected):
    state = learned(probe)
    for observation, (v, action) in expected.items():
        pi, value = policy_and_value(state, observation)
        np.testing.assert_allclose(value, v, atol=0.1)
        if action is not None:
            assert (pi.logits.softmax(-1)[..., action] > 0.9).all()


def test_continuous_probe():
    state = learned(lambda s: envs.UnitActions(probes.ContinuousProbe(s)), 8000, log_std=-0.5)
    pi, value = policy_and_value(state, 0)
    np.testing.assert_allclose(2 * pi.mean, 1, atol=0.1)  # in units of the bounds
    np.testing.assert_allclose(value, -4 * (2 * pi.log_std).detach().exp()[..., 0], atol=0.1)


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
    state = learned(env, lam=0.9)
    for observation, value in enumerate(v):
        np.testing.assert_allclose(policy_and_value(state, observation)[1], value, atol=0.1)


@pytest.mark.slow
def test_to_threshold():
    timeline = Timeline(
        classroom.config("trpo", "CartPole-v1"), classroom.lesson("trpo", "CartPole-v1").steps
    )
    *_, last = training.train("trpo", "CartPole-v1", timeline, runs=8, seed=100)
    assert isinstance(last, Evaluation)
    assert (last.best >= 475).all()
