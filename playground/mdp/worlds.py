"""The world in force: a base world, the learner's rows in it, and slipping on top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
import streamlit as st

from playground.language import label
from playground.mdp.settings import chance, get, put
from playground.numbers import shown
from rl_core.tabular import worlds
from rl_core.tabular.dynamic_programming import (
    action_values,
    policy_evaluation,
    policy_iteration,
)
from rl_core.tabular.mdp import FiniteMDP, Floats, WorldError
from rl_core.tabular.slip import can_go_on_for_ever, slippery

BASES = {"three_state": worlds.three_state, "near_far": worlds.near_far}
LARGEST = 1000.0

Rows = Mapping[tuple[int, int], tuple[tuple[float, ...], tuple[float, ...]]]  # P, R by (s, a)


class RowError(ValueError):
    """The text in the link does not describe rows of this world."""


@cache
def base(name: str) -> FiniteMDP:
    return BASES[name]()


def encode(rows: Rows) -> str:
    """Rows as text: `state.action_p_p_p_r_r_r`, apart by ~. A decimal point has its usual place."""
    return "~".join(
        "_".join([f"{s}", f"{a}", *(f"{x:.10g}" for x in (*p, *r))])
        for (s, a), (p, r) in sorted(rows.items())
    )


def decode(text: str, mdp: FiniteMDP) -> Rows:
    """The rows that `encode` made `text` of. Raises `RowError`."""
    n, m = len(mdp.states), len(mdp.actions)
    rows = {}
    for part in filter(None, text.split("~")):
        try:
            s, a, *numbers = part.split("_")
            place, values = (int(s), int(a)), tuple(float(x) for x in numbers)
        except ValueError as error:
            raise RowError(part) from error
        inside = 0 <= place[0] < n and 0 <= place[1] < m and len(values) == 2 * n
        if not inside or max(map(abs, values)) > LARGEST:
            raise RowError(part)
        rows[place] = values[:n], values[n:]
    return rows


def with_rows(mdp: FiniteMDP, rows: Rows) -> FiniteMDP:
    """The world with some rows replaced. Raises `WorldError`."""
    p, r = mdp.p.copy(), mdp.r.copy()
    for place, (chances, paid) in rows.items():
        p[place], r[place] = chances, paid
    return replace(mdp, p=p, r=r)


@lru_cache(maxsize=128)
def _edited(name: str, rows: str) -> FiniteMDP:
    return with_rows(base(name), decode(rows, base(name)))


@lru_cache(maxsize=128)
def _slippery(name: str, rows: str, slip: float) -> FiniteMDP:
    return slippery(_edited(name, rows), slip)


def check_rows() -> None:
    """A link may carry rows that do not fit: they are dropped, and that is said."""
    try:
        _edited(get("world"), get("rows"))
    except (RowError, WorldError):
        put(rows="")
        st.warning(label("mdp.link_rows_bad"))


def edited() -> FiniteMDP:
    """The world with the learner's rows, before slipping."""
    return _edited(get("world"), get("rows"))


def world() -> FiniteMDP:
    """The world that everything on the page is about."""
    return _slippery(get("world"), get("rows"), get("slip"))


def living(mdp: FiniteMDP) -> list[int]:
    """The states in which there is something to choose."""
    return [int(s) for s in np.flatnonzero(~mdp.terminal)]


def cells(mdp: FiniteMDP) -> list[tuple[int, int]]:
    """Every state and action that count."""
    return [(s, a) for s in living(mdp) for a in range(len(mdp.actions))]


def picked() -> tuple[int, int]:
    """The state and action that the learner looks at."""
    choices = cells(world())
    return choices[get("picked") % len(choices)]


def policy() -> Floats:
    """[states, actions] the policy of the sliders."""
    return policy_of(world(), get("policy"))


def policy_of(mdp: FiniteMDP, chances: tuple[float, ...]) -> Floats:
    table = np.full((len(mdp.states), len(mdp.actions)), 1 / len(mdp.actions))
    for i, s in enumerate(living(mdp)):
        first = chance(chances, i)
        table[s] = (1 - first) / (len(mdp.actions) - 1)
        table[s, 0] = first
    return table


def never_ends(mdp: FiniteMDP, gamma: float) -> list[str]:
    """With gamma = 1: the states in which some policy can stay for ever. Otherwise none."""
    if gamma < 1:
        return []
    return [mdp.states[s] for s in np.flatnonzero(can_go_on_for_ever(mdp))]


def gamma_fits() -> bool:
    """Whether values exist at this gamma for every policy; if not, one sentence says so."""
    states = never_ends(world(), get("gamma"))
    if states:
        st.info(label("mdp.gamma_one", states=", ".join(states)), icon=":material/all_inclusive:")
    return not states


@lru_cache(maxsize=256)
def _values(mdp: FiniteMDP, chances: tuple[float, ...], gamma: float) -> tuple[Floats, Floats]:
    v = policy_evaluation(mdp, policy_of(mdp, chances), gamma)
    return v, action_values(mdp, v, gamma)


def values() -> tuple[Floats, Floats]:
    """V [states] and Q [states, actions] of the policy of the sliders."""
    return _values(world(), get("policy"), get("gamma"))


@lru_cache(maxsize=256)
def best_values(mdp: FiniteMDP, gamma: float) -> Floats:
    """Q* [states, actions] of a world in which values exist at this gamma."""
    *_, last = policy_iteration(mdp, gamma)
    return last.q


def optimum() -> Floats:
    """Q* [states, actions]."""
    return best_values(world(), get("gamma"))


def reason(error: WorldError) -> str:
    """Why a world was refused, in the learner's language."""
    found = shown(error.found) if isinstance(error.found, float) else str(error.found)
    return label(
        f"mdp.problem.{error.problem}", state=error.state, action=error.action, found=found
    )
