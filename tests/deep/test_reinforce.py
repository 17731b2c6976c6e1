"""REINFORCE: formulas by hand, its gradient against the exact one, and runs that learn alone."""

import copy
import inspect
import itertools
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from rl_core.deep import actors, classroom, envs, nets, probes, reinforce, training
from rl_core.deep.advantages import gae, td_error
from rl_core.deep.envs import Box, Discrete, Environment, Step
from rl_core.deep.episodes import Transition
from rl_core.deep.seeds import Purpose, seeds
from rl_core.deep.trajectories import Batch, Trajectories
from rl_core.events import Evaluation
from rl_core.timeline import Timeline

SMALL = reinforce.Config(hidden=8, episodes=2, lr=0.01)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


def made(env_id, runs, seed=0):
    return envs.make(env_id, seeds(seed, Purpose.ENVIRONMENT, runs), scaled=True)


def go(config, steps, runs=2, seed=0, env=None, changes=()):
    state = reinforce.start(env or made("CartPole-v1", runs, seed), config, seed)
    return state, list(reinforce.train(Timeline(config, steps, changes), state))


def equal(a, b):
    return np.array_equal(a, b, equal_nan=True)


def same(first, second, of=slice(None)):
    """Two lists of updates, bit for bit, in those runs."""
    return all(
        a.step == b.step
        and equal(a.returns[of], b.returns[of])
        and equal(a.learned[of], b.learned[of])
        and all(
            equal(a.metrics[k][of], b.metrics[k][of]) for k in a.metrics.keys() & b.metrics.keys()
        )
        for a, b in zip(first, second, strict=True)
    )


# Formulas by hand (those of `returns` have tests of their own)


def test_losses():
    torch.testing.assert_close(reinforce.discount(tensor(0, 1, 3), 0.5), tensor(1, 0.5, 0.125))
    loss = reinforce.policy_gradient_loss(tensor(-1, -2, -3), tensor(2, -1, 0))
    torch.testing.assert_close(loss, tensor(2, -2, 0))
    torch.testing.assert_close(reinforce.value_loss(tensor(1, 5), tensor(3, 2)), tensor(2, 4.5))


def test_every_formula_tells_its_latex():
    for formula in (
        reinforce.returns_to_go,
        reinforce.whole_returns,
        reinforce.discount,
        reinforce.policy_gradient_loss,
        reinforce.value_loss,
        reinforce.annealed,
    ):
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)


# Trajectories


def transition(k, ended, action):
    """Every number tells its step, its run and its field."""
    mark = 1000.0 * np.arange(2)[:, None] + k + np.zeros((2, 3))
    return Transition(
        mark + 0.25,
        action,
        mark[:, 0],
        mark + 0.75,
        np.array([ended[0], False]),
        np.array([False, ended[1]]),
        np.full(2, np.nan),
    )


def test_every_run_gathers_its_own_episodes():
    gathered = Trajectories(2, 3, Discrete(4))
    for k in range(700):  # more than there is room for at first
        gathered.add(transition(k, (k % 100 == 99, k == 649), np.array([k % 4, (k + 1) % 4])))
        complete = gathered.complete(3).tolist()
        assert complete == ([0] if k % 300 == 299 else [])
        for run in complete:
            batch = gathered.take(run)
            steps = np.arange(k - 299, k + 1)
            assert np.array_equal(batch.reward[0], steps)
            assert np.array_equal(batch.action[0], steps % 4)
            assert np.array_equal(batch.observation[0, :, 2], steps + 0.25)
            assert np.array_equal(batch.next_observation[0, :, 0], steps + 0.75)
            assert np.array_equal(batch.terminated[0], steps % 100 == 99)
            assert not batch.truncated.any()
    other = gathered.take(1)
    assert np.array_equal(other.reward[0], 1000 + np.arange(700))
    assert other.truncated[0].nonzero().flatten().tolist() == [649]
    assert gathered.take(1).reward.shape == (1, 0)


def test_what_was_taken_does_not_change_afterwards():
    gathered = Trajectories(2, 3, Box(-np.ones(2), np.ones(2)))
    action = np.array([[1, 2], [3, 4]], np.float32)
    gathered.add(transition(0, (True, True), action))
    batch = gathered.take(1)
    gathered.add(transition(1, (True, True), action + 10))
    assert batch.action.tolist() == [[[3, 4]]]
    assert batch.reward.item() == 1000


