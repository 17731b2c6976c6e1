"""Section 11: TRPO."""

import streamlit as st

from playground import bridge, formula, training
from playground.chrome import begin
from playground.language import prose

PAGE = "trpo"

begin(11, PAGE)
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.trpo import checks, formulas, playing, stage  # noqa: E402
from rl_core.deep import ppo, trpo  # noqa: E402

PANEL = training.Panel(
    key=PAGE,
    offers=training.offers("trpo", "ppo", first="CartPole-v1"),
    knobs={
        "target_kl": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
        "cg_iterations": (1, 2, 5, 10, 20),
        "damping": (0.0, 0.001, 0.01, 0.1, 1.0),
        "backtracks": (0, 1, 3, 10, 20),
        "lam": (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0),
    },
    health=(
        "kl", "accepted", "backtracks", "step_size", "cg_residual", "entropy",
        "explained_variance",
    ),
    ablations={
        "natural_gradient": {"cg_iterations": 1},
        "line_search": {"backtracks": 0},
        "normalise_advantage": {"normalise_advantage": False},
    },
    references={"kl": training.Reference("target_kl")},
)  # fmt: skip

playing.open_session()
by_hand, between, numbers = st.container(), st.container(), st.empty()
with by_hand:
    stage.draw(numbers)
with between:
    prose(PAGE, "train")
    training.draw(PANEL)
    for block in ("idea", "three", "watching", "formulas"):
        prose(PAGE, block)
formulas.draw()
bridge.draw(PAGE, PAGE, (ppo.train, trpo.train), (ppo.update, trpo.update))
prose(PAGE, "improve")
formula.code(trpo.improve)
checks.draw()
prose(PAGE, "source")
