"""The puppy's stage: the loop, its preferences and the update in one look; the rest in tabs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import formula
from playground.components import bars, loop
from playground.intro import records, teaching
from playground.intro.charts import action_colours
from playground.intro.puppy import ACTIONS, Frame
from playground.language import label
from playground.numbers import shown, signed
from playground.symbols import colour
from rl_core.tabular import bandit
from rl_core.tabular.bandit import Try

TABS = {
    "curve": records.draw_curve,
    "history": records.draw_history,
    "formulas": records.draw_formulas,
}


@st.fragment
def draw_stage() -> None:
    """Everything that an answer changes; what the learner waits for is sent first."""
    for problem in st.session_state.intro_problems:
        st.warning(problem)
    with st.container(key="intro_stage", horizontal=True):
        loop_box = st.container(key="intro_stage_world", border=True)
        side_box = st.container(key="intro_stage_side", border=True)
    frame = teaching.lesson().frame
    with loop_box:
        _draw_loop(frame)
        _draw_buttons()
    with side_box:
        _draw_preferences(frame)
        _draw_settings()
    with st.container(border=True):
        _draw_formula(frame.event)
    tabs = st.tabs(
        [label(f"intro.tab.{name}") for name in TABS], key="intro_tabs", on_change="rerun"
    )
    for tab, draw in zip(tabs, TABS.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _draw_loop(frame: Frame) -> None:
    event, now = frame.event, ACTIONS[frame.action]
    said = what_happened(frame)
    data = {
        "agent": {"title": label("intro.agent"), "name": label("intro.puppy")},
        "environment": {"title": label("intro.environment"), "name": label("intro.you")},
        "action": {"title": label("intro.action"), "text": label(f"intro.do.{now}")},
        "reward": {"title": label("intro.reward"), "text": _reward(event)},
        "pose": now,
        "treat": event and event.r > 0,
        "step": teaching.lesson().cursor,
        "lit": ["action", "environment"],
        "reward_colour": colour("r"),
        "alt": label("intro.loop_alt", happened=said.replace("*", "")),
    }
    with st.container(key="intro_loop_box"):
        loop("intro_loop", data)
    with st.container(key="intro_happened", height=76, border=False):
        st.markdown(said)


def _reward(event: Try | None) -> str:
    if event is None:
        return label("intro.none_yet")
    return label("intro.treat_given" if event.r else "intro.treat_withheld", r=signed(event.r))


def what_happened(frame: Frame) -> str:
    """The last try and what it changed, and what the puppy is doing now."""
    event, now = frame.event, label(f"intro.does.{ACTIONS[frame.action]}")
    if event is None:
        return label("intro.at_start", now=now)
    error = event.r - event.mean
    verdict = "more" if error > 0 else "less" if error < 0 else "same"
    said = label(
        f"intro.verdict.{verdict}",
        t=event.t + 1,
        did=label(f"intro.do.{ACTIONS[event.a]}"),
        r=shown(event.r),
        mean=shown(event.mean, 2),
    )
    return said + label("intro.now", now=now)


def _draw_buttons() -> None:
    lesson = teaching.lesson()
    with st.container(horizontal=True):
        for name, treat, shortcut in (("treat", True, "T"), ("no_treat", False, "N")):
            st.button(
                label(f"intro.{name}"),
                key=f"intro_{name}",
                type="primary" if treat else "secondary",
                shortcut=shortcut,
                width="stretch",
                disabled=lesson.full,
                on_click=teaching.answer,
                args=(treat,),
            )
    tools = [
        ("undo", "undo", teaching.undo, lesson.cursor > 0, "U"),
        ("redo", "redo", teaching.redo, lesson.cursor < len(lesson.answers), "Y"),
        ("reset", "restart_alt", teaching.reset, True, None),
        ("another", "casino", teaching.another_puppy, True, None),
    ]
    with st.container(horizontal=True, gap="xsmall"):
        for name, icon, on_click, enabled, key in tools:
            st.button(
                label(f"intro.{name}", seed=lesson.seed),
                key=f"intro_{name}",
                icon=f":material/{icon}:",
                type="tertiary",
                shortcut=key,
                disabled=not enabled,
                help=label("intro.another_help") if name == "another" else None,
                on_click=on_click,
            )
    if lesson.full:
        st.caption(label("intro.full"))


def _draw_preferences(frame: Frame) -> None:
    event, state = frame.event, frame.state
    chances = bandit.softmax(state.h)
    rows = []
    for a, action in enumerate(ACTIONS):
        h, pi = float(state.h[a]), float(chances[a])
        old = float(event.pi[a]) if event else pi
        moved = event is not None and old != pi
        numbers: list[dict[str, Any]] = [
            {"text": shown(pi, 3), "data": {"action": action, "symbol": "pi", "value": repr(pi)}},
            {"text": shown(h, 2), "data": {"action": action, "symbol": "h", "value": repr(h)}},
        ]
        if moved:
            numbers[0]["old"] = shown(old, 3)
        rows.append(
            {
                "name": label(f"intro.do.{action}"),
                "value": pi,
                "before": old if moved else None,
                "colour": action_colours()[a],
                "chosen": event is not None and event.a == a,
                "numbers": numbers,
            }
        )
    columns = label("intro.bars").split("|")
    with st.container(key="intro_table"):
        bars("intro_bars", columns, rows, label("intro.bars_alt"))


def _draw_settings() -> None:
    st.caption(label("intro.bars_caption"))
    st.slider(
        label("intro.alpha"), 0.1, 2.0, 1.0, 0.1, key="intro_alpha", help=label("intro.alpha_help"),
        bind="query-params", persist_state="session",
    )  # fmt: skip
    st.toggle(
        label("intro.baseline"), True, key="intro_baseline", help=label("intro.baseline_help"),
        bind="query-params", persist_state="session",
    )  # fmt: skip


def _draw_formula(event: Try | None) -> None:
    st.latex(formula.coloured(formula.latex(bandit.update)))
    with st.container(key="intro_numbers"):
        if event is None:
            st.latex(rf"\text{{{label('intro.no_try')}}}")
        else:
            st.latex(records.update_line(event, event.a))
    formula.returned(bandit.update)
    st.caption(label("intro.formula_says"))
