"""Q-learning's siblings: golden vectors, hand values, and where they differ."""

import itertools

import numpy as np
import pytest

from rl_core.tabular import (
    double_q_learning,
    expected_sarsa,
    monte_carlo,
    n_step,
    policy_gradient,
    q_learning,
    sarsa,
    td,
    worlds,
)
from rl_core.tabular.dynamic_programming import optimal_values, policy_evaluation
from rl_core.tabular.epsilon_soft import optimal_soft_values
from rl_core.tabular.luck import Luck
from rl_core.tabular.policies import greedy
from rl_core.tabular.returns import discounted_returns
from rl_core.tabular.worlds import LEFT, RIGHT
from rl_core.timeline import Timeline

MDP = worlds.three_state()


def told(module, actions, config=None, mdp=MDP, **kwargs):
    """What a learner that is told its actions does."""
    chosen = itertools.chain(actions, itertools.repeat(RIGHT))
    timeline = Timeline(config or module.Config(), len(actions))
    return list(module.train(mdp, timeline, act=lambda *_: next(chosen), **kwargs))


def learned(module, mdp, config, steps, seed=0):
    *_, last = module.train(mdp, Timeline(config, steps), seed)
    return last.q


# Golden vectors of google-deepmind/rlax


def test_sarsa_golden_vector():
    q = np.array([[1, 1, 0], [3, 2, 0]], dtype=float)
    assert sarsa.td_error(q, 0, 1, 1, 1, 0, False, 1) == 3
    assert sarsa.td_error(q, 0, 1, 1, 1, 1, False, 1) == 2  # another action, another number
    assert sarsa.td_error(q, 0, 1, 1, 1, 0, True, 1) == 0


def test_expected_sarsa_golden_vector(monkeypatch):
    q = np.array([[1, 1, 0.5], [1.5, 1, 2]])
    pi = np.array([0.2, 0.5, 0.3])
    monkeypatch.setattr(expected_sarsa, "epsilon_greedy_policy", lambda q_s, epsilon: pi)
    delta = expected_sarsa.td_error(q, 0, 0, 4, 1, False, 1, 0.1)
    assert delta == pytest.approx(4.4)
    assert expected_sarsa.td_error(q, 0, 0, 4, 1, True, 1, 0.1) == 3


def test_expected_sarsa_expects_the_epsilon_greedy_policy():
    q = np.array([[0.0, 0.0], [1.0, 3.0]])
    assert expected_sarsa.expected_value(q, 1, 0.2) == pytest.approx(0.9 * 3 + 0.1 * 1)
    assert expected_sarsa.expected_value(q, 1, 0.0) == 3
    assert expected_sarsa.expected_value(q, 0, 0.5) == 0
    both = expected_sarsa.expected_value(q, np.array([1, 0]), 0.2)
    np.testing.assert_allclose(both, [2.8, 0])


def test_double_q_golden_vector():
    q_1 = np.array([[1, 2, 0], [11, 20, 1]], dtype=float)
    q_2 = np.array([[99, 99, 99], [91, 2, 66]], dtype=float)
    a_best = greedy(q_1[1], 0.5)
    assert double_q_learning.td_error(q_1, q_2, 0, 1, 1, 1, a_best, False, 1) == 1
    assert double_q_learning.td_error(q_1, q_2, 0, 1, 1, 1, a_best, True, 1) == -1
    plain = np.array([[1, 2, 0], [91, 2, 66]], dtype=float)
    assert q_learning.td_error(plain, 0, 1, 1, 1, False, 1) == 90


def test_discounted_return_golden_vector():
    r, discount = np.array([1.0, 0, -1, 0, 1]), np.array([0.5, 0.9, 1, 0.5, 0.8])
    expected = [1.315, 0.63, 0.70, 1.7, 3.4]
    np.testing.assert_allclose(discounted_returns(r, discount, 3), expected, atol=1e-12)


# Hand values


def test_sarsa_values_the_action_that_comes():
    """Right, Right, Right, Left, Right, Right with alpha 0.5: Q(S2,R) = 0.5, then 0.75.

    Step 3 (S1, Right) looks ahead to Left in S2, which is worth 0; Q-learning would see 0.5.
    """
    steps = told(sarsa, [RIGHT, RIGHT, RIGHT, LEFT, RIGHT, RIGHT])
    assert [e.a_next for e in steps] == [RIGHT, None, LEFT, RIGHT, RIGHT, None]
    assert [e.delta for e in steps] == [0, 1, 0, 0, 0.45, 0.5]
    np.testing.assert_allclose(steps[-1].q, [[0.225, 0], [0.75, 0], [0, 0]])
    other = told(q_learning, [RIGHT, RIGHT, RIGHT, LEFT, RIGHT, RIGHT])
    assert [e.delta for e in other] == pytest.approx([0, 1, 0.45, 0.2025, 0.225, 0.5])


