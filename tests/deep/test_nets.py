"""Networks over the runs axis against plain torch ones, run by run."""

import copy
import math

import numpy as np
import pytest
import torch
from torch import nn

from rl_core.deep import nets

SIZES = (3, 5, 4, 2)


@pytest.fixture
def mlp():
    return nets.MLP.init(SIZES, 3, torch.Generator().manual_seed(1))


def plain(mlp, run):
    """The network of one run as plain `nn.Linear` layers."""
    layers, weights = [], mlp.weights()
    for k in range(len(SIZES) - 1):
        linear = nn.Linear(SIZES[k], SIZES[k + 1])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights[f"{k}.weight"][run].T))
            linear.bias.copy_(torch.from_numpy(weights[f"{k}.bias"][run][0]))
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def plain_gradient(network):
    """The gradients of a plain network in the order of the flat tensor."""
    parts = []
    for linear in network:
        if isinstance(linear, nn.Linear):
            parts += [linear.weight.grad.T.flatten(), linear.bias.grad]
    return torch.cat(parts)


def test_every_run_computes_what_a_plain_network_does(mlp):
    x = torch.randn(3, 7, 3, generator=torch.Generator().manual_seed(2))
    for run in range(3):
        torch.testing.assert_close(mlp(x)[run], plain(mlp, run)(x[run]))


def test_acting_in_numpy_agrees(mlp):
    x = torch.randn(3, 3, generator=torch.Generator().manual_seed(2))
    expected = mlp(x[:, None])[:, 0].detach().numpy()
    np.testing.assert_allclose(mlp.act(x.numpy()), expected, rtol=1e-5, atol=1e-6)


def test_acting_follows_the_parameters(mlp):
    x = np.ones((3, 3), np.float32)
    before = mlp.act(x)
    with torch.no_grad():
        mlp.flat.mul_(2)
    assert not np.allclose(mlp.act(x), before)


def test_first_parameters_lie_where_torch_draws_them():
    mlp = nets.MLP.init((100, 50, 7), 20, torch.Generator().manual_seed(0))
    for k, inputs in ((0, 100), (1, 50)):
        for name in ("weight", "bias"):
            drawn = mlp.weights()[f"{k}.{name}"]
            bound = 1 / math.sqrt(inputs)
            assert np.abs(drawn).max() <= bound
            assert np.abs(drawn).max() > 0.97 * bound
            # A uniform variable on ±b has variance b²/3; four standard errors for its mean.
            assert abs(drawn.mean()) < 4 * bound / math.sqrt(3 * drawn.size)
            assert drawn.var() == pytest.approx(bound**2 / 3, rel=0.25)
    assert not np.array_equal(mlp.weights()["0.weight"][0], mlp.weights()["0.weight"][1])


def test_total_adds_runs_and_averages_the_batch():
    loss = torch.tensor([[1.0, 3.0], [10.0, 30.0]])
    assert nets.total(loss).item() == 22.0  # 2 + 20; a mean over all would be 11, a sum 44


def test_clip_shortens_each_run_by_itself():
    gradient = torch.tensor([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]])
    norm = nets.clip([gradient], 1.0)
    torch.testing.assert_close(norm, torch.tensor([5.0, 0.5, 0.0]))
    expected = torch.tensor([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]])
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("max_norm", [1e6, 0.01])
def test_one_update_is_that_of_plain_networks_with_adam(mlp, max_norm):
    generator = torch.Generator().manual_seed(3)
    x, y = torch.randn(3, 7, 3, generator=generator), torch.randn(3, 7, 2, generator=generator)
    networks = [plain(mlp, run) for run in range(3)]
    optimizer = nets.adam(mlp.flat, 0.01)
    for _ in range(3):
        nets.minimise((mlp(x) - y).square().mean(-1), optimizer, 0.01, max_norm)
    for run, network in enumerate(networks):
        adam = torch.optim.Adam(network.parameters(), lr=0.01)
        for _ in range(3):
            adam.zero_grad()
            (network(x[run]) - y[run]).square().mean().backward()
            nn.utils.clip_grad_norm_(network.parameters(), max_norm)
            adam.step()
        torch.testing.assert_close(mlp(x)[run], network(x[run]), rtol=1e-4, atol=1e-5)


def test_a_step_of_adam_is_that_of_the_optimizer_bit_for_bit(mlp):
    other = copy.deepcopy(mlp)
    optimizer, whole = nets.adam(mlp.flat, 0.01), nets.adam(other.flat, 0.01)
    x = torch.randn(3, 7, 3, generator=torch.Generator().manual_seed(3))
    for lr in (0.01, 0.02, 0.0, 0.01):
        nets.descend(mlp(x).square().mean(-1), optimizer, lr)
        whole.param_groups[0]["lr"] = lr
        whole.zero_grad()
        nets.total(other(x).square().mean(-1)).backward()
        whole.step()
        assert torch.equal(mlp.flat, other.flat)
    assert optimizer.state_dict()["state"][0]["step"] == 4


