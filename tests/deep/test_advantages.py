"""Advantages: by hand, against their definition, and what must not flow across an ending."""

import inspect
import re

import numpy as np
import pytest
import torch

from rl_core.deep import advantages
from rl_core.deep.rollout import Batch

GAMMA, LAM = 0.9, 0.8


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def several_episodes(seed=0, shape=(2, 3), steps=12):
    """Rewards, values, next values, endings of both kinds of [*shape, steps], some episodes each.
    Within an episode the next value is the value of the next step.
    """
    rng = np.random.default_rng(seed)
    ended = rng.random((*shape, steps)) < 0.3
    terminated = ended & (rng.random(ended.shape) < 0.5)
    reward, value, next_value = (rng.normal(size=ended.shape) for _ in range(3))
    next_value[..., :-1] = np.where(ended, next_value, np.roll(value, -1, -1))[..., :-1]
    numbers = reward, value, next_value, terminated * 1.0, (ended & ~terminated) * 1.0
    return [torch.from_numpy(x) for x in numbers]


def by_definition(reward, value, next_value, terminated, truncated, lam):
    """λ-returns of one environment, O(T²), forward view (Sutton & Barto, equations 12.2, 12.3):
    (1 − λ) Σ λ^(n−1) G_(t:t+n), and what is left of the weights on the longest there is.
    """
    steps = len(reward)
    returns = []
    for t in range(steps):
        end = next((k for k in range(t, steps) if terminated[k] or truncated[k]), steps - 1)
        n_step = []
        for last in range(t, end + 1):
            g = sum(GAMMA ** (k - t) * reward[k] for k in range(t, last + 1))
            future = 0 if terminated[last] else next_value[last]
            n_step.append(g + GAMMA ** (last - t + 1) * future)
        weight = [(1 - lam) * lam**n for n in range(len(n_step) - 1)] + [lam ** (len(n_step) - 1)]
        returns.append(sum(w * g for w, g in zip(weight, n_step, strict=True)))
    return returns


# Formulas by hand


def test_td_error():
    """Over, cut off, going on: only the first has no future."""
    args = tensor(1, 1, 2), tensor(1, 0, 0), tensor(5, 5, 0), tensor(99, 10, -3)
    torch.testing.assert_close(advantages.td_error(*args, 0.9), tensor(-4, 5, -0.7))


def test_gae():
    """γλ = ½; the second step ends an episode."""
    delta, ended = tensor(1, 2, 4, 8), tensor(0, 1, 0, 0)
    a = advantages.gae(delta, ended, 1.0, 0.5)
    torch.testing.assert_close(a, tensor(2, 2, 8, 8))


@pytest.mark.parametrize("lam", [0.0, 0.5, 0.95, 1.0])
def test_gae_is_the_lambda_return_less_the_value(lam):
    reward, value, next_value, terminated, truncated = several_episodes()
    assert terminated.any()
    assert truncated.any()
    delta = advantages.td_error(reward, terminated, value, next_value, GAMMA)
    a = advantages.gae(delta, terminated + truncated, GAMMA, lam)
    for run, env in np.ndindex(*reward.shape[:2]):
        one = [x[run, env].tolist() for x in (reward, value, next_value, terminated, truncated)]
        oracle = tensor(*by_definition(*one, lam)) - value[run, env]
        torch.testing.assert_close(a[run, env], oracle)


def test_estimate_of_a_rollout():
    reward, value, next_value, terminated, truncated = several_episodes()
    none = torch.empty(0)
    rollout = Batch(none, none, reward, none, terminated, truncated)
    advantage, target = advantages.estimate(
        rollout, value.flatten(1), next_value.flatten(1), GAMMA, LAM
    )
    assert advantage.shape == target.shape == (2, 36)
    torch.testing.assert_close(advantage + value.flatten(1), target)
    one = [x[1, 2].tolist() for x in (reward, value, next_value, terminated, truncated)]
    torch.testing.assert_close(target[1, -12:], tensor(*by_definition(*one, LAM)))


def test_no_gradient_passes_through_an_estimate():
    reward, value, next_value, terminated, truncated = several_episodes()
    none = torch.empty(0)
    rollout = Batch(none, none, reward, none, terminated, truncated)
    value.requires_grad_()
    for estimated in advantages.estimate(
        rollout, value.flatten(1), next_value.flatten(1), GAMMA, LAM
    ):
        assert not estimated.requires_grad


def test_a_time_limit_merged_with_an_ending_gives_another_advantage():
    """One step, reward 1, cut off where 10 was to come: +9 if told apart, −1 if merged."""
    reward, value, next_value = tensor(1.0), tensor(2.0), tensor(10.0)
    apart = advantages.td_error(reward, tensor(0.0), value, next_value, 1.0)
    merged = advantages.td_error(reward, tensor(1.0), value, next_value, 1.0)
    assert (apart.item(), merged.item()) == (9, -1)


def test_gae_leaves_its_input_alone():
    delta = tensor(1, 2, 3)
    advantages.gae(delta, tensor(0, 0, 0), 1.0, 1.0)
    torch.testing.assert_close(delta, tensor(1, 2, 3))


def test_gae_of_float32_stays_float32():
    delta = torch.ones(2, 5)
    assert advantages.gae(delta, torch.zeros(2, 5), 0.9, 0.9).dtype == torch.float32


def test_normalised_is_per_run():
    a = tensor([1, 2, 3], [10, 20, 60])
    out = advantages.normalised(a)
    torch.testing.assert_close(out[0], tensor(-1.5, 0, 1.5) * (2 / 3) ** 0.5)
    torch.testing.assert_close(out.mean(-1), tensor(0, 0))
    torch.testing.assert_close(out.std(-1, correction=0), tensor(1, 1))
    alone = advantages.normalised(a[1:])
    assert torch.equal(out[1:], alone)


@pytest.mark.parametrize("same", [tensor([3.0]), tensor([2.0, 2.0])])
def test_advantages_that_do_not_differ_are_normalised_to_0(same):
    torch.testing.assert_close(advantages.normalised(same), torch.zeros_like(same))


def test_explained_variance():
    """In the last two, no difference and a small one."""
    target = tensor([1, 5], [1, 5], [1, 5], [2, 2], [0.1, 0.5])
    value = tensor([1, 5], [7, 7], [5, 1], [5, 1], [0.5, 0.1])
    explained = advantages.explained_variance(value, target)
    torch.testing.assert_close(explained, tensor(1, 0, -3, 0, -3))


def test_every_formula_tells_its_latex():
    for name in ("td_error", "gae", "estimate", "normalised", "explained_variance"):
        doc = inspect.getdoc(getattr(advantages, name))
        assert re.search(r"^\$\$\n.+?\n\$\$$", doc, re.S | re.M), name


def test_gae_of_a_single_step_is_its_td_error():
    delta = torch.tensor([[2.0], [-1.0]])
    assert torch.equal(advantages.gae(delta, torch.zeros(2, 1), 0.9, 0.5), delta)
