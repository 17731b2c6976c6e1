"""A2C by hand: the recording, exact moments against enumeration and sampling, the tabular step."""

import numpy as np
import pytest
import torch

from rl_core.by_hand import a2c as hand
from rl_core.by_hand.a2c import ALIVE, POLICY, WORLD
from rl_core.tabular.worlds import LEFT, RIGHT

A, B, C, D, E = range(1, 6)


def test_the_recording_holds_two_episodes():
    record = hand.recorded("goal")
    assert record.s.tolist() == [C, B, A, C, D, C, D, E]
    assert record.s_next.tolist() == [B, A, 0, D, C, D, E, 6]
    assert record.reward.tolist() == [0] * 7 + [1]
    assert record.terminated.tolist() == [0, 0, 1, 0, 0, 0, 0, 1]
    limit, bug = hand.recorded("limit"), hand.recorded("bug")
    assert limit.s_next[-1] == D
    assert (limit.terminated[-1], limit.truncated[-1], limit.reward[-1]) == (0, 1, 0)
    assert (bug.terminated[-1], bug.truncated[-1], bug.s_next[-1]) == (1, 0, D)


def test_td_errors_by_hand():
    v = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0])
    goal = hand.recorded("goal").td_errors(v, 0.9)
    assert goal[0] == pytest.approx(0.9 * 0.2 - 0.3)
    assert goal[2] == pytest.approx(-0.1)
    assert goal[7] == pytest.approx(1 - 0.5)
    assert hand.recorded("limit").td_errors(v, 0.9)[7] == pytest.approx(0.9 * 0.4 - 0.5)
    assert hand.recorded("bug").td_errors(v, 0.9)[7] == pytest.approx(-0.5)


def test_lambda_leads_from_td_to_monte_carlo_and_stops_at_an_end():
    v = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0])
    record, gamma = hand.recorded("goal"), 0.9
    delta = record.td_errors(v, gamma)
    torch.testing.assert_close(record.advantages(v, gamma, 0.0), delta)
    whole = record.advantages(v, gamma, 1.0)
    assert whole[3] == pytest.approx(gamma**4 - 0.3)  # the goal, four steps later
    assert whole[0] == pytest.approx(0 - 0.3)  # the first episode earned nothing
    assert record.advantages(v, gamma, 0.5)[1] == pytest.approx(delta[1] + 0.45 * delta[2])


def test_true_advantages_are_those_of_the_bellman_equations():
    gamma = 0.9
    v, advantage = hand.true_values(gamma), hand.true_advantages(gamma)
    assert advantage[C, RIGHT] == pytest.approx(gamma * v[D] - v[C])
    assert advantage[E, RIGHT] == pytest.approx(1 - v[E])
    np.testing.assert_allclose((POLICY * advantage).sum(-1), 0, atol=1e-12)


def test_the_critic_goes_from_the_truth_to_knowing_nothing():
    np.testing.assert_allclose(hand.critic(0, 0.9), hand.true_values(0.9))
    np.testing.assert_allclose(hand.critic(1, 0.9), [0, 0.5, 0.5, 0.5, 0.5, 0.5, 0])


def enumerated(v, gamma, lam, s, a, depth):
    """Mean and variance of the advantage, by walking through all that can happen."""
    mean, square = 0.0, 0.0
    states = [(1.0, s, a, 0.0)]
    for t in range(depth):
        onwards = []
        for p, s, a, so_far in states:
            s_next = int(WORLD.p[s, a].argmax())
            delta = WORLD.r[s, a, s_next] + gamma * v[s_next] * ALIVE[s_next] - v[s]
            total = so_far + (gamma * lam) ** t * delta
            if not ALIVE[s_next] or t == depth - 1:
                mean, square = mean + p * total, square + p * total**2
            else:
                onwards += [(p * POLICY[s_next, b], s_next, b, total) for b in (RIGHT, LEFT)]
        states = onwards
    return mean, square - mean**2


