"""REINFORCE on a small world: every kind of weight against the exact gradient, one update."""

import numpy as np
import pytest

from rl_core.by_hand import reinforce as reinforce_by_hand
from rl_core.tabular import score_function, trajectories

THETAS = [np.zeros(2), np.array([0.7, -0.4]), np.array([-1.5, 2.0])]


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


def test_the_spread_counts_both_directions():
    theta, paths = THETAS[0], trajectories.every(-1.0)
    x = paths.r.sum(-1)
    mean, square = (score_function.expected(theta, paths, values) for values in (x, x**2))
    both = np.stack((x, x), -1)
    assert reinforce_by_hand.spread(theta, paths, both) == pytest.approx(2 * (square - mean**2))


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
