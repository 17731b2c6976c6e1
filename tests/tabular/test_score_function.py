from dataclasses import fields

import numpy as np
import pytest

from rl_core.by_hand import reinforce as reinforce_by_hand
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
@pytest.mark.parametrize("kind", reinforce_by_hand.KINDS)
def test_every_kind_of_weight_gives_the_same_mean(theta, kind):
    paths, v = trajectories.every(-1.0), trajectories.values(theta, trajectories.world(-1.0), 0.9)
    estimates = reinforce_by_hand.estimate(
        theta, paths, reinforce_by_hand.step_weights(kind, paths, v, 0.9)
    )
    exact = score_function.exact_gradient(theta, paths, 0.9)
    assert score_function.expected(theta, paths, estimates) == pytest.approx(exact, abs=1e-12)


def test_without_the_discount_of_late_steps_the_mean_is_another():
    theta, paths = THETAS[0], trajectories.every(-1.0)
    v = trajectories.values(theta, trajectories.world(-1.0), 0.9)
    weight = reinforce_by_hand.step_weights("to_go", paths, v, 0.9, discounted=False)
    mean = score_function.expected(theta, paths, reinforce_by_hand.estimate(theta, paths, weight))
    assert np.linalg.norm(mean - score_function.exact_gradient(theta, paths, 0.9)) > 0.1


def spreads(step_reward: float, theta: np.ndarray) -> dict[str, float]:
    paths, v = (
        trajectories.every(step_reward),
        trajectories.values(theta, trajectories.world(step_reward), 0.9),
    )
    return {
        kind: reinforce_by_hand.spread(
            theta,
            paths,
            reinforce_by_hand.estimate(
                theta, paths, reinforce_by_hand.step_weights(kind, paths, v, 0.9)
            ),
        )
        for kind in reinforce_by_hand.KINDS
    }


def test_what_the_page_says_of_the_variance():
    costly = spreads(-1.0, THETAS[0])
    assert costly["whole"] > 2 * costly["to_go"] > 10 * costly["baseline"]
    # one reward, at the end: what came after is all that came
    one_reward = spreads(0.0, THETAS[0])
    assert one_reward["whole"] == pytest.approx(one_reward["to_go"])
    # returns around zero: the baseline makes it worse
    good = np.log(np.array([4.0, 4.0]))
    around_zero = spreads(-0.2, good)
    assert around_zero["baseline"] > 1.5 * around_zero["to_go"]


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


def test_an_update_is_the_sum_of_its_steps():
    settings = reinforce_by_hand.Settings(0.5, 0.9, "baseline", True, -1.0)
    for seed in range(5):
        one = reinforce_by_hand.update(THETAS[1], settings, np.random.default_rng(seed))
        r, alive = one.path.r[0], one.path.alive[0]
        total = np.zeros(2)
        for t in range(alive.sum()):
            g = sum(0.9 ** (k - t) * r[k] for k in range(t, len(r)))
            assert one.g[t] == pytest.approx(g)
            total += 0.9**t * (g - one.v[t]) * one.gradient[t]
        assert one.estimate == pytest.approx(total)
        assert one.after == pytest.approx(THETAS[1] + 0.5 * total)
