"""The first station: one update of a small network, every number of it on stage."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground import components
from playground.components import Cell
from playground.dqn import formulas, playing, records
from playground.dqn.hand import EVERY, MANY, named, transitions, world
from playground.language import label
from playground.numbers import shown, signed
from rl_core.by_hand.dqn import KINDS, Move, Update
from rl_core.events import Floats
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.worlds import RIGHT

TABS = {
    "gradient": records.draw_gradient,
    "table": records.draw_as_table,
    "curve": records.draw_curve,
    "formulas": formulas.draw_batch,
    "save": records.draw_save,
}
ROWS = 4


def draw() -> None:
    """Everything that an update changes."""
    with st.container(key="dqn_hand_stage", horizontal=True):
        left = st.container(key="dqn_hand_left", border=True)
        right = st.container(key="dqn_hand_right", border=True)
    with right:
        box = st.container()
        _draw_settings()
    update = playing.current()
    with left:
        st.markdown(label(f"dqn.hand.{'next' if playing.ahead() else 'last'}"))
        _draw_batch(update)
        _draw_pick()
        _draw_buttons()
    with box:
        _draw_values(update)
    tabs = st.tabs(
        [label(f"dqn.hand.tab.{name}") for name in TABS], key="dqn_hand_tabs", on_change="rerun"
    )
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw(update, playing.ahead())


def _draw_batch(update: Update) -> None:
    """The batch with targets, errors and losses; always as high as four transitions."""
    rows: list[list[Cell]] = []
    for i, move in enumerate(update.moves):
        best = 0.0 if move[4] else update.q_next[i].max()
        numbers = (best, update.y[i], update.q_sa[i], update.delta[i], update.loss[i])
        row: list[Cell] = [
            {"text": _name(move), "mark": "head"},
            {"text": signed(move[2])},
            {"text": label("dqn.hand.ends" if move[4] else "dqn.hand.goes_on")},
        ]
        row += [{"text": shown(x)} for x in numbers]
        row[-2]["data"] = {"delta": repr(float(update.delta[i]))}
        row[-2]["mark"] = "best" if abs(update.delta[i]) > 5e-5 else ""
        rows.append(row)
    blank: Cell = {"text": "\u00a0"}
    rows += [[blank] * 8 for _ in range(ROWS - len(rows))]
    columns = ["s, a, s′", "r", label("dqn.hand.end"), "max Q(s′;θ⁻)", "y", "Q(s,a;θ)", "δ", "½δ²"]
    with st.container(key="dqn_hand_batch_dense"):
        components.table("dqn_hand_table", columns, rows, label("dqn.hand.batch_alt"))


def _name(move: Move) -> str:
    s, a, _, s_next, _ = move
    arrow = "→" if a == RIGHT else "←"
    return f"{world().states[s]}, {arrow}, {world().states[s_next]}"


def _draw_pick() -> None:
    st.session_state.setdefault("dqn_hand_pick", sorted(set(playing.batch())))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.pills(
            label("dqn.hand.pick"), range(len(transitions())), format_func=named,
            selection_mode="multi", key="dqn_hand_pick", on_change=playing.pick,
            label_visibility="collapsed", help=label("dqn.hand.pick_help"),
        )  # fmt: skip
        st.button(
            label("dqn.hand.draw"), key="dqn_hand_draw", icon=":material/casino:",
            shortcut="P", on_click=playing.draw_batch, help=label("dqn.hand.draw_help"),
        )  # fmt: skip


def _draw_buttons() -> None:
    session = playing.session()
    with st.container(horizontal=True, gap="small"):
        st.button(
            label("dqn.hand.step"), key="dqn_hand_step", type="primary", shortcut="Right",
            disabled=session.full, on_click=playing.step,
        )  # fmt: skip
        st.button(
            label("dqn.hand.sync"), key="dqn_hand_sync", shortcut="S", disabled=session.full,
            on_click=playing.sync, help=label("dqn.hand.sync_help"),
        )  # fmt: skip
        st.button(
            label("dqn.hand.play", n=MANY), key="dqn_hand_play", disabled=session.full,
            on_click=playing.play, help=label("dqn.hand.play_help", n=MANY, every=EVERY),
        )  # fmt: skip
    tools = [
        ("undo", "undo", playing.undo, session.cursor > 0, "U"),
        ("redo", "redo", playing.redo, session.cursor < len(session.moves), "Y"),
        ("reset", "restart_alt", playing.reset, True, None),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, on_click, enabled, key in tools:
            st.button(
                label(f"stage.{name}"), key=f"dqn_hand_{name}", icon=f":material/{icon}:",
                type="tertiary", shortcut=key, disabled=not enabled, on_click=on_click,
            )  # fmt: skip
    if session.full:
        st.caption(label("dqn.hand.full"))


def _draw_values(update: Update) -> None:
    """Q by both networks, what the update made of it, and the exact values."""
    best = optimal_values(world(), update.gamma)
    # what is on stage is an update that was made, or is yet to be made
    old = update.before.values()
    now = old if playing.ahead() else playing.session().frame.learner.values()
    target = playing.session().frame.learner.values(target=True)
    rows: list[list[Cell]] = []
    for k, (s, a, *_) in enumerate(transitions()):
        data = {"pair": named(k), "value": repr(float(now[s, a]))}
        cell: Cell = {"text": shown(now[s, a]), "data": data}
        if shown(now[s, a]) != shown(old[s, a]):
            cell |= {"mark": "changed", "old": shown(old[s, a])}
        rows.append(
            [
                {"text": f"Q({named(k)})", "mark": "head"},
                {"text": shown(target[s, a]), "mark": "dim"},
                cell,
                {"text": shown(best[s, a])},
            ]
        )
    columns = ["", label("dqn.hand.by_target"), label("dqn.hand.by_network"), "Q*"]
    with st.container(key="dqn_hand_values_box"):
        components.table("dqn_hand_values", columns, rows, label("dqn.hand.values_alt"))
    distance = shown(_distance(now, best))
    made = len([frame for frame in playing.session().past if frame.update])
    behind = playing.session().behind
    st.caption(label("dqn.hand.distance", n=made, distance=distance, behind=behind))


def _distance(q: Floats, best: Floats) -> float:
    alive = ~world().terminal
    return float(np.abs(q - best)[alive].max())


def _draw_settings() -> None:
    kinds = {kind: label(f"dqn.hand.kind.{kind}") for kind in KINDS}
    st.session_state.setdefault("dqn_hand_kind", playing.session().kind)
    st.segmented_control(
        label("dqn.hand.kind_label"), kinds, format_func=kinds.__getitem__, key="dqn_hand_kind",
        required=True, on_change=playing.change_kind, label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    left, right = st.columns(2)
    left.slider(
        label("stage.alpha"), 0.05, 1.0, playing.ALPHA, 0.05, key="dqn_hand_alpha", **playing.KEPT
    )
    right.slider(
        label("stage.gamma"), 0.0, 1.0, playing.GAMMA, 0.05, key="dqn_hand_gamma", **playing.KEPT
    )
    if playing.session().kind != KINDS[0]:
        st.button(
            label("stage.luck", seed=playing.session().seed), key="dqn_hand_luck_next",
            icon=":material/casino:", type="tertiary", on_click=playing.change_luck,
            help=label("dqn.hand.luck_help"),
        )  # fmt: skip
