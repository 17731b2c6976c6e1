"""The second station: the exact gradient as an arrow, and the cloud of its sampled estimates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import streamlit as st

from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.reinforce import charts, playing, settings_view
from playground.reinforce.episode_view import pair
from rl_core.by_hand import reinforce as reinforce_by_hand
from rl_core.by_hand.reinforce import KINDS
from rl_core.events import Floats
from rl_core.tabular.score_function import exact_gradient, expected
from rl_core.tabular.trajectories import drawn, every, values, world

ESTIMATES = 400


@dataclass(frozen=True)
class Choice:
    """What the cloud depends on."""

    theta: tuple[float, ...]
    gamma: float
    step_reward: float
    discounted: bool
    batch: int  # episodes of one estimate
    seed: int


@dataclass(frozen=True, eq=False)
class Cloud:
    """The estimates with one kind of weight."""

    points: Floats  # [ESTIMATES, 2]
    mean: Floats  # [2] what they estimate, exactly
    variance: float  # of one of them, exactly

    @property
    def measured(self) -> float:
        return float(((self.points - self.points.mean(0)) ** 2).sum(-1).mean())


@lru_cache(maxsize=64)
def clouds(choice: Choice) -> dict[str, Cloud]:
    """Every kind of weight, on the same sampled episodes."""
    theta, paths = np.array(choice.theta), every(choice.step_reward)
    v = values(theta, world(choice.step_reward), choice.gamma)
    rng = np.random.default_rng(choice.seed)
    episodes = drawn(theta, paths, (ESTIMATES, choice.batch), rng)
    found = {}
    for kind in KINDS:
        weight = reinforce_by_hand.step_weights(kind, paths, v, choice.gamma, choice.discounted)
        each = reinforce_by_hand.estimate(theta, paths, weight)
        variance = reinforce_by_hand.spread(theta, paths, each) / choice.batch
        mean = expected(theta, paths, each)
        found[kind] = Cloud(each[episodes].mean(1), mean, variance)
    return found


@lru_cache(maxsize=64)
def exact(choice: Choice) -> Floats:
    return exact_gradient(np.array(choice.theta), every(choice.step_reward), choice.gamma)


def current() -> Choice:
    now = playing.settings()
    return Choice(
        tuple(playing.theta().tolist()), now.gamma, now.step_reward, now.discounted,
        int(st.session_state.rf_batch), st.session_state.rf_cloud,
    )  # fmt: skip


def draw() -> None:
    with st.container(key="rf_cloud_stage", horizontal=True):
        left = st.container(key="rf_cloud_left", border=True)
        right = st.container(key="rf_cloud_right", border=True)
    with right:
        settings_view.draw_choice("rf_kind", playing.touched)
        settings_view.draw_late(playing.touched)
        settings_view.draw_choice("rf_batch", playing.touched)
        settings_view.draw_pays(playing.touched)
        settings_view.draw_policy()
        settings_view.draw_slider("rf_gamma", "stage.gamma", playing.touched)
    choice, kind = current(), playing.settings().kind
    with left:
        _draw_button()
        st.caption(label("reinforce.cloud.caption", n=choice.batch))
        _draw_chart(choice, kind)
        _draw_table(choice, kind)
    with right:
        st.markdown(_verdict(choice))


def _draw_button() -> None:
    st.button(
        label("reinforce.cloud.resample", n=ESTIMATES), key="rf_resample", type="primary",
        shortcut="Right", on_click=playing.resample,
    )  # fmt: skip


def _draw_chart(choice: Choice, kind: str) -> None:
    found, true = clouds(choice), exact(choice)
    cloud = found[kind]
    # wide enough for every kind, so that the cloud is seen to shrink
    seen = np.concatenate([*(each.points for each in found.values()), [true, 1.2 * true, -true]])
    places, often = np.unique(cloud.points.round(6), axis=0, return_counts=True)
    arrows = [_arrow(true, "exact")]
    if np.abs(cloud.mean - true).max() > 1e-9:
        arrows.append(_arrow(cloud.mean, "mean"))
    data = {
        "cloud": [
            {"x": x, "y": y, "n": n}
            for (x, y), n in zip(places.tolist(), often.tolist(), strict=True)
        ],
        "arrows": arrows,
        "edge": [{"x": x, "y": y} for x, y in (seen.min(0).tolist(), seen.max(0).tolist())],
    }
    titles = {axis: label(f"reinforce.axis.{axis}") for axis in ("x", "y")}
    numbers = {"exact": pair(true), "mean": pair(cloud.points.mean(0))}
    alt = label(
        "reinforce.cloud.alt", n=ESTIMATES, deviation=shown(math.sqrt(cloud.measured), 3), **numbers
    )
    charts.cloud_chart(data, titles, alt)


def _arrow(to: Floats, kind: str) -> dict[str, object]:
    x, y = to.tolist()
    angle = math.degrees(math.atan2(x, y))
    text = label(f"reinforce.cloud.{kind}")
    return {"x": x, "y": y, "angle": angle, "kind": kind, "text": text}


def _draw_table(choice: Choice, chosen: str) -> None:
    found = clouds(choice)
    rows: list[list[Cell]] = []
    for kind, cloud in found.items():
        mark = "changed" if kind == chosen else ""
        share = cloud.variance / found["whole"].variance if found["whole"].variance else 1.0
        data = {"kind": kind, "variance": repr(cloud.variance)}
        row: list[Cell] = [
            {"text": label(f"reinforce.kind.{kind}"), "mark": mark or "head", "data": data},
            {"text": pair(cloud.points.mean(0))},
            {"text": shown(cloud.measured, 3)},
            {"text": shown(cloud.variance, 3)},
            {"text": f"{100 * share:.0f} %"},
        ]
        for cell in row[1:]:
            cell["mark"] = mark
        rows.append(row)
    exactly: Cell = {"text": pair(exact(choice)), "mark": "best"}
    none: Cell = {"text": "–", "mark": "dim"}
    rows.append([{"text": label("reinforce.cloud.exactly"), "mark": "head"}, exactly, *[none] * 3])
    columns = label("reinforce.cloud.columns").split("|")
    with st.container(key="rf_cloud_dense"):
        table("rf_kinds", columns, rows, label("reinforce.cloud.table_alt"), on_pick=_pick)


def _pick() -> None:
    row = int(st.session_state.rf_kinds.picked)
    if row < len(KINDS):
        st.session_state.rf_kind = KINDS[row]
        playing.touched()


def _verdict(choice: Choice) -> str:
    """What the variances say, in one sentence; and whether the mean is still the gradient."""
    found = clouds(choice)
    whole, to_go, baseline = (found[kind].variance for kind in KINDS)
    numbers = {"share": f"{100 * baseline / to_go:.0f} %"} if to_go else {"share": "–"}
    if not choice.discounted:
        said = label("reinforce.cloud.only", **numbers)
    elif baseline > 1.001 * to_go:
        said = label("reinforce.cloud.worse", **numbers)
    elif math.isclose(whole, to_go, rel_tol=1e-6):
        said = label("reinforce.cloud.same", **numbers)
    else:
        said = label("reinforce.cloud.better", **numbers)
    if not choice.discounted and playing.settings().kind != "whole":
        said += " " + label("reinforce.cloud.biased")
    return said
