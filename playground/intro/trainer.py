"""The automatic trainer: how fast puppies learn from one that is more or less consistent."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st

from playground.components import Cell, table
from playground.intro.charts import trainer_chart
from playground.intro.puppy import ACTIONS
from playground.language import label
from rl_core.tabular.bandit import Config, train_many
from rl_core.tabular.mdp import Floats

PUPPIES, TRIES, SHOWN, LEARNED = 40, 200, 12, 0.8
SIT = ACTIONS.index("sit")


@lru_cache(maxsize=512)
def chances(mistakes: float, alpha: float) -> Floats:
    """The chance to sit before every try, [puppies, tries + 1]."""
    return train_many(SIT, mistakes, Config(alpha=alpha), PUPPIES, TRIES)[:, :, SIT]


@st.fragment
def draw_trainer() -> None:
    """Sliders, the curve with its band, and three numbers."""
    left, right = st.columns(2)
    mistakes = left.slider(
        label("intro.mistakes"), 0.0, 0.5, 0.1, 0.05, key="intro_mistakes", format="percent",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    alpha = right.slider(
        label("intro.alpha"), 0.1, 4.0, 0.5, 0.1, key="intro_trainer_alpha",
        bind="query-params", persist_state="session",
    )  # fmt: skip
    mistakes, alpha = round(mistakes, 2), round(alpha, 2)
    _draw_curve(mistakes, alpha)
    st.caption(label("intro.trainer_caption", puppies=PUPPIES, shown=SHOWN))
    _draw_numbers(mistakes, alpha)


def _draw_curve(mistakes: float, alpha: float) -> None:
    sits = chances(mistakes, alpha)
    low, high = np.quantile(sits, [0.1, 0.9], axis=0)
    columns = zip(sits.mean(0).tolist(), low.tolist(), high.tolist(), strict=True)
    mean = [{"step": t, "mean": m, "low": lo, "high": hi} for t, (m, lo, hi) in enumerate(columns)]
    runs = [
        {"step": t, "value": float(sits[run, t]), "run": run}
        for run in range(SHOWN)
        for t in range(0, TRIES + 1, 2)
    ]
    others = [
        {"step": t, "value": float(value), "name": label(f"intro.{name}"), "last": t == TRIES}
        for name, chance in (("always_right", 0.0), ("coin", 0.5))
        for t, value in enumerate(chances(chance, alpha).mean(0))
        if t % 4 == 0
    ]
    titles = {"step": label("intro.axis_tries"), "value": label("intro.axis_sit")}
    final = f"{sits[:, -1].mean():.0%}"
    trainer_chart(mean, runs, others, titles, label("intro.trainer_alt", final=final))


def _draw_numbers(mistakes: float, alpha: float) -> None:
    """Your trainer beside the perfect one and the coin."""
    rows: list[list[Cell]] = []
    for name, chance in (("yours", mistakes), ("always_right", 0.0), ("coin", 0.5)):
        sits = chances(chance, alpha)
        final = sits[:, -1]
        learned = np.flatnonzero(sits.mean(0) >= LEARNED)
        elsewhere = int((final < 1 / len(ACTIONS)).sum())
        texts = [
            f"{chance:.0%}",
            str(learned[0]) if len(learned) else label("intro.never"),
            f"{final.mean():.0%}",
            f"{elsewhere} / {PUPPIES}",
        ]
        rows.append([{"text": label(f"intro.{name}"), "mark": "head"}])
        rows[-1] += [{"text": text} for text in texts]
        rows[-1][3]["data"] = {"trainer": name, "value": repr(float(final.mean()))}
    columns = label("intro.trainer_columns").split("|")
    table("intro_trainer_table", columns, rows, label("intro.trainer_table_alt"))
