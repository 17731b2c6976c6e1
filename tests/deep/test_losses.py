"""Losses by hand, and their slopes by finite differences."""

import pytest
import torch

from rl_core.deep.losses import LOSSES, clipped_value_loss, huber, squared, value_loss


def test_by_hand():
    delta = torch.tensor([0.5, -0.5, 1, 2, -3])
    torch.testing.assert_close(huber(delta), torch.tensor([0.125, 0.125, 0.5, 1.5, 2.5]))
    torch.testing.assert_close(squared(delta), torch.tensor([0.125, 0.125, 0.5, 2, 4.5]))


@pytest.mark.parametrize("loss", LOSSES.values())
def test_slopes(loss):
    delta = torch.tensor([-3, -0.7, 0.2, 0.9, 1.5]).double().requires_grad_()
    assert torch.autograd.gradcheck(loss, delta)


def test_value_loss():
    value, target = torch.tensor([1.0, 5.0, 2.0]), torch.tensor([4.0, 4.0, 2.0])
    torch.testing.assert_close(value_loss(value, target), torch.tensor([4.5, 0.5, 0.0]))


def test_clipped_value_loss():
    old, target = torch.tensor([1.0, 1.0, 1.0, 1.0]), torch.tensor([4.0, 4.0, 4.0, -2.0])
    value = torch.tensor([3.0, 1.25, -1.0, -1.0])
    # 3 is clipped to 1.5 and -1 to 0.5, and whichever is further off counts.
    expected = torch.tensor([2.5**2 / 2, 2.75**2 / 2, 5**2 / 2, 2.5**2 / 2])
    torch.testing.assert_close(clipped_value_loss(value, old, target, 0.5), expected)
