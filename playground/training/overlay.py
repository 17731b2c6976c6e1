"""Earlier trainings of this session, to be drawn beside the one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from playground.language import label
from playground.numbers import shown
from playground.runs.records import Point, Training
from playground.runs.store import Store
from playground.training.controls import NAMES

if TYPE_CHECKING:
    from playground.training.panel import Panel

KEPT = 4  # as many as there are colours


def kept(panel: Panel, store: Store, training: Training) -> dict[str, Training]:
    """The last trainings looked at here in the same environment, this one left out, by id."""
    ids = [id for id in st.session_state.get(panel.of("kept"), []) if id != training.id]
    found = [other for id in ids if (other := store.get(id)) and other.env == training.env]
    return {other.id: other for other in found[-KEPT:]}


def others(panel: Panel, store: Store, training: Training | None) -> list[tuple[str, list[Point]]]:
    """Name and points of those that were chosen for comparison."""
    chosen = st.session_state.get(panel.of("overlay"), [])
    if not training or not chosen:
        return []
    return [
        (_name(panel, id), store.points(id)) for id in kept(panel, store, training) if id in chosen
    ]


def draw_choice(panel: Panel, store: Store, training: Training) -> None:
    """Let the learner choose which to compare, if there are any."""
    found = kept(panel, store, training)
    if not found:
        return
    said = {
        id: f"{_name(panel, id)} · {_differences(store, other, training)}"
        for id, other in found.items()
    }
    st.pills(
        label("training.overlay"),
        list(said),
        format_func=said.__getitem__,
        selection_mode="multi",
        key=panel.of("overlay"),
    )


def _name(panel: Panel, id: str) -> str:
    """Its number among those of this session, which it keeps."""
    return f"#{st.session_state[panel.of('kept')].index(id) + 1}"


def _differences(store: Store, other: Training, training: Training) -> str:
    """What the other training has that this one has not."""
    theirs, ours = _values(store, other), _values(store, training)
    parts = [NAMES.get(other.algorithm, other.algorithm)] * (other.algorithm != training.algorithm)
    parts += [
        f"{label(f'training.setting.{name}')} {' → '.join(map(_short, values))}"
        for name, values in theirs.items()
        if values != ours.get(name, values)
    ]
    parts += [
        f"{label(f'training.{name}')} {getattr(other, name)}"
        for name in ("runs", "steps", "seed")
        if getattr(other, name) != getattr(training, name)
    ]
    return ", ".join(parts) or label("training.overlay_same")


def _values(store: Store, training: Training) -> dict[str, list[Any]]:
    """For each setting what it was at first, then what it was changed to."""
    values = {name: [value] for name, value in training.config.items()}
    for change in store.changes(training.id):
        values[change.field].append(change.value)
    return values


def _short(value: object) -> str:
    if isinstance(value, bool):
        return label(f"training.{'on' if value else 'off'}")
    return shown(value, 5) if isinstance(value, (int, float)) else str(value)
