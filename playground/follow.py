"""One fragment follows another: the number first, and after it what may come a moment later."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

DELAY = 40  # milliseconds: time to paint the number, and for the next key of somebody in a hurry


def follow_the_world(key: str) -> None:
    """Have the fragment in which this is called run again whenever the drawn world has moved."""
    _component()(key=key, data={"delay": DELAY}, on_moved_change=lambda: None)


@cache
def _component() -> Callable[..., Any]:
    js = Path(__file__).parent / "components" / "follow.js"
    return st.components.v2.component("rl_playground.follow", js=js.read_text(encoding="utf-8"))
