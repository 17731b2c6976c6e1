"""Three kinds of learning on one data set: what each is shown, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st

from playground.components import Cell, table
from playground.intro.charts import GREYS, SHAPES, Colours, action_colours, kind_chart
from playground.intro.puppy import ACTIONS
from playground.language import label
from rl_core.tabular import three_kinds
from rl_core.tabular.mdp import Floats
from rl_core.tabular.three_kinds import Ints

FRESH, FRESH_SEED = 500, 1000
CELLS = 24  # squares along each side of a picture
FILLED, HOLLOW = 1.0, 0.0


@dataclass(frozen=True)
class Picture:
    """What one kind of learner was shown and what it decides."""

    points: list[dict[str, Any]]  # for the chart
    decide: Callable[[Floats], Ints]
    colours: Colours  # of its decisions
    told: str  # how many answers or rewards it was given
    right: float | None  # share of fresh situations in which it does the right thing
    named: float | None = None  # the same, if somebody names its groups
    centres: tuple[tuple[float, float], ...] = ()


@lru_cache(maxsize=64)
def pictures(n: int, seed: int, colours: Colours) -> dict[str, Picture]:
    """The three learners after `n` situations; the actions in these colours."""
    data, fresh = three_kinds.sample(n, seed), three_kinds.sample(FRESH, FRESH_SEED)
    means = three_kinds.centroids(data.x, data.label)
    groups = three_kinds.k_means(data.x, len(ACTIONS), seed)
    agent = three_kinds.by_reward(data, seed)

    def by(centres: Floats) -> Callable[[Floats], Ints]:
        return lambda x: three_kinds.nearest(x, centres)

    def right(answers: Ints) -> float:
        return float((answers == fresh.label).mean())

    grouped = by(groups)(fresh.x)
    best_names = three_kinds.named(grouped, fresh.label)
    found = [(float(x), float(y)) for x, y in groups]
    shaped = [(colours[k], SHAPES[k], FILLED) for k in data.label]
    grey = [(GREYS[1], "circle", HOLLOW)] * n
    tried = [
        (colours[a], SHAPES[a], FILLED if r else HOLLOW)
        for a, r in zip(agent.tried, agent.rewards, strict=True)
    ]
    return {
        "supervised": Picture(
            _points(data.x, shaped), by(means), colours, str(n), right(by(means)(fresh.x))
        ),
        "unsupervised": Picture(
            _points(data.x, grey), by(groups), GREYS, "0", None, right(best_names[grouped]),
            tuple(found),
        ),
        "reinforcement": Picture(
            _points(data.x, tried), agent.choose, colours,
            f"{int(agent.rewards.sum())} / {n}", right(agent.choose(fresh.x)),
        ),
    }  # fmt: skip


def _points(x: Floats, looks: list[tuple[str, str, float]]) -> list[dict[str, Any]]:
    return [
        {"x": float(at[0]), "y": float(at[1]), "colour": colour, "shape": shape, "opacity": opacity}
        for at, (colour, shape, opacity) in zip(x, looks, strict=True)
    ]


def _areas(picture: Picture) -> list[dict[str, Any]]:
    """The plane in squares, each in the colour of what is decided in its middle."""
    edges = np.arange(CELLS) / CELLS
    x, y = np.meshgrid(edges, edges)
    middles = np.stack([x, y], axis=-1) + 0.5 / CELLS
    decided = picture.decide(middles)
    return [
        {"x": a, "x2": a + 1 / CELLS, "y": b, "y2": b + 1 / CELLS, "colour": picture.colours[k]}
        for a, b, k in zip(x.ravel().tolist(), y.ravel().tolist(), decided.ravel(), strict=True)
    ]


@st.fragment
def draw_kinds() -> None:
    """A slider for the number of situations, three pictures, and what was measured."""
    st.session_state.setdefault("intro_kinds_seed", 0)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n = st.slider(
            label("intro.samples"), 6, 120, 30, 6, key="intro_samples", width=420,
            bind="query-params", persist_state="session",
        )  # fmt: skip
        st.button(
            label("intro.other_data"), key="intro_other_data", icon=":material/casino:",
            type="tertiary", on_click=_other_data,
        )  # fmt: skip
    shown = pictures(n, st.session_state.intro_kinds_seed, action_colours())
    st.html(_legend())
    titles = {"x": label("intro.hand"), "y": label("intro.voice")}
    with st.container(horizontal=True):
        for name, picture in shown.items():
            with st.container(width=300, key=f"intro_kind_{name}"):
                st.markdown(f"**{label(f'intro.kind.{name}')}**")
                st.caption(label(f"intro.sees.{name}"))
                centres = [
                    {"x": x, "y": y, "text": letter}
                    for (x, y), letter in zip(picture.centres, "ABC", strict=False)
                ]
                alt = label(f"intro.kind_alt.{name}", n=n)
                kind_chart(_areas(picture), picture.points, centres, titles, alt)
    _draw_measured(shown)


def _other_data() -> None:
    st.session_state.intro_kinds_seed += 1


def _legend() -> str:
    """The actions with their colours and shapes."""
    signs = zip(ACTIONS, action_colours(), "●■▲", strict=True)
    parts = (
        f'<span style="color:{colour}">{sign}</span>&nbsp;{label(f"intro.do.{action}")}'
        for action, colour, sign in signs
    )
    return f"<p>{label('intro.legend')} &ensp;{' &ensp; '.join(parts)}</p>"


def _draw_measured(shown: dict[str, Picture]) -> None:
    rows: list[list[Cell]] = []
    for name, picture in shown.items():
        share = picture.named if picture.right is None else picture.right
        text = f"{share:.0%}"
        if picture.right is None:
            text = label("intro.if_named", share=text)
        rows.append(
            [
                {"text": label(f"intro.kind.{name}"), "mark": "head"},
                {"text": label(f"intro.told.{name}", told=picture.told)},
                {"text": label(f"intro.makes.{name}")},
                {"text": text, "data": {"kind": name, "value": repr(share)}},
            ]
        )
    columns = label("intro.kinds_columns").split("|")
    with st.container(key="intro_kinds_words_box"):
        table("intro_kinds_table", columns, rows, label("intro.kinds_table_alt"))
    st.caption(label("intro.kinds_caption", fresh=FRESH))
