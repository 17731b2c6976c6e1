"""The relatives of Q-learning, each shown as what changes in the code of the one before it."""

from __future__ import annotations

from types import ModuleType

import streamlit as st

from playground import code_diff, formula
from playground.language import label, prose
from rl_core.tabular import double_q_learning, expected_sarsa, n_step, q_learning, sarsa

PAIRS: dict[str, tuple[ModuleType, ModuleType]] = {
    "sarsa": (q_learning, sarsa),
    "expected_sarsa": (sarsa, expected_sarsa),
    "double_q_learning": (q_learning, double_q_learning),
    "n_step": (sarsa, n_step),
}
NAMES = {
    "q_learning": "Q-learning",
    "sarsa": "SARSA",
    "expected_sarsa": "Expected SARSA",
    "double_q_learning": "Double Q-learning",
    "n_step": "n-step SARSA",
}
PROSE = {
    "sarsa": "diff_sarsa",
    "expected_sarsa": "diff_expected_sarsa",
    "double_q_learning": "diff_double_q_learning",
    "n_step": "diff_n_step",
}


def found(name: str) -> list[code_diff.Change]:
    """The changes that lead to the algorithm `name`."""
    old, new = PAIRS[name]
    return code_diff.between((old.target, new.target), (old.train, new.train))


def notes(name: str) -> list[str]:
    """A sentence on each of them."""
    return label(f"diff.notes.{name}").split("|")


def draw() -> None:
    prose("q_learning", "on_policy")
    names = {name: f"{NAMES[_short(old)]} → {NAMES[name]}" for name, (old, _) in PAIRS.items()}
    name = st.segmented_control(
        label("diff.which"), list(PAIRS), format_func=names.__getitem__, default="sarsa",
        required=True, key="ql_diff",
    )  # fmt: skip
    old, new = PAIRS[name]
    prose("q_learning", PROSE[name])
    left, right = st.columns(2)
    for box, module in ((left, old), (right, new)):
        box.caption(NAMES[_short(module)])
        box.latex(formula.coloured(formula.latex(module.target)))
    whole = st.toggle(label("diff.whole"), key="ql_diff_whole")
    with st.container(key="ql_diff_code"):
        code_diff.show(found(name), notes(name), whole)


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]
