"""The first station: one episode, its returns, and the step that is learned from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, bars, table
from playground.language import label
from playground.numbers import shown, signed
from playground.reinforce import charts, playing, settings_view, world_view
from playground.reinforce.hand import MANY, Frame
from playground.symbols import colour
from rl_core.by_hand import reinforce as reinforce_by_hand
from rl_core.by_hand.reinforce import Update
from rl_core.events import Floats
from rl_core.tabular.score_function import objective
from rl_core.tabular.trajectories import LIMIT, SIZE, chance, chosen, every, world
from rl_core.tabular.worlds import RIGHT


def draw() -> None:
    frame = playing.session().frame
    with st.container(key="rf_episode_stage", horizontal=True):
        with st.container(key="rf_episode_left", border=True):
            _draw_buttons()
            st.markdown(_said(frame))
            _draw_table(frame.update)
            _draw_sum(frame)
        with st.container(key="rf_episode_right", border=True):
            world_view.draw(frame.update)
            _draw_policy(frame)
            settings_view.draw_choice("rf_kind", playing.again)
            with st.container(horizontal=True):
                settings_view.draw_late(playing.again)
                settings_view.draw_pays(playing.again)
            left, right = st.columns(2)
            with left:
                settings_view.draw_slider("rf_alpha", "stage.alpha", playing.again)
            with right:
                settings_view.draw_slider("rf_gamma", "stage.gamma", playing.again)
    st.caption(label("reinforce.episode.caption"))
    if playing.session().episodes > 1:
        _draw_chances()


def _draw_buttons() -> None:
    session = playing.session()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name, episodes, key in (("sample", 1, "Right"), ("many", MANY, "T")):
            st.button(
                label(f"reinforce.episode.{name}", n=MANY), key=f"rf_{name}", shortcut=key,
                type="primary" if episodes == 1 else "secondary", disabled=session.full,
                on_click=playing.sample, args=(episodes,),
            )  # fmt: skip
        tools = [
            ("undo", "undo", playing.undo, session.cursor > 0, "U"),
            ("redo", "redo", playing.redo, session.cursor < len(session.moves), "Y"),
            ("reset", "restart_alt", playing.reset, session.cursor > 0, None),
            ("luck", "casino", playing.change_luck, True, None),
        ]
        for name, icon, on_click, enabled, shortcut in tools:
            st.button(
                label(f"stage.{name}", seed=session.seed), key=f"rf_{name}", type="tertiary",
                icon=f":material/{icon}:", shortcut=shortcut, disabled=not enabled,
                on_click=on_click, help=label("routes.luck_help") if name == "luck" else None,
            )  # fmt: skip
    if session.full:
        st.caption(label("reinforce.episode.full"))


def _said(frame: Frame) -> str:
    found = frame.update
    if found is None:
        return label("reinforce.episode.none")
    return label(
        "reinforce.episode.played",
        n=playing.session().episodes,
        steps=int(found.path.alive.sum()),
        r=shown(found.g[0], 3),
    )


def _draw_table(found: Update | None) -> None:
    """The episode step by step; always as high as the longest."""
    rows: list[list[Cell]] = [
        _row(found, t) for t in range(LIMIT) if found is not None and found.path.alive[0, t]
    ]
    blank: Cell = {"text": "\u00a0"}
    columns = label("reinforce.episode.columns").split("|")
    rows += [[blank] * len(columns) for _ in range(LIMIT - len(rows))]
    with st.container(key="rf_episode_dense"):
        table("rf_episode", columns, rows, label("reinforce.episode.table_alt"))


def _row(found: Update, t: int) -> list[Cell]:
    path, mdp = found.path, world()
    s, a, s_next = (int(x[0, t]) for x in (path.s, path.a, path.s_next))
    meant = s_next == max(s - 1, 0) if a != RIGHT else s_next == s + 1
    step = f"{mdp.states[s]}, {'→' if a == RIGHT else '←'}, {mdp.states[s_next]}"
    uses = playing.session().frame.settings.kind == "baseline"
    pushed = found.weight[t] * found.gradient[t]
    data = {"weight": repr(float(found.weight[t])), "g": repr(float(found.g[t]))}
    return [
        {"text": str(t), "mark": "head"},
        {"text": step if meant else f"{step} *"},
        {"text": signed(path.r[0, t])},
        {"text": shown(found.g[t], 3)},
        {"text": shown(found.v[t], 3), "mark": "" if uses else "dim"},
        {"text": shown(float(chosen(found.theta, path)[0, t]), 3)},
        {"text": pair(found.gradient[t])},
        {"text": shown(found.weight[t], 3), "mark": "best", "data": data},
        {"text": pair(pushed)},
    ]


def _draw_sum(frame: Frame) -> None:
    """The sum of the last column, and the step along it."""
    with st.container(key="rf_sum"):
        st.latex(formula.coloured(formula.latex(reinforce_by_hand.estimate)))
        if frame.update is None:
            st.latex(formula.coloured(formula.latex(reinforce_by_hand.climbed)))
            return
        g, alpha = frame.update.estimate, formula.tex(frame.settings.alpha)
        step = rf"\textcolor{{{colour('alpha')}}}{{{alpha}}} \, {tex_pair(g)}"
        before, after = tex_pair(frame.update.theta), tex_pair(frame.update.after)
        st.latex(rf"\theta \leftarrow {before} + {step} = \mathbf{{{after}}}")


def _draw_policy(frame: Frame) -> None:
    """The chance of Right in both states, before and after, and what the policy is worth."""
    now = chance(frame.theta)
    old = chance(frame.update.theta) if frame.update else now
    rows: list[dict[str, Any]] = []
    for s, state in enumerate(world().states[:SIZE]):
        number: Cell = {"text": shown(now[s], 3), "data": {"right": repr(float(now[s]))}}
        moved = shown(now[s], 3) != shown(old[s], 3)
        if moved:
            number["old"] = shown(old[s], 3)
        rows.append(
            {"name": f"π(→ | {state})", "value": float(now[s]),
             "before": float(old[s]) if frame.update else None, "colour": colour("pi"),
             "chosen": moved, "numbers": [number]}
        )  # fmt: skip
    columns = ["", label("reinforce.episode.chance"), "π"]
    bars("rf_policy", columns, rows, label("reinforce.episode.bars_alt"))
    paths, gamma = every(playing.settings().step_reward), playing.settings().gamma
    worth = objective(frame.theta, paths, gamma)
    before = objective(frame.update.theta, paths, gamma) if frame.update else worth
    st.markdown(label("reinforce.episode.worth", now=shown(worth, 3), before=shown(before, 3)))


def _draw_chances() -> None:
    frames, names = playing.session().past, world().states[:SIZE]
    series = [f"π(→ | {name})" for name in names]
    rows = [
        {"n": n, "value": float(right), "series": name}
        for n, frame in enumerate(frames)
        for name, right in zip(series, chance(frame.theta), strict=True)
    ]
    titles = {"n": label("reinforce.axis.episodes"), "value": label("reinforce.axis.right")}
    last = [shown(x, 3) for x in chance(frames[-1].theta)]
    alt = label("reinforce.episode.chances_alt", n=len(frames) - 1, one=last[0], two=last[1])
    charts.chances_chart(rows, series, titles, alt)


def pair(x: Floats, decimals: int = 3) -> str:
    return f"({', '.join(shown(float(number), decimals) for number in x)})"


def tex_pair(x: Floats) -> str:
    return f"({', '.join(formula.tex(float(np.round(number, 3))) for number in x)})"
