"""A2C and PPO: what is true of both. Neither run notices the others, the same seed tells the same
story, an ending is no time limit; and both learn.
"""

import copy
from dataclasses import asdict

import numpy as np
import pytest
import torch

from rl_core.deep import a2c, actors, classroom, envs, nets, ppo, probes, training
from rl_core.deep.nets import MLP
from rl_core.deep.seeds import Purpose, seeds
from rl_core.events import Evaluation
from rl_core.timeline import Timeline
from tests.deep.actor_critics import made

BOTH = (a2c, ppo)
ENV_IDS = ("CartPole-v1", "Pendulum-v1")
FEW = {"hidden": 8, "envs": 2, "n_steps": 8}
PARTS = {"epochs": 2, "minibatches": 2}  # of PPO

both = pytest.mark.parametrize("algorithm", BOTH, ids=["a2c", "ppo"])
all_actions = pytest.mark.parametrize("env_id", ENV_IDS)


def small(algorithm, **settings):
    return algorithm.Config(**(FEW | (PARTS if algorithm is ppo else {}) | settings))


def go(algorithm, config, steps, runs=2, seed=0, env=None, changes=()):
    env = env or made("CartPole-v1", config, runs, seed)
    state = algorithm.start(env, config, seed)
    return state, list(algorithm.train(Timeline(config, steps, changes), state))


def parameters(state):
    """Of each run, [runs, …]."""
    parts = [p.detach().movedim(-2, 0).flatten(1) for p in state.actor_critic.parameters]
    return torch.cat(parts, -1)


def same(first, second):
    """Two lists of updates, bit for bit."""
    return all(
        a.step == b.step
        and np.array_equal(a.returns, b.returns, equal_nan=True)
        and a.metrics.keys() == b.metrics.keys()
        and all(np.array_equal(a.metrics[k], b.metrics[k]) for k in a.metrics)
        for a, b in zip(first, second, strict=True)
    )


# Policy and value in one pass


@pytest.mark.parametrize("actions", [envs.Discrete(3), envs.Box(-np.ones(2), np.ones(2))])
def test_a_pair_is_two_networks(actions):
    one, two = (
        kind(actions, 4, hidden=8, runs=3, seed=0) for kind in (actors.ActorCritic, actors.Pair)
    )
    x = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(1))
    norms = []
    for model in (one, two):
        pi, value = model(x)
        action = torch.ones(3, 5).long() if model.discrete else x[..., :2]
        loss = pi.log_prob(action) * value + pi.entropy()
        nets.total(loss).backward()
        norms.append(nets.clip([p.grad for p in model.parameters], 0.1))
        torch.testing.assert_close(model.value(x), value)
    torch.testing.assert_close(*norms)
    assert (norms[0] > 0.1).all()
    policy, value = two.both.flat.grad
    torch.testing.assert_close(policy, one.actor.flat.grad)
    hidden = one.critic.flat.shape[-1] - 9  # before the last layer, whose further outputs are idle
    torch.testing.assert_close(value[:, :hidden], one.critic.flat.grad[:, :hidden])
    weight, bias = MLP(two.actor.sizes, value).views(value)[-1]
    torch.testing.assert_close(weight[..., 0], one.critic.flat.grad[:, hidden:-1])
    torch.testing.assert_close(bias[..., 0], one.critic.flat.grad[:, -1:])
    assert (weight[..., 1:] == 0).all()


def test_a_pair_acts_as_it_has_learned():
    model = actors.Pair(envs.Discrete(3), 4, hidden=8, runs=3, seed=0)
    with torch.no_grad():
        model.both.flat.normal_(generator=torch.Generator().manual_seed(2))
    x = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(1))
    logits = model(x)[0].logits.detach()
    torch.testing.assert_close(model.policy(x).logits, logits)
    np.testing.assert_allclose(model.actor.answer(x.numpy()), logits, rtol=1e-4, atol=1e-5)
    twin = copy.deepcopy(model)
    with torch.no_grad():
        twin.both.flat.zero_()
    assert (twin.actor.answer(x.numpy()) == 0).all()
    torch.testing.assert_close(model.policy(x).logits, logits)


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