# One update against plain torch


def plain_network(weights, prefix, run):
    layers = []
    for weight, bias in nets.layers(weights, prefix):
        linear = nn.Linear(*weight.shape[1:])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight[run].T))
            linear.bias.copy_(torch.from_numpy(bias[run, 0]))
        layers += [linear, nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def batch_of(discrete, seed=0):
    """Three episodes: one that terminated, two that were cut off (one as it terminated)."""
    generator = torch.Generator().manual_seed(seed)
    terminated, truncated = torch.zeros(2, 1, 12)
    terminated[0, [3, 11]], truncated[0, [8, 11]] = 1, 1
    drawn = torch.randn(1, 12, 2, generator=generator)
    return Batch(
        torch.randn(1, 12, 3, generator=generator),
        (drawn[..., 0] > 0).long() if discrete else drawn,
        torch.randn(1, 12, generator=generator),
        torch.randn(1, 12, 3, generator=generator),
        terminated,
        truncated,
    )


@pytest.mark.parametrize("discrete", [True, False])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"baseline": False},
        {"reward_to_go": False, "discounted_steps": True},
        {"discounted_steps": True, "normalise_advantage": False, "entropy_coef": 0.3},
        {"max_grad_norm": 0.01, "normalise_advantage": False, "baseline_steps": 1},
    ],
)
def test_one_update_is_that_of_plain_networks(discrete, settings):
    config = replace(reinforce.Config(gamma=0.8, lr=0.01, baseline_lr=0.02), **settings)
    actions = Discrete(2) if discrete else Box(-np.ones(2), np.ones(2))
    model = actors.ActorCritic(actions, 3, hidden=5, runs=3, seed=0, log_std=-0.5)
    with torch.no_grad():
        model.actor.flat.mul_(3)
    weights = model.weights() | model.critic.weights("critic.")
    actor, critic = (plain_network(weights, f"{name}.", 1) for name in ("actor", "critic"))
    log_std = torch.full((2,), -0.5, requires_grad=True)
    batch = batch_of(discrete)
    one = model.of_run(1)
    learner = reinforce.Learner(
        one, nets.adam(one.policy_parameters, 0), nets.adam(one.value_parameters, 0)
    )
    before = model.actor.flat.detach().clone()
    health = reinforce.update(learner, batch, config, progress=0.5)

    o, a, r, o_next = (x[0] for x in batch[:4])
    with torch.no_grad():
        v = critic(o)[:, 0] if config.baseline else torch.zeros(12)
        rest = critic(o_next)[:, 0] if config.baseline else torch.zeros(12)
    g, psi, loss = torch.zeros(12), torch.zeros(12), torch.zeros(12)
    for first, last in ((0, 3), (4, 8), (9, 11)):
        after = rest[last] if last == 8 else 0.0  # the third was over: nothing comes after it
        for t in range(last, first - 1, -1):
            after = g[t] = r[t] + 0.8 * after
        for t in range(first, last + 1):
            psi[t] = (g[t] if config.reward_to_go else g[first]) - v[t]
    weight = (psi - psi.mean()) / psi.std(correction=0) if config.normalise_advantage else psi
    out = actor(o)
    if discrete:
        pi = torch.distributions.Categorical(logits=out)
        log_prob, entropy = pi.log_prob(a), pi.entropy()
    else:
        pi = torch.distributions.Normal(out, log_std.exp())
        log_prob, entropy = pi.log_prob(a).sum(-1), pi.entropy().sum(-1)
    for first, last in ((0, 3), (4, 8), (9, 11)):
        for t in range(first, last + 1):
            factor = 0.8 ** (t - first) if config.discounted_steps and config.reward_to_go else 1
            loss[t] = -factor * weight[t] * log_prob[t] - config.entropy_coef * entropy[t]
    parameters = [*actor.parameters()] + ([] if discrete else [log_std])
    adam = torch.optim.Adam(parameters, lr=0.005)  # half-way to 0
    (loss.sum() / 3).backward()
    norm = nn.utils.clip_grad_norm_(parameters, config.max_grad_norm)
    adam.step()
    adam = torch.optim.Adam(critic.parameters(), lr=0.01)
    for _ in range(config.baseline_steps * config.baseline):
        adam.zero_grad()
        (nn.functional.mse_loss(critic(o)[:, 0], g) / 2).backward()
        nn.utils.clip_grad_norm_(critic.parameters(), config.max_grad_norm)
        adam.step()

    weights = model.weights() | model.critic.weights("critic.")
    for name, network in (("actor", actor), ("critic", critic)):
        ours = plain_network(weights, f"{name}.", 1)
        for p, q in zip(ours.parameters(), network.parameters(), strict=True):
            torch.testing.assert_close(p, q, rtol=1e-3, atol=2e-5)
    if not discrete:
        torch.testing.assert_close(model.log_std[1], log_std, rtol=1e-4, atol=1e-5)
    assert torch.equal(model.actor.flat[[0, 2]], before[[0, 2]])
    explained = 1 - (g - v).var() / g.var()
    expected = {
        "entropy": entropy.detach().mean(),
        "grad_norm": norm.detach(),
        "weight_deviation": psi.std(correction=0),
        "explained_variance": explained,
        "episodes": 3,
        "length": 4,
    }
    assert health.keys() == expected.keys()
    for name, value in expected.items():
        assert health[name].item() == pytest.approx(float(value), rel=1e-4, abs=1e-5), name