def test_expected_sarsa_by_hand():
    """epsilon 0.2: after Q(S2) = (0.5, 0), S1's Right looks ahead to 0.9 * 0.5."""
    steps = told(expected_sarsa, [RIGHT] * 3, expected_sarsa.Config(epsilon=0.2))
    assert steps[2].v_next == pytest.approx(0.45)
    assert steps[2].delta == pytest.approx(0.9 * 0.45)
    assert steps[2].q[0, RIGHT] == pytest.approx(0.5 * 0.9 * 0.45)


def test_without_exploration_the_siblings_agree():
    """epsilon 0, no ties left open: the greedy action is the one that comes."""
    start = np.array([[0.3, 0.1], [0.2, 0.6], [0.0, 0.0]])
    tables = []
    for module in (q_learning, expected_sarsa, sarsa):
        state = module.State.initial(MDP, Luck(0))
        state.q[:] = start
        timeline = Timeline(module.Config(epsilon=0.0, alpha=0.1), 5)
        *_, last = module.train(MDP, timeline, 0, state)
        tables.append(last.q)
    np.testing.assert_allclose(tables[1], tables[0], atol=1e-15)
    np.testing.assert_allclose(tables[2], tables[0], atol=1e-15)


def test_double_q_learns_one_table_at_a_time():
    events = told(double_q_learning, [RIGHT] * 40)
    luck, before = Luck(0), np.zeros((2, 3, 2))
    for e in events:
        table = int(luck(e.episode, e.t).coin >= 0.5)
        assert (e.tables[1 - table] == before[1 - table]).all()
        assert e.tables[table, e.s, e.a] == e.q_sa + e.alpha * e.delta
        np.testing.assert_allclose(e.q, e.tables.mean(axis=0), atol=1e-15)
        before = e.tables
    assert (before[0] != before[1]).any()


def test_n_steps_by_hand():
    """n = 2 in the 3-state world: the reward reaches S1 in the very first episode."""
    steps = told(n_step, [RIGHT, RIGHT, LEFT], n_step.Config(n=2))
    assert [len(e.backups) for e in steps] == [0, 2, 0]
    far, near = steps[1].backups
    assert (far.s, far.a, far.target) == (0, RIGHT, 0.9)
    assert (near.s, near.a, near.target) == (1, RIGHT, 1.0)
    np.testing.assert_allclose(steps[1].q, [[0.45, 0], [0.5, 0], [0, 0]])


def test_n_step_target():
    """1 + 0.5 * 2 + 0.25 * 8: each reward and the bootstrap has its own power of gamma."""
    assert n_step.target([1.0, 2.0], 8.0, 0.5) == 4
    assert n_step.td_error([1.0, 2.0], 8.0, 3.0, 0.5) == 1


@pytest.mark.parametrize("seed", range(3))
def test_one_step_is_sarsa(seed):
    config = {"alpha": 0.5, "gamma": 0.9, "epsilon": 0.3}
    mdp = worlds.near_far()
    a = learned(n_step, mdp, n_step.Config(n=1, **config), 500, seed)
    b = learned(sarsa, mdp, sarsa.Config(**config), 500, seed)
    np.testing.assert_array_equal(a, b)


def test_many_steps_are_monte_carlo():
    """With n beyond the end of the episode, every visit learns from the whole return."""
    config = {"alpha": 0.2, "gamma": 0.9, "epsilon": 0.3, "schedule": "constant"}
    actions = [RIGHT, LEFT, RIGHT, RIGHT] * 5
    a = told(n_step, actions, n_step.Config(n=1000, **config))[3]
    b = told(monte_carlo, actions, monte_carlo.Config(first_visit=False, **config))[3]
    assert {(u.s, u.a, round(u.target, 12)) for u in a.backups} == {
        (u.s, u.a, round(u.target, 12)) for u in b.backups
    }


def test_monte_carlo_by_hand():
    """Right, Left, Right, Right: returns 1 backwards from the goal; the first visits count."""
    last = told(monte_carlo, [RIGHT, LEFT, RIGHT, RIGHT])[-1]
    assert [(b.s, b.a, round(b.target, 12)) for b in last.backups] == [
        (1, RIGHT, 1.0), (1, LEFT, 0.81), (0, RIGHT, 0.729),
    ]  # fmt: skip
    np.testing.assert_allclose(last.q, [[0.729, 0], [1, 0.81], [0, 0]])
    every = monte_carlo.Config(first_visit=False)
    last = told(monte_carlo, [RIGHT, LEFT, RIGHT, RIGHT], every)[-1]
    assert last.q[0, RIGHT] == pytest.approx((0.9 + 0.729) / 2)


def test_td_by_hand():
    v = np.array([0.5, 1.0, 0.0])
    assert td.td_error(v, 0, 0.25, 1, False, 0.5) == 0.25
    assert td.td_error(v, 0, 0.25, 1, True, 0.5) == -0.25
    always_right = np.tile([1.0, 0.0], (3, 1))
    config = td.Config(alpha=0.5)
    events = list(td.train(MDP, Timeline(config, 4), policy=always_right))
    np.testing.assert_allclose([e.q for e in events][1::2], [[0, 0.5, 0], [0.225, 0.75, 0]])


