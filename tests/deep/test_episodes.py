"""Experience, one episode after the other."""

import numpy as np

from rl_core.deep import envs
from rl_core.deep.episodes import Episodes


def test_episodes_keep_the_true_last_observation_and_the_return():
    episodes = Episodes(envs.CartPole([0, 1]))
    lengths = np.zeros(2)
    for _ in range(100):
        before = episodes.observation.copy()
        transition = episodes.step(np.array([0, 1]))
        lengths += 1
        assert np.array_equal(transition.observation, before)
        ended = transition.terminated
        assert np.array_equal(transition.returns[ended], lengths[ended])
        assert np.isnan(transition.returns[~ended]).all()
        beyond = np.abs(transition.next_observation[:, 2]) > envs.CartPole.max_angle
        assert np.array_equal(beyond, ended)  # the fallen pole itself, not the next beginning
        assert (np.abs(episodes.observation[ended]) < 0.05).all()
        lengths[ended] = 0
