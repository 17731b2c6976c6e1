"""The second station: the deadly triad; which example is cured by replay, which by a copy."""

from __future__ import annotations

import streamlit as st

from playground import components
from playground.components import Cell
from playground.dqn import playing, triad_records
from playground.dqn.triad import EXAMPLES, USUAL_WAIT, WAITS, Choice, growth, verdict
from playground.language import label
from playground.numbers import shown


def draw() -> None:
    example, replay, target = _draw_switches()
    with st.container(key="dqn_triad_stage", horizontal=True):
        left = st.container(key="dqn_triad_left", border=True)
        right = st.container(key="dqn_triad_right", border=True)
    with right:
        choice = _draw_settings(example, replay, target)
    with left:
        triad_records.draw_verdict(choice)
        triad_records.draw_chart(choice)
        triad_records.draw_states(choice)
    st.caption(label(f"dqn.triad.says.{choice.example}"))
    with st.expander(label("dqn.triad.proof")):
        triad_records.draw_proof(choice)


def _draw_switches() -> tuple[str, bool, bool]:
    """Which example, with replay or without, with a target network or without."""
    names = {name: label(f"dqn.triad.example.{name}") for name in EXAMPLES}
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        example = st.segmented_control(
            label("dqn.triad.which"), names, format_func=names.__getitem__, key="dqn_example",
            required=True, label_visibility="collapsed", on_change=playing.write_link,
            persist_state="session",
        )  # fmt: skip
        assert example
        replay, target = (
            st.toggle(
                label(f"training.idea.{idea}"), key=f"dqn_{example}_{name}",
                help=label(f"dqn.triad.{name}.{example}"), **playing.KEPT,
            )
            for name, idea in (("replay", "replay"), ("target", "target_network"))
        )  # fmt: skip
    return example, replay, target


def _draw_settings(example: str, replay: bool, target: bool) -> Choice:
    tried = st.container()  # above the sliders, though it needs them
    wait = st.select_slider(
        label("dqn.triad.wait"), WAITS, USUAL_WAIT[example], key=f"dqn_{example}_wait",
        disabled=not target, persist_state="session",
    )  # fmt: skip
    left, right = st.columns(2)
    ends = 1.0
    if example == "w2w":
        alpha = left.slider("α", 0.02, 0.3, 0.1, 0.02, key="dqn_w2w_alpha", **playing.KEPT)
        gamma = right.slider("γ", 0.0, 0.99, 0.9, 0.01, key="dqn_w2w_gamma", **playing.KEPT)
        ends = st.slider(
            label("dqn.triad.ends"), 0.0, 1.0, 1.0, 0.05, key="dqn_w2w_ends", **playing.KEPT
        )
    else:
        alpha = left.slider("α", 0.01, 0.05, 0.03, 0.01, key="dqn_baird_alpha", **playing.KEPT)
        gamma = right.slider("γ", 0.0, 0.99, 0.99, 0.01, key="dqn_baird_gamma", **playing.KEPT)
    rounded = round(alpha, 2), round(gamma, 2), int(wait), round(ends, 2)
    choice = Choice(example, *rounded, replay, target)
    with tried:
        _draw_tried(choice)
    return choice


def _draw_tried(choice: Choice) -> None:
    """Both switches against each other: what has been tried, at the settings of this moment."""
    tried: set[tuple[str, bool, bool]] = st.session_state.setdefault("dqn_tried", set())
    tried.add((choice.example, choice.replay, choice.target))
    rows: list[list[Cell]] = []
    for target in (False, True):
        row: list[Cell] = [{"text": label(f"dqn.triad.row.{str(target).lower()}"), "mark": "head"}]
        for replay in (False, True):
            cell = Choice(
                choice.example, choice.alpha, choice.gamma, choice.wait, choice.ends, replay, target
            )
            if (choice.example, replay, target) not in tried:
                row.append({"text": "?", "mark": "dim"})
                continue
            factor = growth(cell) ** (1 / cell.every)
            grows = label(f"dqn.triad.{verdict(factor)}")
            here = "changed" if cell == choice else ""
            data = {"factor": repr(factor)}
            row.append({"text": f"{shown(factor)} · {grows}", "mark": here, "data": data})
        rows.append(row)
    columns = ["", *(label(f"dqn.triad.column.{name}") for name in ("false", "true"))]
    with st.container(key="dqn_tried_box"):
        components.table("dqn_tried_table", columns, rows, label("dqn.triad.tried_alt"))
    st.caption(label("dqn.triad.tried"))