# The gradient in the mean, against enumeration


class Layers(Environment):
    """From state 0 to 1 or 2, from there to 3 or 4, then the end; a state is seen as one-hot."""

    states, actions = 5, Discrete(2)
    low, high = np.zeros(5, np.float32), np.ones(5, np.float32)
    up = np.array([[0.2, 0.9], [0.7, 0.3], [0.4, 0.8]])  # chance of the second, from [s, a]
    rewards = np.array([[4, 2], [3, 5], [6, 1], [7, 2], [0, 8]], np.float32)
    first = np.array([1, 3, 3])  # of the two states that may follow

    def seed(self, seeds):
        self._generators = [np.random.default_rng(s) for s in seeds]

    def __init__(self, seeds):
        super().__init__(seeds)
        self.seed(seeds)
        self.state = np.zeros(self.n, np.int64)

    def reset(self, mask):
        self.state = np.where(mask, 0, self.state)
        return np.eye(5, dtype=np.float32)[self.state]

    def step(self, action):
        s, u = self.state, np.array([g.random() for g in self._generators])
        ended, inner = s > 2, np.minimum(s, 2)
        self.state = np.where(ended, s, self.first[inner] + (u < self.up[inner, action]))
        observation = np.eye(5, dtype=np.float32)[self.state]
        return Step(observation, self.rewards[s, action], ended, np.zeros(self.n, bool))


GAMMA = 0.5


def paths():
    """All paths: states, actions, and the chance of those moves."""
    for a in itertools.product((0, 1), repeat=3):
        for up in itertools.product((0, 1), repeat=2):
            s = [0, 1 + up[0], 3 + up[1]]
            chances = [Layers.up[s[t], a[t]] for t in range(2)]
            yield s, a, np.prod([c if u else 1 - c for c, u in zip(chances, up, strict=True)])


def exact(actor, discounted):
    """The gradient of the expected discounted return, by enumeration and autograd; or what comes
    out in the mean without γᵗ. [P]
    """
    flat = actor.flat.detach().clone().requires_grad_()
    log_pi = actor.plain(torch.eye(5).expand(len(flat), 5, 5), flat)[0].log_softmax(-1)
    total = torch.zeros(())
    for s, a, chance in paths():
        log_probs = log_pi[s, list(a)]
        r = [float(Layers.rewards[s[t], a[t]]) for t in range(3)]
        g = [sum(GAMMA ** (k - t) * r[k] for k in range(t, 3)) for t in range(3)]
        p = chance * log_probs.sum().exp()
        if discounted:
            total = total + p * g[0]
        else:
            total = total + p.detach() * (tensor(*g) * log_probs).sum()
    return torch.autograd.grad(total, flat)[0][0]


def exact_values(actor):
    """V of each state, [5]."""
    out = actor.plain(torch.eye(5).expand(len(actor.flat), 5, 5))[0]
    pi = out.detach().softmax(-1).numpy()
    v = np.zeros(5)
    for s in (4, 3, 2, 1, 0):
        q = Layers.rewards[s].astype(float)
        if s < 3:
            after = v[Layers.first[s] : Layers.first[s] + 2]
            q = q + GAMMA * ((1 - Layers.up[s]) * after[0] + Layers.up[s] * after[1])
        v[s] = pi[s] @ q
    return torch.from_numpy(v).float()


