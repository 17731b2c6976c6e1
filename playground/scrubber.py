"""A slider over the steps of a session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

COMPONENTS = Path(__file__).parent / "components"


def scrubber(key: str, text: str, value: int, most: int, on_move: Callable[[int], None]) -> None:
    """Show that step `value` of 0 to `most` is on stage; call `on_move` with the one gone to."""

    def moved() -> None:
        on_move(min(max(int(st.session_state[key].moved), 0), most))

    data = {"label": text, "value": value, "max": most}
    _component()(key=key, data=data, on_moved_change=moved)


@cache
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "rl_playground.scrubber",
        css=(COMPONENTS / "scrubber.css").read_text(encoding="utf-8"),
        js=(COMPONENTS / "scrubber.js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
