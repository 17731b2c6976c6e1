"""From one algorithm to the next: the code of two siblings as one text, each change explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from playground import code_diff
from playground.language import label, prose

Pair = tuple[Callable[..., Any], Callable[..., Any]]


def draw(page: str, key: str, *pairs: Pair) -> None:
    """What changed since the page before: the functions of each pair, old and new.

    The heading is the page's prose block `changed`; the sentences, one for every change in order,
    are its label `changed.<page>`, separated by "|".
    """
    prose(page, "changed")
    whole = st.toggle(label("diff.whole"), key=f"{key}_changed_whole")
    with st.container(key=f"{key}_changed"):
        code_diff.show(code_diff.between(*pairs), notes(page), whole)


def notes(page: str) -> list[str]:
    """The page's sentences on what changed."""
    return [note.strip() for note in label(f"changed.{page}").split("|")]
