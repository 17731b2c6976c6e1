"""What a duel leaves behind, in tabs: returns over many seeds, both paths, the formulas."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.q_table import values
from playground.routes import charts, playing
from playground.routes.duel import TIME_LIMIT, Frame, world
from playground.routes.numbers import (
    EPISODES,
    SEEDS,
    Term,
    finished_returns,
    many_returns,
    named,
    terms,
)
from rl_core.events import Transition
from rl_core.tabular import policy_gradient, q_learning
from rl_core.tabular.policy_gradient import softmax

LAST_ROWS = 100


def names() -> list[str]:
    """The two routes, as legends call them."""
    return ["Q-learning", "REINFORCE"]


def rounds() -> list[list[Frame]]:
    """The frames up to the cursor, by episode."""
    found: list[list[Frame]] = []
    for before, frame in pairwise(playing.duel().past):
        if before.over or not found:
            found.append([])
        found[-1].append(frame)
    return found


def last_transition() -> Transition | None:
    """The last update of Q-learning."""
    return next((f.value_event for f in playing.duel().past[::-1] if f.value_event), None)


def last_terms() -> list[Term]:
    """The last update of REINFORCE, a term for each step of the episode."""
    past = playing.duel().past[::-1]
    found = (terms(frame, before) for frame, before in pairwise(past))
    return next(filter(None, found), [])


def draw_returns() -> None:
    """Return per episode: many seeds as a band, the duel on stage as dots."""
    config = playing.config()
    bands = []
    for name, g in zip(names(), many_returns(config), strict=True):
        low, high = np.quantile(g, [0.1, 0.9], axis=0)
        columns = zip(g.mean(0).tolist(), low.tolist(), high.tolist(), strict=True)
        bands += [
            {"n": n + 1, "mean": mean, "low": lo, "high": hi, "series": name}
            for n, (mean, lo, hi) in enumerate(columns)
        ]
    played = finished_returns(playing.duel().past, config.gamma)[:EPISODES]
    dots = [
        {"n": n + 1, "value": g, "series": name}
        for n, pair in enumerate(played)
        for name, g in zip(names(), pair, strict=True)
    ] or [{"n": 1, "value": None, "series": name} for name in names()]
    best = [{"value": config.gamma, "text": label("routes.best", g=shown(config.gamma))}]
    titles = {"n": label("routes.axis_episode"), "value": label("routes.axis_return")}
    means = [shown(g[:, -1].mean(), 3) for g in many_returns(config)]
    said = label("routes.returns_alt", value=means[0], policy=means[1])
    charts.returns_chart(bands, dots, best, names(), titles, said)
    st.caption(label("routes.returns_caption", seeds=SEEDS, limit=TIME_LIMIT))


def draw_paths() -> None:
    """Both paths step by step, the newest on top; the steps where they part are marked."""
    if not rounds():
        st.caption(label("history.empty"))
        return
    rows = [
        _row(frame, first=frame.parted and not (i and episode[i - 1].parted))
        for episode in rounds()
        for i, frame in enumerate(episode)
    ][:-LAST_ROWS - 1 : -1]  # fmt: skip
    with st.container(key="routes_paths_box"):
        table("routes_paths", label("routes.columns").split("|"), rows, label("routes.paths_alt"))
    st.caption(label("routes.paths_caption"))


def _row(frame: Frame, first: bool) -> list[Cell]:
    mdp, some = world(), frame.value_event or frame.policy_event
    assert some
    texts = [str(some.episode + 1), str(some.t + 1)]
    for event in (frame.value_event, frame.policy_event):
        if event is None:
            texts += ["–", "", ""]
        else:
            texts += [
                f"{mdp.states[event.s]}, {mdp.actions[event.a]}",
                signed(event.r),
                mdp.states[event.s_next],
            ]
    texts.append(label("routes.part_here") if first else "")
    return [{"text": text, "mark": "changed" if first else ""} for text in texts]


def draw_formulas() -> None:
    """Every formula of the stage with its code and the numbers of the last step."""
    frame, mdp, event = playing.duel().frame, world(), last_transition()
    if event:
        formula.show(q_learning.update, values(event), float(event.q[event.s, event.a]))
    else:
        formula.show(q_learning.update)
    formula.show(policy_gradient.update)
    for term in last_terms():
        st.latex(named(term))
    formula.show(policy_gradient.gradient)
    formula.show(softmax)
    for s in np.flatnonzero(~mdp.terminal):
        theta, pi = frame.policy.q[s], softmax(frame.policy.q)[s]
        powers = [f"e^{{{formula.tex(x)}}}" for x in theta]
        st.latex(
            rf"\pi(\text{{{mdp.actions[0]}}} \mid \text{{{mdp.states[s]}}})"
            rf" = \frac{{{powers[0]}}}{{{powers[0]} + {powers[1]}}}"
            rf" = \mathbf{{{formula.tex(pi[0])}}}"
        )
    st.caption(label("routes.formulas_say"))