RUNS, EPISODES = 60, 100  # 60 gradients, each of 100 episodes


def sampled(seed):
    """A policy and batches of its episodes, one for each run."""
    config = reinforce.Config(hidden=4, episodes=EPISODES, gamma=GAMMA, lr=0, baseline_lr=0)
    env = Layers(seeds(seed, Purpose.ENVIRONMENT, RUNS))
    state = reinforce.start(env, config, seed)
    flat = state.actor_critic.actor.flat.detach()
    flat.copy_(torch.randn(flat.shape[1], generator=torch.Generator().manual_seed(seed)))
    for _ in range(3 * EPISODES):
        action = state.actor_critic.act(state.episodes.observation, state.rng)
        state.trajectories.add(state.episodes.step(action))
    assert len(state.trajectories.complete(EPISODES)) == RUNS
    return state, [state.trajectories.take(run) for run in range(RUNS)], config


def gradients(state, batches, config, v=None):
    """What `update` climbs, [RUNS, P]; with the values v [5] as its baseline, if there are any."""
    rows = []
    for learner, batch in zip(state.learners, batches, strict=True):
        learner = copy.deepcopy(learner)
        if v is not None:
            critic = learner.actor_critic.critic
            learner.actor_critic.value = lambda o, c=critic: o @ v + 0 * c(o).squeeze(-1)
        reinforce.update(learner, batch, config, 0)
        moments = learner.optimizer.state[learner.actor_critic.actor.flat]
        rows.append(-10 * moments["exp_avg"][0])  # a tenth of its first gradient
    return torch.stack(rows)


def far(gradients, expected):
    """The largest distance of the mean from what is expected, in standard errors."""
    error = gradients.std(0) / len(gradients) ** 0.5
    return ((gradients.mean(0) - expected).abs() / (error + 1e-5)).max().item()


PLAIN = {"normalise_advantage": False, "max_grad_norm": 1e6, "baseline_steps": 1}
TRUE = {**PLAIN, "discounted_steps": True}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_mean_gradient_is_the_exact_one_and_its_spread_falls(seed):
    """Of 54 numbers the largest distance is above 4.5 once in 3000 times (60 gradients each)."""
    state, batches, config = sampled(seed)
    actor = state.actor_critic.actor
    gradient, v = exact(actor, discounted=True), exact_values(actor)
    kinds = {
        "whole": gradients(
            state, batches, replace(config, **PLAIN, baseline=False, reward_to_go=False)
        ),
        "to go": gradients(state, batches, replace(config, **TRUE, baseline=False)),
        "baseline": gradients(state, batches, replace(config, **TRUE), v),
    }
    for found in kinds.values():
        assert far(found, gradient) < 4.5
    any_function = gradients(state, batches, replace(config, **TRUE), tensor(1, -2, 3, 0, 9))
    assert far(any_function, gradient) < 4.5
    spread = {name: found.var(0).sum().item() for name, found in kinds.items()}
    assert spread["whole"] > 1.1 * spread["to go"] > 1.1**2 * spread["baseline"]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_without_the_factor_of_time_it_is_another_gradient(seed):
    state, batches, config = sampled(seed)
    found = gradients(
        state, batches, replace(config, **PLAIN), exact_values(state.actor_critic.actor)
    )
    assert far(found, exact(state.actor_critic.actor, discounted=True)) > 15
    assert far(found, exact(state.actor_critic.actor, discounted=False)) < 4.5


