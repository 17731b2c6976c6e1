"""Experience, one episode after the other."""

import numpy as np

from rl_core.deep import envs
from rl_core.deep.episodes import Episodes, Preprocessing


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


class Counted(envs.Environment):
    """Earns 1, 2, 3 … in an episode, times its own number; ends after 2 steps (terminated) where
    that is odd, after 3 (truncated) where it is even. Observes its number and the step.
    """

    low, high, actions = np.full(2, -1e9, np.float32), np.full(2, 1e9, np.float32), envs.Discrete(2)

    def __init__(self, n):
        super().__init__(range(n))
        self.t, self.k = np.zeros(n, int), np.arange(1, n + 1)

    def seed(self, seeds):
        pass

    def seen(self):
        return np.stack((self.k, self.t), -1).astype(np.float32)

    def reset(self, mask):
        self.t = np.where(mask, 0, self.t)
        return self.seen()

    def step(self, action):
        self.t = self.t + 1
        reward = (self.k * self.t).astype(np.float32)
        odd = self.k % 2 == 1
        return envs.Step(self.seen(), reward, odd & (self.t == 2), ~odd & (self.t == 3))


def played(steps, normalised="", runs=2, gamma=0.5):
    asked = Preprocessing(
        normalise_observation="o" in normalised, normalise_reward="r" in normalised
    )
    episodes = Episodes(Counted(4), asked, gamma=gamma, envs=4 // runs)
    return episodes, [episodes.step(np.zeros(4, int)) for _ in range(steps)]


def test_returns_are_means_of_a_run_s_environments():
    _, story = played(6)
    told = [t.returns.tolist() for t in story]
    nan = np.nan
    # Environments 1 and 3 earn 1 + 2 and 3 + 6 in two steps, 2 and 4 earn 12 and 24 in three.
    expected = [[nan, nan], [3, 9], [12, 24], [3, 9], [nan, nan], [(3 + 12) / 2, (9 + 24) / 2]]
    np.testing.assert_array_equal(told, expected)
    _, alone = played(6, runs=4)
    np.testing.assert_array_equal(alone[5].returns, [3, 12, 9, 24])
    np.testing.assert_array_equal(alone[1].returns, [3, nan, 9, nan])


def test_terminated_and_truncated_stay_apart():
    _, story = played(3)
    assert [t.terminated.tolist() for t in story] == [[False] * 4, [True, False] * 2, [False] * 4]
    assert [t.truncated.tolist() for t in story] == [[False] * 4, [False] * 4, [False, True] * 2]


def test_after_an_end_the_next_episode_begins_and_the_true_observation_stays():
    episodes, story = played(3)
    assert story[1].next_observation[:, 1].tolist() == [2, 2, 2, 2]
    assert story[2].observation[:, 1].tolist() == [0, 2, 0, 2]
    assert story[2].next_observation[:, 1].tolist() == [1, 3, 1, 3]
    assert episodes.observation[:, 1].tolist() == [1, 0, 1, 0]


def test_observations_are_normalised_by_all_that_each_run_has_seen():
    _, plain = played(7)
    episodes, story = played(7, "o")
    first = np.stack((np.arange(1, 5), np.zeros(4)), -1)
    for run in range(2):
        own = slice(2 * run, 2 * run + 2)
        seen = list(first[own])  # every observation once, that of a reset too
        for t, before in zip(story, plain, strict=True):
            seen += list(before.next_observation[own])
            mean, std = np.mean(seen, 0), np.std(seen, 0)
            expected = (before.next_observation[own] - mean) / np.where(std > 0, std, 1)
            np.testing.assert_allclose(t.next_observation[own], expected, rtol=1e-4, atol=1e-5)
            ended = (before.terminated | before.truncated)[own]
            seen += list(first[own][ended])
    weights = episodes.weights()
    np.testing.assert_allclose(weights["seen.mean"][1, 0], np.mean(seen, 0), rtol=1e-5)
    np.testing.assert_allclose(weights["seen.deviation"][1, 0], np.std(seen, 0), rtol=1e-5)
    assert weights["seen.mean"].shape == (2, 1, 2)
    assert played(1)[0].weights() == {}


def test_rewards_are_scaled_by_the_deviation_of_the_discounted_return():
    gamma = 0.5
    _, plain = played(7)
    _, story = played(7, "r", gamma=gamma)
    for run in range(2):
        own, sums, discounted = slice(2 * run, 2 * run + 2), [], np.zeros(2)
        for t, before in zip(story, plain, strict=True):
            discounted = gamma * discounted + before.reward[own]
            sums += list(discounted)
            expected = np.clip(before.reward[own] / np.std(sums), -10, 10)
            np.testing.assert_allclose(t.reward[own], expected, rtol=1e-5)
            discounted[(before.terminated | before.truncated)[own]] = 0
    for t, before in zip(story, plain, strict=True):  # what is told is in the task's own units
        np.testing.assert_array_equal(t.returns, before.returns)


def test_a_run_s_statistics_are_its_own():
    class Louder(Counted):
        def step(self, action):
            step = super().step(action)
            louder = np.array([[9], [9], [1], [1]], np.float32)
            return step._replace(
                observation=step.observation * louder, reward=step.reward * louder[:, 0]
            )

    asked = Preprocessing(normalise_observation=True, normalise_reward=True)
    one, other = (Episodes(env(4), asked, envs=2) for env in (Counted, Louder))
    for _ in range(9):
        a, b = one.step(np.zeros(4, int)), other.step(np.zeros(4, int))
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x[-1], y[-1])
    assert not np.array_equal(one.observation[0], other.observation[0])
