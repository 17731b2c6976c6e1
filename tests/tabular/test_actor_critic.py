import numpy as np
import pytest

from rl_core.settings import SettingError
from rl_core.tabular.actor_critic import Config, State, actor_update, train
from rl_core.tabular.luck import Luck
from rl_core.tabular.policy_gradient import softmax
from rl_core.tabular.worlds import LEFT, RIGHT, three_state
from rl_core.timeline import Timeline


def test_the_update_by_hand():
    # without gamma^t it would be 0.25, with the wrong action 0.0875
    grad = np.array([0.5, -0.5])
    found = actor_update(np.array([0.0, 0.2]), 0.5, 0.9, 0.5, grad)
    np.testing.assert_allclose(found, [0.1125, 0.0875])


def test_one_step_into_the_goal():
    mdp = three_state()
    state = State.initial(mdp, Luck(0))
    state.s, state.t, state.v = 1, 1, np.array([0.0, 0.4, 0.0])
    state.q[1] = [100, 0]  # Right, for certain
    (event,) = train(mdp, Timeline(Config(), 1), state=state)
    assert (event.s, event.a, event.terminated, event.v_next) == (1, RIGHT, True, 0)
    assert event.delta == pytest.approx(1 - 0.4)
    assert event.v[1] == pytest.approx(0.7)
    assert event.theta[1] == pytest.approx([100, 0])  # a certain action has no gradient left


def test_actor_and_critic_learn_from_the_same_error():
    for event in train(three_state(), Timeline(Config(), 300), seed=4):
        learned = event.theta[event.s] - event.theta_s
        weight = event.config.alpha_actor * event.config.gamma**event.t * event.delta
        np.testing.assert_allclose(learned, weight * event.grad)
        expected = event.v_s + event.config.alpha_critic * event.delta
        assert event.v[event.s] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_it_learns_to_go_right(seed):
    *_, last = train(three_state(), Timeline(Config(), 600), seed)
    chances = softmax(last.theta)
    assert (chances[:2, RIGHT] > 0.85).all()
    assert (chances[:2, LEFT] < 0.15).all()
    # the critic values the policy that acts, which is close to the best one
    np.testing.assert_allclose(last.v[:2], [0.9, 1], atol=0.1)


def test_events_are_snapshots_and_a_state_goes_on():
    mdp, config = three_state(), Config()
    whole = list(train(mdp, Timeline(config, 40), seed=1))
    state = State.initial(mdp, Luck(1))
    parts = [e for _ in range(40) for e in train(mdp, Timeline(config, 1), 1, state)]
    for a, b in zip(whole, parts, strict=True):
        assert (a.theta == b.theta).all()
        assert (a.v == b.v).all()


def test_bad_settings_are_refused():
    with pytest.raises(SettingError, match="alpha_actor"):
        Config(alpha_actor=2)
