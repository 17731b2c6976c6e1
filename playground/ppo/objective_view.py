"""The clipped objective of one sample as a line over its ratio, with the push of its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from playground.language import label
from playground.numbers import shown
from playground.ppo import charts
from rl_core.by_hand import ppo as ppo_by_hand
from rl_core.by_hand.ppo import NO_CLIP
from rl_core.deep import ppo

ARROW = 0.25  # length of the push on the ratio's axis, of a gradient of 1


def objective(ratio: Any, advantage: float, clip: float) -> Any:
    """`ppo.clipped_surrogate` of numbers: ratio a number or [n] → the same."""
    r = torch.as_tensor(ratio, dtype=torch.float64)
    return ppo.clipped_surrogate(r, torch.tensor(advantage).double(), clip).numpy()


def slope(ratio: float, advantage: float, clip: float) -> float:
    numbers = torch.tensor([ratio, advantage], dtype=torch.float64)
    return float(ppo_by_hand.slope(numbers[0], numbers[1], clip))


def draw(ratio: float, advantage: float, epsilon: float, clip: float) -> None:
    low, high, most = 1 - epsilon, 1 + epsilon, charts.MOST_RATIO
    ends = charts.MOST_VALUE / max(abs(advantage), 0.1)  # where the plain line leaves the chart
    at = np.unique(np.concatenate([np.linspace(0, most, 51), [low, high, min(ends, most)]]))
    lines = [
        {"r": r, "value": value, "line": name}
        for name, bound in (("plain", NO_CLIP), ("clipped", clip))
        for r, value in zip(at.tolist(), objective(at, advantage, bound).tolist(), strict=True)
        if abs(value) <= charts.MOST_VALUE
    ]
    flat = []
    if clip != NO_CLIP and advantage != 0:
        begin, end = (high, most) if advantage > 0 else (0.0, low)
        middle, text = (begin + end) / 2, label("ppo.flat")
        flat = [{"from": begin, "to": end, "middle": middle, "text": text}]
    marks = [{"r": low, "text": "1 − ε"}, {"r": 1.0, "text": "1"}, {"r": high, "text": "1 + ε"}]
    value, gradient = float(objective(ratio, advantage, clip)), slope(ratio, advantage, clip)
    push = []
    if gradient:
        way = "right" if gradient > 0 else "left"
        to = min(max(ratio + ARROW * gradient, 0.0), most)
        text = label(f"ppo.push.{way}")
        arrow = {"r": ratio, "to": to, "middle": (ratio + to) / 2, "value": value}
        push = [arrow | {"shape": f"triangle-{way}", "text": text}]
    data = {
        "lines": lines, "names": _names(advantage, epsilon, clip), "flat": flat, "marks": marks,
        "now": [{"r": ratio, "value": value}], "push": push,
    }  # fmt: skip
    titles = {"r": label("ppo.axis.ratio"), "value": label("ppo.axis.objective")}
    numbers = {"r": ratio, "a": advantage, "value": value, "gradient": gradient}
    alt = label("ppo.objective_alt", **{name: shown(x, 3) for name, x in numbers.items()})
    charts.objective_chart(data, advantage >= 0, titles, alt)


def _names(advantage: float, epsilon: float, clip: float) -> list[dict[str, Any]]:
    """The lines' names, where they are apart."""
    if clip == NO_CLIP or advantage == 0:
        return []
    if advantage > 0:
        r = min(1 + epsilon + 0.5, 2.6 / advantage)
        at = [(r - 0.06, r * advantage + 0.2), (2.4, (1 + epsilon) * advantage - 0.2)]
    else:
        at = [(0.1, 0.15), (0.05, (1 - epsilon) * advantage - 0.25)]
    texts = label("ppo.plain"), label("ppo.clipped")
    return [{"r": r, "value": y, "text": text} for (r, y), text in zip(at, texts, strict=True)]
