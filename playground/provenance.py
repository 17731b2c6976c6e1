"""Which rewards fed this number? Every Q value unrolled into the rewards of the session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground import by_hand
from playground.components import Cell, table
from playground.language import label, prose
from playground.numbers import shown, signed
from rl_core.events import Transition
from rl_core.tabular.mdp import Floats

DEPTH, WIDTH = 3, 4  # of the tree: what is deeper is not unrolled, what is beside is summed up
MOST_REWARDS = 8

Place = tuple[int, int]  # state, action


@dataclass(frozen=True)
class Source:
    """One line of the tree: `weight` times `value` is part of the number at the root."""

    depth: int
    step: int  # when it came in, from 1; 0 for what is summed up
    kind: str  # "cell", "reward", or "rest"
    cell: Place
    weight: float
    value: float


def coefficients(events: Sequence[Transition], shape: tuple[int, int]) -> Floats:
    """[states, actions, steps] what each step's reward counts for in each Q value, from zeros."""
    counts = np.zeros((*shape, len(events)))
    q: Floats = np.zeros(shape)
    for k, e in enumerate(events):
        row = (1 - e.alpha) * counts[e.s, e.a]
        if not e.terminated:
            row += e.alpha * e.gamma * counts[e.s_next, q[e.s_next].argmax()]
        row[k] += e.alpha
        counts[e.s, e.a], q = row, e.q
    return counts


def tree(events: Sequence[Transition], cell: Place) -> list[Source]:
    """The number of `cell` after `events`, line by line; deeper lines explain the one above."""
    value = _value(events, cell)
    return [Source(0, len(events), "cell", cell, 1.0, value), *_sources(events, cell, 1.0, 1)]


def _value(events: Sequence[Transition], cell: Place) -> float:
    return float(events[-1].q[cell]) if events else 0.0


def _sources(events: Sequence[Transition], cell: Place, weight: float, depth: int) -> list[Source]:
    """What came into `cell`, the largest first; every update is r and the best of s'."""
    if depth > DEPTH:
        return []
    found: list[Source] = []
    for k in range(len(events) - 1, -1, -1):
        e = events[k]
        if (e.s, e.a) != cell:
            continue
        best = (e.s_next, int(_table(events, k)[e.s_next].argmax()))
        found.append(Source(depth, k + 1, "reward", cell, weight * e.alpha, e.r))
        found.append(Source(depth, k + 1, "cell", best, weight * e.alpha * e.gamma, e.max_q_next))
        weight *= 1 - e.alpha
    found = sorted((x for x in found if x.weight * x.value), key=lambda x: -abs(x.weight * x.value))
    lines: list[Source] = []
    for source in found[:WIDTH]:
        lines.append(source)
        if source.kind == "cell":
            earlier = events[: source.step - 1]
            lines += _sources(earlier, source.cell, source.weight, depth + 1)
    if rest := found[WIDTH:]:
        total = sum(x.weight * x.value for x in rest)
        lines.append(Source(depth, 0, "rest", (len(rest), 0), 1.0, total))
    return lines


def _table(events: Sequence[Transition], k: int) -> Floats:
    """The table before step `k`."""
    return events[k - 1].q if k else np.zeros_like(events[0].q)


def draw_provenance() -> None:
    """Choose a cell; the tree of updates beside the rewards that it comes down to."""
    mdp, session = by_hand.world(), by_hand.session()
    frames = list(enumerate(session.line.frames[: session.cursor + 1]))
    at = [i for i, frame in frames if frame.transition]  # the cursor of each step
    events = [frame.transition for _, frame in frames if frame.transition]
    cells = [(int(s), a) for s in np.flatnonzero(~mdp.terminal) for a in range(len(mdp.actions))]
    st.segmented_control(
        label("why.cell"), range(len(cells)), format_func=lambda i: _name(cells[i]),
        key="ql_why_cell", default=0, required=True,
    )  # fmt: skip
    cell = cells[st.session_state.ql_why_cell]
    if not _value(events, cell):
        st.caption(label("why.nothing", cell=_name(cell)))
        return
    with st.container(key="ql_why_stage", horizontal=True):
        with st.container(key="ql_why_stage_world"):
            _draw_tree(tree(events, cell), at)
        with st.container(key="ql_why_stage_side"):
            _draw_rewards(events, cell)
    prose("q_learning", "why")


def _name(cell: Place) -> str:
    mdp = by_hand.world()
    return f"Q({mdp.states[cell[0]]}, {mdp.actions[cell[1]]})"


def _draw_tree(sources: Sequence[Source], at: Sequence[int]) -> None:
    rows: list[list[Cell]] = []
    for x in sources:
        if x.kind == "cell":
            what = label("why.value" if x.depth else "why.root", cell=_name(x.cell), step=x.step)
        elif x.kind == "reward":
            what = label("why.reward", r=signed(x.value), step=x.step)
        else:
            what = label("why.rest", n=x.cell[0])
        indent = "\u2003\u2003" * (x.depth - 1) + "└\u2002" if x.depth else ""
        mark = "changed" if x.depth == 0 else "best" if x.kind == "reward" else ""
        part = x.weight * x.value
        summed = x.kind == "rest"
        rows.append([
            {"text": indent + what, "mark": mark},
            {"text": "" if summed else shown(x.weight), "mark": mark},
            {"text": "" if summed else shown(x.value), "mark": mark},
            {"text": shown(part), "mark": mark, "data": {"part": repr(part)}},
        ])  # fmt: skip

    def go() -> None:
        source = sources[st.session_state.ql_why_tree.picked]
        if source.step:
            by_hand.jump(at[source.step - 1])

    table(
        "ql_why_tree", label("why.columns").split("|"), rows, label("why.tree_alt"), on_pick=go
    )  # fmt: skip
    st.caption(label("why.tree_caption", depth=DEPTH, width=WIDTH))


def _draw_rewards(events: Sequence[Transition], cell: Place) -> None:
    """The sum over all rewards, which is the number shown."""
    counts = coefficients(events, events[0].q.shape)[cell]
    parts = counts * [e.r for e in events]
    fed = [int(k) for k in np.argsort(-np.abs(parts), kind="stable") if parts[k]]
    rows: list[list[Cell]] = [
        [{"text": label("why.at", step=k + 1)}, {"text": shown(counts[k])},
         {"text": signed(events[k].r)}, {"text": shown(parts[k])}]
        for k in sorted(fed[:MOST_REWARDS])
    ]  # fmt: skip
    if rest := fed[MOST_REWARDS:]:
        more: list[Cell] = [{"text": label("why.rest", n=len(rest))}, {"text": ""}, {"text": ""}]
        rows.append([*more, {"text": shown(parts[rest].sum())}])
    total = float(parts.sum())
    end: Cell = {"text": shown(total), "mark": "changed", "data": {"total": repr(total)}}
    rows.append([{"text": _name(cell), "mark": "head"}, {"text": ""}, {"text": ""}, end])
    table("ql_why_rewards", label("why.sum_columns").split("|"), rows, label("why.sum_alt"))
    st.caption(label("why.sum_caption", n=len(fed)))
