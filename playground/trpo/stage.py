"""The stage of the TRPO page: the map on the left, the update in numbers on the right."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown
from playground.trpo import formulas, map_view, playing, roads
from playground.trpo.link import BEGIN, DELTAS, DIRECTIONS
from playground.trpo.updates import Update
from rl_core.by_hand import trpo as trpo_by_hand
from rl_core.by_hand.trpo import STAY
from rl_core.deep import natural


@st.fragment
def draw(numbers: DeltaGenerator) -> None:
    """Draw the stage, and its formulas into the place further down that was kept for them."""
    for problem in st.session_state.trpo_problems:
        st.warning(problem)
    with st.container(key="trpo_stage", horizontal=True):
        map_box = st.container(key="trpo_stage_world", border=True)
        side_box = st.container(key="trpo_stage_side", border=True)
    with side_box:
        _draw_buttons()
        _draw_settings()
        _draw_station(playing.current(), playing.station())
    with map_box:
        map_view.draw()
        st.toggle(label("trpo.clip"), value=True, key="trpo_show_clip", persist_state="session")
    with st.expander(label("trpo.table"), expanded=True, key="trpo_states_dense"):
        _draw_states(playing.current(), playing.station())
    roads.draw()
    with numbers.container():
        formulas.draw_numbers()


def _draw_buttons() -> None:
    state, moved = st.session_state, len(playing.path()) > 1
    last = state.trpo_station_now + 1 == len(playing.current().stations)
    stuck = playing.ended()
    begun = moved or state.trpo_station_now > 0
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label(f"trpo.press.{_next()}"), key="trpo_press", type="primary", shortcut="Right",
            disabled=last and stuck, on_click=playing.press,
        )  # fmt: skip
        st.button(
            label("trpo.round", n=playing.ROUND), key="trpo_round", shortcut="T",
            disabled=stuck, on_click=playing.press_round,
        )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            label("stage.undo"), key="trpo_undo", icon=":material/undo:", type="tertiary",
            shortcut="U", disabled=not begun, on_click=playing.undo,
        )  # fmt: skip
        st.button(
            label("stage.reset"), key="trpo_restart", icon=":material/restart_alt:",
            type="tertiary", disabled=not begun and playing.path()[0] == BEGIN,
            on_click=playing.restart,
        )  # fmt: skip
        j = shown(map_view.performance(playing.path()[-1]), 3)
        st.caption(label("trpo.now", n=len(playing.path()) - 1, j=j))


def _next() -> str:
    """What the primary button does next."""
    stations, at = playing.current().stations, st.session_state.trpo_station_now + 1
    if at == len(stations):
        return "move"
    return "again" if stations[at] not in ("cg1", "cg2", "try0") else stations[at]


def _draw_settings() -> None:
    state = st.session_state
    state.trpo_direction, state.trpo_delta = playing.direction(), playing.delta()
    st.segmented_control(
        label("trpo.direction"), DIRECTIONS, key="trpo_direction", required=True,
        format_func=lambda name: label(f"trpo.directions.{name}"),
        on_change=playing.choose, args=("trpo_direction",), label_visibility="collapsed",
    )  # fmt: skip
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("δ", width="content")
        st.segmented_control(
            label("trpo.delta"), DELTAS, key="trpo_delta", required=True,
            format_func=shown,
            on_change=playing.choose, args=("trpo_delta",), label_visibility="collapsed",
        )  # fmt: skip


def _draw_station(now: Update, station: str) -> None:
    """What this station of the update does, in words and with its numbers."""
    kind, number = station.rstrip("0123456789"), int(station[-1]) if station[-1].isdigit() else 0
    st.markdown(f"**{label(f'trpo.station.{kind}')}**")
    if kind == "gradient":
        st.markdown(label("trpo.say.gradient"))
        st.latex(rf"g = \nabla_\theta L = {_vector(now.here.gradient)}")
        if playing.ended():
            st.caption(label("trpo.say.end"))
    elif kind == "cg":
        _draw_iteration(now, number)
    else:
        _draw_tries(now, int(station.removeprefix("try")))


def _draw_iteration(now: Update, k: int) -> None:
    way = now.iterates[k - 1]
    if playing.direction() == "plain":
        st.markdown(label("trpo.say.cg_plain"))
    else:
        st.markdown(label(f"trpo.say.cg{k}"))
    st.latex(rf"x_{k} = {_vector(way.x)}")
    residual = formula.tex(way.residual)
    st.latex(rf"\frac{{\lVert g - F x_{k} \rVert}}{{\lVert g \rVert}} = \mathbf{{{residual}}}")


def _draw_tries(now: Update, k: int) -> None:
    way, delta = now.iterates[-1], playing.delta()
    x_f_x = float(natural.dot(way.x, now.here.fisher @ way.x))
    values = {r"\delta": delta, r"x^\top F \, x": x_f_x}
    line = formula.substituted(formula.latex(natural.step_size), values, way.beta)
    st.latex(rf"\beta = {line}")
    this = now.tries[k]
    numbers = {"kl": shown(this.kl), "delta": shown(delta), "ratio": shown(this.kl / delta, 2)}
    if this.good:
        said = "good" if k else "good_at_once"
    else:
        said = "none" if k + 1 == len(now.tries) else "far" if this.kl > delta else "no_gain"
    st.markdown(label(f"trpo.say.{said}", **numbers))
    if this.good and playing.ended():
        st.markdown(label("trpo.say.end"))
    rows: list[list[Cell]] = [
        [
            {"text": str(i), "mark": "head"},
            {"text": shown(trpo_by_hand.FACTOR**i, 3)},
            {"text": shown(t.gain)},
            {"text": shown(t.bowl)},
            {"text": shown(t.kl),
             "data": {"try": str(i), "kl": repr(t.kl), "good": str(t.good)}},
            {"text": "✓" if t.good else "✗", "mark": "changed" if t.good else "dim"},
        ]
        for i, t in enumerate(now.tries[: k + 1])
    ]  # fmt: skip
    with st.container(key="trpo_tries_dense"):
        table("trpo_tries", label("trpo.tries_columns").split("|"), rows, label("trpo.tries_alt"))


def _draw_states(now: Update, station: str) -> None:
    """State by state: why the natural gradient is another direction."""
    here = now.here
    cg = [i for i, name in enumerate(now.stations) if name.startswith("cg")]
    done = now.stations.index(station) >= cg[-1]
    pi = trpo_by_hand.policy(here.theta).logits.softmax(-1)[:, STAY]
    rows: list[list[Cell]] = []
    for s, name in enumerate("AB"):
        numbers = (
            here.theta[s], pi[s], here.visits[s], here.advantage[s, 0] - here.advantage[s, 1],
            here.gradient[s], here.fisher[s, s],
        )  # fmt: skip
        x = shown(float(now.iterates[-1].x[s]), 3) if done else "·"
        row: list[Cell] = [{"text": label(f"trpo.state.{name}"), "mark": "head"}]
        row += [{"text": shown(float(number), 3)} for number in numbers]
        row += [{"text": x, "mark": "changed" if done else "dim", "data": {"x": name}}]
        rows.append(row)
    table("trpo_states_table", label("trpo.columns").split("|"), rows, label("trpo.table_alt"))
    st.caption(label(f"trpo.table_caption_{playing.direction()}"))


def _vector(x: Tensor) -> str:
    a, b = (formula.tex(number) for number in x.tolist())
    return rf"\begin{{pmatrix}} {a} \\ {b} \end{{pmatrix}}"