@pytest.mark.parametrize(
    ("lam", "true_values", "exactly"),
    [(1.0, False, True), (0.0, True, True), (0.7, True, True), (0.0, False, False)],
)
def test_generalised_advantages_have_the_exact_gradient_too(lam, true_values, exactly):
    """With λ = 1 whatever V, with the true V whatever λ."""
    state, batches, _ = sampled(3)
    actor = state.actor_critic.actor
    v = exact_values(actor) if true_values else tensor(1, -2, 3, 0, 9)
    rows = []
    for run, batch in enumerate(batches):
        o, o_next = batch.observation, batch.next_observation
        delta = td_error(batch.reward, batch.terminated, o @ v, o_next @ v, GAMMA)
        advantage = gae(delta, batch.terminated, GAMMA, lam)
        factor = reinforce.discount(reinforce.time(batch.terminated), GAMMA)
        model = state.actor_critic.of_run(run)
        log_prob = model.policy(o).log_prob(batch.action)
        loss = reinforce.policy_gradient_loss(log_prob, factor * advantage)
        (loss.sum() / EPISODES).backward()
        rows.append(-model.actor.flat.grad[0])
    distance = far(torch.stack(rows), exact(actor, discounted=True))
    assert distance < 4.5 if exactly else distance > 15


def test_the_exact_gradient_is_that_of_finite_differences():
    """The oracle itself: J by enumeration in NumPy, both sides of each parameter."""
    state, _, _ = sampled(0)
    actor = state.actor_critic.actor.frozen_copy()

    def expected_return(flat):
        logits = actor.plain(torch.eye(5, dtype=torch.float64)[None], flat[None])[0]
        pi = logits.softmax(-1).numpy()
        return sum(
            chance
            * np.prod([pi[s[t], a[t]] for t in range(3)])
            * sum(GAMMA**t * Layers.rewards[s[t], a[t]] for t in range(3))
            for s, a, chance in paths()
        )

    flat, step = actor.flat[0].double(), 1e-5
    slopes = [
        (expected_return(flat + step * e) - expected_return(flat - step * e)) / (2 * step)
        for e in torch.eye(len(flat), dtype=torch.float64)
    ]
    np.testing.assert_allclose(exact(actor, discounted=True), slopes, atol=1e-4)
    assert expected_return(flat) == pytest.approx(exact_values(actor)[0].item(), abs=1e-5)


# What a run must not notice


class RewardOfRun0(envs.CartPole):
    """CartPole in which the first run earns something else."""

    def step(self, action):
        step = super().step(action)
        step.reward[0] *= -3
        return step


class RewardOfRun0OfPendulum(envs.Pendulum):
    def step(self, action):
        step = super().step(2 * action)
        step.reward[0] *= -3
        return step


class PlainPendulum(envs.Pendulum):
    def step(self, action):
        return super().step(2 * action)


def everything(learner):
    """All numbers of a run that learning changes."""
    model = learner.actor_critic
    numbers = [model.actor.flat, model.critic.flat, model.log_std]
    for optimizer in (learner.optimizer, learner.baseline_optimizer):
        for moments in optimizer.state.values():
            numbers += [moments["step"], moments["exp_avg"], moments["exp_avg_sq"]]
    return [x.detach().clone() for x in numbers]


@pytest.mark.parametrize(
    ("kinds", "steps"),
    [((envs.CartPole, RewardOfRun0), 600), ((PlainPendulum, RewardOfRun0OfPendulum), 810)],
)
def test_runs_do_not_leak_into_each_other(kinds, steps):
    env_seeds = seeds(0, Purpose.ENVIRONMENT, 3)
    config = replace(SMALL, normalise_observation=True, normalise_reward=True)
    states, stories = zip(*(go(config, steps, env=kind(env_seeds)) for kind in kinds), strict=True)
    for run in range(3):
        ours, others = (everything(state.learners[run]) for state in states)
        assert len(ours) == len(others)
        unmoved = all(torch.equal(a, b) for a, b in zip(ours, others, strict=True))
        assert unmoved == (run > 0)
    assert same(*stories, of=slice(1, None))
    assert all(sum(u.learned[run] for u in stories[0]) >= 2 for run in range(3))


def test_the_other_runs_go_on_when_the_first_learns_at_other_steps():
    env_seeds = seeds(0, Purpose.ENVIRONMENT, 3)
    first, second = (
        np.array([u.learned for u in go(SMALL, 600, env=kind(env_seeds))[1]])
        for kind in (envs.CartPole, RewardOfRun0)
    )
    assert not np.array_equal(first[:, 0], second[:, 0])
    assert np.array_equal(first[:, 1:], second[:, 1:])