@both
@all_actions
@pytest.mark.parametrize("shared", [False, True])
def test_runs_do_not_leak_into_each_other(algorithm, env_id, shared):
    config = small(
        algorithm,
        shared=shared,
        entropy_coef=0.01,
        normalise_reward=True,
        normalise_observation=True,
    )
    plain, other = made(env_id, config, 3), RewardsOfRun0(made(env_id, config, 3), config.envs)
    (one, ours), (two, theirs) = (go(algorithm, config, 500, env=env) for env in (plain, other))
    assert torch.equal(parameters(one)[1:], parameters(two)[1:])
    assert not torch.equal(parameters(one)[0], parameters(two)[0])
    for a, b in zip(ours, theirs, strict=True):
        assert np.array_equal(a.returns[1:], b.returns[1:], equal_nan=True)
        assert all(np.array_equal(a.metrics[k][1:], b.metrics[k][1:]) for k in a.metrics)


@both
@all_actions
def test_same_config_seed_and_runs_same_story(algorithm, env_id):
    config = small(algorithm)
    (first, one), (second, two) = (
        go(algorithm, config, 200, seed=5, env=made(env_id, config, seed=5)) for _ in range(2)
    )
    assert same(one, two)
    assert torch.equal(parameters(first), parameters(second))


@both
def test_another_seed_another_story(algorithm):
    config = small(algorithm)
    assert not same(go(algorithm, config, 100, seed=5)[1], go(algorithm, config, 100, seed=6)[1])


@both
def test_updates_do_not_change_afterwards(algorithm):
    config = small(algorithm)
    state = algorithm.start(made("CartPole-v1", config), config, 0)
    kept = [(u, copy.deepcopy(u)) for u in algorithm.train(Timeline(config, 100), state)]
    assert same(*zip(*kept, strict=True))


@both
@all_actions
def test_a_training_goes_on_from_a_copy_of_its_state_bit_for_bit(algorithm, env_id):
    config = small(algorithm, normalise_reward=True)
    whole_state, whole = go(algorithm, config, 200, env=made(env_id, config))
    state = algorithm.start(made(env_id, config), config, 0)
    first = algorithm.train(Timeline(config, 200), state)
    begun = [next(first) for _ in range(53)]  # in the middle of a rollout
    kept, state = state, copy.deepcopy(state)
    list(first)  # the original goes on, the copy must not notice
    assert torch.equal(parameters(kept), parameters(whole_state))
    begun += algorithm.train(Timeline(config, 200, start=106), state)
    assert same(begun, whole)
    assert torch.equal(parameters(state), parameters(whole_state))


# Settings


@both
def test_changes_are_recorded_and_replayed_bit_for_bit(algorithm):
    config = small(algorithm)
    state, timeline = algorithm.start(made("CartPole-v1", config), config, 0), Timeline(config, 300)
    story = []
    for update in algorithm.train(timeline, state):
        story.append(update)
        if update.step == 50:
            timeline.change("lr", 0.01)
            timeline.change("n_steps", 4)
        if update.step == 200:
            timeline.change("entropy_coef", 0.1)
    again_state, again = go(algorithm, config, 300, changes=timeline.changes)
    assert same(story, again)
    assert torch.equal(parameters(state), parameters(again_state))
    assert not same(story, go(algorithm, config, 300)[1])


@both
def test_steps_are_those_of_the_environments_together(algorithm):
    story = go(algorithm, small(algorithm), 64)[1]
    assert [u.step for u in story] == list(range(2, 66, 2))
    assert [u.step for u in story if u.metrics] == [16, 32, 48, 64]


@both
def test_the_learning_rate_falls_to_its_end(algorithm, monkeypatch):
    rates = []
    minimise = nets.minimise

    def watched(loss, optimizer, lr, max_norm):
        rates.append(lr)
        return minimise(loss, optimizer, lr, max_norm)

    monkeypatch.setattr(nets, "minimise", watched)
    go(algorithm, small(algorithm, lr=0.01, lr_end=0.5), 160)
    assert rates[0] == pytest.approx(0.01 * (1 - 0.5 * 14 / 160))
    assert rates[-1] == pytest.approx(0.01 * (1 - 0.5 * 158 / 160))


