"""Many actors at once: what each idea does on average, so that one luck proves nothing."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.td3 import charts, playing
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import Ideas, Learner
from rl_core.events import Floats

RUNS, UPDATES, EVERY = 60, 100, 20


def variants(wait: int) -> dict[str, Ideas]:
    """DDPG, each idea alone, and all of them."""
    return {
        "ddpg": Ideas(),
        "twin": Ideas(twin=True),
        "smoothing": Ideas(smoothing=True),
        "delay": Ideas(delay=wait),
        "td3": Ideas(twin=True, smoothing=True, delay=wait),
    }


@lru_cache(maxsize=16)
def _lives(delay: int, height: float, luck: int) -> list[Learner]:
    return td3_by_hand.lives(delay, RUNS, UPDATES, EVERY, height, 1000 * luck)


@lru_cache(maxsize=64)
def lived(ideas: Ideas, height: float, luck: int) -> tuple[Floats, Floats]:
    """The target above the truth, and what the action is worth: each [updates + 1, runs]."""
    past = _lives(ideas.delay, height, luck)
    return td3_by_hand.too_high(past, ideas), td3_by_hand.worth(past)


def draw() -> None:
    luck, height, wait = playing.session().luck, playing.height(), playing.wait()
    found = {name: lived(ideas, height, luck) for name, ideas in variants(wait).items()}
    names = {name: label(f"td3.life.{name}", d=wait) for name in found}
    disturbed = [{"n": n} for n in range(0, UPDATES, EVERY)]
    with st.container(key="td3_lives_pair_stage", horizontal=True):
        for k, what in enumerate(("bias", "worth")):
            rows = [
                {"n": n, "value": float(value), "series": names[name]}
                for name, numbers in found.items()
                for n, value in enumerate(numbers[k].mean(-1))
            ]
            last = {name: shown(numbers[k].mean(), 2) for name, numbers in found.items()}
            with st.container(key=f"td3_lives_{what}", border=True):
                st.markdown(label(f"td3.lives.{what}"))
                titles = {"n": label("td3.axis.updates"), "value": label(f"td3.axis.{what}")}
                alt = label(f"td3.lives.{what}_alt", ddpg=last["ddpg"], td3=last["td3"])
                charts.lives_chart(rows, disturbed, list(names.values()), titles, alt)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("td3.lives.luck"), key="td3_lives_luck", icon=":material/casino:",
            type="primary", on_click=playing.change_luck,
        )  # fmt: skip
        st.caption(label("td3.lives.with", luck=luck, height=shown(height, 2), d=wait))
    _draw_table(found, names)
    st.caption(label("td3.lives.caption", runs=RUNS, every=EVERY))


def _draw_table(found: dict[str, tuple[Floats, Floats]], names: dict[str, str]) -> None:
    rows: list[list[Cell]] = []
    for name, (bias, worth) in found.items():
        rows.append(
            [
                {"text": names[name], "mark": "head"},
                {"text": signed(round(float(bias.mean()), 2)), "data": {"bias": name}},
                {"text": f"{100 * (bias > 0.1).mean():.0f} %"},
                {"text": f"{100 * (bias < -0.1).mean():.0f} %"},
                {"text": shown(worth[EVERY].mean(), 2)},
                {"text": shown(worth[-1].mean(), 2)},
            ]
        )
    with st.container(key="td3_lives_box"):
        columns = label("td3.lives.columns", n=EVERY, last=UPDATES).split("|")
        table("td3_lives", columns, rows, label("td3.lives.table_alt"))
