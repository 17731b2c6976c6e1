"""The third station: the derivation as steps that unfold, each checked in numbers."""

from __future__ import annotations

import streamlit as st

from playground import formula
from playground.components import table
from playground.language import label, prose
from playground.reinforce import playing, proof, settings_view
from playground.reinforce.playing import STEPS
from rl_core.tabular import score_function, trajectories

FORMULAS = (
    score_function.objective,
    score_function.exact_gradient,
    score_function.trick,
    score_function.score,
    score_function.weighted_score,
    score_function.causality,
    score_function.baseline_terms,
)
SAID = ("step1", "step2", "step3", "step4", "step5", "step6", "step7")
# whose path is looked at in a step, and which parameter
OF_ONE_PATH, OF_ONE_PARAMETER = (3, 4), 6


def draw() -> None:
    step = int(st.session_state.rf_step)
    _draw_steps(step)
    with st.container(key="rf_proof_pair_stage", horizontal=True):
        with st.container(key="rf_proof_left", border=True):
            for k, function in enumerate(FORMULAS[:step], start=1):
                st.caption(f"{k} · {label(f'reinforce.proof.name{k}')}")
                if function is score_function.score:
                    st.latex(formula.coloured(formula.latex(trajectories.probability)))
                st.latex(formula.coloured(formula.latex(function)))
        with st.container(key="rf_proof_right", border=True):
            prose("reinforce", SAID[step - 1])
            _draw_check(step)
    with st.expander(label("reinforce.proof.world")):
        settings_view.draw_policy()
        settings_view.draw_pays(playing.touched)
        settings_view.draw_slider("rf_gamma", "stage.gamma", playing.touched)


def _draw_steps(step: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            label("reinforce.proof.next"), key="rf_next", type="primary", shortcut="Right",
            disabled=step == len(STEPS), on_click=playing.go, args=(1,),
        )  # fmt: skip
        st.button(
            label("reinforce.proof.back"), key="rf_back", type="tertiary", shortcut="Left",
            icon=":material/undo:", disabled=step == 1, on_click=playing.go, args=(-1,),
        )  # fmt: skip
        st.segmented_control(
            label("reinforce.proof.step"), STEPS, key="rf_step", required=True,
            on_change=playing.touched, label_visibility="collapsed", persist_state="session",
        )  # fmt: skip


def _draw_check(step: int) -> None:
    theta, now = playing.theta(), playing.settings()
    chosen = 0
    if step in OF_ONE_PATH:
        likely = proof.likely(theta, now.step_reward)
        names = {k: proof.named(k, now.step_reward) for k in likely}
        chosen = st.selectbox(
            label("reinforce.proof.path"), likely, format_func=names.__getitem__, index=1,
            key=f"rf_path{step}",
        )  # fmt: skip
    if step == OF_ONE_PARAMETER:
        names = {k: f"θ({name})" for k, name in enumerate(trajectories.world().states[:2])}
        chosen = st.segmented_control(
            label("reinforce.proof.parameter"), names, format_func=names.__getitem__, default=1,
            required=True, key="rf_parameter", label_visibility="collapsed",
        )  # fmt: skip
    found = proof.check(step, theta, now.step_reward, now.gamma, chosen)
    columns = label(f"reinforce.proof.columns{step}").split("|")
    with st.container(key="rf_proof_dense"):
        table(f"rf_proof{step}", columns, found, label("reinforce.proof.alt"))
    st.caption(label(f"reinforce.proof.says{step}"))
