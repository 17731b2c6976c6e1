"""Section 8: Double DQN."""

import streamlit as st

from playground import bridge, training
from playground.chrome import begin
from playground.double_dqn.settings import open_session
from playground.language import label, prose

PAGE = "double_dqn"

begin(8, PAGE)
open_session()
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.double_dqn import checks, formulas, stage, truth_view  # noqa: E402
from rl_core.deep import double_dqn, dqn  # noqa: E402

PANEL = training.Panel(
    key="ddqn",
    offers=training.offers("double_dqn", "dqn", first="Casino-v0"),
    knobs={
        "gamma": (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0),
        "lr": (1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2),
        "target_every": (1, 10, 30, 100, 300, 1000),
        "tau": (0.005, 0.01, 0.02, 0.1, 0.5, 1.0),
        "batch": (8, 16, 32, 64, 128, 256),
    },
    health=("overestimation", "q", "td_error", "epsilon"),
    ablations={"ddqn_lag": {"target_every": 1, "tau": 1.0}},
)

stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
truth_view.draw(PANEL)
for block in ("idea", "limits", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
bridge.draw(
    PAGE, "ddqn",
    (dqn.target, double_dqn.target), (dqn.update, double_dqn.update), (dqn.train, double_dqn.train),
)  # fmt: skip
st.subheader(label("check.title"), anchor=False)
checks.draw()
prose(PAGE, "source")
