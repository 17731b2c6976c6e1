"""Check yourself: answers that the program computes, with feedback that names the slip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from playground.language import label
from playground.numbers import shown
from playground.slips import Slips, Verdict, judge


def draw(*questions: Callable[[], None]) -> None:
    """Ask them all, each in a fragment of its own: to answer one runs nothing else of the page."""
    st.subheader(label("check.title"), anchor=False)
    for ask in questions:
        st.fragment(ask)()


def number_question(key: str, question: str, right: float, slips: Slips) -> None:
    """Ask for a number.

    Args:
        key: of the widgets.
        question: the text.
        right: the answer.
        slips: what each slip would give, by the last part of its label's key, `slip.…`.
    """
    with st.container(border=True):
        st.markdown(question)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            typed = st.number_input(
                label("check.answer"), value=None, step=0.05, format="%.4f", key=key,
                label_visibility="collapsed", placeholder=label("predict.placeholder"), width=180,
            )  # fmt: skip
            st.button(label("check.check"), key=f"{key}_check")
            _draw_another(key)
        if typed is not None:
            st.markdown(verdict_text(typed, right, judge(typed, right, slips)))


def choice_question(
    key: str, question: str, options: Mapping[str, str], right: Sequence[str], why: str
) -> None:
    """Ask for one of several options.

    Args:
        options: their texts by name.
        right: the names of those that are right.
        why: what to say once an answer was given.
    """
    with st.container(border=True):
        chosen = st.radio(
            question, list(options), format_func=options.__getitem__, index=None, key=key
        )
        _draw_another(key)
        if chosen is not None:
            mark = "check.yes" if chosen in right else "check.no"
            st.markdown(f"{label(mark)} {why}")


def another(key: str) -> int:
    """Which numbers the question has: how often others were asked for, by a button beside it."""
    return int(st.session_state.setdefault(f"{key}_count", 0))


def _draw_another(key: str) -> None:
    """The button for other numbers, if the question has some."""
    if f"{key}_count" in st.session_state:
        st.button(
            label("check.another"), key=f"{key}_another", icon=":material/casino:",
            type="tertiary", on_click=_fresh, args=(key,),
        )  # fmt: skip


def _fresh(key: str) -> None:
    st.session_state[f"{key}_count"] += 1
    st.session_state[key] = None


def verdict_text(typed: float, right: float, verdict: Verdict) -> str:
    """What to say to a number."""
    if verdict.right:
        return ":green[:material/check:] " + label("check.right", right=shown(right))
    if verdict.rounded:
        return label("check.rounded", right=shown(right))
    said = label("check.wrong", typed=shown(typed), right=shown(right))
    slips = " ".join(label(f"slip.{name}") for name in verdict.slips)
    return f"{said} {slips or label('check.no_slip')}"
