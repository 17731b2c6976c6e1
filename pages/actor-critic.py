"""Section 7: Actor-Critic."""

import streamlit as st

from playground import bridge, formula, training
from playground.actor_critic.settings import open_session
from playground.chrome import begin
from playground.language import prose

PAGE = "actor_critic"

begin(7, PAGE)
open_session()
prose(PAGE, "lead")
training.warm_up()  # a worker imports torch while this page does

# below the head of the page, because the first import of torch takes seconds
from playground.actor_critic import formulas, questions, stage  # noqa: E402
from rl_core.deep import a2c, advantages, reinforce  # noqa: E402

PANEL = training.Panel(
    key="a2c",
    offers=training.offers("a2c", first="CartPole-v1"),
    knobs={
        "lam": (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 1.0),
        "n_steps": (1, 4, 8, 16, 32, 64, 128, 256),
        "envs": (1, 2, 4, 8, 16, 32),
        "lr": (5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2),
        "entropy_coef": (0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0),
    },
    health=("entropy", "explained_variance", "value_loss", "policy_loss", "grad_norm"),
    ablations={
        "critic": {"value_coef": 0.0},
        "many_envs": {"envs": 1},
        "normalise_advantage": {"normalise_advantage": False},
    },
)

stage.draw()
prose(PAGE, "train")
training.draw(PANEL)
for block in ("idea", "error", "update", "watching", "formulas"):
    prose(PAGE, block)
formulas.draw()
bridge.draw(
    PAGE,
    PANEL.key,
    (reinforce.train, a2c.train),
    (reinforce.policy_gradient_loss, a2c.policy_gradient_loss),
)
prose(PAGE, "weights")
left, right = st.columns(2)
left.latex(formula.coloured(formula.latex(reinforce.returns_to_go)))
right.latex(formula.coloured(formula.latex(advantages.gae)))
formula.code(a2c.update)
questions.draw()
prose(PAGE, "source")
