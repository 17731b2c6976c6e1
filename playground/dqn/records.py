"""What an update leaves behind, in tabs: the gradient, the table that it is like, the curve."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import streamlit as st

from playground import charts, components
from playground.components import Cell
from playground.dqn import playing
from playground.dqn.hand import named, transitions, world
from playground.dqn.link import saved
from playground.language import label
from playground.numbers import shown
from rl_core.by_hand.dqn import TABLE, Update
from rl_core.events import Floats
from rl_core.tabular import q_learning
from rl_core.tabular.dynamic_programming import optimal_values


def draw_gradient(update: Update, ahead: bool) -> None:
    """Every parameter's slope, and what the step makes of it."""
    sizes, after = update.before.sizes, update.after.theta
    old = update.before.theta
    columns = zip(
        _layers(sizes, update.gradient), _layers(sizes, old), _layers(sizes, after), strict=True
    )
    for layer, (gradient, before, then) in enumerate(columns):
        first, last = layer == 0, layer == len(sizes) - 2
        heads = [*world().states] if first else [f"h{k + 1}" for k in range(sizes[layer])]
        heads += [] if update.before.kind == TABLE else ["1"]  # what the biases are multiplied by
        outs = (
            [f"Q(·, {name})" for name in ("→", "←")]
            if last else [f"h{k + 1}" for k in range(sizes[layer + 1])]
        )  # fmt: skip
        with st.container(key=f"dqn_layer_{layer}_pair_stage", horizontal=True):
            for name, now, prior in (("slope", gradient, None), ("theta", then, before)):
                with st.container(key=f"dqn_{name}_{layer}_dense"):
                    rows = [
                        _row(head, now[i], None if prior is None else prior[i])
                        for i, head in enumerate(heads)
                    ]
                    title = label(f"dqn.hand.{name}{'_next' * (ahead and name == 'theta')}")
                    components.table(
                        f"dqn_{name}_{layer}", [title, *outs], rows,
                        label(f"dqn.hand.{name}_alt", layer=layer + 1),
                    )  # fmt: skip
    length = shown(float(np.linalg.norm(update.gradient)))
    says = label("dqn.hand.gradient_says", length=length, n=len(update.moves))
    st.caption(f"{says} {label(f'dqn.hand.parameters.{update.before.kind}')}")


def _row(head: str, now: Floats, before: Floats | None) -> list[Cell]:
    """Slopes if there is no `before`, else what changed."""
    row: list[Cell] = [{"text": head, "mark": "head"}]
    decimals = 4 if len(now) == 2 else 3  # as many as there is room for
    for j, x in enumerate(now):
        text = shown(x, decimals)
        cell: Cell = {"text": text, "mark": "best" if before is None and text != "0" else "dim"}
        if before is not None and text != (old := shown(before[j], decimals)):
            cell = {"text": text, "old": old, "mark": "changed"}
        row.append(cell)
    return row


def _layers(sizes: tuple[int, ...], flat: Floats) -> Iterator[Floats]:
    """Layer after layer [inputs + 1, outputs], the biases in the last row."""
    at = 0
    for inputs, outputs in pairwise(sizes):
        yield flat[at : at + (inputs + 1) * outputs].reshape(-1, outputs)
        at += (inputs + 1) * outputs


def draw_as_table(update: Update, ahead: bool) -> None:
    """What Q-learning would have written into its table, and what the network says now."""
    old, new = update.before.values(), update.after.values()
    stale = not np.array_equal(old, update.before.values(target=True))
    rows: list[list[Cell]] = []
    for k, (s, a, r, s_next, terminated) in enumerate(transitions()):
        here = (s, a) in [move[:2] for move in update.moves]
        delta = q_learning.td_error(old, s, a, r, s_next, terminated, update.gamma)
        tabular = q_learning.update(old[s, a], update.alpha, delta) if here else old[s, a]
        same = abs(tabular - new[s, a]) < 1e-12
        text = shown(tabular) if here else label("dqn.hand.untouched")
        rows.append(
            [
                {"text": f"Q({named(k)})", "mark": "head"},
                {"text": shown(old[s, a])},
                {"text": text, "mark": "" if here else "dim"},
                {"text": shown(new[s, a]), "mark": "" if same else "changed"},
                {"text": label(f"dqn.hand.{'same' if same else 'other'}")},
            ]
        )
    with st.container(key="dqn_as_table_box"):
        columns = label("dqn.hand.as_table_columns").split("|")
        components.table("dqn_as_table", columns, rows, label("dqn.hand.as_table_alt"))
    case = (
        "hidden" if update.before.kind != TABLE else "stale" if stale
        else "one" if len(update.moves) == 1 else "many"
    )  # fmt: skip
    st.markdown(label(f"dqn.hand.as_table.{case}", n=len(update.moves)))


def draw_curve(update: Update, ahead: bool) -> None:
    """The values of the network after every update, beside the exact ones."""
    made = [frame for frame in playing.session().past if frame.update]
    if not made:
        st.caption(label("history.empty"))
        return
    first = playing.session().frames[0][0]
    names = [f"Q({named(k)})" for k in range(len(transitions()))]
    frames = [first, *made]
    lines = [
        {"step": i, "value": float(value), "series": name, "line": 0}
        for i in charts.thinned(len(frames))
        for name, value in zip(names, _four(frames[i].learner.values()), strict=True)
    ]
    best = _four(optimal_values(world(), update.gamma))
    heights = {round(value, 6): name for name, value in zip(names[::-1], best[::-1], strict=True)}
    exact = [
        {"value": value, "series": name, "text": "Q*" if value == max(heights) else ""}
        for value, name in heights.items()
    ]
    titles = {"step": label("dqn.hand.axis_updates"), "value": "Q(s, a; θ)"}
    said = label(
        "dqn.hand.curve_alt", n=len(made), right=shown(_four(made[-1].learner.values())[2])
    )
    charts.values_chart(lines, exact, len(made), names, titles, said)
    st.caption(label("dqn.hand.curve_caption"))


def _four(q: Floats) -> list[float]:
    """The values of the four transitions, in their order."""
    return [float(q[s, a]) for s, a, *_ in transitions()]


def draw_save(update: Update, ahead: bool) -> None:
    """The link, the file, and the way back from a file."""
    st.markdown(label("dqn.hand.link" if playing.fits_link() else "save.too_long"))
    session = playing.session()
    st.download_button(
        label("save.download"), lambda: saved(session), "dqn.json", "application/json",
        key="dqn_save", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.file_uploader(
        label("save.upload"), type="json", key="dqn_upload", max_upload_size=1,
        on_change=playing.load_upload,
    )  # fmt: skip
