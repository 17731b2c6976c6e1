"""Actor and critic on the 3-state world: a diagram whose arrows light up, and its numbers."""

from __future__ import annotations

from functools import cache

import streamlit as st

from playground import components, formula
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from playground.routes import playing
from playground.routes.duel import world
from playground.symbols import colour
from rl_core.tabular import actor_critic, td
from rl_core.tabular.actor_critic import Config, Lesson
from rl_core.tabular.policy_gradient import softmax
from rl_core.tabular.worlds import LEFT, RIGHT
from rl_core.timeline import Timeline

KEY = "routes_join"
CONFIG = Config()


@cache
def lessons() -> tuple[Lesson, ...]:
    """Every step that the buttons can reach."""
    return tuple(actor_critic.train(world(), Timeline(CONFIG, playing.COUNTS[KEY])))


@st.fragment
def draw_join() -> None:
    n = playing.count(KEY)
    event = lessons()[n - 1] if n else None
    with st.container(key="routes_join_stage", horizontal=True):
        with st.container(key="routes_join_left", border=True):
            _draw_diagram(event, n)
            _draw_buttons(n)
        with st.container(key="routes_join_right", border=True):
            _draw_tables(event)
            st.caption(label("routes.join.settings", alpha=shown(CONFIG.alpha_actor),
                             gamma=shown(CONFIG.gamma)))  # fmt: skip
    with st.container(border=True):
        _draw_numbers(event)


def _draw_diagram(event: Lesson | None, n: int) -> None:
    mdp = world()
    none = label("intro.none_yet")
    if event:
        s, a, s_next = mdp.states[event.s], mdp.actions[event.a], mdp.states[event.s_next]
        old, new = softmax(event.theta_s)[event.a], softmax(event.theta[event.s])[event.a]
        actor = [f"π({a} | {s})", f"{shown(old, 3)} → {shown(new, 3)}"]
        critic = [f"V({s})", f"{shown(event.v_s, 3)} → {shown(event.v[event.s], 3)}"]
        feedback, delta = f"r = {signed(event.r)}, s′ = {s_next}", f"δ = {shown(event.delta, 3)}"
        said = [f"{s}, {a}", f"→ {s_next}"]
    else:
        actor, critic, said = ["π(a | s)"], ["V(s)"], ["S1, S2, S3"]
        a, feedback, delta, s_next = none, "r, s′", "δ", "s′"
    data = {
        "actor": {"title": label("routes.join.actor"), "lines": actor},
        "critic": {"title": label("routes.join.critic"), "lines": critic},
        "environment": {"title": label("routes.join.world"), "lines": said},
        "action": label("routes.join.action", a=a),
        "state": label("routes.join.state", s=s_next),
        "feedback": feedback,
        "delta": delta,
        "step": n,
        "delta_colour": colour("delta"),
        "alt": label("routes.join.alt", a=a, feedback=feedback, delta=delta),
    }
    components.actor_critic("routes_join_diagram", data)


def _draw_buttons(n: int) -> None:
    most = playing.COUNTS[KEY]
    buttons = [
        ("step", "primary", n + 1, n < most, "routes.join.step"),
        ("ten", "secondary", n + 10, n < most, "routes.join.ten"),
        ("back", "tertiary", n - 1, n > 0, "stage.undo"),
        ("restart", "tertiary", 0, n > 0, "stage.reset"),
    ]
    with st.container(horizontal=True, gap="small"):
        for name, kind, to, enabled, text in buttons:
            st.button(
                label(text), key=f"routes_join_{name}", type=kind,  # type: ignore[arg-type]
                disabled=not enabled, on_click=playing.set_count, args=(KEY, to),
            )  # fmt: skip
    if n:
        event = lessons()[n - 1]
        st.caption(label("routes.join.at", n=n, episode=event.episode + 1, t=event.t + 1))
    else:
        st.caption(label("routes.join.start"))


def _draw_tables(event: Lesson | None) -> None:
    mdp = world()
    rows: list[list[Cell]] = []
    for s, state in enumerate(mdp.states):
        v = float(event.v[s]) if event else 0.0
        pi = softmax(event.theta[s]) if event else softmax(0 * mdp.p[s, :, 0])
        mark = "dim" if mdp.terminal[s] else "changed" if event and event.s == s else ""
        row: list[Cell] = [{"text": state, "mark": "head"}]
        row.append({"text": shown(v, 3), "mark": mark, "data": {"state": state, "value": repr(v)}})
        for a in (LEFT, RIGHT):
            data = {"state": state, "action": mdp.actions[a], "value": repr(float(pi[a]))}
            text = "–" if mdp.terminal[s] else shown(pi[a], 3)
            row.append({"text": text, "mark": mark, "data": data})
        rows.append(row)
    columns = ["s", "V(s)", "π(Left | s)", "π(Right | s)"]
    with st.container(key="routes_join_box"):
        table("routes_join_table", columns, rows, label("routes.join.table_alt"))


def _draw_numbers(event: Lesson | None) -> None:
    """The three formulas of a step, each with its numbers and its code."""
    error = critic = actor = None
    if event:
        error = {"r": event.r, r"\gamma": event.config.gamma, "V(s')": event.v_next,
                 "V(s)": event.v_s}  # fmt: skip
        critic = error | {r"\alpha": event.config.alpha_critic}
        actor = {
            r"\theta(s,\cdot)": float(event.theta_s[event.a]),
            r"\alpha": event.config.alpha_actor,
            r"\gamma^t": event.config.gamma**event.t,
            r"\delta": event.delta,
            r"\nabla \ln \pi(a \mid s)": float(event.grad[event.a]),
        }
    formula.show(td.td_error, error, event.delta if event else 0)
    formula.show(td.update, critic, float(event.v[event.s]) if event else 0)
    formula.show(
        actor_critic.actor_update, actor, float(event.theta[event.s, event.a]) if event else 0
    )
