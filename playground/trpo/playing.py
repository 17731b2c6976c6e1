"""The learner's way over the map: what the buttons do."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.trpo import link
from playground.trpo.link import BEGIN, RANGE
from playground.trpo.updates import Place, Update, update

ROUND = 10  # updates in a row


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "trpo_path" not in state:
        state.trpo_problems = link.refuse()
        asked = link.asked()
        state.trpo_path = [(float(asked["trpo_x"]), float(asked["trpo_y"]))]
        state.trpo_delta_now = float(asked["trpo_delta"])
        state.trpo_direction_now = asked["trpo_direction"]
        stations, at = current().stations, asked["trpo_station"]
        # the place in a link is rounded: its last try may be one that is not needed
        state.trpo_station_now = stations.index(at) if at in stations else len(stations) - 1
    write_link()


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
    x, y = path()[-1]
    link.write(
        {
            "trpo_x": round(x, 2),
            "trpo_y": round(y, 2),
            "trpo_delta": delta(),
            "trpo_direction": direction(),
            "trpo_station": station(),
        }
    )