@both
@all_actions
@pytest.mark.parametrize("shared", [False, True])
def test_metrics_are_one_finite_number_per_run(algorithm, env_id, shared):
    config = small(algorithm, shared=shared)
    last = go(algorithm, config, 64, env=made(env_id, config, 3))[1][-1].metrics
    names = {"policy_loss", "value_loss", "entropy", "explained_variance", "grad_norm"}
    if algorithm is ppo:
        names |= {"approx_kl", "clip_fraction", "ratio_deviation"}
    assert last.keys() == names
    assert all(v.shape == (3,) and np.isfinite(v).all() for v in last.values())


@both
@all_actions
@pytest.mark.parametrize("shared", [False, True])
def test_the_policy_takes_the_likeliest_actions(algorithm, env_id, shared):
    config = small(algorithm, shared=shared)
    state, _ = go(algorithm, config, 64, env=made(env_id, config))
    features = state.actor_critic.actor.sizes[0]
    x = np.random.default_rng(0).normal(size=(2, 9, features)).astype(np.float32)
    pi = state.actor_critic.policy(torch.from_numpy(x))
    action = algorithm.policy(algorithm.weights(state), x)
    if env_id == "CartPole-v1":
        assert np.array_equal(action, pi.logits.argmax(-1).numpy())
    else:
        np.testing.assert_allclose(action, pi.mean.detach().numpy(), atol=1e-6)


@both
def test_every_setting_explains_itself(algorithm):
    for name in asdict(algorithm.Config()):
        assert algorithm.Config.__dataclass_fields__[name].metadata["help"], name


# Does it learn?

PROBE = {
    "hidden": 16,
    "envs": 4,
    "n_steps": 8,
    "lr": 0.01,
    "gamma": 0.5,
    "lam": 0.0,
    "lr_end": 0.1,
    "max_grad_norm": 10.0,
}


def learned(algorithm, probe, steps=4000, **settings):
    config = algorithm.Config(**(PROBE | (PARTS if algorithm is ppo else {}) | settings))
    steps //= 1 + (algorithm is ppo)  # which makes more of each
    env = probe(seeds(0, Purpose.ENVIRONMENT, training.instances(config, 3)))
    return go(algorithm, config, steps, env=env)[0]


def policy_and_value(state, observation):
    """The policy's [3, 1] and V [3, 1] at one observed number, in three runs."""
    with torch.no_grad():
        return state.actor_critic(torch.full((3, 1, 1), float(observation)))


@both
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
@pytest.mark.parametrize("shared", [False, True])
def test_probe(algorithm, probe, expected, shared):
    state = learned(algorithm, probe, shared=shared)
    for observation, (v, action) in expected.items():
        pi, value = policy_and_value(state, observation)
        np.testing.assert_allclose(value, v, atol=0.1)
        if action is not None:
            assert (pi.logits.softmax(-1)[..., action] > 0.9).all()


@both
def test_continuous_probe(algorithm):
    state = learned(
        algorithm, lambda s: envs.UnitActions(probes.ContinuousProbe(s)), 8000, log_std=-0.5
    )
    pi, value = policy_and_value(state, 0)
    np.testing.assert_allclose(2 * pi.mean, 1, atol=0.1)  # in units of the bounds
    earned = -4 * torch.exp(2 * pi.log_std.detach())[..., 0]  # what the noise costs
    np.testing.assert_allclose(value, earned, atol=0.1)


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


@both
@pytest.mark.parametrize(("env", "v"), [(CutOff, (2 / 3, 4 / 3)), (Merged, (0, 1))])
def test_a_time_limit_is_not_an_ending(algorithm, env, v):
    state = learned(algorithm, env, lam=0.9)
    for observation, value in enumerate(v):
        np.testing.assert_allclose(policy_and_value(state, observation)[1], value, atol=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "env_id", "threshold", "solved"),
    [
        ("a2c", "CartPole-v1", 475, 8),
        ("ppo", "CartPole-v1", 475, 8),
        ("ppo", "Pendulum-v1", -200, 7),
    ],
)
def test_to_threshold(name, env_id, threshold, solved):
    steps = classroom.lesson(name, env_id).steps
    timeline = Timeline(classroom.config(name, env_id), steps)
    *_, last = training.train(name, env_id, timeline, runs=8, seed=100)
    assert isinstance(last, Evaluation)
    assert (last.best >= threshold).sum() >= solved
