"""TD3's three ideas in a world of two decisions, with critics that are wrong on purpose.

In s one action leads on to s′ for a reward r. In s′ one number is chosen, a′ from −1 to 1; it earns
`hill` and the episode ends. So the truth is known, and the critics of s′ are the truth plus errors:
narrow peaks and pits that `disturbed` draws anew and every update makes smaller. What s′ seems to
be worth is handed on by the target of Q(s, a), as it is to the states before in any world. There
are no target networks: here they would only delay what is to be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from rl_core.deep import ddpg, td3
from rl_core.deep.seeds import Purpose, generator
from rl_core.events import Floats

REWARD, GAMMA = 0.5, 0.9  # of the step from s to s′
BEST, SPREAD = 0.3, 0.7  # where the hill is highest, and how wide it is
FIRST = -0.6  # the actor's first action
ALPHA, ACTOR_ALPHA = 0.05, 0.06  # step sizes of the critics and of the actor
ERRORS, WIDTH = 4, 0.12  # peaks and pits of each critic, and how wide they are
DEVIATION, CLIP = 0.2, 0.5  # of the noise on the target's action: TD3's own settings
NOISES = 41


@dataclass(frozen=True)
class Ideas:
    """What of TD3 is switched on; nothing is DDPG."""

    twin: bool = False
    smoothing: bool = False
    delay: int = 1  # updates of the critics for each of the actor


@dataclass(frozen=True)
class Learner:
    """The actor and the critics of `runs` learners, all in the same world."""

    phi: Tensor  # [runs] the actor's action in s′ before the tanh
    centre: Tensor  # [2, runs, ERRORS] where each critic errs
    height: Tensor  # [2, runs, ERRORS] how much
    wrong: Tensor  # [runs] steps of the actor that led away from the best action
    steps: int = 0  # of the actor
    updates: int = 0  # of the critics

    @property
    def action(self) -> Tensor:
        """μ(s′), [runs]."""
        return torch.tanh(self.phi)

    @classmethod
    def initial(cls, runs: int) -> Learner:
        """Critics without an error, an actor far from the best action."""
        phi = torch.full((runs,), FIRST, dtype=torch.float64).atanh()
        nothing = torch.zeros(2, runs, ERRORS, dtype=torch.float64)
        return cls(phi, nothing, nothing, torch.zeros_like(phi))


def hill(a: Tensor) -> Tensor:
    r"""What an action in s′ is truly worth.

    $$
    Q(s', a') = \exp\Bigl(-\tfrac{1}{2} \bigl(\tfrac{a' - 0.3}{0.7}\bigr)^2\Bigr)
    $$

    Made up for this world. a [...] → [...].
    """
    return torch.exp(-0.5 * ((a - BEST) / SPREAD).square())


def critics(learner: Learner, a: Tensor) -> Tensor:
    r"""What the two critics believe of actions in s′: the truth and their errors.

    $$
    Q_i(s', a'; \theta_i) = Q(s', a')
    + \sum_k h_{ik} \exp\Bigl(-\tfrac{1}{2} \bigl(\tfrac{a' - c_{ik}}{w}\bigr)^2\Bigr)
    $$

    Made up for this world. a [runs, n] → [2, runs, n].
    """
    distance = (a[..., None] - learner.centre[:, :, None]) / WIDTH
    return hill(a) + (learner.height[:, :, None] * torch.exp(-0.5 * distance.square())).sum(-1)


def disturbed(learner: Learner, height: float, seed: int) -> Learner:
    """New errors, as large as `height`: at any place, as often too high as too low."""
    rng = generator(seed, Purpose.ENVIRONMENT)
    drawn = torch.from_numpy(rng.random((2, *learner.centre.shape)))
    return replace(learner, centre=2 * drawn[0] - 1, height=height * (2 * drawn[1] - 1))


def next_action(a: Tensor, ideas: Ideas) -> Tensor:
    """The target's action: a itself, or moved by every one of `NOISES` equally likely noises.

    a [runs] → [runs, 1] or [runs, NOISES].
    """
    if not ideas.smoothing:
        return a[:, None]
    return td3.smoothed(a[:, None], noises(), CLIP)


def noises() -> Tensor:
    """The quantiles of the normal distribution, from low to high: [NOISES]."""
    middles = (torch.arange(NOISES, dtype=torch.float64) + 0.5) / NOISES
    return DEVIATION * torch.special.ndtri(middles)


def targets(learner: Learner, a: Tensor, ideas: Ideas) -> Tensor:
    """The target of (s, a) for each of the target's actions if the policy does a in s′.

    a [runs] → [runs, 1] or [runs, NOISES].
    """
    q_next = critics(learner, next_action(a, ideas))
    reward, terminated = torch.full_like(q_next[0], REWARD), torch.zeros_like(q_next[0])
    return (td3 if ideas.twin else ddpg).target(reward, terminated, q_next, GAMMA)


def target(learner: Learner, a: Tensor, ideas: Ideas) -> Tensor:
    """Their mean: what a critic of (s, a) would learn. a [runs] → [runs]."""
    return targets(learner, a, ideas).mean(-1)


def truth(learner: Learner) -> Tensor:
    """What (s, a) is worth if the actor does in s′ what it does now: [runs]."""
    return REWARD + GAMMA * hill(learner.action)


def actor_slope(learner: Learner) -> tuple[Tensor, Tensor]:
    """The slope of the first critic at the actor's action, and that of the truth, each [runs]."""
    a = learner.action[:, None].requires_grad_()
    (seen,) = torch.autograd.grad(critics(learner, a)[0].sum(), a)
    (true,) = torch.autograd.grad(hill(a).sum(), a)
    return seen[:, 0], true[:, 0]


def climb(learner: Learner) -> Learner:
    r"""One step of the actor up the first critic.

    $$
    \phi \leftarrow \phi + \alpha \, \nabla_a Q_1(s', a; \theta_1)\big|_{a = \mu(s')}
    \, \nabla_\phi \, \mu(s'; \phi), \qquad \mu(s'; \phi) = \tanh \phi
    $$

    Gradient descent on `td3.actor_loss`, Silver et al. 2014, theorem 1.
    """
    phi = learner.phi.detach().clone().requires_grad_()
    loss = td3.actor_loss(critics(learner, torch.tanh(phi)[:, None])[0])
    (gradient,) = torch.autograd.grad(loss.sum(), phi)
    return replace(learner, phi=phi.detach() - ACTOR_ALPHA * gradient)


def update(learner: Learner, ideas: Ideas) -> Learner:
    """One update of the critics of s′, and one of the actor if it is its turn.

    Every action is tried once. The episode ends there, so each target is the hill itself, and
    after a step of size α there is 1 − α of every error left.
    """
    height, updates = (1 - ALPHA) * learner.height, learner.updates + 1
    learner = replace(learner, height=height, updates=updates)
    if updates % ideas.delay:
        return learner
    seen, true = actor_slope(learner)
    wrong = learner.wrong + (seen * true < 0)
    return replace(climb(learner), wrong=wrong, steps=learner.steps + 1)


def lives(
    delay: int, runs: int, updates: int, every: int, height: float, seed: int
) -> list[Learner]:
    """Many learners after every update, disturbed after every so many: [updates + 1].

    They do not depend on what the target takes: here it is only looked at (see `too_high`).
    """
    learner, past = disturbed(Learner.initial(runs), height, seed), []
    for n in range(updates + 1):
        past.append(learner)
        if n and n % every == 0:
            learner = disturbed(learner, height, seed + n // every)
        learner = update(learner, Ideas(delay=delay))
    return past


def too_high(past: Sequence[Learner], ideas: Ideas) -> Floats:
    """How far the target is above the truth: [updates + 1, runs]."""
    phi, wrong = (torch.cat([getattr(x, name) for x in past]) for name in ("phi", "wrong"))
    centre, height = (
        torch.cat([getattr(x, name) for x in past], 1) for name in ("centre", "height")
    )
    learner = Learner(phi, centre, height, wrong)  # all of them side by side
    above = target(learner, learner.action, ideas) - truth(learner)
    return above.reshape(len(past), -1).numpy()


def worth(past: Sequence[Learner]) -> Floats:
    """What the actor's action is truly worth: [updates + 1, runs]."""
    return torch.stack([hill(learner.action) for learner in past]).numpy()
