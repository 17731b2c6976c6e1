"""Whole batches, epoch by epoch: the ratios drift apart, held by the clip or not."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.ppo import charts, settings
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import NO_CLIP, RUNS, Moment

EDGES = np.exp(np.arange(-30, 31) / 10)  # of the histogram's bins
KINDS = ("inside", "flat", "back")
SIDES = ("with", "without")


@lru_cache(maxsize=16)
def first(seed: int) -> Moment:
    return ppo_by_hand.first(seed)


@lru_cache(maxsize=512)
def moment(seed: int, clip: float, epochs: int) -> Moment:
    """The policies after so many epochs over their batches."""
    if epochs == 0:
        return first(seed)
    return ppo_by_hand.epoch(moment(seed, clip, epochs - 1), clip)


@lru_cache(maxsize=256)
def measured(seed: int, clip: float, epochs: int) -> NDArray[np.float64]:
    """[2, runs] what the policies really earn: with the clip, and without."""
    return ppo_by_hand.earned([moment(seed, c, epochs) for c in (clip, NO_CLIP)])


def kinds(now: Moment, clip: float) -> dict[str, NDArray[np.bool_]]:
    """Which samples [runs, batch] are within 1 ± ε; beyond it and flat; beyond it, pulled back.

    Without the clip there is nothing flat: the gradient of every sample is its advantage.
    """
    beyond = ((now.ratio - 1).abs() > settings.clip()).numpy()
    flat = (ppo_by_hand.slope(now.ratio, now.advantage, clip) == 0).numpy()
    return {"inside": ~beyond, "flat": beyond & flat, "back": beyond & ~flat}


def draw() -> None:
    seed, epochs = settings.seed(), settings.visited()[-1]
    clips = settings.clip(), NO_CLIP
    with st.container(key="ppo_batch_pair_stage", horizontal=True):
        for name, clip in zip(SIDES, clips, strict=True):
            with st.container(key=f"ppo_{name}", border=True):
                st.markdown(label(f"ppo.batch.{name}", clip=shown(settings.clip())))
                _draw_histogram(moment(seed, clip, epochs), clip)
    _draw_buttons(epochs)
    _draw_table(seed, clips)
    _draw_epochs(seed, clips)


def _draw_histogram(now: Moment, clip: float) -> None:
    one = settings.batch()
    ratio = now.ratio[one].numpy().clip(EDGES[0], EDGES[-1] * 0.999)
    found = {kind: which[one] for kind, which in kinds(now, clip).items()}
    counts = [np.histogram(ratio[found[kind]], EDGES)[0] for kind in KINDS]
    tops = np.cumsum(counts, axis=0)
    names = [label(f"ppo.kind.{kind}") for kind in KINDS]
    if clip == NO_CLIP:
        names[-1] = label("ppo.kind.away")
    bars = [
        {"from": float(EDGES[k]), "to": float(EDGES[k + 1]), "low": int(top[k] - count[k]),
         "high": int(top[k]), "kind": name}
        for count, top, name in zip(counts, tops, names, strict=True)
        for k in np.flatnonzero(count)
    ]  # fmt: skip
    marks = [{"r": 1 - settings.clip()}, {"r": 1 + settings.clip()}]
    titles = {"r": label("ppo.axis.ratio_log"), "count": label("ppo.axis.count")}
    low, high = float(now.ratio[one].min()), float(now.ratio[one].max())
    beyond = int((~found["inside"]).sum())
    alt = label(
        "ppo.histogram_alt", n=len(ratio), beyond=beyond, low=shown(low, 2), high=shown(high, 2)
    )
    charts.histogram(bars, marks, names, titles, alt)


def _draw_buttons(epochs: int) -> None:
    more = epochs < settings.COUNTS["ppo_epochs_done"]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for name, n, shortcut in (("one", 1, "Right"), ("five", 5, "T")):
            st.button(
                label(f"ppo.batch.{name}"), key=f"ppo_epoch_{name}", shortcut=shortcut,
                type="primary" if n == 1 else "secondary", disabled=not more,
                on_click=settings.go_on, args=(n,),
            )  # fmt: skip
        tools = [
            ("back", "undo", label("stage.undo"), settings.go_back, epochs > 0, "U"),
            ("restart", "restart_alt", label("stage.reset"), settings.restart, epochs > 0, None),
            ("other", "skip_next", label("ppo.batch.other", n=settings.batch() + 1),
             settings.change_batch, True, None),
            ("luck", "casino", label("stage.luck", seed=settings.seed()), settings.change_luck,
             True, None),
        ]  # fmt: skip
        for name, icon, text, on_click, enabled, key in tools:
            st.button(
                text, key=f"ppo_batch_{name}", icon=f":material/{icon}:", type="tertiary",
                shortcut=key, disabled=not enabled, on_click=on_click,
            )  # fmt: skip
        st.session_state.ppo_batch_clip = settings.clip()
        st.segmented_control(
            "ε", settings.CLIPS, key="ppo_batch_clip", required=True,
            format_func=lambda x: f"ε {shown(x)}", on_change=settings.choose_clip,
            label_visibility="collapsed",
        )  # fmt: skip
        st.caption(label("ppo.batch.epoch", n=epochs))


def _draw_table(seed: int, clips: tuple[float, float]) -> None:
    """The same numbers for both, and what they were at the stop before."""
    stops = settings.visited()
    now = _numbers(seed, clips, stops[-1])
    old = _numbers(seed, clips, stops[-2]) if len(stops) > 1 else now
    rows: list[list[Cell]] = []
    for name in now[0]:
        row: list[Cell] = [{"text": label(f"ppo.row.{name}", runs=RUNS), "mark": "head"}]
        for side, numbers, before in zip(SIDES, now, old, strict=True):
            cell: Cell = {"text": numbers[name], "data": {"row": name, "side": side}}
            if before[name] != numbers[name] and name != "range":  # two of them are too wide
                cell["old"] = before[name]
            row.append(cell)
        rows.append(row)
    with st.container(key="ppo_batch_box"):
        columns = label("ppo.batch.columns", clip=shown(clips[0])).split("|")
        table("ppo_batch_table", columns, rows, label("ppo.batch.table_alt"))
    size = first(seed).ratio.shape[-1]
    st.caption(
        label("ppo.batch.caption", n=size, episodes=ppo_by_hand.EPISODES, one=settings.batch() + 1)
    )


def _numbers(seed: int, clips: tuple[float, float], epochs: int) -> list[dict[str, str]]:
    """The table's texts, by row, for either side."""
    one, sides = settings.batch(), []
    for clip, earned in zip(clips, measured(seed, clips[0], epochs), strict=True):
        now = moment(seed, clip, epochs)
        found = kinds(now, clip)
        low, high = float(now.ratio[one].min()), float(now.ratio[one].max())
        texts = {
            "range": f"{shown(low, 2) if low >= 0.005 else '< 0.01'} … {shown(high, 2)}",
            "beyond": f"{100 * (~found['inside'][one]).mean():.0f} %",
            "flat": f"{100 * found['flat'][one].mean():.0f} %",
            "kl": shown(float(now.kl[one]), 3),
            "promised": shown(float(now.promised[one]), 3),
            "earned": shown(earned[one], 1),
            "all": shown(earned.mean(), 1),
        }
        sides.append(texts)
    return sides


