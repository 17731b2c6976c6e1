"""What the learner has set on the mathematics page: kept for the session, mirrored in the link.

Widgets come and go with their tab, so their values live here. A setting that has its usual value is
left out of the link; texts in the link are names, never labels, so that it works in any language.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from playground.language import label

VIEWS = ("returns", "lens", "world", "markov", "values", "bellman", "sweeps")
MOST_REWARDS = 20
MOST_EPISODES = 200


@dataclass(frozen=True)
class Setting:
    """One thing that can be set: its usual value, and how a text becomes its value."""

    usual: Any
    parse: Callable[[str], Any]
    right: Callable[[], str]  # what would be right, in words
    write: Callable[[Any], str] = str


class RewardsError(ValueError):
    """The text is not a reward sequence; the label at `problem` says why, with `found`."""

    def __init__(self, problem: str, found: object = ""):
        super().__init__(problem)
        self.problem, self.found = problem, found


def rewards(text: str) -> list[float]:
    """Numbers apart by commas or spaces. Raises `RewardsError`."""
    words = [word for word in re.split(r"[\s,，、;；]+", text.replace("−", "-")) if word]
    if not words:
        raise RewardsError("mdp.rewards.none")
    if len(words) > MOST_REWARDS:
        raise RewardsError("mdp.rewards.too_many", len(words))
    return [_reward(word) for word in words]


def _reward(word: str) -> float:
    try:
        number = float(word)
    except ValueError as error:
        raise RewardsError("mdp.rewards.not_a_number", word[:20]) from error
    if not abs(number) <= 1000:
        raise RewardsError("mdp.rewards.too_large", word[:20])
    return number


def _number(low: float, high: float, usual: float) -> Setting:
    def parse(text: str) -> float:
        if not low <= float(text) <= high:  # NaN is refused too
            raise ValueError(text)
        return round(float(text), 2)

    return Setting(
        usual, parse, lambda: label("link.range", low=low, high=high), lambda x: f"{x:g}"
    )


def _count(most: int, usual: int = 0) -> Setting:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,6}", text) or int(text) > most:
            raise ValueError(text)
        return int(text)

    return Setting(usual, parse, lambda: label("link.range", low=0, high=most))


def _choice(*names: str) -> Setting:
    def parse(text: str) -> str:
        if text not in names:
            raise ValueError(text)
        return text

    return Setting(names[0], parse, lambda: " " + label("link.or").join(names))


def _chances(text: str) -> tuple[float, ...]:
    chances = tuple(float(part) for part in text.split("_"))
    if not all(0 <= chance <= 1 for chance in chances):
        raise ValueError(text)
    return tuple(round(chance, 2) for chance in chances)


def _row_text(text: str) -> str:
    if not re.fullmatch(r"[\d.e~_+-]{0,1500}", text):
        raise ValueError(text)
    return text


WORLDS = ("three_state", "near_far")
SETTINGS = {
    "view": _choice(*VIEWS),
    "world": _choice(*WORLDS),
    "lens_world": _choice("near_far", "current"),
    "gamma": _number(0, 1, 0.9),
    "slip": _number(0, 0.5, 0),
    "rewards": Setting(
        (1.0, 0.0, 0.0, -2.0, 0.0, 10.0),
        lambda text: tuple(rewards(text.replace("_", " "))),
        lambda: label("mdp.rewards.right"),
        lambda numbers: "_".join(f"{x:g}" for x in numbers),
    ),
    "done": _count(MOST_REWARDS),
    "trust": _number(0.5, 1, 0.8),
    "remember": _choice("no", "yes"),
    # π(first action | s) of each state, the last one for all the states that follow
    "policy": Setting(
        (0.5,),
        _chances,
        lambda: label("mdp.link_chances"),
        lambda chances: "_".join(f"{x:g}" for x in chances),
    ),
    "start": _count(100),
    "episodes": _count(MOST_EPISODES, 10),
    "luck": _count(999_999),
    "method": _choice("evaluation", "iteration"),
    "sweep": _count(10_000),
    "picked": _count(1000),
    "rows": Setting("", _row_text, lambda: label("mdp.link_rows")),
}


def open_settings() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "mdp_settings" not in state:
        state.mdp_settings, problems = {}, []
        for name, setting in SETTINGS.items():
            given = st.query_params.get(f"mdp_{name}")
            try:
                taken = setting.usual if given is None else setting.parse(given)
            except ValueError:
                taken = setting.usual
                problems.append(
                    label("link.setting", name=name, given=str(given)[:20], right=setting.right())
                )
            state.mdp_settings[name] = taken
        state.mdp_problems = problems
    for problem in state.mdp_problems:
        st.warning(problem)
    state.mdp_problems = []
    write_link()


def get(name: str) -> Any:
    """The value of a setting."""
    return st.session_state.mdp_settings[name]


def put(**values: Any) -> None:
    """Set some settings."""
    for name, value in values.items():
        if isinstance(value, float):
            value = round(value, 2)
        st.session_state.mdp_settings[name] = value
    write_link()


def write_link() -> None:
    """Bring the address of the page up to date."""
    for name, setting in SETTINGS.items():
        key, value = f"mdp_{name}", get(name)
        if value == setting.usual:
            st.query_params.pop(key, None)
        elif st.query_params.get(key) != setting.write(value):
            st.query_params[key] = setting.write(value)


def widget(name: str, key: str | None = None, **changed: Any) -> dict[str, Any]:
    """The arguments that tie a widget to a setting; other settings to change along with it."""
    key = key or f"mdp_{name}"
    st.session_state[key] = get(name)
    return {"key": key, "on_change": _take, "args": (name, key, changed)}


def _take(name: str, key: str, changed: dict[str, Any]) -> None:
    value = st.session_state[key]
    put(**{name: get(name) if value is None else value}, **changed)


def chance(policy: tuple[float, ...], i: int) -> float:
    """π(first action) in the i-th state of those that do not end the episode."""
    return float(np.take(policy, i, mode="clip"))
