"""The learner's drives through larger worlds: which world, which table, what the buttons do."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import streamlit as st

from playground.driving import MOST_UNDO, Drive, driven, played, restarted
from playground.grid_world import Map, TaxiMap
from playground.language import label
from rl_core.finite_worlds import world
from rl_core.tabular.dynamic_programming import optimal_values
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.q_learning import Config

GRIDS: dict[str, Callable[[FiniteMDP], Map]] = {
    "frozen_lake": lambda mdp: Map(mdp, dead_end="hole"),
    "frozen_lake_deterministic": lambda mdp: Map(mdp, dead_end="hole"),
    "cliff_walking": lambda mdp: Map(mdp, void="cliff"),
    "taxi": TaxiMap,
    "random_walk": Map,
    "windy": lambda mdp: Map(mdp, feet=wind(mdp)),
}


def wind(mdp: FiniteMDP) -> tuple[str, ...]:
    """How far each column blows upwards: what a step to the right from the bottom row tells."""
    assert mdp.positions is not None
    bottom = [s for s, (row, _) in enumerate(mdp.positions) if row == 6]
    a = mdp.actions.index("Right")
    lifts = [6 - mdp.positions[int(mdp.p[s, a].argmax())][0] for s in bottom]
    return tuple(f"↑{lift}" if lift else "" for lift in lifts)


@cache
def chosen(name: str) -> Map:
    return GRIDS[name](world(name))


@st.cache_data(show_spinner=False, max_entries=100)
def solution(name: str, gamma: float) -> Floats:
    """Q* of a world."""
    return optimal_values(chosen(name).mdp, gamma)


def exact() -> Floats:
    """Q* of the world on show at the gamma of this moment."""
    state = st.session_state
    with st.spinner(label("worlds.solving")):
        return solution(state.ql_world_name, state.ql_world_gamma)


def drive() -> Drive:
    return past_drives()[-1]


def past_drives() -> list[Drive]:
    """The learner's last moves in the world on show, the newest at the end."""
    state = st.session_state
    pasts = state.setdefault("ql_world_pasts", {})
    name = state.ql_world_name
    if name not in pasts:
        pasts[name] = [Drive.begin(chosen(name).mdp, state.ql_world_seed)]
    past: list[Drive] = pasts[name]
    return past


def _move(made: Callable[[FiniteMDP, Drive], Drive]) -> None:
    past = past_drives()
    past.append(made(chosen(st.session_state.ql_world_name).mdp, past[-1]))
    del past[: -MOST_UNDO - 1]


def _config() -> Config:
    state = st.session_state
    return Config(state.ql_world_alpha, state.ql_world_gamma, state.ql_world_epsilon)


def act(action: int) -> None:
    seed = st.session_state.ql_world_seed
    _move(lambda mdp, drive: driven(mdp, drive, _config(), seed, action))


def pressed() -> None:
    act(int(st.session_state.ql_world_grid.pressed))


def restart() -> None:
    seed = st.session_state.ql_world_seed
    _move(lambda mdp, drive: restarted(mdp, drive, seed))


def undo() -> None:
    if len(past_drives()) > 1:
        past_drives().pop()


def reset() -> None:
    del st.session_state.ql_world_pasts[st.session_state.ql_world_name]


def another_luck() -> None:
    st.session_state.ql_world_seed += 1
    reset()


def play_asked() -> None:
    """The episodes that a button asked for: here, for a callback shows no spinner."""
    state = st.session_state
    n = state.pop("ql_world_asked", 0)
    if n:
        with st.spinner(label("worlds.playing")):
            _move(lambda mdp, drive: played(mdp, drive, _config(), state.ql_world_seed, n))
