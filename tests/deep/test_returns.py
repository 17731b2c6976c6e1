"""Returns of several episodes in a row: by hand, and from the definition."""

import numpy as np
import pytest
import torch

from rl_core.deep import returns


def tensor(*values):
    return torch.tensor(values, dtype=torch.float32)


REWARD = tensor([1, 2, 4, 8, 16, 32])
TERMINATED, TRUNCATED = tensor([0, 1, 0, 0, 0, 1]), tensor([0, 1, 1, 0, 0, 0])
NEXT_VALUE = tensor([99, 99, 10, 99, 99, 99])


def test_returns_to_go():
    """Of three episodes: terminated (and at its time limit, too), cut off, terminated."""
    g = returns.returns_to_go(REWARD, TERMINATED, TRUNCATED, NEXT_VALUE, 0.5)
    torch.testing.assert_close(g, tensor([2, 2, 9, 24, 32, 32]))


def test_returns_to_go_without_a_guess_are_what_was_earned():
    g = returns.returns_to_go(REWARD, TERMINATED, TRUNCATED, 0 * NEXT_VALUE, 0.5)
    torch.testing.assert_close(g, tensor([2, 2, 4, 24, 32, 32]))


def test_returns_to_go_of_a_single_step():
    g = returns.returns_to_go(tensor(5), tensor(1), tensor(0), tensor(9), 0.5)
    assert g.tolist() == [5]


def test_returns_to_go_from_the_definition():
    rng = np.random.default_rng(0)
    reward, value = rng.normal(size=(2, 3, 40)).astype(np.float32)
    terminated, truncated = rng.random((2, 3, 40)) < 0.1
    terminated[:, -1] = True
    fields = (reward, terminated.astype(np.float32), truncated.astype(np.float32), value)
    g = returns.returns_to_go(*map(torch.from_numpy, fields), 0.9)
    for run, t in np.ndindex(3, 40):
        end = next(k for k in range(t, 40) if terminated[run, k] or truncated[run, k])
        expected = sum(0.9 ** (k - t) * reward[run, k] for k in range(t, end + 1))
        expected += 0.9 ** (end + 1 - t) * value[run, end] * (not terminated[run, end])
        assert g[run, t].item() == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_time_and_whole_returns():
    ended = tensor([0, 1, 1, 0, 0, 1], [1, 1, 0, 0, 0, 1])
    t = returns.time(ended)
    assert t.tolist() == [[0, 1, 0, 0, 1, 2], [0, 0, 0, 1, 2, 3]]
    g = tensor([3, 2, 9, 24, 32, 32], [1, 2, 3, 4, 5, 6])
    expected = tensor([3, 3, 9, 24, 24, 24], [1, 2, 3, 3, 3, 3])
    torch.testing.assert_close(returns.whole_returns(g, t), expected)
