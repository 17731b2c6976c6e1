"""Both sides of a whole batch in numbers: a table of now, and two charts over the epochs."""

from __future__ import annotations

import streamlit as st

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.ppo import charts, settings
from playground.ppo.moments import first, kinds, measured, moment
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import RUNS

SIDES = ("with", "without")


def draw_table(seed: int, clips: tuple[float, float]) -> None:
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


def draw_epochs(seed: int, clips: tuple[float, float]) -> None:
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
