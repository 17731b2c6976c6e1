"""Bias against variance over λ: exact, and measured on thousands of episodes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st

from playground.actor_critic import charts, settings
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.by_hand.a2c import squared_error

EPISODES = 400  # measured from every state with every action
FINE = [k / 40 for k in range(41)]
COARSE = [k / 10 for k in range(11)]
Parts = list[tuple[float, float]]


@lru_cache(maxsize=256)
def exact(wrong: float, gamma: float) -> Parts:
    """Squared bias and variance at each λ of `FINE`."""
    return a2c_by_hand.curve(wrong, gamma, FINE)


@lru_cache(maxsize=256)
def measured(wrong: float, gamma: float, seed: int) -> Parts:
    """The same at each λ of `COARSE`, from episodes."""
    return a2c_by_hand.curve(wrong, gamma, COARSE, a2c_by_hand.played(EPISODES, seed))


def best(parts: Parts, n: int) -> int:
    """The number of the λ in `FINE` with the smallest error."""
    return int(np.argmin([squared_error(*part, n) for part in parts]))


def draw() -> None:
    wrong, gamma = settings.number("wrong"), settings.number("discount")
    with st.container(key="ac_error_stage", horizontal=True):
        left = st.container(key="ac_error_left", border=True)
        with st.container(key="ac_error_right", border=True):
            settings.draw_slider("lambda")
            _draw_samples()
            one, other = st.columns(2)
            with one:
                settings.draw_slider("wrong")
            with other:
                settings.draw_slider("discount")
            _draw_table(exact(wrong, gamma))
    with left:
        _draw_chart(exact(wrong, gamma), measured(wrong, gamma, settings.count("luck")))
        _draw_button()
    st.markdown(_statement(exact(wrong, gamma)))


def _draw_samples() -> None:
    st.session_state.ac_samples = settings.count("samples")
    st.select_slider(
        label("a2c.slider.samples"), settings.SAMPLES, key="ac_samples",
        help=label("a2c.slider_help.samples"), on_change=settings.take, args=("samples",),
    )  # fmt: skip


def _draw_button() -> None:
    luck = settings.count("luck")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("a2c.error.again", n=EPISODES * 10), key="ac_again", type="primary",
            shortcut="Right", on_click=settings.set_count, args=("luck", luck + 1),
        )  # fmt: skip
        st.caption(label("a2c.error.caption", n=EPISODES * 10))


def _draw_chart(parts: Parts, dots: Parts) -> None:
    n = settings.count("samples")
    names = [label(f"a2c.error.{name}") for name in ("bias", "variance", "error")]

    def rows(lams: list[float], found: Parts) -> list[dict[str, object]]:
        return [
            {"lam": lam, "value": value, "series": name}
            for lam, (b, v) in zip(lams, found, strict=True)
            for name, value in zip(names, (b, v / n, squared_error(b, v, n)), strict=True)
        ]

    top = max(squared_error(*part, n) for part in (*parts, *dots))
    marks = []
    lam, least = settings.number("lambda"), FINE[best(parts, n)]
    for at, text, row in ((lam, "yours", 1.12), (least, "least", 1.04)):
        said = label(f"a2c.error.{text}", lam=shown(at))
        marks.append({"lam": at, "text": said, "row": row * top})
    titles = {"lam": label("a2c.axis.lam"), "value": label("a2c.axis.error")}
    alt = label("a2c.error.alt", least=shown(least), lam=shown(lam))
    charts.error_chart(rows(FINE, parts), rows(COARSE, dots), marks, names, titles, alt)


def _draw_table(parts: Parts) -> None:
    n, lam = settings.count("samples"), settings.number("lambda")
    columns = {
        "td": 0.0, "yours": lam, "least": FINE[best(parts, n)], "mc": 1.0,
    }  # fmt: skip
    found = {name: parts[round(at * 40)] for name, at in columns.items()}
    rows: list[list[Cell]] = [[{"text": "λ", "mark": "head"}]]
    rows[0] += [{"text": shown(at)} for at in columns.values()]
    for what in ("bias", "variance", "error"):
        row: list[Cell] = [{"text": label(f"a2c.error.{what}"), "mark": "head"}]
        for name, (b, v) in found.items():
            value = {"bias": b, "variance": v / n, "error": squared_error(b, v, n)}[what]
            data = {"what": what, "at": name, "value": repr(value)}
            mark = "changed" if name == "yours" else ""
            row.append({"text": shown(value), "mark": mark, "data": data})
        rows.append(row)
    heads = ["", *(label(f"a2c.error.column.{name}") for name in columns)]
    with st.container(key="ac_error_dense"):
        table("ac_error_table", heads, rows, label("a2c.error.table_alt"))


def _statement(parts: Parts) -> str:
    n, wrong = settings.count("samples"), settings.number("wrong")
    if wrong == 0:
        return label("a2c.error.says_exact")
    least = shown(FINE[best(parts, n)])
    return label("a2c.error.says_wrong", wrong=shown(wrong), n=n, least=least)
