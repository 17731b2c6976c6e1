"""The targets of DQN and Double DQN for one small batch, from two networks that err."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from rl_core.deep import action_values, double_dqn, dqn
from rl_core.tabular import noisy_estimates

SIZE, ACTIONS, GAMMA = 4, 3, 0.9
DOUBLE = r"Q\big(s', \arg\max_{a'} Q(s', a'; \theta); \theta^-\big)"
SINGLE = r"\max_{a'} Q(s', a'; \theta^-)"
HONEST = r"\sum_a P(a)\,q(a)"
LARGEST = r"\mathbb{E}\bigl[\max_a Q_A(a)\bigr]"


def batch(luck: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """reward, terminated [4], the values of the network and the target network [4, 3].

    All actions are truly worth 0; the last transition ends the episode.
    """
    rng = np.random.default_rng(luck)
    both = noisy_estimates.tables(np.zeros(ACTIONS), 1.0, 0.0, SIZE, luck).round(1)
    reward = rng.choice([-1.0, 0.0, 0.5, 1.0], SIZE)
    parts = reward, np.eye(SIZE)[-1], both[:, 0], both[:, 1]
    return tuple(torch.as_tensor(x, dtype=torch.float64) for x in parts)  # type: ignore[return-value]


@st.fragment
def draw() -> None:
    luck = st.session_state.setdefault("ddqn_numbers", 2)  # its first two targets: apart, alike
    r, end, q, q_next = batch(luck)
    y = double_dqn.target(r, end, q, q_next, GAMMA)
    y_dqn = dqn.target(r, end, q_next, GAMMA)
    _draw_batch(r, end, q, q_next, y_dqn, y)
    st.button(
        label("ddqn.other_batch"), key="ddqn_other_batch", icon=":material/casino:",
        type="tertiary", on_click=_other,
    )  # fmt: skip
    common: dict[str, list[float]] = {
        "r": r.tolist(), r"\gamma": [GAMMA] * SIZE, r"\text{terminated}": end.tolist(),
    }  # fmt: skip
    best = q.argmax(-1)
    chosen = action_values.chosen(q_next, best).tolist()
    i = formula.show_batch(double_dqn.target, common | {DOUBLE: chosen}, y.tolist(), "ddqn_sample")
    st.caption(label("ddqn.beside"))
    numbers = {name: values[i] for name, values in common.items()}
    numbers[SINGLE] = float(q_next[i].max())
    formula.show(dqn.target, numbers, float(y_dqn[i]))
    _draw_means()
    formula.show(action_values.overestimation)


def _other() -> None:
    st.session_state.ddqn_numbers += 1


def _draw_means() -> None:
    """What both would say of θ and θ⁻ on average, over all such batches."""
    st.caption(label("ddqn.on_average", n=ACTIONS))
    true, sd, alike = (0.0,) * ACTIONS, 1.0, 0.0
    single = noisy_estimates.expected_single(true, sd)
    formula.show(noisy_estimates.expected_single, {r"\sigma": sd, "q(a)": true[0]}, single)
    honest = float(noisy_estimates.chances(true, sd) @ np.array(true))
    numbers = {r"\rho": alike, HONEST: honest, LARGEST: single}
    double = noisy_estimates.expected_double(true, sd, alike)
    formula.show(noisy_estimates.expected_double, numbers, double)


def _draw_batch(
    r: Tensor, end: Tensor, q: Tensor, q_next: Tensor, y_dqn: Tensor, y: Tensor
) -> None:  # fmt: skip
    rows: list[list[Cell]] = []
    for i in range(SIZE):
        best, largest = int(q[i].argmax()), int(q_next[i].argmax())
        cells: list[Cell] = [
            {"text": str(i + 1), "mark": "head"}, {"text": shown(float(r[i]))},
            {"text": label(f"ddqn.{'ends' if end[i] else 'goes_on'}")},
            {"text": _values(q[i], best)}, {"text": _values(q_next[i], best, largest)},
            _target(y_dqn[i], "dqn"), _target(y[i], "double_dqn"), {"text": shown(float(r[i]))},
        ]  # fmt: skip
        rows.append(cells)
    with st.container(key="ddqn_batch_dense"):
        columns = label("ddqn.batch_columns").split("|")
        table("ddqn_batch_table", columns, rows, label("ddqn.batch_alt"))
    st.caption(label("ddqn.batch_caption", gamma=shown(GAMMA)))


def _target(y: Any, name: str) -> Cell:
    return {"text": shown(float(y)), "mark": "changed", "data": {"target": name}}


def _values(q: Tensor, best: int, largest: int | None = None) -> str:
    """The three values; [ ] around the action that the network picks, ↑ at the largest."""
    parts = []
    for a, x in enumerate(q.tolist()):
        text = f"[{shown(x, 1)}]" if a == best else shown(x, 1)
        parts.append(text + "↑" * (a == largest))
    return ", ".join(parts)
