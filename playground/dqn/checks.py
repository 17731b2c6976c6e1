"""Check yourself: questions on DQN, answered by the functions that train."""

from __future__ import annotations

import numpy as np
import torch

from playground import checks
from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.by_hand import dqn as dqn_by_hand
from rl_core.by_hand.dqn import TABLE, Learner, moves_of
from rl_core.deep import dqn, nets
from rl_core.tabular import divergence, worlds

PAGE = "dqn"


def target(r: float, terminated: bool, q_next: list[float], gamma: float) -> float:
    values = torch.tensor(q_next, dtype=torch.float64)
    return float(dqn.target(torch.tensor(r), torch.tensor(float(terminated)), values, gamma))


def ask_for_a_target() -> None:
    rng = np.random.default_rng(another("dqn_check_target"))
    r, gamma = 1.0, float(rng.choice([0.5, 0.8, 0.9]))
    left, right = (rng.choice(np.arange(2, 20), size=2, replace=False) / 2).tolist()
    slips = [
        ("forgot_gamma", r + max(left, right)),
        ("forgot_reward", gamma * max(left, right)),
        ("took_other", r + gamma * min(left, right)),
        ("took_mean", r + gamma * (left + right) / 2),
        ("treated_as_end", r),
    ]
    numbers = {"r": r, "gamma": gamma, "left": left, "right": right}
    _ask("check_target", target(r, False, [left, right], gamma), slips, numbers)


def ask_for_a_step() -> None:
    alpha = [0.4, 0.8, 0.2][another("dqn_check_step") % 3]
    mdp = worlds.three_state()
    moves = moves_of(mdp)

    def new(batch: list[dqn_by_hand.Move]) -> float:
        learner = Learner.initial(mdp, TABLE, 0)
        return float(dqn_by_hand.update(learner, batch, alpha, 0.9).after.values()[1, worlds.RIGHT])

    slips = [("dqn.forgot_mean", new([moves[2]])), ("forgot_alpha", 1 / len(moves))]
    _ask("check_step", new(moves), slips, {"alpha": alpha})


def ask_for_the_limit() -> None:
    gamma, best = [(0.9, 10.0), (0.97, 30.0), (0.99, 80.0)][another("dqn_check_limit") % 3]
    slips = [("treated_as_end", 1.0), ("forgot_gamma", 1 + best), ("forgot_reward", gamma * best)]
    right = target(1.0, False, [0.0, best], gamma)
    _ask("check_limit", right, slips, {"gamma": gamma, "best": best})


def ask_for_the_pull() -> None:
    size = [3.0, -2.5, 0.4][another("dqn_check_pull") % 3]
    delta = torch.tensor(size, requires_grad=True)
    loss = dqn.huber(delta)
    (slope,) = torch.autograd.grad(loss, delta)
    slips = [("squared_pull", abs(size)), ("loss_value", loss.item())]
    _ask("check_pull", abs(float(slope)), slips, {"delta": size})


def ask_for_the_size() -> None:
    hidden = [64, 32, 16][another("dqn_check_size") % 3]
    network = nets.MLP.init((4, hidden, hidden, 2), 1, torch.Generator())
    slips: list[tuple[str, float]] = [
        ("no_biases", 4 * hidden + hidden * hidden + hidden * 2),
        ("one_layer", (4 + 1) * hidden + (hidden + 1) * 2),
    ]
    _ask("check_size", network.flat.shape[-1], slips, {"hidden": hidden})


def ask_for_epsilon() -> None:
    first, last, steps = 1.0, 0.1, 2000
    t = [500, 1500, 5000][another("dqn_check_epsilon") % 3]
    slips = [("from_zero", (first - last) * min(1, t / steps)), ("not_yet", first)]
    numbers = {"first": first, "last": last, "steps": steps, "t": t}
    _ask("check_epsilon", dqn.epsilon(t, first, last, steps), slips, numbers)


def ask_for_the_growth() -> None:
    alpha, gamma = [(0.1, 0.8), (0.2, 0.9), (0.1, 0.95)][another("dqn_check_growth") % 3]
    example, share = divergence.w_to_2w(), divergence.alone(1)[0]
    right = divergence.growth(example, divergence.matrix(example, share, alpha, gamma, 1))
    slips = [
        ("dqn.squared_gamma", 1 + alpha * (gamma - 1)),
        ("dqn.only_change", right - 1),
        ("dqn.no_alpha", 2 * gamma),
    ]
    _ask("check_growth", right, slips, {"alpha": alpha, "gamma": gamma})


def ask_for_the_cure() -> None:
    """Which of the two keeps Baird's values from exploding."""
    example = divergence.baird()

    def cured(every: int) -> bool:
        # replayed or as they come, the mean update is the same: only the wait changes it
        w = divergence.matrix(example, example.replayed, 0.03, 0.99, every)
        return divergence.growth(example, w) < 1

    right = [name for name, every in (("replay", 1), ("target", 40)) if cured(every)]
    options = {name: label(f"dqn.cure.{name}") for name in ("replay", "target", "none")}
    why = text(PAGE, "check_cure_why")
    choice_question("dqn_check_cure", text(PAGE, "check_cure"), options, right or ["none"], why)


def _ask(
    block: str, right: float, slips: list[tuple[str, float]], numbers: dict[str, float]
) -> None:
    question = text(PAGE, block, **{name: shown(value) for name, value in numbers.items()})
    number_question(f"dqn_{block}", question, right, slips)


def draw() -> None:
    checks.draw(
        ask_for_a_target, ask_for_a_step, ask_for_the_limit, ask_for_the_pull, ask_for_the_size,
        ask_for_epsilon, ask_for_the_growth, ask_for_the_cure,
    )  # fmt: skip