@pytest.mark.parametrize(("wrong", "gamma", "lam"), [(0.7, 0.9, 0.5), (0.3, 1.0, 0.2)])
def test_exact_moments_are_those_of_enumeration(wrong, gamma, lam):
    v = hand.critic(wrong, gamma)
    mean, variance = hand.expected(v, gamma, lam)
    for s, a in ((B, LEFT), (D, RIGHT)):
        # what is left after 16 steps is worth less than (γλ)^16
        found = enumerated(v, gamma, lam, s, a, depth=16)
        assert (mean[s, a], variance[s, a]) == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("lam", [0.0, 0.6, 1.0])
def test_measured_moments_come_near_the_exact_ones(lam):
    record = hand.played(2000, 3)
    v = hand.critic(0.8, 0.95)
    mean, variance = hand.expected(v, 0.95, lam)
    found, spread = hand.measured(record, v, 0.95, lam)
    error = np.sqrt(np.maximum(variance, 1e-12) / 2000)
    assert (np.abs(found - mean) <= 4.5 * error + 1e-9).all()
    np.testing.assert_allclose(spread, variance, atol=0.03)


def test_every_pair_begins_its_share_of_episodes():
    record = hand.played(5, 0)
    assert record.s[:, 0].tolist() == [s for s in range(1, 6) for _ in range(10)]
    assert record.a[:10, 0].tolist() == [RIGHT] * 5 + [LEFT] * 5
    assert (record.terminated.sum(-1) >= 1).all()


@pytest.mark.parametrize("lam", [0.0, 0.4, 0.9, 1.0])
def test_an_exact_critic_has_no_bias_at_any_lambda(lam):
    mean, _ = hand.expected(hand.critic(0, 0.95), 0.95, lam)
    np.testing.assert_allclose(mean, hand.true_advantages(0.95), atol=1e-12)


@pytest.mark.parametrize("wrong", [0.3, 1.0])
def test_monte_carlo_has_no_bias_that_matters_whatever_the_critic_says(wrong):
    v, gamma = hand.critic(wrong, 0.95), 0.95
    mean, _ = hand.expected(v, gamma, 1.0)
    np.testing.assert_allclose(hand.bias(mean, gamma), 0, atol=1e-12)
    # but it is off by the same for all actions of a state: a baseline
    off = mean - hand.true_advantages(gamma)
    np.testing.assert_allclose(off[ALIVE], (hand.true_values(gamma) - v)[ALIVE][:, None] * [1, 1])
    td, _ = hand.expected(v, gamma, 0.0)
    assert hand.typical(hand.bias(td, gamma) ** 2) > 1e-4


def test_more_samples_ask_for_a_larger_lambda():
    lams = np.linspace(0, 1, 21)
    parts = hand.curve(0.5, 0.95, lams)
    best = [lams[np.argmin([hand.squared_error(*part, n) for part in parts])] for n in (1, 10, 100)]
    assert best[0] < best[1] < best[2]
    assert hand.squared_error(0.2, 0.5, 10) == pytest.approx(0.25)


def test_one_step_of_a2c_on_tables_by_hand():
    record = hand.recorded("goal")
    theta, v = torch.zeros(7, 2).double(), torch.zeros(7).double()
    advantage, target = torch.zeros(8).double(), torch.zeros(8).double()
    advantage[7], target[7] = 2.0, 1.0  # only the last step tells anything: E, right
    new, values = hand.descend(theta, v, record, advantage, target, 0.8, 0.0)
    # 0.8 · 2 · (1 − 0.5) / 8, and 0.8 · 0.5 · (1 − 0) / 8
    assert new[E].tolist() == pytest.approx([0.1, -0.1])
    assert values.tolist() == pytest.approx([0, 0, 0, 0, 0, 0.05, 0])
    assert new[:E].abs().sum() == 0
    assert theta.abs().sum() == 0  # left as it was


def test_the_entropy_bonus_alone_brings_a_policy_back_to_the_coin():
    record, nothing = hand.recorded("goal"), torch.zeros(8).double()
    theta = torch.tensor(POLICY).log()
    new, _ = hand.descend(theta, torch.zeros(7).double(), record, nothing, nothing, 1.0, 1.0)
    before, after = theta.softmax(-1)[:, RIGHT], new.softmax(-1)[:, RIGHT]
    visited = np.unique(record.s)
    assert ((after < before) & (after > 0.5))[visited].all()