def test_a_run_that_does_not_learn_stays_bit_for_bit():
    state = reinforce.start(made("CartPole-v1", 3), SMALL, 0)
    before, alone = [everything(learner) for learner in state.learners], 0
    updates = np.zeros(3, int)
    for update in reinforce.train(Timeline(SMALL, 400), state):
        after = [everything(learner) for learner in state.learners]
        for run, learned in enumerate(update.learned):
            pairs = zip(before[run], after[run], strict=False)
            assert learned != (all(torch.equal(a, b) for a, b in pairs))
        alone += update.learned.sum() == 1
        updates += update.learned
        before = after
    assert alone > 5
    for learner, n in zip(state.learners, updates, strict=True):
        (moments,) = learner.optimizer.state.values()
        assert moments["step"].item() == n
    assert len(set(updates.tolist())) > 1


def test_the_first_run_alone_learns_what_it_learns_among_others():
    """Not the same episodes (random numbers come in blocks), but of the same episodes the same."""
    state, _ = go(replace(SMALL, episodes=1000), 300, runs=3)
    batch = state.trajectories.take(0)
    batch = batch._replace(truncated=torch.cat((batch.truncated[:, :-1], torch.ones(1, 1)), -1))
    twin = copy.deepcopy(state.learners[0])
    reinforce.update(state.learners[0], batch, SMALL, 0)
    reinforce.update(twin, batch, SMALL, 0)
    assert torch.equal(state.actor_critic.actor.flat[:1], twin.actor_critic.actor.flat)


def test_acting_follows_what_was_learned():
    state, _ = go(SMALL, 300)
    for run, learner in enumerate(state.learners):
        row = learner.actor_critic.actor
        assert torch.equal(row.flat[0], state.actor_critic.actor.flat[run])
        o = np.ones((2, 4), np.float32)
        assert np.array_equal(row.act(o[:1])[0], state.actor_critic.actor.act(o)[run])


@pytest.mark.parametrize("env_id", ["CartPole-v1", "Pendulum-v1"])
def test_same_config_seed_and_runs_same_story(env_id):
    (first, one), (second, two) = (go(SMALL, 500, seed=5, env=made(env_id, 2, 5)) for _ in range(2))
    assert same(one, two)
    for a, b in zip(first.learners, second.learners, strict=True):
        assert all(torch.equal(x, y) for x, y in zip(everything(a), everything(b), strict=True))


def test_another_seed_another_story():
    assert not same(go(SMALL, 200, seed=5)[1], go(SMALL, 200, seed=6)[1])


def test_updates_do_not_change_afterwards():
    state = reinforce.start(made("CartPole-v1", 2), SMALL, 0)
    training = reinforce.train(Timeline(SMALL, 200), state)
    assert same(*zip(*[(u, copy.deepcopy(u)) for u in training], strict=True))


@pytest.mark.parametrize("copied", [False, True])
def test_a_training_goes_on_from_its_state_bit_for_bit(copied):
    whole_state, whole = go(SMALL, 300)
    state = reinforce.start(made("CartPole-v1", 2), SMALL, 0)
    first = reinforce.train(Timeline(SMALL, 300), state)
    begun = [next(first) for _ in range(150)]
    if copied:
        kept, state = state, copy.deepcopy(state)
        list(first)  # the original goes on, the copy must not notice
        assert torch.equal(kept.actor_critic.actor.flat, whole_state.actor_critic.actor.flat)
    begun += reinforce.train(Timeline(SMALL, 300, start=150), state)
    assert same(begun, whole)
    assert torch.equal(state.actor_critic.actor.flat, whole_state.actor_critic.actor.flat)


# Settings and metrics


def test_changes_are_recorded_and_replayed_bit_for_bit():
    state, timeline = reinforce.start(made("CartPole-v1", 2), SMALL, 0), Timeline(SMALL, 400)
    story, live = [], {"lr": 0.1, "episodes": 1, "baseline": False, "discounted_steps": True}
    for update in reinforce.train(timeline, state):
        story.append(update)
        if update.step == 150:
            for name, value in live.items():
                timeline.change(name, value)
    assert [(c.step, c.field) for c in timeline.changes] == [(150, name) for name in live]
    again_state, again = go(SMALL, 400, changes=timeline.changes)
    assert same(story, again)
    assert torch.equal(state.actor_critic.actor.flat, again_state.actor_critic.actor.flat)
    assert not same(story, go(SMALL, 400)[1])


