"""The Markov property kept and broken: a sign that is out of sight when it matters."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp.settings import get, widget
from playground.numbers import shown
from rl_core.tabular import hidden
from rl_core.tabular.hidden import DOORS, GO_LEFT, GO_RIGHT, SIGN_LEFT, SIGN_RIGHT, TREAT

ACTIONS = (GO_LEFT, GO_RIGHT)


@dataclass(frozen=True)
class Past:
    """A history that ends at the doors, what the agent's state says about it, and its future."""

    sign: int
    action: int
    state: str
    chances: tuple[float, ...]  # of the treat, for each action


def pasts(trust: float, remember: bool) -> list[Past]:
    """The four ways to come to the doors."""
    world, found = hidden.two_doors(trust), []
    for sign in (SIGN_LEFT, SIGN_RIGHT):
        for action in ACTIONS:
            belief = hidden.belief_after(world, (sign, action, DOORS))
            chances = tuple(float(hidden.forecast(world, belief, a)[TREAT]) for a in ACTIONS)
            seen = label("mdp.markov.doors")
            if remember:
                seen = label(f"mdp.markov.remembered.{'left' if sign == SIGN_LEFT else 'right'}")
            found.append(Past(sign, action, seen, chances))
    return found


def is_markov(histories: list[Past]) -> bool:
    """Whether histories that end in the same state have the same future."""
    futures = {(past.state, tuple(round(x, 9) for x in past.chances)) for past in histories}
    return len(futures) == len({past.state for past in histories})


def draw() -> None:
    st.markdown(label("mdp.markov.story"))
    with st.container(key="mdp_markov_stage", horizontal=True):
        left = st.container(key="mdp_markov_stage_world", border=True)
        right = st.container(key="mdp_markov_stage_side", border=True)
    with right:
        st.slider(
            label("mdp.markov.trust"), 0.5, 1.0, step=0.05, help=label("mdp.markov.trust_help"),
            **widget("trust"),
        )  # fmt: skip
        st.radio(
            label("mdp.markov.remember"), ["no", "yes"],
            format_func=lambda name: label(f"mdp.markov.remember_{name}"), **widget("remember"),
        )  # fmt: skip
    histories = pasts(get("trust"), get("remember") == "yes")
    with left:
        _draw_table(histories)
        kept = is_markov(histories)
        first, other = histories[0].chances[0], histories[2].chances[0]
        st.markdown(
            label(
                "mdp.markov.kept" if kept else "mdp.markov.broken",
                first=shown(first), other=shown(other),
            )
        )  # fmt: skip
    with st.expander(label("mdp.more_formulas")):
        formula.show(hidden.belief_after)
        formula.show(hidden.forecast)


def _draw_table(histories: list[Past]) -> None:
    """A row for each history; what breaks the property is marked."""
    rows: list[list[Cell]] = []
    for past in histories:
        others = [p.chances for p in histories if p.state == past.state]
        differs = any(abs(x[0] - past.chances[0]) > 1e-9 for x in others)
        sign = label(f"mdp.markov.sign.{'left' if past.sign == SIGN_LEFT else 'right'}")
        action = "Left" if past.action == GO_LEFT else "Right"
        futures: list[Cell] = [
            {
                "text": shown(chance),
                "mark": "changed" if differs else "",
                "data": {"history": f"{sign} {action}", "action": name, "value": repr(chance)},
            }
            for name, chance in zip(("Left", "Right"), past.chances, strict=True)
        ]
        rows.append([{"text": f"{sign}, {action}", "mark": "head"}, {"text": past.state}, *futures])
    with st.container(key="mdp_markov_table"):
        table("mdp_markov", label("mdp.markov.columns").split("|"), rows, label("mdp.markov.alt"))
