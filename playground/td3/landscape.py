"""The critics over the action: what the actor climbs, and what the target takes for the value."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.td3 import charts, playing
from playground.td3.session import MANY, Frame
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import GAMMA, REWARD, Ideas, Learner
from rl_core.deep import ddpg, td3

AT = torch.linspace(-1, 1, 161, dtype=torch.float64)
ROWS = {
    "ddpg": Ideas(),
    "twin": Ideas(twin=True),
    "smoothing": Ideas(smoothing=True),
    "both": Ideas(twin=True, smoothing=True),
}
DDPG_VALUE = r"Q(s', \mu(s'; \phi^-); \theta^-)"
TD3_VALUE = r"\min_i Q_i(s', \tilde a; \theta_i^-)"
MU, TILDE = r"\mu(s'; \phi^-)", r"\tilde a"  # the target's action without noise and with it
CLOSE = 0.02  # nearer than this, a value counts as right
FLAT = 0.05  # a slope less steep than this hardly moves the actor


def row_of(ideas: Ideas) -> str:
    """Which of the four targets it is."""
    return next(
        name for name, row in ROWS.items()
        if (row.twin, row.smoothing) == (ideas.twin, ideas.smoothing)
    )  # fmt: skip


def draw() -> None:
    frame, ideas = playing.session().frame, playing.ideas()
    with st.container(key="td3_hand_stage", horizontal=True):
        left = st.container(key="td3_hand_stage_world", border=True)
        right = st.container(key="td3_hand_stage_side", border=True)
    with left:
        _draw_chart(frame.learner, ideas)
        _draw_target(frame.learner, ideas)
        st.markdown(_verdict(frame.learner, ideas))
    with right:
        _draw_buttons()
        _draw_switches()
        _draw_targets(frame, ideas)


def _draw_buttons() -> None:
    session = playing.session()
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            label("td3.step"), key="td3_step", type="primary", shortcut="Right",
            disabled=session.full, on_click=playing.step, help=label("td3.step_help"),
        )  # fmt: skip
        st.button(
            label("td3.play", n=MANY), key="td3_play", shortcut="P", disabled=session.full,
            on_click=playing.play,
        )  # fmt: skip
        st.button(
            label("td3.disturb"), key="td3_disturb", shortcut="D", disabled=session.full,
            on_click=playing.disturb, help=label("td3.disturb_help"),
        )  # fmt: skip
    tools = [
        ("undo", "undo", label("stage.undo"), playing.undo, session.cursor > 0, "U"),
        ("redo", "redo", label("stage.redo"), playing.redo,
         session.cursor < len(session.moves), "Y"),
        ("reset", "restart_alt", label("stage.reset"), playing.reset, True, None),
        ("luck", "casino", label("stage.luck", seed=session.luck), playing.change_luck, True, None),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, text, on_click, enabled, key in tools:
            st.button(
                text, key=f"td3_{name}", icon=f":material/{icon}:", type="tertiary",
                shortcut=key, disabled=not enabled, on_click=on_click,
            )  # fmt: skip
    if session.full:
        st.caption(label("td3.full"))


def _draw_switches() -> None:
    with st.container(key="td3_switches", gap="small"):
        for key in playing.SWITCHES:
            name = key.removeprefix("td3_on_")
            st.toggle(
                label(f"td3.idea.{name}", d=playing.wait()), key=key, persist_state="session",
                help=label(f"td3.idea.{name}_help"), on_change=playing.touched,
            )  # fmt: skip
    columns = st.columns(2)
    on_change = {"td3_wait": playing.touched, "td3_height": playing.change_height}
    for column, (key, (low, high, _, step)) in zip(columns, playing.SLIDERS.items(), strict=True):
        column.slider(
            label(f"td3.{key.removeprefix('td3_')}"), low, high, step=step, key=key,
            persist_state="session", on_change=on_change[key],
            disabled=key == "td3_wait" and not st.session_state.td3_on_delay,
        )  # fmt: skip


def _draw_chart(learner: Learner, ideas: Ideas) -> None:
    first, second = td3_by_hand.critics(learner, AT[None])[:, 0]
    lines = {"truth": td3_by_hand.hill(AT), "first": first}
    if ideas.twin:
        lines["second"] = second
    if ideas.twin or ideas.smoothing:
        lines["seen"] = (td3_by_hand.target(learner, AT, ideas) - REWARD) / GAMMA
    names = {
        line: label(f"td3.seen.{row_of(ideas)}" if line == "seen" else f"td3.line.{line}")
        for line in lines
    }
    curves = [
        {"a": a, "value": value, "line": names[line]}
        for line, values in lines.items()
        for a, value in zip(AT.tolist(), values.tolist(), strict=True)
    ]
    a, (q, seen, true) = float(learner.action), _numbers(learner, ideas)
    slope = float(td3_by_hand.actor_slope(learner)[0])
    push = []
    if abs(slope) > FLAT:
        reach = float(np.clip(0.06 * slope, -0.3, 0.3))
        to = float(np.clip(a + reach + np.sign(slope) * 0.06, -1, 1))
        shape = "triangle-right" if slope > 0 else "triangle-left"
        push = [{"a": a, "to": to, "value": q, "shape": shape}]
    above = seen - true
    text = signed(round(above, 2)) if abs(above) > CLOSE else ""
    noises = td3_by_hand.next_action(learner.action, ideas)[0].tolist() if ideas.smoothing else []
    data = {
        "curves": curves,
        "actor": [{"a": a, "value": q}],
        "push": push,
        "seen": [{"a": a, "value": seen, "true": true, "low": min(seen, true), "text": text}],
        "noises": [{"a": noise} for noise in noises],
    }
    titles = {"a": label("td3.axis.action"), "value": label("td3.axis.value")}
    numbers = {"a": a, "q": q, "seen": seen, "true": true}
    alt = label("td3.landscape_alt", **{name: shown(x, 2) for name, x in numbers.items()})
    charts.landscape(data, names, titles, alt)


def _numbers(learner: Learner, ideas: Ideas) -> tuple[float, float, float]:
    """At the actor's action: what critic 1 says, what the target takes, the truth."""
    a = learner.action
    q = float(td3_by_hand.critics(learner, a[:, None])[0])
    seen = (float(td3_by_hand.target(learner, a, ideas)) - REWARD) / GAMMA
    return q, seen, float(td3_by_hand.hill(a))