def test_a_step_of_several_parameters_is_that_of_the_optimizer_bit_for_bit():
    """Also where a loss leaves one of them out."""
    first, second = torch.full((3, 4), 2.0), torch.full((3, 1), -1.0)
    moved = [[x.clone().requires_grad_() for x in (first, second)] for _ in range(2)]
    optimizers = [nets.adam(parameters, 0.1) for parameters in moved]
    for uses_second in (1, 0, 1):
        losses = [a.square() + b.pow(3) if uses_second else a.exp() for a, b in moved]
        nets.descend(losses[0], optimizers[0], 0.1)
        optimizers[1].zero_grad()
        nets.total(losses[1]).backward()
        optimizers[1].step()
        for ours, its in zip(*moved, strict=True):
            assert torch.equal(ours, its)
    counts = [state["step"].item() for state in optimizers[0].state.values()]
    assert counts == [3, 2]


def test_the_gradient_is_that_of_plain_networks(mlp):
    x = torch.randn(3, 7, 3, generator=torch.Generator().manual_seed(3))
    networks = [plain(mlp, run) for run in range(3)]
    nets.total(mlp(x).square().sum(-1)).backward()
    for run, network in enumerate(networks):
        network(x[run]).square().sum(-1).mean().backward()
        torch.testing.assert_close(mlp.flat.grad[run], plain_gradient(network))


def test_the_gradient_is_that_of_finite_differences():
    mlp = nets.MLP.init((2, 3, 1), 2, torch.Generator().manual_seed(4))
    mlp = nets.MLP(mlp.sizes, mlp.flat.detach().double().requires_grad_())
    x = torch.randn(2, 4, 2, generator=torch.Generator().manual_seed(5)).double()

    def loss(flat):
        return nets.total(nets.MLP(mlp.sizes, flat)(x).square().squeeze(-1))

    assert torch.autograd.gradcheck(loss, mlp.flat)


def test_the_learning_rate_of_the_moment_is_used(mlp):
    x = torch.ones(3, 2, 3)
    before = mlp.flat.detach().clone()
    optimizer = nets.adam(mlp.flat, 1.0)
    nets.minimise(mlp(x).square().sum(-1), optimizer, 0.0, 1.0)
    torch.testing.assert_close(mlp.flat.detach(), before)


def test_following_moves_a_share_of_the_way(mlp):
    target = mlp.frozen_copy()
    with torch.no_grad():
        mlp.flat.add_(1.0)
    target.follow(mlp, 0.25)
    torch.testing.assert_close(target.flat, mlp.flat.detach() - 0.75)
    target.follow(mlp, 1.0)
    assert torch.equal(target.flat, mlp.flat.detach())
    assert not target.flat.requires_grad


def test_copies_are_apart(mlp):
    weights, twin = mlp.weights(), copy.deepcopy(mlp)
    x = np.ones((3, 3), np.float32)
    before = twin.act(x)
    with torch.no_grad():
        mlp.flat.zero_()
    assert weights["0.weight"].any()
    assert np.array_equal(twin.act(x), before)
    assert twin.flat.requires_grad


def test_layers_of_a_copy_compute_the_same(mlp):
    x = np.random.default_rng(0).normal(size=(3, 6, 3)).astype(np.float32)
    out = nets.torch_free_forward(nets.layers(mlp.weights()), x)
    np.testing.assert_allclose(out, mlp(torch.from_numpy(x)).detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("activation", [nets.RELU, nets.TANH])
def test_jacobian_is_that_of_autograd(activation):
    net = nets.MLP.init((3, 5, 4, 2), 2, torch.Generator().manual_seed(0), activation)
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1))
    v = torch.randn(net.flat.shape, generator=torch.Generator().manual_seed(2))
    slope = torch.randn(2, 6, 2, generator=torch.Generator().manual_seed(3))
    jacobian = nets.Jacobian(net, x)
    torch.testing.assert_close(jacobian.out, net(x))
    exact = torch.autograd.functional.jacobian(lambda flat: net.plain(x, flat), net.flat)
    assert exact.shape == (2, 6, 2, *v.shape)
    torch.testing.assert_close(jacobian.times(v), (exact * v).sum((-1, -2)))
    expected = (exact * slope[..., None, None]).sum((0, 1, 2))
    for _ in range(2):  # again and again
        torch.testing.assert_close(jacobian.transposed_times(slope), expected)


