"""TD3: its ideas by hand and against DDPG, one update against plain torch, probes, Pendulum."""

import inspect
from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from rl_core.deep import classroom, ddpg, envs, probes, td3, training
from rl_core.events import Evaluation
from rl_core.timeline import Timeline
from tests.deep import off_policy
from tests.deep.off_policy import tensor

SMALL = td3.Config(**off_policy.SMALL, **off_policy.EACH)
OFF = {"twin": False, "policy_delay": 1, "target_noise": 0.0}
PROBE = td3.Config(**off_policy.PROBE, noise=0.5)


def go(config, steps, **options):
    return off_policy.go(td3, config, steps, **options)


# Formulas by hand


def test_the_lower_critic_counts():
    q_next = tensor([5, 99, -3], [7, 98, -4])
    y = td3.target(tensor(1, 1, 2), tensor(0, 1, 0), q_next, 0.9)
    torch.testing.assert_close(y, tensor(5.5, 1.0, -1.6))


def test_the_target_s_action_is_moved_a_little_within_the_bounds():
    action, noise = tensor([0, 0.2, 0.9, -0.9]), tensor([0.1, -3, 3, 0.2])
    moved = td3.smoothed(action, noise, 0.5)
    torch.testing.assert_close(moved, tensor([0.1, -0.3, 1, -0.7]))
    assert torch.equal(td3.smoothed(action, 0 * noise, 0.5), action)
    assert torch.equal(td3.smoothed(action, noise, 0.0), action)


def test_td_errors_and_losses_of_each_critic():
    delta = td3.td_error(tensor(3, 1), tensor([1, 4], [3, 0]))
    torch.testing.assert_close(delta, tensor([2, -3], [0, 1]))
    torch.testing.assert_close(td3.critic_loss(delta), tensor([2, 4.5], [0, 0.5]))
    torch.testing.assert_close(td3.actor_loss(tensor(3, -1)), tensor(-3, 1))


def test_no_target_is_above_that_of_the_first_critic_alone():
    state, _ = go(SMALL, 60, runs=8)
    batch = off_policy.batch_of(state)
    with torch.no_grad():
        a_next = td3.action(state.actor_target, batch.next_observation)
        q_next = state.q_target(batch.next_observation, a_next)
        lower = td3.target(batch.reward, batch.terminated, q_next, 0.95)
        first = ddpg.target(batch.reward, batch.terminated, q_next[:1], 0.95)
    assert (lower <= first).all()
    alive = batch.terminated == 0
    assert (lower < first)[alive].any()
    assert torch.equal(lower[~alive], first[~alive])


# Against DDPG


def test_without_its_ideas_it_is_ddpg_bit_for_bit():
    ours = replace(SMALL, **OFF, train_every=2, updates=3)
    known = {f.name for f in fields(ddpg.Config)}
    its = ddpg.Config(**{k: v for k, v in vars(ours).items() if k in known})
    state, story = go(ours, 250)
    ddpg_state, ddpg_story = off_policy.go(ddpg, its, 250)
    for a, b in zip(story, ddpg_story, strict=True):
        assert np.array_equal(a.returns, b.returns, equal_nan=True)
        assert all(np.array_equal(a.metrics[k], b.metrics[k]) for k in b.metrics)
        assert a.metrics.keys() - b.metrics.keys() <= {"disagreement"}
    for name in ("actor", "actor_target"):
        assert torch.equal(getattr(state, name).flat, getattr(ddpg_state, name).flat)
    for name in ("q", "q_target"):
        assert torch.equal(getattr(state, name).net.flat, getattr(ddpg_state, name).net.flat)


@pytest.mark.parametrize("idea", [{"twin": True}, {"policy_delay": 2}, {"target_noise": 0.2}])
def test_every_idea_makes_a_difference(idea):
    state, other = (go(replace(SMALL, **{**OFF, **i}), 80)[0] for i in ({}, idea))
    assert not torch.equal(state.actor.flat, other.actor.flat)


def test_the_siblings_have_the_same_parts():
    parts = [
        [
            name
            for name, f in inspect.getmembers(module, inspect.isfunction)
            if f.__module__ == module.__name__
        ]
        for module in (ddpg, td3)
    ]
    assert sorted([*parts[0], "smoothed"]) == parts[1]
    ideas = {"twin", "policy_delay", "target_noise", "noise_clip"}
    names = [{f.name for f in fields(module.Config)} for module in (ddpg, td3)]
    assert names[1] - names[0] == ideas
    assert not names[0] - names[1]


# One update


