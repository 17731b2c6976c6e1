"""The update as a step downhill on half the squared TD error."""

from __future__ import annotations

from playground import formula
from rl_core.tabular import q_learning


def draw() -> None:
    formula.show(q_learning.td_error)
    formula.show(q_learning.update)
