"""Section 5: DQN."""

import numpy as np
import streamlit as st

from playground import formula, training
from playground.checks import another, number_question
from playground.chrome import begin
from playground.language import label, prose, text
from playground.numbers import shown

PAGE = "dqn"

begin(5, PAGE)
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
import torch  # noqa: E402

from rl_core.deep import dqn, nets  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("dqn", first="CartPole-v1"),
    knobs={
        "lr": (1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
        "gamma": (0.5, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0),
        "epsilon_end": (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0),
        "batch": (8, 16, 32, 64, 128, 256),
        "hidden": (8, 16, 32, 64, 128, 256),
    },
    health=("td_error", "q", "epsilon", "buffer"),
    ablations={
        "replay": {"replay_size": 1},
        "target_network": {"target_every": 1, "tau": 1.0},
    },
)


def target(r: float, terminated: bool, q_next: list[float], gamma: float) -> float:
    return float(
        dqn.target(torch.tensor(r), torch.tensor(float(terminated)), tensor(q_next), gamma)
    )


def tensor(values: list[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


@st.fragment
def draw_formulas() -> None:
    """The formulas of one update, with numbers that the learner moves."""
    left, right = st.columns(2)
    r = left.slider(label("dqn.reward"), -1.0, 1.0, 1.0, 0.1, key="dqn_try_r")
    q_sa = right.slider(label("dqn.q_sa"), -10.0, 40.0, 24.0, 0.5, key="dqn_try_q")
    first = left.slider(label("dqn.q_other"), -10.0, 40.0, 20.0, 0.5, key="dqn_try_first")
    second = right.slider(label("dqn.q_best"), -10.0, 40.0, 26.0, 0.5, key="dqn_try_second")
    terminated = st.toggle(label("dqn.terminated"), key="dqn_try_terminated")
    gamma = st.session_state.dqn_gamma

    y = target(r, terminated, [first, second], gamma)
    delta = dqn.td_error(tensor([y]), tensor([q_sa]))
    numbers = {
        "r": r,
        r"\gamma": gamma,
        r"\text{terminated}": float(terminated),
        r"\max_{a'} Q(s', a'; \theta^-)": max(first, second),
    }
    formula.show(dqn.target, numbers, y)
    formula.show(dqn.td_error, {"y": y, r"Q(s, a; \theta)": q_sa}, float(delta))
    formula.show(dqn.squared, {r"\delta": float(delta)}, float(dqn.squared(delta)))
    formula.show(dqn.huber)
    st.latex(
        rf"\ell({formula.tex(float(delta))}) = \mathbf{{{formula.tex(float(dqn.huber(delta)))}}}"
    )
    formula.show(dqn.epsilon)
    formula.show(dqn.annealed)


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
    ask("check_target", target(r, False, [left, right], gamma), slips, numbers)


def ask_for_the_limit() -> None:
    gamma, best = [(0.9, 10.0), (0.97, 30.0), (0.99, 80.0)][another("dqn_check_limit") % 3]
    slips = [("treated_as_end", 1.0), ("forgot_gamma", 1 + best), ("forgot_reward", gamma * best)]
    ask(
        "check_limit", target(1.0, False, [0.0, best], gamma), slips, {"gamma": gamma, "best": best}
    )


def ask_for_the_pull() -> None:
    size = [3.0, -2.5, 0.4][another("dqn_check_pull") % 3]
    delta = torch.tensor(size, requires_grad=True)
    loss = dqn.huber(delta)
    loss.backward()
    slips = [("squared_pull", abs(size)), ("loss_value", loss.item())]
    ask("check_pull", abs(float(delta.grad)), slips, {"delta": size})


def ask_for_the_size() -> None:
    hidden = [64, 32, 16][another("dqn_check_size") % 3]
    network = nets.MLP.init((4, hidden, hidden, 2), 1, torch.Generator())
    slips = [
        ("no_biases", 4 * hidden + hidden * hidden + hidden * 2),
        ("one_layer", (4 + 1) * hidden + (hidden + 1) * 2),
    ]
    ask("check_size", network.flat.shape[-1], slips, {"hidden": hidden})


def ask_for_epsilon() -> None:
    first, last, steps = 1.0, 0.1, 2000
    t = [500, 1500, 5000][another("dqn_check_epsilon") % 3]
    slips = [("from_zero", (first - last) * min(1, t / steps)), ("not_yet", first)]
    numbers = {"first": first, "last": last, "steps": steps, "t": t}
    ask("check_epsilon", dqn.epsilon(t, first, last, steps), slips, numbers)


def ask(
    block: str, right: float, slips: list[tuple[str, float]], numbers: dict[str, float]
) -> None:
    question = text(PAGE, block, **{name: shown(value) for name, value in numbers.items()})
    number_question(f"dqn_{block}", question, right, slips)


training.draw(PANEL)
for block in ("idea", "replay", "watching", "ending", "formulas"):
    prose(PAGE, block)
draw_formulas()
st.subheader(label("check.title"), anchor=False)
for question in (
    ask_for_a_target, ask_for_the_limit, ask_for_the_pull, ask_for_the_size, ask_for_epsilon
):  # fmt: skip
    question()
prose(PAGE, "source")