def test_one_update_is_that_of_plain_networks():
    config = replace(SMALL, target_noise=0.4)
    state, _ = go(replace(config, learning_starts=100), 100, runs=3)  # nothing learned yet
    with torch.no_grad():
        state.q_target.net.flat.mul_(1.5)  # target networks of their own
        state.actor_target.flat.mul_(-1.2)
    batch = off_policy.batch_of(state)
    epsilon = torch.randn(batch.action.shape, generator=torch.Generator().manual_seed(0))
    networks = [
        [
            (off_policy.plain(state.actor, run), off_policy.plain(state.actor_target, run)),
            # copy after copy: those of run 0, 1, 2, then again
            [off_policy.plain(state.q.net, run + 3 * copy) for copy in (0, 1)],
            [off_policy.plain(state.q_target.net, run + 3 * copy) for copy in (0, 1)],
        ]
        for run in range(3)
    ]
    learned = td3.criticise(state, batch, epsilon, config)
    climbed = td3.improve(state, batch, config)
    metrics = td3.health(learned, climbed, state, config)
    for run, ((actor, actor_target), critics, targets) in enumerate(networks):
        s, a, r, s_next, terminated, _ = (field[run] for field in batch)
        with torch.no_grad():
            a_next = torch.tanh(actor_target(s_next)) + (0.4 * epsilon[run]).clamp(-0.5, 0.5)
            a_next = a_next.clamp(-1, 1)
            future = torch.min(*(off_policy.value(t, s_next, a_next) for t in targets))
            y = torch.where(terminated == 1, r, r + config.gamma * future)
        losses, values = [], []
        for copy, critic in enumerate(critics):
            adam = torch.optim.Adam(critic.parameters(), config.lr)
            values.append(off_policy.value(critic, s, a))
            losses.append(torch.nn.functional.mse_loss(values[-1], y) / 2)
            losses[-1].backward()
            adam.step()
            off_policy.close(state.q.net, run + 3 * copy, critic)
        adam = torch.optim.Adam(actor.parameters(), config.lr)
        climb = -off_policy.value(critics[0], s, torch.tanh(actor(s))).mean()
        climb.backward()
        adam.step()
        off_policy.close(state.actor, run, actor)
        apart = (values[0] - values[1]).abs().mean().item()
        assert metrics["critic_loss"][run] == pytest.approx(sum(losses).item(), rel=1e-4)
        assert metrics["disagreement"][run] == pytest.approx(apart, rel=1e-3)
        assert metrics["actor_loss"][run] == pytest.approx(climb.item(), rel=1e-3)


def test_the_actor_and_the_targets_wait():
    config = replace(SMALL, policy_delay=3)
    state = td3.start(off_policy.pendulum(2), config, 0)
    flats = []
    for update in td3.train(Timeline(config, 30), state):
        nets = (state.actor.flat, state.actor_target.flat, state.q_target.net.flat)
        flats.append([flat.detach().clone() for flat in (*nets, state.q.net.flat)])
        assert ("actor_loss" in update.metrics) == (update.step in (23, 26, 29))
    for k in range(3):
        moved = [i for i in range(1, 30) if not torch.equal(flats[i][k], flats[i - 1][k])]
        assert moved == [22, 25, 28]
    assert not torch.equal(flats[21][3], flats[20][3])


# Does it learn?


def test_probe_3():
    state, _ = go(PROBE, 600, env=off_policy.dummy(probes.Probe3))
    for observation, v in {0: 0.5, 1: 1}.items():
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), v, atol=0.1)


def test_continuous_probe():
    state, _ = go(PROBE, 800, env=envs.UnitActions(probes.ContinuousProbe([0, 1])))
    np.testing.assert_allclose(off_policy.chosen(td3, state), 0.5, atol=0.1)
    np.testing.assert_allclose(off_policy.q_at(state, 0, 0.5), 0, atol=0.15)


@pytest.mark.parametrize(
    ("env", "v"), [(off_policy.CutOff, (2 / 3, 4 / 3)), (off_policy.Merged, (0, 1))]
)
def test_a_time_limit_is_not_an_ending(env, v):
    state, _ = go(PROBE, 1000, env=off_policy.dummy(env))
    for observation, value in enumerate(v):
        np.testing.assert_allclose(off_policy.q_at(state, observation, 0), value, atol=0.12)


@pytest.mark.slow
def test_pendulum():
    lesson = classroom.lesson("td3", "Pendulum-v1")
    timeline = Timeline(classroom.config("td3", "Pendulum-v1"), lesson.steps)
    *_, verdict = training.train("td3", "Pendulum-v1", timeline, runs=8, seed=100)
    assert isinstance(verdict, Evaluation)
    assert (verdict.best >= -200).all()
