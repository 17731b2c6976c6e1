"""Whole batches, epoch by epoch: the ratios drift apart, held by the clip or not."""

from __future__ import annotations

import numpy as np
import streamlit as st

from playground.language import label
from playground.numbers import shown
from playground.ppo import batch_numbers, charts, settings
from playground.ppo.moments import kinds, moment
from rl_core.by_hand.ppo import NO_CLIP, Moment

EDGES = np.exp(np.arange(-30, 31) / 10)  # of the histogram's bins
KINDS = ("inside", "flat", "back")


def draw() -> None:
    seed, epochs = settings.seed(), settings.visited()[-1]
    clips = settings.clip(), NO_CLIP
    st.markdown(label("ppo.batch.do"))
    with st.container(key="ppo_batch_pair_stage", horizontal=True):
        for name, clip in zip(batch_numbers.SIDES, clips, strict=True):
            with st.container(key=f"ppo_{name}", border=True):
                st.markdown(label(f"ppo.batch.{name}", clip=shown(settings.clip())))
                _draw_histogram(moment(seed, clip, epochs), clip)
    _draw_buttons(epochs)
    batch_numbers.draw_table(seed, clips)
    batch_numbers.draw_epochs(seed, clips)


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
