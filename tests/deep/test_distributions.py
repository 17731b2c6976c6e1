"""Distributions: densities against torch's own and by quadrature, slopes by finite differences."""

import inspect
import math
import re

import numpy as np
import pytest
import torch
from torch import distributions as theirs

from rl_core.deep.distributions import (
    LOG_STD,
    Categorical,
    Gaussian,
    SquashedGaussian,
    log_tanh_slope,
)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def squashed(mean, log_std):
    """Of lists of numbers, one for each direction."""
    return SquashedGaussian(torch.tensor([*mean, *log_std], dtype=torch.float64))


# Categorical


def test_categorical_by_hand():
    pi = Categorical(torch.log(torch.tensor([1.0, 3.0])))
    torch.testing.assert_close(pi.log_prob(torch.tensor(1)).exp(), torch.tensor(0.75))
    h = 0.25 * math.log(4) + 0.75 * math.log(4 / 3)
    assert pi.entropy().item() == pytest.approx(h)


def test_categorical_is_torch_s():
    one, two = Categorical(drawn(2, 5, 3)), Categorical(drawn(2, 5, 3, seed=1))
    action = torch.randint(3, (2, 5), generator=torch.Generator().manual_seed(2))
    a, b = (theirs.Categorical(logits=pi.logits) for pi in (one, two))
    torch.testing.assert_close(one.log_prob(action), a.log_prob(action))
    torch.testing.assert_close(one.entropy(), a.entropy())
    torch.testing.assert_close(one.kl(two), theirs.kl_divergence(a, b))


# Gaussian


def test_gaussian_is_torch_s_summed_over_directions():
    one = Gaussian(drawn(2, 5, 3), drawn(2, 1, 3, seed=1))
    two = Gaussian(drawn(2, 5, 3, seed=2), drawn(2, 1, 3, seed=3))
    a, b = (
        theirs.Independent(theirs.Normal(pi.mean, pi.log_std.exp().expand_as(pi.mean)), 1)
        for pi in (one, two)
    )
    action = drawn(2, 5, 3, seed=4)
    torch.testing.assert_close(one.log_prob(action), a.log_prob(action))
    torch.testing.assert_close(one.entropy(), a.entropy())
    torch.testing.assert_close(one.kl(two), theirs.kl_divergence(a, b))


# Squashed


def naive(pi, u):
    """The bug: the density of u, as if tanh stretched nothing."""
    return Gaussian(pi.mean, pi.log_std).log_prob(u)


def middles(n):
    """Middles of n cells that divide (−1, 1)."""
    return torch.linspace(-1, 1, 2 * n + 1, dtype=torch.float64)[1::2]


@pytest.mark.parametrize(("mean", "log_std"), [(0.0, 0.0), (0.7, -1.0), (-1.5, 0.3)])
def test_the_squashed_density_integrates_to_1(mean, log_std):
    pi = squashed([mean], [log_std])
    u = torch.atanh(middles(400_000)).unsqueeze(-1)
    assert pi.log_prob(u).exp().mean().item() * 2 == pytest.approx(1, abs=1e-3)
    assert abs(naive(pi, u).exp().mean().item() * 2 - 1) > 0.1


def test_the_squashed_density_integrates_to_1_in_two_dimensions():
    pi = squashed([0.2, -0.5], [-0.7, -1.0])
    a = middles(1500)
    u = torch.atanh(torch.cartesian_prod(a, a))
    assert pi.log_prob(u).exp().mean().item() * 4 == pytest.approx(1, abs=1e-3)
    assert abs(naive(pi, u).exp().mean().item() * 4 - 1) > 0.1


def test_the_squashed_density_is_torch_s_summed_over_directions():
    out, u = 0.5 * drawn(2, 5, 6), drawn(2, 5, 3, seed=1)
    pi = SquashedGaussian(out)
    normal = theirs.Normal(out[..., :3], out[..., 3:].exp())
    tanh = theirs.TransformedDistribution(normal, theirs.TanhTransform())
    torch.testing.assert_close(pi.log_prob(u), tanh.log_prob(torch.tanh(u)).sum(-1))


def test_the_squashed_log_probability_by_hand():
    """μ 0, σ 1, u ½ in each of two directions: 2 (−⅛ − ½ ln 2π − ln(1 − tanh² ½))."""
    each = -0.125 - 0.5 * math.log(2 * math.pi) - math.log(1 - math.tanh(0.5) ** 2)
    found = squashed([0, 0], [0, 0]).log_prob(torch.full((2,), 0.5, dtype=torch.float64))
    assert found.item() == pytest.approx(2 * each)


