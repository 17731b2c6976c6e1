"""Which language the app speaks, and what it says: labels and prose from `content/`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

CONTENT = Path(__file__).parents[1] / "content"
LANGUAGES = {"zh": "中文", "en": "English"}
BLOCK = re.compile(r"^<!-- (\w+) -->$", re.MULTILINE)


def choose_language() -> str:
    """Take the language from the link, else from the session, else from the browser."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state.language = asked
    elif "language" not in st.session_state:
        st.session_state.language = "zh" if (st.context.locale or "").startswith("zh") else "en"
    st.query_params["lang"] = st.session_state.language
    return language()


def language() -> str:
    """The language in force."""
    return str(st.session_state.get("language", "en"))


def label(key: str, **values: Any) -> str:
    """The short text at a dotted key of the language's TOML files, its {placeholders} filled."""
    return labels(language())[key].format(**values)


def prose(page: str, block: str) -> None:
    """Show one block of a page's prose."""
    st.markdown(blocks(language(), page)[block])


def text(page: str, block: str, **values: Any) -> str:
    """One block of a page's prose as text, with {placeholders} filled in."""
    return blocks(language(), page)[block].format(**values)


@cache
def labels(lang: str) -> dict[str, str]:
    """Every label of a language by its dotted key: those of all pages and each page's own."""
    files = sorted((CONTENT / lang).glob("*.toml"))
    texts = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return dict(pair for text in texts for pair in _flatten(text))


def _flatten(table: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((prefix + key, value))
    return flat


@cache
def blocks(lang: str, page: str) -> dict[str, str]:
    """The blocks of a page's Markdown file; each begins with a line `<!-- name -->`."""
    text = (CONTENT / lang / f"{page}.md").read_text(encoding="utf-8")
    _, *parts = BLOCK.split(text)
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))
