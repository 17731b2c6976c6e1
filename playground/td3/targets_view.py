"""What the target takes for the value of s′: as a line with numbers, and as a table of all four."""

from __future__ import annotations

import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.td3 import playing
from playground.td3.session import Frame
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import GAMMA, REWARD, Ideas, Learner
from rl_core.deep import ddpg, td3

ROWS = {
    "ddpg": Ideas(),
    "twin": Ideas(twin=True),
    "smoothing": Ideas(smoothing=True),
    "both": Ideas(twin=True, smoothing=True),
}
DDPG_VALUE = r"Q(s', \mu(s'; \phi^-); \theta^-)"
TD3_VALUE = r"\min_i Q_i(s', \tilde a; \theta_i^-)"
MU, TILDE = r"\mu(s'; \phi^-)", r"\tilde a"  # the target's action without noise and with it


def row_of(ideas: Ideas) -> str:
    """Which of the four targets it is."""
    return next(
        name for name, row in ROWS.items()
        if (row.twin, row.smoothing) == (ideas.twin, ideas.smoothing)
    )  # fmt: skip


def at_the_actor(learner: Learner, ideas: Ideas) -> tuple[float, float, float]:
    """At the actor's action: what critic 1 says, what the target takes, the truth."""
    a = learner.action
    q = float(td3_by_hand.critics(learner, a[:, None])[0])
    seen = (float(td3_by_hand.target(learner, a, ideas)) - REWARD) / GAMMA
    return q, seen, float(td3_by_hand.hill(a))


def draw_line(learner: Learner, ideas: Ideas) -> None:
    """The target with its numbers; with noise, the value is the mean over all noises."""
    algorithm, symbol = (td3, TD3_VALUE) if ideas.twin else (ddpg, DDPG_VALUE)
    line = formula.latex(algorithm.target)
    if ideas.smoothing:
        mean = rf"\mathbb{{E}}\bigl[{symbol.replace(MU, TILDE)}\bigr]"
        line, symbol = line.replace(symbol, mean), mean
    elif ideas.twin:
        line, symbol = (text.replace(TILDE, MU) for text in (line, symbol))
    _, seen, _ = at_the_actor(learner, ideas)
    y = float(td3_by_hand.target(learner, learner.action, ideas))
    values = {"r": REWARD, r"\gamma": GAMMA, r"\text{terminated}": 0.0, symbol: seen}
    st.latex(formula.coloured(line))
    st.latex(rf"y = {formula.substituted(line, values, y)}")


def draw_table(frame: Frame, ideas: Ideas) -> None:
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