# Where they settle


@pytest.mark.parametrize("seed", range(3))
def test_prediction_settles_on_the_exact_value(seed):
    policy = np.array([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])
    exact = policy_evaluation(MDP, policy, 0.9)
    timeline = Timeline(td.Config(schedule="inverse_visits"), 30_000)
    *_, by_td = td.train(MDP, timeline, seed, policy=policy)
    *_, by_mc = monte_carlo.predict(
        MDP, Timeline(monte_carlo.Config(), 30_000), seed, policy=policy
    )
    np.testing.assert_allclose(by_mc.q, exact, atol=0.02)
    np.testing.assert_allclose(by_td.q, exact, atol=0.05)


@pytest.mark.parametrize("seed", range(3))
def test_off_policy_finds_q_star_and_on_policy_the_best_that_explores(seed):
    star, soft = optimal_values(MDP, 0.9), optimal_soft_values(MDP, 0.9, 0.6)
    assert abs(star - soft).max() > 0.08  # they can be told apart
    settings = {"epsilon": 0.6, "alpha": 0.5, "gamma": 0.9}
    for module, goal, atol in (
        (q_learning, star, 1e-6),
        (double_q_learning, star, 1e-6),
        (expected_sarsa, soft, 1e-6),
    ):
        q = learned(module, MDP, module.Config(**settings), 3000, seed)
        np.testing.assert_allclose(q, goal, atol=atol)
    small = {**settings, "alpha": 0.01}
    q = learned(sarsa, MDP, sarsa.Config(**small), 30_000, seed)
    np.testing.assert_allclose(q, soft, atol=0.04)
    q = learned(n_step, MDP, n_step.Config(n=3, **small), 30_000, seed)
    np.testing.assert_allclose(q, soft, atol=0.04)
    q = learned(monte_carlo, MDP, monte_carlo.Config(gamma=0.9, epsilon=0.6), 30_000, seed)
    np.testing.assert_allclose(q, soft, atol=0.04)


# The policy gradient


def test_softmax_and_its_gradient():
    theta = np.array([0.3, -1.0, 2.0])
    np.testing.assert_allclose(policy_gradient.softmax(theta).sum(), 1)
    np.testing.assert_allclose(
        policy_gradient.softmax(theta + 1000), policy_gradient.softmax(theta)
    )
    assert policy_gradient.softmax(np.array([0.0, 1000.0])).tolist() == [0, 1]
    for a in range(3):
        numeric = [
            (np.log(policy_gradient.softmax(theta + e)[a])
             - np.log(policy_gradient.softmax(theta - e)[a])) / 2e-6
            for e in np.eye(3) * 1e-6
        ]  # fmt: skip
        np.testing.assert_allclose(policy_gradient.gradient(theta, a), numeric, atol=1e-8)


def test_one_episode_of_reinforce_by_hand():
    """S1 Right, S2 Right, +1: G = 0.9 and 1, from preferences of zero; gamma^t is 1 and 0.9."""
    config = policy_gradient.Config(alpha=0.1, baseline=False)
    for seed in range(20):
        first = list(policy_gradient.train(MDP, Timeline(config, 2), seed))
        if first[-1].terminated:
            break
    np.testing.assert_allclose(first[-1].q, [[0.045, -0.045], [0.045, -0.045], [0, 0]])
    assert [round(b.target, 12) for b in first[-1].backups] == [0.9, 1]


def test_the_mean_step_is_the_gradient_of_the_exact_return():
    """4000 first episodes without a baseline against finite differences of J."""
    mdp, alpha = worlds.short_corridor(), 1e-3
    config = policy_gradient.Config(alpha=alpha, gamma=0.9, baseline=False)
    steps = []
    for seed in range(4000):
        for event in policy_gradient.train(mdp, Timeline(config, 10_000), seed):
            if event.terminated:
                steps.append(event.q[0] / alpha)
                break

    def j(theta):
        return policy_evaluation(mdp, np.tile(policy_gradient.softmax(theta), (4, 1)), 0.9)[0]

    exact = [(j(e) - j(-e)) / 2e-5 for e in np.eye(2) * 1e-5]
    error = np.std(steps, axis=0) / np.sqrt(len(steps))
    assert (np.abs(np.mean(steps, axis=0) - exact) < 4 * error).all()
    assert (error < 0.35).all()


@pytest.mark.slow
@pytest.mark.parametrize("baseline", [False, True])
def test_reinforce_finds_the_random_policy_of_the_short_corridor(baseline):
    alpha = 2**-9 if baseline else 2**-12
    config = policy_gradient.Config(gamma=1.0, alpha=alpha, baseline=baseline)
    returns = []
    for seed in range(3):
        q = learned(policy_gradient, worlds.short_corridor(), config, 30_000, seed)
        assert (q[0] == q[1]).all()
        assert (q[0] == q[2]).all()
        returns.append(worlds.short_corridor_return(policy_gradient.policy(q[0])[RIGHT]))
    assert np.mean(returns) > -11.9  # the optimum is -11.66, p = 1/2 gives -12
