"""The world in force as a diagram."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground.components import diagram
from playground.language import label
from playground.mdp.settings import put
from playground.mdp.worlds import cells, picked, world
from playground.numbers import shown, signed

MOST_SIDE_BY_SIDE = 4  # states that fit beside something else


def draw_world(key: str, notes: dict[int, str] | None = None) -> None:
    """Draw the world; a click on an action picks it.

    Args:
        notes: a short text beside a state, by its number.
    """
    mdp, chosen = world(), picked()
    places = cells(mdp)

    def pick() -> None:
        put(picked=places.index(tuple(st.session_state[key].picked)))

    actions = [_action(s, a, (s, a) == chosen) for s, a in places]
    states = [
        {"name": name, "terminal": bool(end), "note": (notes or {}).get(s, "")}
        for s, (name, end) in enumerate(zip(mdp.states, mdp.terminal, strict=True))
    ]
    alt = label("mdp.diagram_alt", states=", ".join(mdp.states))
    diagram(key, {"states": states, "actions": actions, "alt": alt}, on_pick=pick)


def _action(s: int, a: int, is_picked: bool) -> dict[str, Any]:
    mdp = world()
    outcomes = [
        {"to": t, "p": float(mdp.p[s, a, t]), "label": _odds(s, a, t)}
        for t in range(len(mdp.states))
        if mdp.p[s, a, t] > 0
    ]
    alt = label("mdp.action_alt", state=mdp.states[s], action=mdp.actions[a])
    return {
        "s": s, "a": a, "state": mdp.states[s], "name": mdp.actions[a], "picked": is_picked,
        "alt": alt, "outcomes": outcomes,
    }  # fmt: skip


def _odds(s: int, a: int, t: int) -> str:
    """Probability and reward of an arrow, as in "0.8 · +1"."""
    mdp = world()
    return f"{shown(mdp.p[s, a, t], 2)} · {signed(round(float(mdp.r[s, a, t]), 2))}"


def is_wide() -> bool:
    """Whether the drawing needs the width of the page."""
    return len(world().states) > MOST_SIDE_BY_SIDE
