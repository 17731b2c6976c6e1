"""The map: what the policy earns at every place, the trust region, and the steps within it."""

from __future__ import annotations

import base64
import io
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from playground.components import plane
from playground.language import label
from playground.numbers import shown
from playground.trpo import playing
from playground.trpo.link import RANGE
from playground.trpo.updates import Update
from rl_core.by_hand import trpo as trpo_by_hand

SIDE, BANDS = 180, 12  # pixels of the image, shades in it
BLUE = (0, 114, 178)
CLIP = 0.2
ROOM = 2.2  # that a name takes beside a curve
HEIGHTS = ((-5.8, 5.4), (5.8, 5.4), (-5.8, -5.8), (5.8, -5.8))  # where J is written


@cache
def image() -> str:
    """J over the map in shades of one blue, as a data URI; the page shines through."""
    from PIL import Image  # here, so that the page does not wait for it

    at = torch.linspace(*RANGE, SIDE, dtype=torch.float64)
    x, y = torch.meshgrid(at, at.flip(0), indexing="xy")
    j = trpo_by_hand.performance(torch.stack((x, y), -1)).numpy()
    share = np.floor(BANDS * (j - j.min()) / (np.ptp(j) + 1e-9)) / BANDS
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = BLUE, 200 * share
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def performance(place: tuple[float, float]) -> float:
    return float(trpo_by_hand.performance(torch.tensor(place, dtype=torch.float64)))


def draw() -> None:
    now, station = playing.current(), playing.station()
    place, clip = playing.path()[-1], st.session_state.get("trpo_show_clip", True)
    low, high = trpo_by_hand.clip_region(now.here.theta, CLIP)
    ellipse = trpo_by_hand.ellipse(now.here, playing.delta())
    contour = trpo_by_hand.contour(now.here, playing.delta())
    done = [t for k, t in enumerate(now.tries) if _reached(now, station, f"try{k}")]
    j = shown(performance(place), 3)
    data: dict[str, Any] = {
        "range": RANGE,
        "image": image(),
        "axes": [label("trpo.axis.a"), label("trpo.axis.b")],
        "heights": [
            {"at": at, "text": f"J = {shown(performance(at), 2)}"} for at in HEIGHTS
        ],
        "curves": [
            {"kind": "ellipse", "points": _points(ellipse)},
            {"kind": "divergence", "points": _points(contour)},
        ],
        "box": _points(torch.stack((low, high))) if clip else None,
        "path": playing.path(),
        "arrows": _arrows(now, station),
        "tries": [{"at": _point(t.theta), "ok": t.good} for t in done],
        "now": place,
        "names": [*_curve_names(ellipse, contour), *_names(now, station, low, high, clip)],
        "alt": label("trpo.map_alt", x=shown(place[0], 2), y=shown(place[1], 2), j=j,
                     station=label(f"trpo.station.{station.rstrip('0123456789')}")),
    }  # fmt: skip
    plane("trpo_map", data, on_pick=_pick)


def _pick() -> None:
    x, y = st.session_state.trpo_map.picked
    playing.move_to((float(x), float(y)))


def _reached(now: Update, station: str, which: str) -> bool:
    return now.stations.index(which) <= now.stations.index(station)


def _arrows(now: Update, station: str) -> list[dict[str, Any]]:
    """The gradient as far as the ellipse; then the iterates, at the scale of the last one."""
    start, one, last = now.here.theta, now.iterates[0], now.iterates[-1]
    arrows = [_arrow(start, start + one.beta * one.x, "plain")]
    ends = [start, *(start + last.beta * way.x for way in now.iterates)]
    if len(now.iterates) > 1:
        for k, (a, b) in enumerate(pairwise(ends), start=1):
            if _reached(now, station, f"cg{k}"):
                arrows.append(_arrow(a, b, "iterate"))
        if _reached(now, station, "try0"):
            arrows = [arrows[0], _arrow(start, ends[-1], "natural")]
    return arrows


def _arrow(start: Tensor, end: Tensor, kind: str) -> dict[str, Any]:
    return {"from": _point(start), "to": _point(end), "kind": kind}


def _curve_names(ellipse: Tensor, contour: Tensor) -> list[dict[str, Any]]:
    """What the curves are, beside them, each at the first of its ends where there is room."""
    low, high = RANGE[0] + ROOM / 2, RANGE[1] - ROOM / 2
    top, bottom = ellipse[ellipse[:, 1].argmax()], ellipse[ellipse[:, 1].argmin()]
    left, right = contour[contour[:, 0].argmin()], contour[contour[:, 0].argmax()]
    side = ellipse[ellipse[:, 0].argmin()]
    text = label("trpo.name.ellipse")
    names = []
    if float(top[1]) < high and low < float(top[0]) < high:
        names.append(_name(top, (0, 0.2), "ellipse", text, "middle"))
    elif float(bottom[1]) > low and low < float(bottom[0]) < high:
        names.append(_name(bottom, (0, -0.5), "ellipse", text, "middle"))
    elif float(side[0]) > RANGE[0] + ROOM:
        names.append(_name(side, (-0.15, -0.9), "ellipse", text, "end"))
    text = label("trpo.name.divergence")
    if float(left[0]) > RANGE[0] + ROOM:
        names.append(_name(left, (-0.15, 0), "divergence", text, "end"))
    elif float(right[0]) < RANGE[1] - ROOM:
        names.append(_name(right, (0.15, 0), "divergence", text))
    return names


def _names(
    now: Update, station: str, low: Tensor, high: Tensor, clip: bool
) -> list[dict[str, Any]]:
    """What the arrows and the box are, as far as they are on the map."""
    one, last = now.iterates[0], now.iterates[-1]
    end = now.here.theta + one.beta * one.x
    names = [_name(end, (0.15, -0.4), "plain", label("trpo.name.plain"))]
    if len(now.iterates) > 1 and _reached(now, station, "cg1"):
        way = one if station == "cg1" else last
        text = label("trpo.name.natural") if _reached(now, station, "try0") else "x₁"
        text = "x₂" if station == "cg2" else text
        end = now.here.theta + last.beta * way.x
        names.append(_name(end, (0.2, 0.1), "natural", text))
    if clip:
        foot = torch.stack(((low[0] + high[0]) / 2, low[1]))
        text = label("trpo.name.clip", clip=shown(CLIP))
        names.append(_name(foot, (0, -0.55), "clip", text, "middle"))
    return [n for n in names if all(RANGE[0] <= x <= RANGE[1] for x in n["at"])]


def _name(
    at: Tensor, shift: tuple[float, float], kind: str, text: str, anchor: str = "start"
) -> dict[str, Any]:
    place = [float(x) + d for x, d in zip(at, shift, strict=True)]
    return {"at": place, "kind": kind, "text": text, "anchor": anchor}


def _point(theta: Tensor) -> list[float]:
    return [round(x, 3) for x in theta.tolist()]


def _points(rows: Tensor) -> list[list[float]]:
    return [_point(row) for row in rows]
