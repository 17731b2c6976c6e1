"""The drawings of the app that are no charts, in the page's own DOM and theme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import streamlit as st

HERE = Path(__file__).parent


class Cell(TypedDict, total=False):
    """One cell of a table; only `text` is needed."""

    text: str
    old: str  # the number that was here before, shown struck through
    mark: str  # "changed", "head", "dim", "wrong"
    arrow: str  # drawn after the text: the greedy action
    data: dict[str, str]  # data-* attributes
    edit: str  # a field to type into, with this name for those who cannot see the table


@cache
def _component(name: str) -> Callable[..., Any]:
    # registered at first use, not at import: a registration belongs to a running app
    css = HERE / f"{name}.css"
    return st.components.v2.component(
        f"rl_playground.{name}",
        css=css.read_text(encoding="utf-8") if css.exists() else None,
        js=(HERE / f"{name}.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def keys() -> None:
    """Draw nothing; from then on arrow keys go to the stage after a slider, a tab or a switch was
    used with the mouse.
    """
    _component("keys")(key="keys")


def world(key: str, data: dict[str, Any]) -> None:
    """Draw a chain of states with the agent in it; `playground.stage` makes its data."""
    _component("world")(data=data, key=key)


def loop(key: str, data: dict[str, Any]) -> None:
    """Draw agent and environment with the last reward and the next action between them.

    Args:
        data: `agent` and `environment` (`title`, `name`), `action` and `reward` (`title`, `text`),
            `pose` of the puppy, `treat` (True, False, or None before the first), `step`, `lit`
            (which parts are lit at rest), `reward_colour`, `alt`.
    """
    _component("loop")(data=data, key=key)


def bars(key: str, columns: Sequence[str], rows: Sequence[dict[str, Any]], caption: str) -> None:
    """Draw a DOM table with a bar in each row, which moves when its value changes.

    Args:
        columns: the headings: of the names, of the bars, of each number.
        rows: `name`, `value` (0 to 1), `before` (its old value or None), `colour`, `chosen` (to be
            tinted), `numbers` (cells).
        caption: what the table shows, for those who cannot see it.
    """
    _component("bars")(data={"columns": columns, "rows": rows, "caption": caption}, key=key)


def table(
    key: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    caption: str,
    on_pick: Callable[[], None] | None = None,
    on_edit: Callable[[], None] | None = None,
) -> Any:
    """Draw a DOM table.

    Args:
        columns: the headings.
        rows: of cells.
        caption: what the table shows, for those who cannot see it.
        on_pick: called when a row is clicked; its number is then in the result's `picked`.
        on_edit: called when a cell was typed into; `edited` is then its row, column and text.
    """
    data = {"columns": columns, "rows": rows, "caption": caption, "pick": on_pick is not None}
    return _component("table")(
        data=data,
        key=key,
        on_picked_change=on_pick or (lambda: None),
        on_edited_change=on_edit or (lambda: None),
    )


def diagram(key: str, data: dict[str, Any], on_pick: Callable[[], None] | None = None) -> Any:
    """Draw an MDP.

    Args:
        data: `states` (`name`, `terminal`, `note`), `actions` (`s`, `a`, `state`, `name`, `picked`,
            `alt`, `outcomes` with `to`, `p`, `label`), and `alt`, the drawing in words.
        on_pick: called when an action is clicked; `picked` is then its state and action.
    """
    data = data | {"pick": on_pick is not None}
    return _component("diagram")(data=data, key=key, on_picked_change=on_pick or (lambda: None))


def grid(
    key: str,
    data: dict[str, Any],
    on_press: Callable[[], None] | None = None,
    on_pick: Callable[[], None] | None = None,
) -> Any:
    """Draw a grid world from above.

    Args:
        data: as `playground.grid_world.drawing` makes it, with `alt`; `keys` (an action number for
            each key) and `keys_label` if it is to be driven.
        on_press: called when one of the keys is pressed; its action is then in `pressed`.
        on_pick: called when a cell is clicked; `picked` is then its row and column.
    """
    return _component("grid")(
        data=data | {"pick": on_pick is not None},
        key=key,
        on_pressed_change=on_press or (lambda: None),
        on_picked_change=on_pick or (lambda: None),
    )


def actor_critic(key: str, data: dict[str, Any]) -> None:
    """Draw actor, critic and environment; the arrows light up in the order of an update.

    Args:
        data: `actor`, `critic`, `environment` (`title`, `lines`); the texts of the arrows `action`,
            `state`, `feedback`, `delta`; `step` (0 before the first), `delta_colour`, `alt`.
    """
    _component("actor_critic")(data=data, key=key)


def plane(key: str, data: dict[str, Any], on_pick: Callable[[], None]) -> Any:
    """Draw a map of two parameters.

    Args:
        data: `range` of both, `image` (of the heights, a data URI), `axes` (their names), `heights`
            (`at`, `text`), `names` (the same, with `kind` and `anchor`), `curves` (`kind`,
            `points`), `box` (two corners, or None), `path` (places of before), `arrows` (`from`,
            `to`, `kind`), `tries` (`at`, `ok`), `now`, `alt`. Kinds: plain, natural, iterate,
            ellipse, divergence, clip.
        on_pick: called when a place is clicked; `picked` is then where.
    """
    return _component("plane")(data=data, key=key, on_picked_change=on_pick)


def replay(key: str, data: dict[str, Any]) -> None:
    """Draw one episode at several moments of a training, to be played in step.

    Args:
        data: `id` (another one begins at the start again), `env` (what is drawn), `second` (frames
            in it), `moments` (`title`, `poses`, `failed`, `outcome`), `labels` (`play`, `pause`,
            `time`).
    """
    _component("replay")(data=data, key=key)
