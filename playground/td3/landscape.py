"""The critics over the action: what the actor climbs, and what the target takes for the value."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch

from playground.language import label
from playground.numbers import shown, signed
from playground.td3 import charts, controls, playing, targets_view
from playground.td3.targets_view import at_the_actor, row_of
from rl_core.by_hand import td3 as td3_by_hand
from rl_core.by_hand.td3 import GAMMA, REWARD, Ideas, Learner

AT = torch.linspace(-1, 1, 161, dtype=torch.float64)
CLOSE = 0.02  # nearer than this, a value counts as right
FLAT = 0.05  # a slope less steep than this hardly moves the actor


def draw() -> None:
    frame, ideas = playing.session().frame, playing.ideas()
    with st.container(key="td3_hand_stage", horizontal=True):
        left = st.container(key="td3_hand_stage_world", border=True)
        right = st.container(key="td3_hand_stage_side", border=True)
    with left:
        _draw_chart(frame.learner, ideas)
        targets_view.draw_line(frame.learner, ideas)
        st.markdown(_verdict(frame.learner, ideas))
    with right:
        controls.draw_buttons()
        controls.draw_switches()
        targets_view.draw_table(frame, ideas)


def _draw_chart(learner: Learner, ideas: Ideas) -> None:
    first, second = td3_by_hand.critics(learner, AT[None])[:, 0]
    lines = {"truth": td3_by_hand.hill(AT), "first": first}
    if ideas.twin:
        lines["second"] = second
    if ideas.twin or ideas.smoothing:
        lines["seen"] = (td3_by_hand.target(learner, AT, ideas) - REWARD) / GAMMA
    names = {
        line: label(f"td3.seen.{row_of(ideas)}" if line == "seen" else f"td3.line.{line}")
        for line in lines
    }
    curves = [
        {"a": a, "value": value, "line": names[line]}
        for line, values in lines.items()
        for a, value in zip(AT.tolist(), values.tolist(), strict=True)
    ]
    a, (q, seen, true) = float(learner.action), at_the_actor(learner, ideas)
    slope = float(td3_by_hand.actor_slope(learner)[0])
    push = []
    if abs(slope) > FLAT:
        reach = float(np.clip(0.06 * slope, -0.3, 0.3))
        to = float(np.clip(a + reach + np.sign(slope) * 0.06, -1, 1))
        shape = "triangle-right" if slope > 0 else "triangle-left"
        push = [{"a": a, "to": to, "value": q, "shape": shape}]
    above = seen - true
    text = signed(round(above, 2)) if abs(above) > CLOSE else ""
    noises = td3_by_hand.next_action(learner.action, ideas)[0].tolist() if ideas.smoothing else []
    data = {
        "curves": curves,
        "actor": [{"a": a, "value": q}],
        "push": push,
        "seen": [{"a": a, "value": seen, "true": true, "low": min(seen, true), "text": text}],
        "noises": [{"a": noise} for noise in noises],
    }
    titles = {"a": label("td3.axis.action"), "value": label("td3.axis.value")}
    numbers = {"a": a, "q": q, "seen": seen, "true": true}
    alt = label("td3.landscape_alt", **{name: shown(x, 2) for name, x in numbers.items()})
    charts.landscape(data, names, titles, alt)


def _verdict(learner: Learner, ideas: Ideas) -> str:
    """Where the critic sends the actor, and what the target makes of it, in words."""
    seen, true = (float(slope) for slope in td3_by_hand.actor_slope(learner))
    climbs = "flat" if abs(seen) < FLAT else "wrong" if seen * true < 0 else "right"
    _, value, worth = at_the_actor(learner, ideas)
    side = "right" if abs(value - worth) < CLOSE else "above" if value > worth else "below"
    said = [label(f"td3.climbs.{climbs}"), label(f"td3.sees.{row_of(ideas)}.{side}")]
    return "  \n".join(said)  # each on a line of its own
