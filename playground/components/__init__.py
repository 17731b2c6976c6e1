"""The two drawings of the app: a world and a table, in the page's own DOM and theme."""

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


@cache
def _component(name: str) -> Callable[..., Any]:
    # registered at first use, not at import: a registration belongs to a running app
    return st.components.v2.component(
        f"rl_playground.{name}",
        css=(HERE / f"{name}.css").read_text(encoding="utf-8"),
        js=(HERE / f"{name}.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )


def world(key: str, data: dict[str, Any]) -> None:
    """Draw a chain of states with the agent in it; see `playground.drawing`."""
    _component("world")(data=data, key=key)


def table(
    key: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    caption: str,
    on_pick: Callable[[], None] | None = None,
) -> Any:
    """Draw a DOM table.

    Args:
        columns: the headings.
        rows: of cells.
        caption: what the table shows, for those who cannot see it.
        on_pick: called when a row is clicked; its number is then in the result's `picked`.
    """
    data = {"columns": columns, "rows": rows, "caption": caption, "pick": on_pick is not None}
    return _component("table")(data=data, key=key, on_picked_change=on_pick or (lambda: None))