def _draw_target(learner: Learner, ideas: Ideas) -> None:
    """The target with its numbers; with noise, the value is the mean over all noises."""
    algorithm, symbol = (td3, TD3_VALUE) if ideas.twin else (ddpg, DDPG_VALUE)
    line = formula.latex(algorithm.target)
    if ideas.smoothing:
        mean = rf"\mathbb{{E}}\bigl[{symbol.replace(MU, TILDE)}\bigr]"
        line, symbol = line.replace(symbol, mean), mean
    elif ideas.twin:
        line, symbol = (text.replace(TILDE, MU) for text in (line, symbol))
    _, seen, _ = _numbers(learner, ideas)
    y = float(td3_by_hand.target(learner, learner.action, ideas))
    values = {"r": REWARD, r"\gamma": GAMMA, r"\text{terminated}": 0.0, symbol: seen}
    st.latex(formula.coloured(line))
    st.latex(rf"y = {formula.substituted(line, values, y)}")


def _verdict(learner: Learner, ideas: Ideas) -> str:
    """Where the critic sends the actor, and what the target makes of it, in words."""
    seen, true = (float(slope) for slope in td3_by_hand.actor_slope(learner))
    climbs = "flat" if abs(seen) < FLAT else "wrong" if seen * true < 0 else "right"
    _, value, worth = _numbers(learner, ideas)
    side = "right" if abs(value - worth) < CLOSE else "above" if value > worth else "below"
    said = [label(f"td3.climbs.{climbs}"), label(f"td3.sees.{row_of(ideas)}.{side}")]
    return "  \n".join(said)  # each on a line of its own


def _draw_targets(frame: Frame, ideas: Ideas) -> None:
    """The four targets at this moment, whatever is switched on; a click switches."""
    learner, before = frame.learner, playing.session().before.learner
    true, rows = float(td3_by_hand.truth(learner)), []
    for name, row_ideas in ROWS.items():
        y, old = (float(td3_by_hand.target(x, x.action, row_ideas)) for x in (learner, before))
        mark = "changed" if name == row_of(ideas) else ""
        target: Cell = {"text": shown(y, 2), "mark": mark, "data": {"target": name}}
        if shown(old, 2) != shown(y, 2):
            target["old"] = shown(old, 2)
        row: list[Cell] = [
            {"text": label(f"td3.row.{name}"), "mark": mark or "head"},
            target,
            {"text": signed(round(y - true, 2)), "mark": mark,
             "data": {"above": name, "value": repr(y - true)}},
        ]  # fmt: skip
        rows.append(row)
    with st.container(key="td3_targets_dense"):
        columns = label("td3.targets_columns").split("|")
        table("td3_targets", columns, rows, label("td3.targets_alt"), on_pick=playing.pick)
    counts = {"n": learner.updates, "steps": learner.steps, "wrong": int(learner.wrong)}
    worth = shown(float(td3_by_hand.hill(learner.action)), 2)
    st.caption(label("td3.now", true=shown(true, 2), worth=worth, **counts))
