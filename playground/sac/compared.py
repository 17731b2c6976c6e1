"""All algorithms of the document in one table: what they are, and what was measured of them."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

import streamlit as st
from streamlit.errors import StreamlitAPIException

from playground.components import Cell, table
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
    envs = list(dict.fromkeys(result["env"] for result in results))
    by_pair = {(result["algorithm"], result["env"]): result for result in results}
    rows: list[list[Cell]] = []
    for algorithm in PAGES:
        name, *said = label(f"sac.compared.{algorithm}").split("|")
        found = [_text(by_pair.get((algorithm, env))) for env in envs]
        cells: list[Cell] = [{"text": text} for text in (*said, *found)]
        rows.append([{"text": name, "mark": "head"}, *cells])
    columns = [*label("sac.compared_columns").split("|"), *envs]
    with st.container(key="sac_compared_whole_words_box"):
        table("sac_compared", columns, rows, label("sac.compared_alt"))
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


def _text(result: dict[str, Any] | None) -> str:
    """When the runs of a lesson passed."""
    if result is None:
        return "–"
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
