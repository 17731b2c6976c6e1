"""The document's three rounds, replayed: what it says beside what the update gives."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from playground import charts, formula
from playground.by_hand import world
from playground.components import Cell, table
from playground.language import label, prose
from playground.numbers import shown
from playground.q_table import numbers_line, q_table
from playground.stepping import Move, NewEpisode, Session, Step
from rl_core.tabular.q_learning import Config
from rl_core.tabular.worlds import LEFT, RIGHT, three_state_after

RIGHT_STEP = Step(RIGHT, Config(), seed=0)
BACK = NewEpisode(seed=0)
MANY = 20  # rounds that stand for "until nothing changes any more"


@dataclass(frozen=True)
class Stop:
    """A place in the document: the moves that lead there and the values that it prints."""

    prose: str
    moves: tuple[Move, ...]
    claims: dict[tuple[int, int], float]


STOPS = [
    Stop("round_1a", (RIGHT_STEP,), {(0, RIGHT): 0}),
    Stop("round_1b", (RIGHT_STEP,) * 2, {(1, RIGHT): 0.5}),
    Stop("round_2", (RIGHT_STEP,) * 3, {(0, RIGHT): 0.225}),
    Stop("round_3", (*(RIGHT_STEP,) * 3, BACK, RIGHT_STEP), {(0, RIGHT): 0.225}),
    Stop("round_3_whole", (RIGHT_STEP,) * 5, {(0, RIGHT): 0.225}),
    Stop(
        "rounds_end",
        (RIGHT_STEP,) * 2 * MANY,
        {(0, RIGHT): 0.225, (1, RIGHT): 1, (0, LEFT): 0, (1, LEFT): 0},
    ),
]


def draw_rounds() -> None:
    """The replay, with its own table: the learner's session stays as it is."""
    at = st.session_state.setdefault("ql_round", 0)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, to in (("back", at - 1), ("next", at + 1)):
            st.button(
                label(f"rounds.{name}"),
                key=f"ql_round_{name}",
                disabled=not 0 <= to < len(STOPS),
                on_click=st.session_state.__setitem__,
                args=("ql_round", to),
            )
        st.caption(label("rounds.at", at=at + 1, of=len(STOPS)))
    stop = STOPS[at]
    session = Session.new(world())
    for move in stop.moves:
        session = session.do(move)
    with st.container(key="ql_round_stage", horizontal=True):
        with st.container(key="ql_round_stage_world"):
            prose("q_learning", stop.prose)
            st.latex(numbers_line(session.frame.transition))
        with st.container(key="ql_round_stage_side"):
            q_table("ql_round_q", session.frame)
            _draw_claims(stop, session)
    if at == len(STOPS) - 1:
        _draw_closed_form()


def _draw_claims(stop: Stop, session: Session) -> None:
    """What the document prints beside what the program computed."""
    q = session.frame.state.q
    rows: list[list[Cell]] = []
    for (s, a), claim in stop.claims.items():
        wrong = abs(claim - q[s, a]) > 1e-3
        rows.append(
            [
                {"text": f"Q({world().states[s]}, {world().actions[a]})"},
                {"text": shown(claim), "mark": "wrong" if wrong else ""},
                {"text": shown(q[s, a]), "mark": "changed" if wrong else ""},
            ]
        )
    columns = [label("rounds.cell"), label("rounds.document"), label("rounds.computed")]
    table("ql_round_claims", columns, rows, label("rounds.alt"))


def _draw_closed_form() -> None:
    st.latex(formula.latex(three_state_after))
    session = Session.new(world())
    points = []
    for n in range(11):
        q = session.frame.state.q
        for s, exact in enumerate(three_state_after(n)):
            name = f"Q({world().states[s]}, Right)"
            points.append({"n": n, "value": q[s, RIGHT], "curve": exact, "series": name})
        session = session.do(RIGHT_STEP).do(RIGHT_STEP)
    references = [{"value": 0.225, "text": label("rounds.claimed", value=shown(0.225))}]
    titles = {"n": label("rounds.axis"), "value": "Q"}
    charts.rounds_chart(points, references, titles, label("rounds.chart_alt"))
    st.caption(label("rounds.chart"))
