import numpy as np
import pytest

from playground.slips import Verdict, judge, same, update_slips
from rl_core.tabular import worlds
from rl_core.tabular.q_learning import Config, State, train
from rl_core.tabular.worlds import LEFT, RIGHT
from rl_core.timeline import Timeline

MDP = worlds.three_state()
TABLE = np.array([[0.2, 0.7], [0.6, 0.3], [0.0, 0.0]])


def step(a, s=0, alpha=0.5, gamma=0.8, q=TABLE):
    state = State(q.copy(), np.zeros(q.shape, int), s)
    timeline = Timeline(Config(alpha=alpha, gamma=gamma), 1)
    return next(train(MDP, timeline, state=state, act=lambda *_: a))


def verdict(answer, event, before=TABLE):
    return judge(answer, float(event.q[event.s, event.a]), update_slips(event, before))


# Q(S1, Right) = 0.2 -> 0.2 + 0.5 [0 + 0.8 * 0.6 - 0.2] = 0.34
@pytest.mark.parametrize(
    ("answer", "slip"),
    [
        (0.2 + 0.5 * (0.6 - 0.2), "forgot_gamma"),
        (0.48, "forgot_alpha"),
        (0.2 + 0.5 * (0 - 0.2), "forgot_next"),
        (0.2 + 0.5 * 0.48, "forgot_old"),
        (0.5 * 0.48, "dropped_old"),
        (0.5 * 0.28, "only_change"),
        (0.28, "only_error"),
        (0.2 - 0.5 * 0.28, "wrong_way"),
        (0.2, "unchanged"),
        (0.2 + 0.5 * (0.8 * 0.7 - 0.2), "same_state"),
        (0.2 + 0.5 * (0.8 * 0.3 - 0.2), "other_next"),
        (0.7 + 0.5 * (0.48 - 0.7), "other_old"),
    ],
)
def test_each_slip_is_named(answer, slip):
    assert slip in verdict(answer, step(RIGHT)).slips


def test_a_forgotten_reward_is_named():
    event = step(RIGHT, s=1)
    assert "forgot_reward" in verdict(0.6 + 0.5 * (0 - 0.6), event).slips


def test_all_slips_that_give_the_number_are_named():
    before = np.zeros((3, 2))
    before[1, RIGHT] = 0.5
    event = step(RIGHT, q=before, alpha=0.5, gamma=0.9)
    found = verdict(0.45, event, before).slips
    assert {"forgot_alpha", "only_error"} <= set(found)


def test_a_right_answer_is_right_however_it_was_reached():
    """From a table of zeros without reward every slip gives 0, and 0 is right."""
    before = np.zeros((3, 2))
    assert verdict(0.0, step(LEFT, q=before), before) == Verdict(right=True)


def test_three_decimals_are_enough_and_two_are_called_rounded():
    assert judge(0.338, 0.3375, []).right
    assert judge(0.337, 0.3375, []).right
    assert judge(0.34, 0.3375, []) == Verdict(right=False, rounded=True)
    assert judge(0.36, 0.3375, []) == Verdict(right=False)


def test_same_means_to_three_decimals():
    assert same(0.3375, 0.338)
    assert not same(0.3375, 0.3385)
