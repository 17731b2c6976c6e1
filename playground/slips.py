"""Wrong answers that tell what went wrong: a slip is a formula one can be caught using."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rl_core.events import Transition
from rl_core.tabular.mdp import Floats
from rl_core.tabular.q_learning import td_error, update

CLOSE = 5e-4  # an answer right to three decimals is right

Slips = Iterable[tuple[str, float]]  # what each slip would give; one slip may have several ways


@dataclass(frozen=True)
class Verdict:
    """What an answer is: right, right but rounded too far, or which slips give it."""

    right: bool
    rounded: bool = False
    slips: tuple[str, ...] = ()


def judge(answer: float, right: float, slips: Slips) -> Verdict:
    """Compare an answer with the right one first, then with what every slip would give."""
    if same(answer, right):
        return Verdict(right=True)
    if any(same(answer, round(right, decimals)) for decimals in (1, 2)):
        return Verdict(right=False, rounded=True)
    found = dict.fromkeys(name for name, value in slips if same(answer, value))
    return Verdict(right=False, slips=tuple(found))


def same(a: float, b: float) -> bool:
    return abs(a - b) <= CLOSE * (1 + 1e-9)


def update_slips(event: Transition, before: Floats) -> list[tuple[str, float]]:
    """What Q(s, a) would have become through each usual slip.

    Args:
        event: the step that was taken.
        before: [states, actions] the table before it.
    """
    q, alpha, gamma, r = event.q_sa, event.alpha, event.gamma, event.r
    target = r + gamma * event.max_q_next
    here = td_error(before, event.s, event.a, r, event.s, False, gamma)
    other_next = [x for x in before[event.s_next] if x != event.max_q_next and not event.terminated]
    other_old = np.delete(before[event.s], event.a)
    return [
        ("forgot_gamma", update(q, alpha, r + event.max_q_next - q)),
        ("forgot_alpha", target),
        ("forgot_reward", update(q, alpha, gamma * event.max_q_next - q)),
        ("forgot_next", update(q, alpha, r - q)),
        ("forgot_old", update(q, alpha, target)),
        ("dropped_old", alpha * target),
        ("only_change", alpha * event.delta),
        ("only_error", event.delta),
        ("wrong_way", update(q, -alpha, event.delta)),
        ("unchanged", q),
        ("same_state", update(q, alpha, here)),
        *(("other_next", update(q, alpha, r + gamma * x - q)) for x in other_next),
        *(("other_old", update(x, alpha, target - x)) for x in other_old),
    ]
