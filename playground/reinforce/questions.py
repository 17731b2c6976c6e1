"""Check yourself on the page "REINFORCE": answers computed by the functions of the page."""

from __future__ import annotations

import numpy as np

from playground import checks
from playground.checks import another, choice_question, number_question
from playground.language import label, text
from playground.numbers import shown
from rl_core.by_hand import reinforce as reinforce_by_hand
from rl_core.tabular import score_function, trajectories
from rl_core.tabular.worlds import LEFT, RIGHT

PAGE = "reinforce"
HALF = np.zeros(2)  # the policy that tosses a coin


def draw() -> None:
    checks.draw(
        ask_for_a_return, ask_for_a_log_gradient, ask_for_a_step, ask_for_a_path,
        ask_about_the_mean, ask_about_the_variance,
    )  # fmt: skip


def ask_for_a_return() -> None:
    rng = np.random.default_rng(another("rf_check_return"))
    gamma = float(rng.choice([0.5, 0.8, 0.9]))
    r = rng.choice(np.arange(1, 9), 3, replace=False).astype(float)
    g = trajectories.returns_to_go(r, gamma)
    slips = [
        ("reinforce.from_start", float(g[0])),
        ("reinforce.no_gamma", float(r[1:].sum())),
        ("reinforce.skipped_first", float(g[2])),
        ("reinforce.early_gamma", float(gamma * g[1])),
    ]
    names = {f"r{k + 1}": shown(x) for k, x in enumerate(r)}
    question = text(PAGE, "check_return", gamma=shown(gamma), **names)
    number_question("rf_check_return", question, float(g[1]), slips)


def ask_for_a_log_gradient() -> None:
    right, a = [(0.8, LEFT), (0.3, RIGHT), (0.6, LEFT), (0.9, RIGHT)][another("rf_check_log") % 4]
    theta = np.log(np.array([right, 0.5]) / (1 - np.array([right, 0.5])))
    exact = float(score_function.log_gradient(theta, np.array(0), np.array(a))[0])
    slips = [
        ("reinforce.other_action", exact + (1 if a == LEFT else -1)),
        ("reinforce.sign", -exact),
        ("reinforce.only_pi", right if a == RIGHT else 1 - right),
        ("reinforce.no_log", exact * (right if a == RIGHT else 1 - right)),
    ]
    action = label(f"reinforce.action.{'right' if a == RIGHT else 'left'}")
    question = text(PAGE, "check_log", right=shown(right), action=action)
    number_question("rf_check_log", question, exact, slips)


def ask_for_a_step() -> None:
    rng = np.random.default_rng(another("rf_check_step"))
    alpha, gamma = float(rng.choice([0.1, 0.2, 0.5])), float(rng.choice([0.5, 0.8, 0.9]))
    g, v = -float(rng.integers(1, 4)), -float(rng.choice([3.5, 4.5, 5.5]))
    gradient = float(rng.choice([0.2, 0.4, -0.3]))

    def new(alpha: float, weight: float) -> float:
        return float(reinforce_by_hand.climbed(HALF[:1], alpha, np.array([weight * gradient]))[0])

    late = gamma**2
    slips = [
        ("reinforce.forgot_late", new(alpha, g - v)),
        ("reinforce.one_late", new(alpha, gamma * (g - v))),
        ("reinforce.forgot_baseline", new(alpha, late * g)),
        ("reinforce.added_baseline", new(alpha, late * (g + v))),
        ("reinforce.forgot_alpha", new(1.0, late * (g - v))),
        ("reinforce.forgot_gradient", alpha * late * (g - v)),
    ]
    names = {"alpha": alpha, "gamma": gamma, "g": g, "v": v, "gradient": gradient}
    question = text(PAGE, "check_step", **{name: shown(x) for name, x in names.items()})
    number_question("rf_check_step", question, new(alpha, late * (g - v)), slips)


def ask_for_a_path() -> None:
    one, two = [(0.5, 0.8), (0.6, 0.5), (0.9, 0.4)][another("rf_check_path") % 3]
    right = np.array([one, two])
    paths, theta = trajectories.every(), np.log(right / (1 - right))
    straight = (paths.s_next[:, :2] == [1, 2]).all(1) & (paths.a[:, :2] == RIGHT).all(1)
    answer = float(trajectories.probability(theta, paths)[straight][0])
    keep = 1 - trajectories.SLIP
    slips = [
        ("reinforce.no_world", one * two),
        ("reinforce.world_once", one * two * keep),
        ("reinforce.only_world", keep**2),
        ("reinforce.summed", one + two),
    ]
    question = text(PAGE, "check_path", one=shown(one), two=shown(two), keep=shown(keep))
    number_question("rf_check_path", question, answer, slips)


def ask_about_the_mean() -> None:
    """Which change moves the mean of the estimate away from the gradient."""
    options = {name: label(f"reinforce.change.{name}") for name in ("to_go", "baseline", "late")}
    wrong = [name for name in options if _moves_the_mean(name)]
    why = text(PAGE, "check_mean_why")
    choice_question("rf_check_mean", text(PAGE, "check_mean"), options, wrong, why)


def _moves_the_mean(change: str) -> bool:
    paths, gamma = trajectories.every(-1.0), 0.9
    v = trajectories.values(HALF, trajectories.world(-1.0), gamma)
    kind = "to_go" if change == "late" else change
    weight = reinforce_by_hand.step_weights(kind, paths, v, gamma, change != "late")
    mean = score_function.expected(HALF, paths, reinforce_by_hand.estimate(HALF, paths, weight))
    return bool(np.abs(mean - score_function.exact_gradient(HALF, paths, gamma)).max() > 1e-9)


def ask_about_the_variance() -> None:
    n = [4, 9, 16][another("rf_check_variance") % 3]
    paths = trajectories.every(-1.0)
    v = trajectories.values(HALF, trajectories.world(-1.0), 0.9)
    weight = reinforce_by_hand.step_weights("to_go", paths, v, 0.9)
    each = reinforce_by_hand.estimate(HALF, paths, weight)
    one = round(reinforce_by_hand.spread(HALF, paths, each), 2)
    slips = [
        ("reinforce.root", one / n**0.5),
        ("reinforce.unchanged", one),
        ("reinforce.grows", one * n),
        ("reinforce.squared", one / n**2),
    ]
    question = text(PAGE, "check_variance", n=n, one=shown(one))
    number_question("rf_check_variance", question, one / n, slips)
