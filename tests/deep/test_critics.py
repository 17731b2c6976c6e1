"""Critics over the runs axis, and networks' slopes, against plain autograd."""

import copy

import pytest
import torch

from rl_core.deep import nets

COPIES, RUNS, BATCH = 2, 3, 5


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture
def critics():
    """In double."""
    made = nets.Critics.init(COPIES, 4 + 2, 7, RUNS, torch.Generator().manual_seed(1)).net
    flat = made.flat.detach().double().requires_grad_()
    return nets.Critics(nets.MLP(made.sizes, flat), COPIES)


def plainly(critics, observation, action):
    x = torch.cat((observation, action), -1).repeat(critics.copies, 1, 1)
    return critics.net.plain(x).view(critics.copies, RUNS, BATCH)


def test_values_and_slopes_are_those_of_plain_autograd(critics):
    weight = drawn(COPIES, RUNS, BATCH, seed=9)
    found = []
    for values in (critics, lambda s, a: plainly(critics, s, a)):
        s, a = (
            drawn(RUNS, BATCH, 4).requires_grad_(),
            drawn(RUNS, BATCH, 2, seed=2).requires_grad_(),
        )
        q = values(s, a)
        found.append((q, *torch.autograd.grad((q * weight).sum(), (s, a, critics.net.flat))))
    for ours, its in zip(*found, strict=True):
        torch.testing.assert_close(ours, its)


def test_a_frozen_view_passes_slopes_to_the_action_only(critics):
    s, a = drawn(RUNS, BATCH, 4), drawn(RUNS, BATCH, 2, seed=2).requires_grad_()
    critics.frozen_view()(s, a).amin(0).sum().backward()
    (expected,) = torch.autograd.grad(plainly(critics, s, a).amin(0).sum(), a)
    torch.testing.assert_close(a.grad, expected)
    assert critics.net.flat.grad is None


def test_the_first_is_the_first_copy_and_follows_it(critics):
    s, a = drawn(RUNS, BATCH, 4), drawn(RUNS, BATCH, 2, seed=2)
    for _ in range(2):
        torch.testing.assert_close(critics.first(s, a), critics(s, a)[:1].detach())
        with torch.no_grad():
            critics.net.flat.mul_(1.5)


def test_copies_have_a_first_of_their_own(critics):
    s, a = drawn(RUNS, BATCH, 4), drawn(RUNS, BATCH, 2, seed=2)
    before = critics.first(s, a)
    twin = copy.deepcopy(critics)
    with torch.no_grad():
        critics.net.flat.zero_()
    torch.testing.assert_close(twin.first(s, a), before)
    assert not critics.first(s, a).any()


@pytest.mark.parametrize("activation", [nets.RELU, nets.TANH])
@pytest.mark.parametrize("outputs", [1, 3])
def test_the_slopes_of_a_network_are_those_of_plain_autograd(activation, outputs):
    made = nets.MLP.init((4, 6, 5, outputs), RUNS, torch.Generator().manual_seed(1))
    net = nets.MLP(made.sizes, made.flat.detach().double().requires_grad_(), activation)
    x, weight = drawn(RUNS, BATCH, 4).requires_grad_(), drawn(RUNS, BATCH, outputs, seed=3)
    ours, its = (
        torch.autograd.grad((forward(x) * weight).sum(), (x, net.flat))
        for forward in (net, net.plain)
    )
    torch.testing.assert_close(ours, its)


def test_descend_is_minimise_without_a_limit():
    flats = []
    for step in (nets.descend, lambda *rest: nets.minimise(*rest, 1e9)):
        net = nets.MLP.init((4, 6, 1), RUNS, torch.Generator().manual_seed(1))
        x, adam = drawn(RUNS, BATCH, 4).float(), nets.adam(net.flat, 0.01)
        for _ in range(3):
            step(net(x).square().squeeze(-1), adam, 0.01)
        flats.append(net.flat.detach())
    torch.testing.assert_close(*flats)