def test_a_sample_s_log_probability_is_that_of_its_formula():
    out, noise = drawn(2, 5, 6), drawn(2, 5, 3, seed=1)
    pi = SquashedGaussian(out)
    a, log_prob = pi.sample(noise)
    u = pi.mean + pi.log_std.exp() * noise
    torch.testing.assert_close(a, torch.tanh(u))
    torch.testing.assert_close(log_prob, pi.log_prob(u))
    assert log_prob.shape == (2, 5)


def test_the_slopes_of_a_sample_are_those_of_finite_differences():
    out, noise = drawn(2, 3, 4).requires_grad_(), drawn(2, 3, 2, seed=1)
    assert torch.autograd.gradcheck(lambda x: SquashedGaussian(x).sample(noise), out)


def test_the_slopes_of_a_sample_are_those_of_plain_autograd():
    """Also where the deviation is held at its limits: no slope there."""
    noise, weight = drawn(4, 3, seed=1), drawn(4, 3, seed=2)
    gradients = []
    for fused in (True, False):
        out = drawn(4, 6)
        out[0, 3:], out[1, 3:] = 3, -25
        out.requires_grad_()
        pi = SquashedGaussian(out)
        if fused:
            a, log_prob = pi.sample(noise)
        else:
            u = pi.mean + pi.log_std.exp() * noise
            a, log_prob = torch.tanh(u), pi.log_prob(u)
        ((a * weight).sum() + (log_prob * weight[:, 0]).sum()).backward()
        gradients.append(out.grad)
    torch.testing.assert_close(*gradients)
    assert not gradients[0][:2, 3:].any()
    assert gradients[0][2:, 3:].all()


def test_the_deviation_is_held_within_limits():
    torch.testing.assert_close(
        squashed([0, 0, 0], [-100, 0.5, 100]).log_std,
        torch.tensor([LOG_STD[0], 0.5, LOG_STD[1]], dtype=torch.float64),
    )


def test_the_slope_of_tanh_stays_finite_far_out():
    u = torch.tensor([0.0, 1.0, -1.0, 30.0, -30.0, 1000.0])
    expected = torch.tensor([0.0, *[math.log(1 - math.tanh(1) ** 2)] * 2])
    torch.testing.assert_close(log_tanh_slope(u)[:3], expected)
    # ln(4 e^(−2|u|)), where 1 − tanh² u would be 0 and its logarithm −∞
    torch.testing.assert_close(log_tanh_slope(u)[3:], math.log(4) - 2 * u[3:].abs())


def test_samples_are_distributed_as_their_density():
    pi = squashed([0.4], [-0.5])
    a, log_prob = pi.sample(drawn(200_000, 1))
    edges = np.linspace(-1, 1, 21)
    share = np.histogram(a.numpy(), edges)[0] / len(a)
    fine = middles(20_000)
    density = pi.log_prob(torch.atanh(fine).unsqueeze(-1)).exp()
    exact = density.view(20, -1).mean(-1).numpy() * 0.1
    np.testing.assert_allclose(share, exact, atol=0.005)
    # and −ln π averages to the entropy
    entropy = -(density * density.log()).mean().item() * 2
    assert -log_prob.mean().item() == pytest.approx(entropy, abs=0.01)


def test_every_formula_tells_its_latex():
    formulas = [getattr(kind, n) for kind in (Categorical, Gaussian) for n in ("log_prob", "kl")]
    for f in (*formulas, SquashedGaussian.sample, SquashedGaussian.log_prob, log_tanh_slope):
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(f), re.S | re.M)


def hessian_times(divergence, at, change):
    """The second derivative of a divergence of single samples, times a change: each [..., k]."""
    rows = [
        torch.autograd.functional.hessian(lambda x, i=i: divergence(x, i), row) @ u
        for i, (row, u) in enumerate(zip(at, change, strict=True))
    ]
    return torch.stack(rows)


def test_the_curvature_is_that_of_the_divergence():
    z, u = drawn(4, 3), drawn(4, 3, seed=1)
    pi = Categorical(z)
    expected = hessian_times(lambda x, i: Categorical(z[i]).kl(Categorical(x)), z, u)
    torch.testing.assert_close(pi.curvature(u), expected)
    log_std = drawn(3, seed=2)
    expected = hessian_times(lambda x, i: Gaussian(z[i], log_std).kl(Gaussian(x, log_std)), z, u)
    torch.testing.assert_close(Gaussian(z, log_std).curvature(u), expected)
