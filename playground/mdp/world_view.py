"""The world itself: its diagram, its P and R to read, and the same to edit."""

from __future__ import annotations

from typing import Any

import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import worlds
from playground.mdp.drawing import draw_world, is_wide
from playground.mdp.settings import get, put
from playground.numbers import MINUS, shown, signed
from rl_core.tabular.mdp import WorldError
from rl_core.tabular.slip import slippery

Place = tuple[int, int]


def draw() -> None:
    if is_wide():
        with st.container(border=True):
            draw_world("mdp_diagram")
            st.caption(label("mdp.world.legend"))
        left = st.container(border=True)
        with left:
            _draw_reading()
    else:
        with st.container(key="mdp_world_stage", horizontal=True):
            with st.container(key="mdp_world_stage_world", border=True):
                draw_world("mdp_diagram")
                st.caption(label("mdp.world.legend"))
            with st.container(key="mdp_world_stage_side", border=True):
                _draw_reading()
    with st.container(border=True):
        _draw_editing()
    with st.expander(label("mdp.more_formulas")):
        formula.show(slippery)


def _draw_reading() -> None:
    """Everything that can happen, a row for each s, a, s'."""
    mdp, chosen = worlds.world(), worlds.picked()
    rows: list[list[Cell]] = []
    for s, a in worlds.cells(mdp):
        for t, chance in enumerate(mdp.p[s, a]):
            if chance > 0:
                names = {"state": mdp.states[s], "action": mdp.actions[a], "next": mdp.states[t]}
                mark = "changed" if (s, a) == chosen else ""
                texts: list[Cell] = [{"text": name, "mark": mark} for name in names.values()]
                data = names | {"value": repr(float(chance))}
                p: Cell = {"text": shown(chance), "mark": mark, "data": data}
                r: Cell = {"text": signed(float(mdp.r[s, a, t])), "mark": mark}
                rows.append([*texts, p, r])
    with st.container(key="mdp_reading_table"):
        table("mdp_reading", ["s", "a", "s′", "P", "R"], rows, label("mdp.world.reading_alt"))


def _draw_editing() -> None:
    mdp = worlds.edited()
    st.markdown(label("mdp.world.editing"))
    with st.container():  # it keeps the table's place, and so the focus in it
        for complaint in _drafts().get("complaints", {}).values():
            st.error(complaint)
    rows: list[list[Cell]] = []
    for s, a in worlds.cells(mdp):
        head: list[Cell] = [{"text": f"{mdp.states[s]}, {mdp.actions[a]}", "mark": "head"}]
        fields = (_field((s, a), kind, t) for kind in "PR" for t in range(len(mdp.states)))
        rows.append([*head, *fields])
    columns = ["s, a", *(f"{kind} → {t}" for kind in "PR" for t in mdp.states)]
    with st.container(key="mdp_editing_table"):
        table("mdp_editing", columns, rows, label("mdp.world.editing_alt"), on_edit=_take)
    with st.container(horizontal=True, gap="small"):
        st.button(
            label("mdp.world.restore"), key="mdp_restore", type="tertiary",
            icon=":material/restart_alt:", on_click=_restore,
            disabled=not get("rows") and not _drafts().get("texts"),
        )  # fmt: skip


def _field(place: Place, kind: str, t: int) -> Cell:
    """One number that can be typed over; a refused one stays as it was typed."""
    mdp = worlds.edited()
    number = float((mdp.p if kind == "P" else mdp.r)[*place, t])
    names = {"state": mdp.states[place[0]], "action": mdp.actions[place[1]], "next": mdp.states[t]}
    typed = _drafts().get("texts", {}).get((place, kind, t))
    return {
        "text": shown(number, 6) if typed is None else typed,
        "mark": "refused" if place in _drafts().get("complaints", {}) else "",
        "edit": f"{kind}({names['next']} | {names['state']}, {names['action']})",
        "data": names | {"kind": kind, "value": repr(number)},
    }


def _drafts() -> dict[str, Any]:
    """What was typed into rows that are not valid yet: texts by field, complaints by row."""
    drafts = st.session_state.setdefault("mdp_drafts", {})
    if drafts.get("world") != get("world"):
        drafts.clear()
        drafts.update(world=get("world"), texts={}, complaints={})
    return drafts


def _take() -> None:
    """A field was typed into: its row is taken if it is valid, else kept as a draft."""
    mdp, n = worlds.edited(), len(worlds.edited().states)
    row, column, text = st.session_state.mdp_editing.edited
    place = worlds.cells(mdp)[row]
    drafts = _drafts()
    drafts["texts"][place, "PR"[(column - 1) // n], (column - 1) % n] = text
    try:
        p, r = ([_number(place, kind, t) for t in range(n)] for kind in "PR")
        rows = {**worlds.decode(get("rows"), mdp), place: (tuple(p), tuple(r))}
        worlds.with_rows(worlds.base(get("world")), rows)
    except WorldError as error:
        drafts["complaints"][place] = worlds.reason(error)
        return
    drafts["complaints"].pop(place, None)
    drafts["texts"] = {key: text for key, text in drafts["texts"].items() if key[0] != place}
    put(rows=worlds.encode(rows), sweep=0)


def _number(place: Place, kind: str, t: int) -> float:
    """The number that a field stands for: typed, or what is in force. Raises `WorldError`."""
    mdp = worlds.edited()
    typed = _drafts()["texts"].get((place, kind, t))
    if typed is None:
        return float((mdp.p if kind == "P" else mdp.r)[*place, t])
    state, action = mdp.states[place[0]], mdp.actions[place[1]]
    try:
        number = float(typed.strip().replace(MINUS, "-").replace(",", "."))
    except ValueError:
        raise WorldError("not_a_number", typed, state, action, typed[:20]) from None
    if abs(number) > worlds.LARGEST:
        raise WorldError("too_large", typed, state, action, number)
    return number


def _restore() -> None:
    st.session_state.mdp_drafts = {}
    put(rows="", sweep=0)
