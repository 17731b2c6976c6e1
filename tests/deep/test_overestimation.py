"""Overestimation: measured against exact values, told only where they are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from rl_core.deep import classroom, double_dqn, dqn, envs, nets, training
from rl_core.deep.action_values import overestimation
from rl_core.deep.envs.contract import Exact
from rl_core.deep.episodes import Episodes, Preprocessing
from rl_core.events import Evaluation, Progress
from rl_core.timeline import Timeline


def network(values, env_id="Casino-v0", runs=2):
    """Its outputs are the same in every state."""
    features = envs.make(env_id, [0]).low.size
    net = nets.MLP.init((features, len(values[0])), runs, torch.Generator())
    with torch.no_grad():
        net.flat.zero_()
        net.flat[:, -len(values[0]) :] = torch.tensor(values)
    return net


def episodes(env_id="Casino-v0", runs=2, **asked):
    return Episodes(envs.make(env_id, [*range(runs)], scaled=True), Preprocessing(**asked))


def test_it_is_the_largest_value_above_the_largest_true_one():
    values = [[-1.0] * 9 + [0.3], [-0.5] + [-0.2] * 9]
    found = overestimation(network(values), episodes(), 0.9)["overestimation"]
    np.testing.assert_allclose(found, [0.3, -0.2], atol=1e-6)  # max Q* is 0


def test_the_truth_and_its_gamma_count(monkeypatch):
    """In the casino max Q* is 0 whatever γ: here are states that are worth γ and 3 γ."""
    played = episodes()
    of = played.env.exact(0.9).observation[:2]
    monkeypatch.setattr(
        played.env, "exact", lambda gamma: Exact(of, gamma * np.array([[1.0, -5.0], [-5.0, 3.0]]))
    )
    found = overestimation(network([[2.0] * 10] * 2), played, 0.5)["overestimation"]
    np.testing.assert_allclose(found, 2 - 0.5 * (1 + 3) / 2, atol=1e-6)


def test_the_exact_values_themselves_are_off_by_nothing():
    found = overestimation(network([[0.0] + [-0.1] * 9] * 2), episodes(), 0.9)
    np.testing.assert_allclose(found["overestimation"], 0, atol=1e-7)


def test_states_count_alike():
    net = network([[0.0] * 10] * 2)
    with torch.no_grad():  # the weights of the first input, which is 1 at table 1 and −1 elsewhere
        net.flat[:, :10] = 1.0
    found = overestimation(net, episodes(), 0.9)["overestimation"]
    np.testing.assert_allclose(found, (1 - 1 - 1 - 1) / 4, atol=1e-6)


def test_nothing_is_told_where_nobody_knows_or_the_unit_is_another():
    cart = network([[0.0, 0.0]] * 2, "CartPole-v1")
    assert overestimation(cart, episodes("CartPole-v1"), 0.9) == {}
    scaled = episodes(normalise_reward=True)
    assert overestimation(network([[0.0] * 10] * 2), scaled, 0.9) == {}


def test_it_sees_what_the_policy_sees():
    normalised = episodes(normalise_observation=True)
    for _ in range(20):
        normalised.step(np.ones(2, int))
    net = network([[0.0] * 10] * 2)
    with torch.no_grad():
        net.flat[:, :10] = 1.0
    told = overestimation(net, normalised, 0.9)["overestimation"]
    assert np.abs(told + 0.5).max() > 0.01  # −0.5 is what it would be without


@pytest.mark.parametrize("module", [dqn, double_dqn])
def test_a_training_tells_it_and_learns_the_same(module, monkeypatch):
    name = module.__name__.rpartition(".")[2]
    config = replace(classroom.config(name, "Casino-v0"), learning_starts=50)

    def weights():
        env = envs.make("Casino-v0", [1, 2], scaled=True)
        state = module.start(env, config, 0)
        story = list(module.train(Timeline(config, 120), state))
        return module.weights(state), story[-1 - (119 - 116)].metrics

    told, metrics = weights()
    assert metrics["overestimation"].shape == (2,)
    monkeypatch.setattr(module, "overestimation", lambda *_: {})
    silent, metrics = weights()
    assert "overestimation" not in metrics
    assert all(np.array_equal(told[k], silent[k]) for k in told)


@pytest.mark.slow
def test_dqn_gambles_on_and_double_dqn_leaves():
    """The lesson, on a seed that was not used to choose its settings."""
    told = {}
    for name in ("dqn", "double_dqn"):
        lesson, config = (f(name, "Casino-v0") for f in (classroom.lesson, classroom.config))
        story = list(training.train(
            name, "Casino-v0", Timeline(config, lesson.steps), runs=lesson.runs, seed=2000
        ))  # fmt: skip
        last = next(e for e in reversed(story) if isinstance(e, Evaluation))
        over = np.array([e.metrics["overestimation"] for e in story
                         if isinstance(e, Progress) and "overestimation" in e.metrics])  # fmt: skip
        told[name] = over.mean(), (last.last > -0.15).sum()
    assert told["dqn"][0] > 1.5 * told["double_dqn"][0] > 0
    assert told["double_dqn"][1] >= 7 > told["dqn"][1]
