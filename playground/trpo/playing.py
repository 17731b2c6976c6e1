"""The learner's way over the map: what the buttons do, and its link."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st
import torch
from torch import Tensor

from playground.language import label
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.by_hand.trpo import Direction, Here

RANGE = (-6.0, 6.0)  # of the map
BEGIN = (-1.5, -3.5)
DELTAS = (0.01, 0.03, 0.1, 0.3)
DIRECTIONS = ("natural", "plain")  # two iterations of conjugate gradient, or one
BACKTRACKS = 10
ROUND = 10  # updates in a row
USUAL = {"trpo_x": BEGIN[0], "trpo_y": BEGIN[1], "trpo_delta": 0.1, "trpo_direction": "natural"}

Place = tuple[float, float]


@dataclass(frozen=True)
class Try:
    """One step of the line search."""

    theta: Tensor  # [2]
    gain: float
    kl: float
    bowl: float  # the divergence, as the ellipse has it
    good: bool


@dataclass(frozen=True)
class Update:
    """An update, looked at from the start: all that its stations show."""

    here: Here
    iterates: tuple[Direction, ...]
    tries: tuple[Try, ...]
    accepted: bool
    after: Place

    @property
    def stations(self) -> list[str]:
        """What the primary button goes through; a further press makes the step."""
        iterations = [f"cg{k}" for k in range(1, len(self.iterates) + 1)]
        return ["gradient", *iterations, *(f"try{k}" for k in range(len(self.tries)))]


@lru_cache(maxsize=512)
def update(place: Place, delta: float, name: str) -> Update:
    """The update at a place of the map."""
    here = trpo_by_hand.look(torch.tensor(place, dtype=torch.float64))
    iterations = 2 if name == "natural" else 1
    ways = tuple(trpo_by_hand.direction(here, k, delta) for k in range(1, iterations + 1))
    step = ways[-1].beta * ways[-1].x
    found = trpo_by_hand.search(here, step, delta, BACKTRACKS)
    accepted, last = bool(found.accepted), int(found.backtracks)
    tries = []
    for k in range(last + 1):
        theta = here.theta + trpo_by_hand.FACTOR**k * step
        gain = float(trpo_by_hand.gain(here, theta))
        kl = float(trpo_by_hand.divergence(here, theta))
        bowl = float(trpo_by_hand.bowl(here, theta))
        tries.append(Try(theta, gain, kl, bowl, good=accepted and k == last))
    x, y = found.theta[0].tolist()
    return Update(here, ways, tuple(tries), accepted, (x, y))


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "trpo_path" not in state:
        state.trpo_problems = _refuse()
        asked = {key: st.query_params.get(key, str(usual)) for key, usual in USUAL.items()}
        state.trpo_path = [(float(asked["trpo_x"]), float(asked["trpo_y"]))]
        state.trpo_station_now = 0
        state.trpo_delta_now = float(asked["trpo_delta"])
        state.trpo_direction_now = asked["trpo_direction"]
    write_link()


def _refuse() -> list[str]:
    """What the page cannot use is taken out of the link and said."""
    problems = []
    for key in ("trpo_x", "trpo_y"):
        if not _within(given := st.query_params.get(key, "0")):
            right = label("link.range", low=RANGE[0], high=RANGE[1])
            problems.append(_problem(key, given, right))
    for key, options in (("trpo_delta", map(str, DELTAS)), ("trpo_direction", DIRECTIONS)):
        names = list(options)
        if (given := st.query_params.get(key, names[0])) not in names:
            problems.append(_problem(key, given, label("link.or").join(names)))
    return problems


def _problem(key: str, given: str, right: str) -> str:
    del st.query_params[key]
    return label("link.setting", name=key, given=given[:20], right=right)


def _within(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and RANGE[0] <= float(text) <= RANGE[1]
    except ValueError:
        return False


def path() -> Sequence[Place]:
    """Where the learner has been, where they are last."""
    return list(st.session_state.trpo_path)


def delta() -> float:
    return float(st.session_state.trpo_delta_now)


def direction() -> str:
    return str(st.session_state.trpo_direction_now)


def current() -> Update:
    return update(path()[-1], delta(), direction())


def station() -> str:
    """Where in the update they are."""
    return current().stations[st.session_state.trpo_station_now]


def ended() -> bool:
    """Whether the next step would leave the map, or no step is left to make."""
    after = current().after
    return not all(RANGE[0] <= x <= RANGE[1] for x in after) or after == path()[-1]


def press() -> None:
    """The next station; after the last one, the step."""
    state = st.session_state
    if state.trpo_station_now + 1 < len(current().stations):
        state.trpo_station_now += 1
    elif not ended():
        state.trpo_path = [*path(), current().after]
        state.trpo_station_now = 0
    touched()


def press_round() -> None:
    """Whole updates, as long as they stay on the map."""
    st.session_state.trpo_station_now = 0
    for _ in range(ROUND):
        if ended():
            break
        st.session_state.trpo_path = [*path(), current().after]
    touched()


def undo() -> None:
    """Back by a station, or by a step."""
    state = st.session_state
    if state.trpo_station_now:
        state.trpo_station_now -= 1
    elif len(path()) > 1:
        state.trpo_path = path()[:-1]
        state.trpo_station_now = len(current().stations) - 1
    touched()


def restart() -> None:
    """Back to where this way began."""
    move_to(path()[0] if len(path()) > 1 or st.session_state.trpo_station_now else BEGIN)


def move_to(place: Place) -> None:
    st.session_state.trpo_path = [(round(place[0], 2), round(place[1], 2))]
    st.session_state.trpo_station_now = 0
    touched()


def choose(setting: str) -> None:
    """Another δ or another direction: the same place, from its gradient on."""
    st.session_state[f"{setting}_now"] = st.session_state[setting]
    st.session_state.trpo_station_now = 0
    touched()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.trpo_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address."""
    x, y = path()[-1]
    values = {"trpo_x": round(x, 2), "trpo_y": round(y, 2), "trpo_delta": delta(),
              "trpo_direction": direction()}  # fmt: skip
    for key, value in values.items():
        if value != USUAL[key]:
            st.query_params[key] = str(value)
        else:
            st.query_params.pop(key, None)
