from dataclasses import fields

import numpy as np
import pytest

from rl_core.tabular import score_function, trajectories
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.worlds import LEFT, RIGHT

THETAS = [np.zeros(2), np.array([0.7, -0.4]), np.array([-1.5, 2.0])]


@pytest.mark.parametrize("theta", THETAS)
def test_the_probabilities_of_all_trajectories_sum_to_one(theta):
    assert trajectories.probability(theta, trajectories.every()).sum() == pytest.approx(
        1, abs=1e-12
    )


def test_one_trajectory_by_hand():
    """Left (slips), then Right: P = 0.5 x 0.1 x 0.5 x 0.9, R = -1 + 0.9 x 0."""
    paths, theta = trajectories.every(-1.0), np.array([0.0, np.log(3)])
    found = (paths.a[:, :2] == [LEFT, RIGHT]).all(1) & (paths.s_next[:, :2] == [1, 2]).all(1)
    (i,) = np.flatnonzero(found & ~paths.alive[:, 2])
    assert trajectories.probability(theta, paths)[i] == pytest.approx(0.5 * 0.1 * 0.75 * 0.9)
    assert paths.r[i].tolist() == [-1, 0, 0, 0, 0, 0]
    assert trajectories.whole_return(paths, 0.9)[i] == pytest.approx(-1)
    assert score_function.score(theta, paths)[i] == pytest.approx([-0.5, 0.25])


@pytest.mark.parametrize("theta", THETAS)
def test_two_ways_to_the_objective_agree(theta):
    v = trajectories.values(theta, trajectories.world(-1.0), 0.9)
    assert score_function.objective(theta, trajectories.every(-1.0), 0.9) == pytest.approx(v[0, 0])


def test_the_values_approach_those_without_a_limit():
    """Where the policy nearly always ends in time, the limit hardly matters."""
    theta, mdp = np.array([6.0, 6.0]), trajectories.world(-1.0)
    right = np.append(trajectories.chance(theta), 1.0)
    exact = policy_evaluation(mdp, np.stack([right, 1 - right], -1), 0.9)
    assert trajectories.values(theta, mdp, 0.9)[0] == pytest.approx(exact, abs=5e-3)


@pytest.mark.parametrize("theta", THETAS)
@pytest.mark.parametrize("gamma", [0.5, 1.0])
def test_the_gradient_is_the_finite_difference(theta, gamma):
    paths = trajectories.every(-0.2)
    slope = score_function.finite_difference(
        lambda x: score_function.objective(x, paths, gamma), theta, 1e-5
    )
    assert score_function.exact_gradient(theta, paths, gamma) == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("theta", THETAS)
def test_the_trick_holds_for_every_trajectory(theta):
    paths = trajectories.every()
    slope = score_function.finite_difference(
        lambda x: trajectories.probability(x, paths), theta, 1e-5
    )
    assert score_function.trick(theta, paths) == pytest.approx(slope, abs=1e-9)
    assert score_function.trick(theta, paths).sum(0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("theta", THETAS)
def test_earlier_rewards_have_nothing_to_do_with_an_action(theta):
    table = score_function.causality(theta, trajectories.every(-1.0))
    early = np.arange(trajectories.LIMIT)[:, None] < np.arange(trajectories.LIMIT)
    assert table[early] == pytest.approx(0, abs=1e-12)
    assert np.abs(table[~early]).max() > 0.05


@pytest.mark.parametrize("theta", THETAS)
def test_a_baseline_adds_nothing_unless_it_knows_the_action(theta):
    paths = trajectories.every()
    b = (np.arange(18.0).reshape(trajectories.LIMIT, 3) ** 2)[np.arange(6), paths.s]
    assert score_function.baseline_terms(theta, paths, b) == pytest.approx(0, abs=1e-9)
    peeking = score_function.baseline_terms(theta, paths, paths.a * 1.0)
    assert np.abs(peeking).max() > 0.05


@pytest.mark.parametrize("theta", THETAS)
def test_the_form_that_can_be_sampled_has_the_same_mean(theta):
    paths = trajectories.every(-1.0)
    mean = score_function.expected(theta, paths, score_function.weighted_score(theta, paths, 0.9))
    assert mean == pytest.approx(score_function.exact_gradient(theta, paths, 0.9))


def test_samples_come_as_often_as_they_are_likely():
    theta, paths = THETAS[1], trajectories.every()
    drawn = trajectories.drawn(theta, paths, (200_000,), np.random.default_rng(1))
    often = np.bincount(drawn, minlength=len(paths.start)) / 200_000
    assert often == pytest.approx(
        trajectories.probability(theta, paths), abs=5 * 0.5 / 200_000**0.5
    )


def test_trajectories_are_all_different():
    paths = trajectories.every()
    rows = np.concatenate([getattr(paths, f.name) for f in fields(paths)[:4]], 1)
    assert len(np.unique(rows, axis=0)) == len(rows)


def test_returns_to_go_by_hand():
    g = trajectories.returns_to_go(np.array([[1.0, 2, 4], [0, 0, 8]]), 0.5)
    assert g.tolist() == [[3, 4, 4], [2, 4, 8]]
