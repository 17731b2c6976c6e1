"""Published curves, over many runs, with seeds and tolerances.

A tolerance is about four standard errors of the number that is tested.
"""

import importlib

import numpy as np
import pytest

from rl_core.tabular import monte_carlo, td, worlds
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.luck import Luck
from rl_core.tabular.many import train
from rl_core.tabular.maximization_bias import expected_maximum, left_share
from rl_core.tabular.mdp import FiniteMDP
from rl_core.timeline import Timeline


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("name", "mean", "sd"),
    [("q_learning", -50.2, 7.6), ("sarsa", -26.9, 6.2), ("expected_sarsa", -20.9, 2.0)],
)
def test_cliff_of_example_6_6(name, mean, sd, seed):
    """500 runs, alpha 0.5: the mean return of episodes 401 to 500."""
    config = importlib.import_module(f"rl_core.tabular.{name}").Config(alpha=0.5, gamma=1.0)
    runs = train(name, worlds.cliff(), config, 500, 500, seed).returns[:, 400:].mean(axis=1)
    assert runs.mean() == pytest.approx(mean, abs=4 * sd * np.sqrt(2 / 500))
    assert runs.std() == pytest.approx(sd, rel=0.45)


@pytest.mark.parametrize("seed", [0, 1])
def test_maximization_bias_of_q_learning(seed):
    share = left_share(False, 10_000, 300, seed)
    assert share.max() == pytest.approx(0.939, abs=0.01)
    assert abs(int(share.argmax()) - 19) <= 3
    assert share[99] == pytest.approx(0.46, abs=0.02)
    assert share[250:].mean() == pytest.approx(0.123, abs=0.005)


@pytest.mark.parametrize("seed", [0, 1])
def test_maximization_bias_of_double_q_learning(seed):
    share = left_share(True, 10_000, 300, seed)
    assert share.max() == pytest.approx(0.51, abs=0.015)
    assert share[99] == pytest.approx(0.096, abs=0.012)
    assert share[250:].mean() == pytest.approx(0.069, abs=0.004)


@pytest.mark.parametrize(("n", "value"), [(3, 0.846), (10, 1.539)])
def test_the_largest_of_n_normal_numbers(n, value):
    single, double = expected_maximum(n, 100_000)
    assert single == pytest.approx(value, abs=0.012)
    assert double == pytest.approx(0, abs=0.015)


def rms_errors(module, learn, config, runs, episodes, seed):
    """[episodes] RMS error over the five states of the random walk, mean over runs."""
    mdp, exact = worlds.random_walk(), np.arange(1, 6) / 6
    errors = np.zeros((runs, episodes))
    for run in range(runs):
        luck_seed = 1000 * seed + run
        state = module.initial(mdp, Luck(luck_seed), 0.5)
        for e in learn(mdp, Timeline(config, 10**9), luck_seed, state):
            if e.terminated:
                errors[run, e.episode] = np.sqrt(np.mean((e.q[1:6] - exact) ** 2))
                if e.episode == episodes - 1:
                    break
    return errors


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_td_on_the_random_walk_of_example_6_2(seed):
    errors = rms_errors(td.State, td.train, td.Config(alpha=0.05, gamma=1.0), 200, 100, seed)
    for episode, value in ((50, 0.0533), (100, 0.0352)):
        at = errors[:, episode - 1]
        assert at.mean() == pytest.approx(value, abs=4 * at.std() / np.sqrt(200) + 0.0005)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_monte_carlo_on_the_random_walk_of_example_6_2(seed):
    config = monte_carlo.Config(alpha=0.02, gamma=1.0, schedule="constant", first_visit=False)
    errors = rms_errors(monte_carlo.PredictionState, monte_carlo.predict, config, 200, 100, seed)[
        :, -1
    ]
    assert errors.mean() == pytest.approx(0.083, abs=4 * errors.std() / np.sqrt(200) + 0.0005)


def noisy_loop() -> FiniteMDP:
    """From one state: Stay pays 0 and goes on half of the time, ending it pays 2 or nothing."""
    p = np.zeros((3, 1, 3))
    p[0, 0], p[1, 0, 1], p[2, 0, 2] = [0.5, 0.25, 0.25], 1, 1
    r = np.zeros_like(p)
    r[0, 0, 1] = 2
    terminal = np.array([False, True, True])
    return FiniteMDP(p, r, terminal, np.eye(3)[0], ("s", "won", "lost"), ("Go",))


def test_which_step_sizes_settle():
    """1/(1+n) settles on Q*, a geometric decay on a wrong value, a constant never settles."""
    mdp = noisy_loop()
    exact = optimal_values(mdp, 0.9)[0, 0]
    spread, module = {}, importlib.import_module("rl_core.tabular.q_learning")
    for schedule in ("inverse_visits", "geometric", "constant"):
        config = module.Config(alpha=0.5, gamma=0.9, schedule=schedule)
        half, whole = (train("q_learning", mdp, config, 400, n, 5).q[:, 0, 0] for n in (1000, 2000))
        spread[schedule] = (
            np.sqrt(np.mean((half - exact) ** 2)),
            np.sqrt(np.mean((whole - exact) ** 2)),
        )
    before, after = spread["inverse_visits"]
    assert after < before < 0.06
    before, after = spread["geometric"]
    assert before == pytest.approx(after, rel=0.15)
    assert after > 0.15
    assert min(spread["constant"]) > 0.3
