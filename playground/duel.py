"""Two settings, one luck: the same random numbers for both, and the place where they part."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import streamlit as st

from playground import deeper_charts
from playground.charts import thinned
from playground.components import Cell, table
from playground.language import label, prose
from playground.numbers import shown
from rl_core.events import Transition
from rl_core.tabular import worlds
from rl_core.tabular.luck import Luck
from rl_core.tabular.mdp import FiniteMDP
from rl_core.tabular.q_learning import Config, train
from rl_core.tabular.slip import slippery
from rl_core.timeline import Timeline

STEPS = 300
SLIP = 0.1
FIRST_SEED = 10  # B often goes to the far end, A hardly ever
SHOWN_AFTER = 30  # steps of the paths that are drawn beyond the parting
SIDES = {"a": Config(alpha=0.5, epsilon=0.1), "b": Config(alpha=0.5, epsilon=0.3)}


class Duel(NamedTuple):
    """Two runs on the same luck, and where they part: None if never."""

    a: tuple[Transition, ...]
    b: tuple[Transition, ...]
    tables_part: int | None  # first step after which the tables differ, from 0
    paths_part: int | None  # first step at which the actions differ


@lru_cache(maxsize=1)
def world() -> FiniteMDP:
    return slippery(worlds.near_far(), SLIP)


@lru_cache(maxsize=16)
def fight(a: Config, b: Config, seed: int) -> Duel:
    """Train both for `STEPS` steps."""
    one, other = (tuple(train(world(), Timeline(config, STEPS), seed)) for config in (a, b))
    pairs = list(enumerate(zip(one, other, strict=True)))
    tables = next((k for k, (x, y) in pairs if (x.q != y.q).any()), None)
    # the same state and the same luck: only another action can part them
    paths = next((k for k, (x, y) in pairs if x.a != y.a), None)
    return Duel(one, other, tables, paths)


def reason(duel: Duel, a: Config, b: Config, seed: int) -> str:
    """Why the actions differ where the paths part: "explore" or "tables"."""
    assert duel.paths_part is not None
    event = duel.a[duel.paths_part]
    u = Luck(seed)(event.episode, event.t).explore
    return "explore" if (u < a.epsilon) != (u < b.epsilon) else "tables"


def draw() -> None:
    prose("q_learning", "duel")
    with st.container(key="ql_duel_pair_stage", horizontal=True):
        boxes = [
            st.container(key=f"ql_duel_stage_{side}", border=True)
            for side in ("world", "side")
        ]  # fmt: skip
    configs = [_settings(side, box) for side, box in zip(SIDES, boxes, strict=True)]
    seed = st.session_state.setdefault("ql_duel_seed", FIRST_SEED)
    st.button(
        label("stage.luck", seed=seed), key="ql_duel_luck", icon=":material/casino:",
        type="tertiary", help=label("duel.luck_help"), on_click=_change_luck,
    )  # fmt: skip
    duel = fight(configs[0], configs[1], seed)
    with st.container(key="ql_duel_verdict"):
        st.markdown(_verdict(duel, configs[0], configs[1], seed))
    _draw_paths(duel)
    _draw_difference(duel)
    _draw_result(duel)


def _change_luck() -> None:
    st.session_state.ql_duel_seed += 1


def _settings(side: str, box: Any) -> Config:
    usual = SIDES[side]
    with box:
        st.markdown(f"**{label(f'duel.name.{side}')}**")
        alpha = st.slider(
            label("stage.alpha"), 0.0, 1.0, usual.alpha, 0.01, key=f"ql_duel_alpha_{side}"
        )
        gamma = st.slider(
            label("stage.gamma"), 0.0, 0.99, usual.gamma, 0.01, key=f"ql_duel_gamma_{side}"
        )
        epsilon = st.slider(
            label("stage.epsilon"), 0.0, 1.0, usual.epsilon, 0.01, key=f"ql_duel_epsilon_{side}"
        )
    return Config(alpha=alpha, gamma=gamma, epsilon=epsilon)


def _verdict(duel: Duel, a: Config, b: Config, seed: int) -> str:
    if duel.paths_part is None:
        same = duel.tables_part is None
        return label("duel.never" if same else "duel.only_tables", steps=STEPS)
    mdp, k = world(), duel.paths_part
    one, other = duel.a[k], duel.b[k]
    u = Luck(seed)(one.episode, one.t).explore
    said = label(
        "duel.parted", step=k + 1, episode=one.episode + 1, t=one.t + 1, s=mdp.states[one.s],
        a=mdp.actions[one.a], b=mdp.actions[other.a],
    )  # fmt: skip
    why = reason(duel, a, b, seed)
    slipped = label("duel.slipped") if one.s_next == other.s_next else ""
    return f"{said} {label(f'duel.because.{why}', u=shown(u))} {slipped}"


def _mark(duel: Duel) -> list[dict[str, Any]]:
    k = duel.paths_part
    return [] if k is None else [{"step": k + 1, "text": label("duel.here")}]


def _names() -> list[str]:
    return [label(f"duel.name.{side}") for side in SIDES]


def _draw_paths(duel: Duel) -> None:
    """Where each step of both led, up to a little beyond the parting."""
    middle = STEPS // 2 if duel.paths_part is None else duel.paths_part
    first, last = max(middle - SHOWN_AFTER, 0), min(middle + SHOWN_AFTER, STEPS)
    rows = [
        {"step": k + 1, "value": event.s_next, "series": name}
        for name, run in zip(_names(), (duel.a, duel.b), strict=True)
        for k, event in list(enumerate(run))[first:last]
    ]
    titles = {"step": label("curve.axis"), "value": label("duel.state")}
    alt = label("duel.paths_alt")
    deeper_charts.paths_chart(rows, _mark(duel), _names(), world().states, titles, alt)
    st.caption(label("duel.paths_caption", slip=f"{SLIP:.0%}"))


def _draw_difference(duel: Duel) -> None:
    distance = [np.abs(x.q - y.q).max() for x, y in zip(duel.a, duel.b, strict=True)]
    rows = [{"step": k + 1, "value": float(distance[k])} for k in thinned(STEPS)]
    titles = {"step": label("curve.axis"), "value": label("duel.difference")}
    deeper_charts.difference_chart(rows, _mark(duel), titles, label("duel.difference_alt"))
    st.caption(label("duel.difference_caption"))


def _draw_result(duel: Duel) -> None:
    rows: list[list[Cell]] = []
    for name, run in zip(_names(), (duel.a, duel.b), strict=True):
        paid, ended = sum(e.r for e in run), sum(e.terminated for e in run)
        far = sum(e.s_next == len(world().states) - 1 for e in run)
        texts = [name, shown(paid), str(ended), str(far)]
        rows.append([{"text": text, "mark": "head" if i == 0 else ""}
                     for i, text in enumerate(texts)])  # fmt: skip
    table("ql_duel_result", label("duel.columns").split("|"), rows, label("duel.result_alt"))