def _draw_epochs(seed: int, clips: tuple[float, float]) -> None:
    """What the batches promise at every epoch, and what is really earned at those stopped at."""
    stops = sorted(set(settings.visited()))
    series = [label("ppo.batch.series_with", clip=shown(clips[0])),
              label("ppo.batch.series_without")]  # fmt: skip
    every = range(stops[-1] + 1)
    numbers = {
        "promised": [(k, side, moment(seed, clip, k).promised.numpy())
                     for side, clip in enumerate(clips) for k in every],
        "earned": [(k, side, measured(seed, clips[0], k)[side]) for side in (0, 1) for k in stops],
    }  # fmt: skip
    with st.container(key="ppo_epochs_pair_stage", horizontal=True):
        for what, points in numbers.items():
            means = [
                {"epoch": k, "series": series[side], "value": float(values.mean())}
                for k, side, values in points
            ]
            runs = [
                {"epoch": k, "series": series[side], "value": float(value), "run": run}
                for k, side, values in points
                for run, value in enumerate(values)
            ]
            with st.container(key=f"ppo_epochs_{what}"):
                st.markdown(label(f"ppo.batch.{what}"))
                titles = {"epoch": label("ppo.axis.epoch"), "value": label(f"ppo.axis.{what}")}
                last = [shown(values.mean(), 3) for k, _, values in points if k == stops[-1]]
                alt = label(f"ppo.batch.{what}_alt", one=last[0], other=last[1])
                charts.epochs_chart(means, runs, series, titles, alt)
    st.caption(label("ppo.batch.epochs_caption", runs=RUNS))
