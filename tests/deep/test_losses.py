"""Losses by hand, and their slopes by finite differences."""

import pytest
import torch

from rl_core.deep.losses import LOSSES, huber, squared


def test_by_hand():
    delta = torch.tensor([0.5, -0.5, 1, 2, -3])
    torch.testing.assert_close(huber(delta), torch.tensor([0.125, 0.125, 0.5, 1.5, 2.5]))
    torch.testing.assert_close(squared(delta), torch.tensor([0.125, 0.125, 0.5, 2, 4.5]))


@pytest.mark.parametrize("loss", LOSSES.values())
def test_slopes(loss):
    delta = torch.tensor([-3, -0.7, 0.2, 0.9, 1.5]).double().requires_grad_()
    assert torch.autograd.gradcheck(loss, delta)
