"""One recording: the TD errors, and the advantages that grow out of them from the end backwards."""

from __future__ import annotations

import streamlit as st

from playground import formula
from playground.actor_critic import charts, settings
from playground.components import Cell, table
from playground.language import label
from playground.numbers import shown, signed
from rl_core.by_hand import a2c as a2c_by_hand
from rl_core.by_hand.a2c import WORLD, Record
from rl_core.deep import advantages
from rl_core.tabular.worlds import RIGHT


def draw() -> None:
    record, done = a2c_by_hand.recorded(settings.chosen("ending")), settings.count("done")
    with st.container(key="ac_record_stage", horizontal=True):
        with st.container(key="ac_record_left", border=True):
            _draw_table(record, done)
            _draw_buttons(done)
            draw_ending()
        with st.container(key="ac_record_right", border=True):
            settings.draw_slider("lambda")
            _draw_chart(record, done)
            left, right = st.columns(2)
            with left:
                settings.draw_slider("wrong")
            with right:
                settings.draw_slider("discount")
    with st.container(border=True):
        _draw_numbers(record, done)


def numbers(record: Record) -> dict[str, list[float]]:
    """Of every step: `v`, `v_next`, `delta`, `advantage` with the learner's λ, `whole` (the same
    with λ = 1), `true` and `ended`.
    """
    gamma, lam = settings.number("discount"), settings.number("lambda")
    v = a2c_by_hand.critic(settings.number("wrong"), gamma)
    return {
        "v": v[record.s].tolist(),
        "v_next": v[record.s_next].tolist(),
        "delta": record.td_errors(v, gamma).tolist(),
        "advantage": record.advantages(v, gamma, lam).tolist(),
        "whole": record.advantages(v, gamma, 1.0).tolist(),
        "true": a2c_by_hand.true_advantages(gamma)[record.s, record.a].tolist(),
        "ended": (record.terminated + record.truncated).tolist(),
    }


def draw_ending() -> None:
    """How the recording ends, and what world it is from."""
    names = {name: label(f"a2c.ending.{name}") for name in settings.ENDINGS}
    settings.draw_choice("ending", names)
    st.caption(label("a2c.world"))


def arrow(record: Record, t: int) -> str:
    """The action of a step."""
    return "→" if record.a[t] == RIGHT else "←"


def _draw_table(record: Record, done: int) -> None:
    found, steps = numbers(record), len(record.s)
    rows: list[list[Cell]] = []
    for t in range(steps):
        known, now = t >= steps - done, t == steps - done
        v_next = shown(found["v_next"][t], 3)
        if record.terminated[t]:
            v_next = label("a2c.record.end")
        elif record.truncated[t]:
            v_next = label("a2c.record.cut", v=v_next)
        row: list[Cell] = [
            {"text": str(t), "mark": "head"},
            {"text": WORLD.states[record.s[t]]},
            {"text": arrow(record, t)},
            {"text": signed(float(record.reward[t]))},
            {"text": label(f"a2c.place.{WORLD.states[record.s_next[t]]}")},
            {"text": shown(found["v"][t], 3)},
            {"text": v_next},
        ]
        for name in ("delta", "advantage"):
            value = found[name][t]
            data = {"step": str(t), name: repr(value) if known else ""}
            text = shown(value, 3) if known else "·"
            row.append({"text": text, "mark": "changed" if now else "", "data": data})
        rows.append(row)
    with st.container(key="ac_record_dense"):
        columns = ["t", "s", "a", "r", "s′", "V(s)", "V(s′)", "δ", "Â"]
        table("ac_record_table", columns, rows, label("a2c.record.alt"), on_pick=_pick)


def _pick() -> None:
    settings.set_count("done", settings.STEPS - int(st.session_state.ac_record_table.picked))


def _draw_buttons(done: int) -> None:
    buttons = [
        ("next", "primary", None, done + 1, done < settings.STEPS, "Right", "a2c.record.next"),
        ("all", "secondary", None, settings.STEPS, done < settings.STEPS, "A", "a2c.record.all"),
        ("back", "tertiary", "undo", done - 1, done > 0, "U", "stage.undo"),
        ("restart", "tertiary", "restart_alt", 0, done > 0, None, "stage.reset"),
    ]
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for name, kind, icon, to, enabled, key, text in buttons:
            st.button(
                label(text), key=f"ac_{name}", type=kind,  # type: ignore[arg-type]
                icon=f":material/{icon}:" if icon else None, shortcut=key, disabled=not enabled,
                on_click=settings.set_count, args=("done", to),
            )  # fmt: skip


def _draw_chart(record: Record, done: int) -> None:
    found, steps = numbers(record), len(record.s)
    series = {"advantage": "gae", "delta": "td", "whole": "mc", "true": "true"}
    names = {key: label(f"a2c.series.{name}") for key, name in series.items()}
    rows = [
        {"t": t, "value": found[key][t], "series": name, "kind": series[key]}
        for t in range(steps - done, steps)
        for key, name in names.items()
    ]
    borders = [{"t": t + 0.5} for t in range(steps - 1) if found["ended"][t]]
    titles = {"t": label("a2c.axis.t"), "value": label("a2c.axis.advantage")}
    alt = label("a2c.record.chart_alt", n=done, lam=shown(settings.number("lambda")))
    charts.advantages_chart(rows, borders, list(names.values()), titles, alt)


def _draw_numbers(record: Record, done: int) -> None:
    """The two formulas with the numbers of the step that was reached, and a sentence on it."""
    td, gae = formula.latex(advantages.td_error), formula.latex(advantages.gae)
    if not done:
        st.latex(formula.coloured(td))
        st.latex(formula.coloured(gae))
        st.markdown(label("a2c.record.start"))
        return
    found, t = numbers(record), len(record.s) - done
    first, second = of_step(record, t)
    for values, text, name in ((first, td, "delta"), (second, gae, "advantage")):
        symbol = formula.coloured(text.split("=")[0])
        st.latex(rf"{symbol} = {formula.substituted(text, values, found[name][t])}")
    kind = "inner"
    if found["ended"][t]:
        kind = settings.chosen("ending") if t == len(record.s) - 1 else "lost"
    lam, gamma = settings.number("lambda"), settings.number("discount")
    weight, place = shown(lam * gamma), WORLD.states[record.s_next[t]]
    st.markdown(label(f"a2c.says.{kind}", t=t, weight=weight, next=t + 1, place=place))


def of_step(record: Record, t: int) -> tuple[dict[str, float], dict[str, float]]:
    """What stands on the right of the two formulas at a step."""
    found = numbers(record)
    gamma = settings.number("discount")
    first = {
        "r_{t+1}": float(record.reward[t]),
        r"\gamma": gamma,
        r"\text{terminated}": float(record.terminated[t]),
        "V(s_{t+1})": found["v_next"][t],
        "V(s_t)": found["v"][t],
    }
    second = {
        r"\delta_t": found["delta"][t],
        r"\gamma": gamma,
        r"\lambda": settings.number("lambda"),
        r"\text{ended}_t": found["ended"][t],
        r"\hat A_{t+1}": found["advantage"][t + 1] if t + 1 < len(record.s) else 0.0,
    }
    return first, second