def test_what_has_no_gradient_stays_where_it_is(mlp):
    """As where a loss leaves a parameter out that it had before."""
    other = torch.ones(3, 1, requires_grad=True)
    optimizer = nets.adam([mlp.flat, other], 0.01)
    x = torch.ones(3, 2, 3)
    nets.descend(mlp(x).square().mean(-1) + other, optimizer, 0.01)
    after, before = other.detach().clone(), mlp.flat.detach().clone()
    nets.descend(mlp(x).square().mean(-1), optimizer, 0.01)
    assert torch.equal(other, after)
    assert not torch.equal(mlp.flat, before)


activations = pytest.mark.parametrize("activation", [nets.RELU, nets.TANH])


def in_double(activation, runs=2):
    mlp = nets.MLP.init((3, 5, 4, 2), runs, torch.Generator().manual_seed(4), activation)
    return nets.MLP(mlp.sizes, mlp.flat.detach().double().requires_grad_(), activation)


@activations
def test_one_step_of_autograd_is_that_of_many(activation):
    mlp = in_double(activation)
    x = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(5)).double().requires_grad_()
    out, plain = mlp(x), mlp.plain(x)
    torch.testing.assert_close(out, plain)
    slope = torch.randn(out.shape, generator=torch.Generator().manual_seed(6)).double()
    gradients = torch.autograd.grad(out, (x, mlp.flat), slope)
    expected = torch.autograd.grad(plain, (x, mlp.flat), slope)
    for own, autograd_s in zip(gradients, expected, strict=True):
        torch.testing.assert_close(own, autograd_s)


@activations
def test_slopes_in_inputs_and_parameters_are_those_of_finite_differences(activation):
    mlp = in_double(activation)
    x = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(7)).double().requires_grad_()

    def out(x, flat):
        return nets.MLP(mlp.sizes, flat, activation)(x)

    assert torch.autograd.gradcheck(out, (x, mlp.flat))


@activations
def test_a_frozen_view_lives_in_the_same_place_and_passes_no_gradient(activation):
    mlp = in_double(activation)
    view, copy_ = mlp.frozen_view(), mlp.frozen_copy()
    x = torch.ones(2, 3, 3).double().requires_grad_()
    (of_x,) = torch.autograd.grad(view(x).sum(), x)
    assert of_x.abs().sum() > 0  # through it, but not into it
    assert not view.flat.requires_grad
    assert mlp.flat.grad is None
    before = copy_(x)
    with torch.no_grad():
        mlp.flat.mul_(2)
    assert torch.equal(view(x), mlp(x))
    assert torch.equal(copy_(x), before)
    assert not torch.equal(view(x), before)


@pytest.mark.parametrize("copies", [1, 2])
def test_critics_are_networks_apart(copies):
    critics = nets.Critics.init(copies, 3 + 2, 4, 3, torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(2)
    observation = torch.randn(3, 6, 3, generator=generator)
    action = torch.randn(3, 6, 2, generator=generator).requires_grad_()
    q = critics(observation, action)
    assert q.shape == (copies, 3, 6)
    (2 * q[0] + 3 * q[-1]).sum().backward()
    weights, of_action = critics.net.weights(), torch.zeros_like(action)
    for k in range(copies):
        for run in range(3):
            flat = critics.net.flat[k * 3 + run].detach().requires_grad_()
            alone = nets.MLP(critics.net.sizes, flat[None])
            a = action[run].detach().requires_grad_()
            x = torch.cat((observation[run], a), -1)
            own = alone.plain(x[None], flat[None])[0, :, 0]
            torch.testing.assert_close(q[k, run], own)
            factor = 2 * (k == 0) + 3 * (k == copies - 1)
            (factor * own).sum().backward()
            torch.testing.assert_close(critics.net.flat.grad[k * 3 + run], flat.grad)
            of_action[run] += a.grad
    torch.testing.assert_close(action.grad, of_action)
    assert len(weights["0.weight"]) == copies * 3


def test_the_first_critic_is_the_first():
    critics = nets.Critics.init(2, 4, 4, 3, torch.Generator().manual_seed(1))
    observation, action = torch.ones(3, 5, 3), torch.ones(3, 5, 1).requires_grad_()
    q = critics.first(observation, action)
    torch.testing.assert_close(q[0], critics(observation, action)[0])
    q.sum().backward()
    assert action.grad.abs().sum() > 0
    assert critics.net.flat.grad is None
    twin = copy.deepcopy(critics)
    with torch.no_grad():
        critics.net.flat.mul_(2)
    assert torch.equal(critics.first(observation, action)[0], critics(observation, action)[0])
    torch.testing.assert_close(twin.first(observation, action), q)
    view = critics.frozen_view()
    assert not view(observation, torch.ones(3, 5, 1)).requires_grad
