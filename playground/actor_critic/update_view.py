"""One update: what the recorded advantages do to the actor, the returns to the critic."""

from __future__ import annotations

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from playground.actor_critic import settings
from playground.actor_critic.record_view import arrow, draw_ending
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.by_hand.a2c import ALIVE, POLICY, WORLD, Record
from rl_core.deep.distributions import Categorical
from rl_core.tabular.worlds import RIGHT

THETA = torch.from_numpy(np.log(POLICY))


def after(record: Record) -> tuple[Tensor, Tensor]:
    """Preferences and values after one step with the learner's settings."""
    v, advantage = advantages(record)
    target = advantage + v[record.s]
    alpha, beta = settings.number("alpha"), settings.number("beta")
    return a2c_by_hand.descend(THETA, v, record, advantage, target, alpha, beta)


def advantages(record: Record) -> tuple[Tensor, Tensor]:
    """What the critic says of each state, and the advantages of the recording."""
    gamma, lam = settings.number("discount"), settings.number("lambda")
    v = a2c_by_hand.critic(settings.number("wrong"), gamma)
    return torch.from_numpy(v), record.advantages(v, gamma, lam)


def draw() -> None:
    record = a2c_by_hand.recorded(settings.chosen("ending"))
    with st.container(key="ac_update_stage", horizontal=True):
        with st.container(key="ac_update_left", border=True):
            _draw_table(record)
            _draw_buttons()
            draw_ending()
        with st.container(key="ac_update_right", border=True):
            for name in ("lambda", "beta", "alpha", "wrong"):
                settings.draw_slider(name)
    st.markdown(_statement(record))


def _draw_buttons() -> None:
    taken = settings.count("taken")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("a2c.update.take"), key="ac_take", type="primary", shortcut="Right",
            disabled=bool(taken), on_click=settings.set_count, args=("taken", 1),
        )  # fmt: skip
        st.button(
            label("stage.undo"), key="ac_untake", type="tertiary", icon=":material/undo:",
            shortcut="U", disabled=not taken, on_click=settings.set_count, args=("taken", 0),
        )  # fmt: skip


def _draw_table(record: Record) -> None:
    v, advantage = advantages(record)
    theta, values = after(record)
    true = a2c_by_hand.true_values(settings.number("discount"))
    taken, rows = settings.count("taken"), []
    for s in np.flatnonzero(ALIVE):
        steps = np.flatnonzero(record.s == s).tolist()
        said = ", ".join(
            f"{arrow(record, t)} {signed(round(float(advantage[t]), 2))}" for t in steps
        )
        row: list[Cell] = [{"text": WORLD.states[s], "mark": "head"}, {"text": said or "–"}]
        pairs = {
            "pi": (float(POLICY[s, RIGHT]), float(theta[s].softmax(-1)[RIGHT])),
            "v": (float(v[s]), float(values[s])),
        }
        for name, (old, new) in pairs.items():
            now = new if taken else old
            cell: Cell = {
                "text": shown(now, 3), "data": {"state": WORLD.states[s], name: repr(now)},
            }  # fmt: skip
            if shown(now, 3) != shown(old, 3):
                cell |= {"old": shown(old, 3), "mark": "changed"}
            row.append(cell)
        row.append({"text": shown(true[s], 3), "mark": "dim"})
        rows.append(row)
    columns = ["s", label("a2c.update.told"), "π(→ | s)", "V(s)", label("a2c.update.true")]
    with st.container(key="ac_update_dense"):
        table("ac_update_table", columns, rows, label("a2c.update.alt"))


def _statement(record: Record) -> str:
    """How undecided the policy is, and what the bonus is there for."""
    before = float(Categorical(THETA).entropy()[ALIVE].mean())
    if not settings.count("taken"):
        return label("a2c.update.start", entropy=shown(before, 3))
    theta, _ = after(record)
    now = float(Categorical(theta).entropy()[ALIVE].mean())
    name = "bonus" if settings.number("beta") else "none"
    numbers = {"before": shown(before, 3), "now": shown(now, 3)}
    return label(f"a2c.update.says_{name}", beta=shown(settings.number("beta")), **numbers)
