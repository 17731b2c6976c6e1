"""The link of the TRPO page: place, δ, direction and station, as far as they are not the usual."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from playground.language import label
from playground.trpo.updates import STATIONS

RANGE = (-6.0, 6.0)  # of the map
BEGIN = (-1.5, -3.5)
DELTAS = (0.01, 0.03, 0.1, 0.3)
DIRECTIONS = ("natural", "plain")  # two iterations of conjugate gradient, or one
USUAL = {
    "trpo_x": BEGIN[0],
    "trpo_y": BEGIN[1],
    "trpo_delta": 0.1,
    "trpo_direction": "natural",
    "trpo_station": STATIONS[0],
}


def asked() -> dict[str, str]:
    """What the link asks for."""
    return {key: st.query_params.get(key, str(usual)) for key, usual in USUAL.items()}


def refuse() -> list[str]:
    """What the page cannot use is taken out of the link and said."""
    problems = []
    for key in ("trpo_x", "trpo_y"):
        if not _within(given := st.query_params.get(key, "0")):
            right = label("link.range", low=RANGE[0], high=RANGE[1])
            problems.append(_problem(key, given, right))
    choices = {"trpo_delta": DELTAS, "trpo_direction": DIRECTIONS, "trpo_station": STATIONS}
    for key, options in choices.items():
        names = list(map(str, options))
        if (given := st.query_params.get(key, names[0])) not in names:
            problems.append(_problem(key, given, label("link.or").join(names)))
    return problems


def _problem(key: str, given: str, right: str) -> str:
    del st.query_params[key]
    return label("link.setting", name=key, given=given[:20], right=right)


def _within(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and RANGE[0] <= float(text) <= RANGE[1]
    except ValueError:
        return False


def write(values: Mapping[str, object]) -> None:
    """Put what is not usual into the address."""
    for key, value in values.items():
        if value != USUAL[key]:
            st.query_params[key] = str(value)
        else:
            st.query_params.pop(key, None)
