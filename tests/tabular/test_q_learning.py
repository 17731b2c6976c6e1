import copy
import dataclasses

import numpy as np
import pytest

from rl_core.settings import SettingError
from rl_core.tabular import q_learning, worlds
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.luck import Luck
from rl_core.tabular.q_learning import Config, State, td_error, train
from rl_core.tabular.worlds import LEFT, RIGHT
from rl_core.timeline import Timeline

MDP = worlds.three_state()


def by_hand(actions, config=None):
    """Transitions of a learner that is told its actions."""
    chosen = iter(actions)
    timeline = Timeline(config or Config(), len(actions))
    return list(train(MDP, timeline, act=lambda *_: next(chosen)))


def learn(config=None, steps=500, seed=0, **kwargs):
    return list(train(MDP, Timeline(config or Config(), steps), seed, **kwargs))


@pytest.mark.parametrize(
    ("q", "a", "r", "gamma", "q_next", "expected"),
    [([1, 2, 0], 1, 1, 1, [1, 2, 0], 1), ([1, 1, 0], 0, 1, 0, [1, 2, 0], 0)],
)
def test_td_error_matches_the_golden_vectors_of_rlax(q, a, r, gamma, q_next, expected):
    table = np.array([q, q_next], dtype=float)
    assert td_error(table, 0, a, r, 1, False, gamma) == expected


def test_td_error_looks_at_the_next_state_and_stops_at_a_terminal_one():
    q = np.array([[1.0, 99.0], [4.0, 3.0]])
    assert td_error(q, 0, 0, 0.5, 1, False, 0.5) == 1.5
    assert td_error(q, 0, 0, 0.5, 1, True, 0.5) == -0.5


def test_many_states_at_once():
    """Each looks at the best action of its own next state: 1 + 3 - 2 and 1 + 0 - 7."""
    q = np.array([[2.0, 3.0], [9.0, 7.0], [4.0, 8.0]])
    s, a, ended = np.array([0, 1]), np.array([0, 1]), np.array([False, True])
    assert td_error(q, s, a, 1, np.array([0, 2]), ended, 1).tolist() == [2, -6]


def test_two_steps_of_a_mouse():
    """The worked example of the Hugging Face course."""
    first = q_learning.update(0, 0.1, td_error(np.zeros((2, 2)), 0, 0, 1, 1, False, 0.99))
    second = q_learning.update(0, 0.1, td_error(np.zeros((2, 2)), 1, 0, -10, 0, True, 0.99))
    assert (first, second) == (0.1, -1.0)


def test_six_rights_give_0_45_and_0_875():
    q = by_hand([RIGHT] * 6)[-1].q
    np.testing.assert_allclose(q, [[0.45, 0], [0.875, 0], [0, 0]], atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20])
def test_n_full_episodes_follow_the_closed_form(n):
    q = by_hand([RIGHT] * 2 * n)[-1].q
    assert q[1, RIGHT] == pytest.approx(1 - 2.0**-n, abs=1e-12)
    assert q[0, RIGHT] == pytest.approx(0.9 * (1 - (n + 1) * 2.0**-n), abs=1e-12)


def test_left_brings_the_agent_back():
    steps = by_hand([LEFT, RIGHT, LEFT, RIGHT, RIGHT, LEFT])
    assert [(e.episode, e.t, e.s, e.s_next) for e in steps] == [
        (0, 0, 0, 0), (0, 1, 0, 1), (0, 2, 1, 0), (0, 3, 0, 1), (0, 4, 1, 2), (1, 0, 0, 0),
    ]  # fmt: skip
    assert [e.terminated for e in steps] == [False, False, False, False, True, False]


def test_a_transition_tells_its_own_arithmetic():
    for e in learn(Config(schedule="inverse_visits", epsilon=0.5)):
        assert e.delta == e.r + e.gamma * e.max_q_next - e.q_sa
        assert e.q[e.s, e.a] == e.q_sa + e.alpha * e.delta


def test_inverse_visits_counts_before_the_update():
    steps = by_hand([RIGHT] * 6, Config(schedule="inverse_visits"))
    assert [e.alpha for e in steps] == [1, 1, 1 / 2, 1 / 2, 1 / 3, 1 / 3]


def test_it_learns_the_optimal_values():
    config = Config(epsilon=1.0)
    np.testing.assert_allclose(learn(config, 2000)[-1].q, optimal_values(MDP, 0.9), atol=1e-6)


def test_same_seed_same_numbers_and_another_seed_others():
    first, again, other = learn(seed=3), learn(seed=3), learn(seed=4)
    assert all((a.q == b.q).all() for a, b in zip(first, again, strict=True))
    assert [e.a for e in first] != [e.a for e in other]


def test_it_goes_on_from_a_state_as_if_it_had_not_stopped():
    whole = learn(steps=100, seed=5)
    state = State.initial(MDP, Luck(5))
    learn(steps=37, seed=5, state=state)
    rest = learn(steps=63, seed=5, state=copy.deepcopy(state))
    assert [(e.episode, e.t, e.a) for e in rest] == [(e.episode, e.t, e.a) for e in whole[37:]]
    assert (rest[-1].q == whole[-1].q).all()


def test_settings_changed_on_the_way_act_at_once_and_are_recorded():
    timeline = Timeline(Config(alpha=0.5), 4)
    seen = []
    for e in train(MDP, timeline, act=lambda *_: RIGHT):
        seen.append(e.alpha)
        if len(seen) == 2:
            timeline.change("alpha", 0.1)
    assert seen == [0.5, 0.5, 0.1, 0.1]
    again = list(train(MDP, Timeline(Config(), 4, timeline.changes), act=lambda *_: RIGHT))
    assert [e.alpha for e in again] == seen


def test_a_time_limit_truncates_without_terminating():
    limited = dataclasses.replace(MDP, time_limit=3)
    steps = list(train(limited, Timeline(Config(), 4), act=lambda *_: LEFT))
    assert [e.truncated for e in steps] == [False, False, True, False]
    assert not any(e.terminated for e in steps)
    assert [e.episode for e in steps] == [0, 0, 0, 1]


def test_merging_truncation_with_termination_would_ruin_the_value():
    """Walking for ever at +1 a step is worth 10 at gamma = 0.9; forgetting the future costs."""
    endless = dataclasses.replace(MDP, r=np.ones((3, 2, 3)), time_limit=4)
    learned = list(train(endless, Timeline(Config(), 4000), act=lambda *_: LEFT))[-1].q
    assert learned[0, LEFT] == pytest.approx(10, abs=1e-6)

    merged = np.zeros(2)
    for t in range(4000):
        ended = t % 4 == 3
        merged[LEFT] += 0.5 * (1 + 0.9 * (1 - ended) * merged.max() - merged[LEFT])
    assert merged[LEFT] < 8


def test_events_are_snapshots():
    steps = by_hand([RIGHT] * 4)
    assert steps[1].q[1, RIGHT] == 0.5
    assert steps[3].q[1, RIGHT] == 0.75


@pytest.mark.parametrize("bad", [{"alpha": 1.5}, {"gamma": -0.1}, {"schedule": "fast"}])
def test_a_bad_setting_is_named(bad):
    (name,) = bad
    with pytest.raises(SettingError, match=name):
        Config(**bad)
