"""The world of the first station, and the way that the episode took through it."""

from __future__ import annotations

import itertools

import numpy as np
import streamlit as st

from playground.components import world as drawing
from playground.language import label
from playground.numbers import signed
from playground.reinforce import playing
from playground.symbols import colour
from rl_core.by_hand.reinforce import Update
from rl_core.tabular.trajectories import world
from rl_core.tabular.worlds import RIGHT


def draw(found: Update | None) -> None:
    """The states, what each move pays; bold: the moves of the episode."""
    mdp, session = world(playing.settings().step_reward), playing.session()
    start, walked = int(mdp.start.argmax()), list[tuple[int, int]]()
    if found is not None:
        alive = found.path.alive[0]
        walked = [
            (int(s), int(to))
            for s, to in zip(found.path.s[0, alive], found.path.s_next[0, alive], strict=True)
        ]
    edges = []
    for s, a in itertools.product(np.flatnonzero(~mdp.terminal).tolist(), range(len(mdp.actions))):
        to = int(mdp.p[s, a].argmax())  # where it leads unless the floor is slippery
        text = f"{'→' if a == RIGHT else '←'} {signed(mdp.r[s, a, to])}"
        edges.append({"from": s, "to": to, "label": text, "taken": (s, to) in walked})
    # the last move goes last: the agent is seen to make it
    edges.sort(key=lambda edge: (edge["from"], edge["to"]) == (walked[-1] if walked else None))
    notes = [label("stage.end") if end else "" for end in mdp.terminal]
    notes[start] = label("stage.start")
    names, agent = mdp.states, walked[-1][1] if walked else start
    data = {
        "states": [
            {"name": name, "terminal": bool(end), "note": note}
            for name, end, note in zip(names, mdp.terminal, notes, strict=True)
        ],
        "edges": edges,
        "agent": agent,
        "compact": True,
        "step": f"{session.seed} {session.cursor}",
        "taken_colour": colour("pi"),
        "alt": label(
            "reinforce.episode.world_alt",
            way=" ".join([names[start]] + [names[t] for _, t in walked]),
        ),
    }
    with st.container(key="rf_world_box"):
        drawing("rf_world", data)
