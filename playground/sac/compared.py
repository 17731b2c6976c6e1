"""All algorithms of the document in one table: what they are, and what was measured of them."""

from __future__ import annotations

import html
import json
from statistics import median
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from playground.language import CONTENT, label, prose

MEASURED = CONTENT / "measured.json"  # what `python -m benchmarks.algorithms` writes
PAGES = {
    "q_learning": "q-learning",
    "dqn": "dqn",
    "double_dqn": "double-dqn",
    "reinforce": "reinforce",
    "a2c": "actor-critic",
    "ddpg": "td3",
    "td3": "td3",
    "ppo": "ppo",
    "trpo": "trpo",
    "sac": "sac",
}  # the algorithms in the document's order, and the page of each


def draw() -> None:
    prose("sac", "compared")
    results = _measured()
    with st.container(key="sac_compared"):
        st.html(_table(results))
    if results:
        st.caption(label("sac.compared_caption", seed=results[0]["seed"]))
    else:
        st.caption(label("sac.compared_missing", command="python -m benchmarks.algorithms"))
    _draw_links()


def _measured() -> list[dict[str, Any]]:
    try:
        results: list[dict[str, Any]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return results


def _table(results: list[dict[str, Any]]) -> str:
    """A row for each algorithm; where there is no room for columns, each cell bears its name."""
    columns = label("sac.compared_columns").split("|")
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    return (
        f'<table class="rl-compared"><caption>{html.escape(label("sac.compared_alt"))}</caption>'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(_row(name, columns[1:], results) for name in PAGES)}</tbody></table>"
    )


def _row(algorithm: str, columns: list[str], results: list[dict[str, Any]]) -> str:
    name, *said = map(html.escape, label(f"sac.compared.{algorithm}").split("|"))
    lines = "".join(_line(r) for r in results if r["algorithm"] == algorithm)
    cells = [*said, f'<div class="measured">{lines}</div>' if lines else "–"]
    named = zip(map(html.escape, columns), cells, strict=True)
    row = "".join(f'<td data-name="{column}">{cell}</td>' for column, cell in named)
    return f'<tr><th scope="row">{name}</th>{row}</tr>'


def _line(result: dict[str, Any]) -> str:
    """One environment: its name and, in columns of their own, what was measured there."""
    parts = (result["env"], *_measured_text(result).split("|"))
    return "".join(f"<span>{html.escape(part)}</span>" for part in parts)


def _measured_text(result: dict[str, Any]) -> str:
    """When the runs of a lesson passed."""
    passed = [step for step in result["steps"] if step is not None]
    if not passed:
        return label("sac.compared_never", runs=result["runs"], steps=result["steps_trained"])
    seconds = max(second for second in result["seconds"] if second is not None)
    return label(
        "sac.compared_measured", passed=len(passed), runs=result["runs"],
        steps=f"{median(passed):.0f}", seconds=f"{seconds:.0f}",
    )  # fmt: skip


def _draw_links() -> None:
    """Links to the pages that there are."""
    with st.container(horizontal=True, gap="small"):
        for path in dict.fromkeys(PAGES.values()):
            names = [
                label(f"sac.compared.{a}").split("|")[0] for a, p in PAGES.items() if p == path
            ]
            try:
                st.page_link(f"pages/{path}.py", label=" · ".join(names))
            except StreamlitAPIException:  # a page that is not in this app's navigation
                continue
