"""The natural gradient against exact matrices; and searches in which no run notices another."""

import inspect
import math
import re

import numpy as np
import pytest
import torch

from rl_core.deep import natural, nets
from rl_core.deep.actors import ActorCritic
from rl_core.deep.distributions import Categorical
from rl_core.deep.envs import Box, Discrete

RUNS, BATCH, FEATURES = 2, 7, 2
KINDS = {"discrete": Discrete(3), "continuous": Box(-np.ones(2), np.ones(2))}
all_actions = pytest.mark.parametrize("actions", KINDS.values(), ids=KINDS)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def random(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def policies(actions):
    """Policies of two runs that are not undecided, in double precision."""
    made = ActorCritic(actions, FEATURES, hidden=4, runs=RUNS, seed=0)
    flat = random(*made.actor.flat.shape) / 2
    made.actor = nets.MLP(made.actor.sizes, flat.requires_grad_(), nets.TANH)
    made.log_std = random(*made.log_std.shape, seed=1).requires_grad_(not made.discrete)
    return made


def fisher(made, observation, damping=0.0):
    jacobian = nets.Jacobian(made.actor, observation)
    pi = made.distribution(jacobian.out).detach()
    return lambda v: natural.fisher_vector_product(v, jacobian, pi, damping)


def columns(product, size):
    """The matrix of a product, [runs, size, size]."""
    unit = torch.eye(size, dtype=torch.float64)
    return torch.stack([product(e.expand(RUNS, -1)) for e in unit], -1)


def hessian(made, observation):
    """The second derivative of the mean divergence, [runs, P, P], by autograd alone."""
    theta = natural.parameters(made)
    old = natural.policy_at(made, theta, observation)

    def divergence(theta):
        return old.kl(natural.policy_at(made, theta, observation)).mean(-1).sum()

    full = torch.autograd.functional.hessian(divergence, theta)
    assert (full[0, :, 1] == 0).all()
    return torch.stack([full[run, :, run] for run in range(RUNS)])


# Parameters


@all_actions
def test_parameters_move_to_where_they_are_told(actions):
    made, observation = policies(actions), random(RUNS, BATCH, FEATURES)
    old, theta = natural.parameters(made), random(*natural.parameters(made).shape, seed=2)
    expected = natural.policy_at(made, theta, observation)
    assert not torch.equal(made.policy(observation)[0], expected[0])
    natural.move(made, theta)
    for part, wanted in zip(made.policy(observation), expected, strict=True):
        torch.testing.assert_close(part, wanted)
    assert torch.equal(natural.parameters(made), theta)
    natural.move(made, old)
    assert torch.equal(natural.parameters(made), old)


@all_actions
def test_gradient(actions):
    """Run by run that of the mean, by finite differences."""
    made, observation = policies(actions), random(RUNS, BATCH, FEATURES)
    weight = random(RUNS, BATCH, seed=3)
    action = torch.full((RUNS, BATCH), 1) if made.discrete else random(RUNS, BATCH, 2, seed=4)
    theta = natural.parameters(made)
    g = natural.gradient(weight * made.policy(observation).log_prob(action), made)
    for k in range(0, theta.shape[-1], 5):
        h = 1e-6 * torch.eye(theta.shape[-1], dtype=torch.float64)[k]
        up, down = (
            (weight * natural.policy_at(made, theta + s * h, observation).log_prob(action)).mean(-1)
            for s in (1, -1)
        )
        torch.testing.assert_close(g[:, k], (up - down).detach() / 2e-6, rtol=1e-5, atol=1e-8)


# The Fisher matrix


@all_actions
def test_fisher_product_is_that_of_the_exact_hessian(actions):
    made, observation = policies(actions), random(RUNS, BATCH, FEATURES)
    exact = hessian(made, observation)
    assert exact.abs().amax() > 0.01
    product = columns(fisher(made, observation), exact.shape[-1])
    torch.testing.assert_close(product, exact, rtol=1e-6, atol=1e-9)


@all_actions
def test_fisher_is_the_covariance_of_the_score(actions):
    """F = E[∇ln π ∇ln πᵀ], the actions enumerated or drawn by Gauss and Hermite."""
    made, observation = policies(actions), random(RUNS, 1, FEATURES)
    theta, pi = natural.parameters(made), made.policy(observation).detach()
    if made.discrete:
        drawn = [(torch.full((RUNS, 1), a), pi.logits.softmax(-1)[:, 0, a]) for a in range(3)]
    else:
        nodes, w = np.polynomial.hermite_e.hermegauss(5)
        w = w / w.sum()
        drawn = [
            (pi.mean + pi.log_std.exp() * tensor(x, y), tensor(*[w[i] * w[j]] * RUNS))
            for i, x in enumerate(nodes)
            for j, y in enumerate(nodes)
        ]
    covariance = 0
    for action, probability in drawn:
        score = natural.gradient(made.policy(observation).log_prob(action), made)
        covariance = covariance + probability[:, None, None] * score[:, :, None] * score[:, None]
    exact = columns(fisher(made, observation), theta.shape[-1])
    torch.testing.assert_close(exact, covariance, rtol=1e-6, atol=1e-9)


@all_actions
def test_damping_is_added_on_the_diagonal(actions):
    made, observation = policies(actions), random(RUNS, BATCH, FEATURES)
    v = random(*natural.parameters(made).shape, seed=4)
    difference = fisher(made, observation, 0.3)(v) - fisher(made, observation)(v)
    torch.testing.assert_close(difference, 0.3 * v)


@all_actions
def test_the_divergence_is_half_the_square_in_the_fisher_matrix(actions):
    made, observation = policies(actions), random(RUNS, BATCH, FEATURES)
    theta = natural.parameters(made)
    step = 1e-3 * random(*theta.shape, seed=5)
    old = natural.policy_at(made, theta, observation)
    kl = old.kl(natural.policy_at(made, theta + step, observation)).mean(-1).detach()
    half = natural.dot(step, fisher(made, observation)(step)) / 2
    torch.testing.assert_close(kl, half, rtol=0.01, atol=0)


# Conjugate gradient


def definite(size=6):
    """A system of each run, the second a thousand times as stiff."""
    root = random(RUNS, size, size)
    a = root @ root.mT + 0.5 * torch.eye(size, dtype=torch.float64)
    a[1] += 1000 * torch.outer(*random(2, size, seed=6)[[0, 0]])
    return a, random(RUNS, size, seed=7)


def product(a):
    return lambda v: (a @ v.unsqueeze(-1)).squeeze(-1)


def test_conjugate_gradient_solves():
    a, b = definite()
    x = natural.conjugate_gradient(product(a), b, 30, 1e-24)
    torch.testing.assert_close(x, torch.linalg.solve(a, b), rtol=1e-6, atol=1e-9)
    assert (natural.relative_residual(product(a)(x), b) < 1e-9).all()


@pytest.mark.parametrize("scale", [1, 1000])
def test_a_run_that_is_near_enough_to_its_own_goal_stands_still(scale):
    """A = diag(1, 4). Of rᵀr the first run has 0.0009 left after one iteration, the second 0.72."""
    b = scale * tensor([1, 0.01], [1, 1])
    x = natural.conjugate_gradient(lambda p: tensor(1, 4) * p, b, 9, tolerance=0.01)
    alpha = 1.0001 / 1.0004
    expected = scale * tensor([alpha, alpha * 0.01], [1, 0.25])
    torch.testing.assert_close(x, expected)


def test_conjugate_gradient_by_hand():
    """A = diag(1, 3), b = (1, 1). One iteration: α = 2/4; two: exact."""
    a, b = torch.diag(tensor(1, 3))[None], tensor([1, 1])
    torch.testing.assert_close(natural.conjugate_gradient(product(a), b, 1), tensor([0.5, 0.5]))
    torch.testing.assert_close(natural.conjugate_gradient(product(a), b, 2), tensor([1, 1 / 3]))


def test_a_run_that_is_done_waits_for_the_others_unchanged():
    a, b = definite()
    a[0] = 2 * torch.eye(6)  # solved at once
    together = natural.conjugate_gradient(product(a), b, 30)
    torch.testing.assert_close(together[0], b[0] / 2)
    for run in range(RUNS):
        alone = natural.conjugate_gradient(product(a[run : run + 1]), b[run : run + 1], 30)
        assert torch.equal(together[run : run + 1], alone)


def test_it_stops_when_all_are_done():
    a, b = definite()
    calls = []

    def counted(v):
        calls.append(v)
        return product(a)(v)

    natural.conjugate_gradient(counted, b, 1000)
    assert len(calls) < 20


def test_nothing_to_solve():
    a, b = definite()
    b[0] = 0
    x = natural.conjugate_gradient(product(a), b, 30)
    assert (x[0] == 0).all()
    assert (x[1] != 0).all()
    residual = natural.relative_residual(product(a)(x), b)
    assert residual[0] == 0
    assert residual[1] < 1e-4


def test_relative_residual():
    assert natural.relative_residual(tensor([3, 1]), tensor([3, 4])).item() == pytest.approx(0.6)


# The step


def test_step_size():
    """½ β² xᵀFx = δ: β = √(2·0.01/8)."""
    assert natural.step_size(tensor(8), 0.01).item() == pytest.approx(0.05)


def test_no_curvature_no_infinite_step():
    assert torch.isfinite(natural.step_size(tensor(0), 0.01)).all()


def test_natural_gradient_of_a_softmax_by_hand():
    """Two preferences, p = σ(θ₁ − θ₂) = ¼: J = 4p + 0(1 − p) has ∇J = 4·p(1 − p)·(1, −1) = (¾, −¾)
    and F = p(1 − p)·[[1, −1], [−1, 1]], singular; the shortest x with F x = ∇J is (2, −2).
    """
    theta = torch.tensor([[0.0, math.log(3)]], dtype=torch.float64, requires_grad=True)
    p = Categorical(theta).logits.softmax(-1)
    (g,) = torch.autograd.grad(4 * p[0, 0], theta)
    torch.testing.assert_close(g, tensor([0.75, -0.75]))
    x = natural.conjugate_gradient(Categorical(theta.detach()).curvature, g, 10)
    torch.testing.assert_close(x, tensor([2, -2]))
    curvature = natural.dot(x, Categorical(theta.detach()).curvature(x))
    torch.testing.assert_close(curvature, tensor(3))  # 3/16 · 4²
    assert natural.step_size(curvature, 0.06).item() == pytest.approx(0.2)


# The line search


def search(theta, step, gains, kls, delta=1.0, backtracks=3, factor=0.5):
    """Where the k-th call of `measure` answers gains[k], kls[k], each [runs]."""
    trials = []

    def measure(trial):
        k = len(trials)
        trials.append(trial)
        return tensor(*gains[k]), tensor(*kls[k])

    return natural.line_search(theta, step, measure, delta, backtracks, factor), trials


def test_line_search_is_per_run():
    """Run 0 at once; 1 too far, then good; 2 gains nothing twice; 3 never."""
    theta, step = tensor([0], [0], [0], [7]), tensor([1], [3], [-4], [1])
    gains = [(1, 2, -1, 1), (9, 3, 0, 1), (9, 9, 4, 1), (9, 9, 9, -1)]
    kls = [(1, 1.1, 0.1, 2), (0.1, 1, 0.1, 2), (0.1, 0.1, 0.2, 2), (0.1, 0.1, 0.1, 0.5)]
    found, trials = search(theta, step, gains, kls)
    torch.testing.assert_close(found.theta, tensor([1], [1.5], [-1], [7]))
    assert found.accepted.tolist() == [True, True, True, False]
    assert found.backtracks.tolist() == [0, 1, 2, 3]
    torch.testing.assert_close(found.gain, tensor(1, 3, 4, 0))
    torch.testing.assert_close(found.kl, tensor(1, 1, 0.2, 0))
    assert len(trials) == 4


def test_line_search_ends_when_all_have_found():
    found, trials = search(tensor([0], [0]), tensor([1], [1]), [(1, 0), (-1, 1)], [(0, 0)] * 2)
    assert len(trials) == 2
    torch.testing.assert_close(found.theta, tensor([1], [0.5]))


def test_no_backtracks_is_one_try():
    found, trials = search(tensor([3]), tensor([1]), [(-1,)], [(0,)], backtracks=0)
    assert len(trials) == 1
    assert found.theta.item() == 3
    assert found.backtracks.item() == 0


@pytest.mark.parametrize(("gain", "kl"), [(math.nan, 0), (1, math.nan), (math.inf, math.inf)])
def test_what_is_no_number_is_not_accepted(gain, kl):
    found, _ = search(tensor([3]), tensor([1]), [(gain,)] * 4, [(kl,)] * 4)
    assert found.theta.item() == 3
    assert found.gain.item() == found.kl.item() == 0


def test_every_formula_tells_its_latex():
    for formula in (
        natural.fisher_vector_product,
        natural.conjugate_gradient,
        natural.relative_residual,
        natural.step_size,
        natural.line_search,
    ):
        assert re.search(r"^\$\$\n.+?\n\$\$$", inspect.getdoc(formula), re.S | re.M)