def test_metrics_tell_of_the_runs_that_learned():
    story = go(SMALL, 400, runs=3)[1]
    names = {"entropy", "grad_norm", "weight_deviation", "explained_variance", "episodes", "length"}
    for update in story:
        assert update.metrics.keys() == (names if update.learned.any() else set())
        for values in update.metrics.values():
            assert np.array_equal(np.isfinite(values), update.learned)
    learned = np.array([u.learned for u in story])
    for run in range(3):
        told = [u.metrics for u in story if u.learned[run]]
        assert all(m["episodes"][run] == 2 for m in told)
        # All its steps up to its last update have been learned from, once.
        steps = sum(m["episodes"][run] * m["length"][run] for m in told)
        assert steps == pytest.approx(1 + np.flatnonzero(learned[:, run])[-1])


def test_without_a_baseline_its_network_stays_as_it_is():
    state, _ = go(replace(SMALL, baseline=False), 5)
    before = state.actor_critic.critic.flat.detach().clone()
    state, story = go(replace(SMALL, baseline=False), 300)
    assert torch.equal(state.actor_critic.critic.flat, before)
    assert all((u.metrics["explained_variance"][u.learned] == 0).all() for u in story if u.metrics)


def test_the_policy_is_the_likeliest_action():
    for env_id in ("CartPole-v1", "Pendulum-v1"):
        env = made(env_id, 2)
        state, _ = go(SMALL, 450, env=env)
        x = np.random.default_rng(0).normal(size=(2, 9, env.low.size)).astype(np.float32)
        out = state.actor_critic.actor(torch.from_numpy(x)).detach()
        action = reinforce.policy(reinforce.weights(state), x)
        expected = out.argmax(-1) if env_id == "CartPole-v1" else out
        np.testing.assert_allclose(action, expected, rtol=1e-4, atol=1e-6)


# Does it learn?

PROBE = reinforce.Config(
    hidden=16, episodes=16, lr=0.03, baseline_lr=0.03, baseline_steps=5, gamma=0.5
)


def values(state, observation):
    """V [runs] at one observed number."""
    x = torch.full((len(state.learners), 1, 1), float(observation))
    return state.actor_critic.value(x).detach()[:, 0]


@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        (probes.Probe1, {0: 1}),
        (probes.Probe2, {-1: -1, 1: 1}),
        (probes.Probe3, {0: 0.5, 1: 1}),
        (probes.Probe4, {0: 1}),
        (probes.Probe5, {-1: 1, 1: 1}),
    ],
)
def test_probe(probe, expected):
    state, _ = go(PROBE, 960, env=probe([0, 1, 2]))
    for observation, v in expected.items():
        np.testing.assert_allclose(values(state, observation), v, atol=0.1)


@pytest.mark.parametrize("baseline", [True, False])
@pytest.mark.parametrize(
    ("probe", "best"), [(probes.Probe4, {0: 1}), (probes.Probe5, {-1: 0, 1: 1})]
)
def test_probe_policies(probe, best, baseline):
    state, _ = go(replace(PROBE, baseline=baseline), 640, env=probe([0, 1, 2]))
    for observation, action in best.items():
        x = torch.full((3, 1, 1), float(observation))
        log_prob = state.actor_critic.policy(x).log_prob(torch.full((3, 1), action))
        assert (log_prob.exp() > 0.9).all()


def test_continuous_probe():
    state, _ = go(PROBE, 2400, env=envs.UnitActions(probes.ContinuousProbe([0, 1, 2])))
    action = reinforce.policy(reinforce.weights(state), np.zeros((3, 1, 1), np.float32))
    np.testing.assert_allclose(2 * action[:, 0, 0], 1, atol=0.1)


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
    state, _ = go(PROBE, 1600, env=env([0, 1]))
    for observation, value in enumerate(v):
        np.testing.assert_allclose(values(state, observation), value, atol=0.1)


@pytest.mark.slow
def test_cart_pole_is_solved_in_all_runs():
    lesson = classroom.lesson("reinforce", "CartPole-v1")
    timeline = Timeline(classroom.config("reinforce", "CartPole-v1"), lesson.steps)
    *_, verdict = training.train("reinforce", "CartPole-v1", timeline, runs=8, seed=100)
    assert isinstance(verdict, Evaluation)
    assert (verdict.best >= 475).all()
