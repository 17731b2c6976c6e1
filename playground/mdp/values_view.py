"""What a policy is worth: exactly, as a weighted sum, and as the mean of sampled returns."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st

from playground import formula
from playground.components import Cell, table
from playground.language import label
from playground.mdp import charts, worlds
from playground.mdp.equations import named, weighted
from playground.mdp.settings import MOST_EPISODES, chance, get, put, widget
from playground.numbers import shown
from rl_core.tabular import bellman
from rl_core.tabular.dynamic_programming import policy_evaluation
from rl_core.tabular.mdp import FiniteMDP, Floats
from rl_core.tabular.returns import sampled_returns

SEEDS = 20


def draw() -> None:
    with st.container(key="mdp_values_stage", horizontal=True):
        left = st.container(key="mdp_values_stage_world", border=True)
        right = st.container(key="mdp_values_stage_side", border=True)
    with right:
        _draw_sliders()
    if not worlds.gamma_fits():
        return
    with left:
        _draw_table()
        _draw_sum()
    with st.container(border=True):
        _draw_sampling()
    with st.expander(label("mdp.more_formulas")):
        formula.show(policy_evaluation)
        formula.show(bellman.state_value)
        formula.code(sampled_returns)


def _draw_sliders() -> None:
    mdp, policy = worlds.world(), get("policy")
    st.markdown(label("mdp.values.policy", action=mdp.actions[0]))
    for i, s in enumerate(worlds.living(mdp)):
        key = f"mdp_pi_{i}"
        st.session_state[key] = chance(policy, i)
        st.slider(
            f"π({mdp.actions[0]} | {mdp.states[s]})", 0.0, 1.0, step=0.05, key=key,
            on_change=_take_policy,
        )  # fmt: skip


def _take_policy() -> None:
    n = len(worlds.living(worlds.world()))
    put(
        policy=tuple(round(float(st.session_state[f"mdp_pi_{i}"]), 2) for i in range(n)), sweep=0
    )  # fmt: skip


def _state() -> int:
    """The state whose sum and whose samples are shown."""
    choices = worlds.living(worlds.world())
    return choices[get("start") % len(choices)]


def _draw_table() -> None:
    mdp, policy, (v, q) = worlds.world(), worlds.policy(), worlds.values()
    states = worlds.living(mdp)
    rows: list[list[Cell]] = []
    for s in states:
        name, mark = mdp.states[s], "changed" if s == _state() else ""
        row: list[Cell] = [{"text": name, "mark": "head"}]
        row += [
            {"text": shown(q[s, a]),
             "data": {"state": name, "action": action, "value": repr(float(q[s, a]))}}
            for a, action in enumerate(mdp.actions)
        ]  # fmt: skip
        row += [{"text": shown(policy[s, 0])}]
        data = {"state": name, "value": repr(float(v[s]))}
        row += [{"text": shown(v[s]), "mark": mark, "data": data}]
        rows.append(row)
    columns = ["s", *(f"Qπ(s, {a})" for a in mdp.actions), f"π({mdp.actions[0]} | s)", "Vπ(s)"]

    def pick() -> None:
        put(start=st.session_state.mdp_values.picked)

    with st.container(key="mdp_values_table"):
        table("mdp_values", columns, rows, label("mdp.values.alt"), on_pick=pick)
    st.caption(label("mdp.values.pick"))


def _draw_sum() -> None:
    """V = Σ π Q of the chosen state, with its numbers."""
    mdp, policy, (_, q), s = worlds.world(), worlds.policy(), worlds.values(), _state()
    st.latex(formula.coloured(formula.latex(bellman.state_value)))
    result = formula.tex(bellman.state_value(policy[s], q[s]))
    left, right = named(r"V^{\pi}", mdp.states[s]), weighted(policy[s], q[s])
    with st.container(key="mdp_values_numbers"):
        st.latex(rf"{left} = \mathbf{{{result}}} = {right}")


@lru_cache(maxsize=32)
def _samples(
    mdp: FiniteMDP, chances: tuple[float, ...], gamma: float, s: int, luck: int
) -> Floats:  # fmt: skip
    """[seeds, episodes] returns."""
    policy, shape = worlds.policy_of(mdp, chances), (SEEDS, MOST_EPISODES)
    return sampled_returns(mdp, policy, gamma, s, shape, np.random.default_rng(luck))


def _draw_sampling() -> None:
    mdp, s, n = worlds.world(), _state(), max(get("episodes"), 1)
    exact = float(worlds.values()[0][s])
    g = _samples(mdp, get("policy"), get("gamma"), s, get("luck"))
    st.markdown(label("mdp.sampling.title", state=mdp.states[s]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider(label("mdp.sampling.episodes"), 1, MOST_EPISODES, width=320, **widget("episodes"))
        for more in (1, 10):
            st.button(
                label("mdp.sampling.more", n=more), key=f"mdp_more_{more}", on_click=put,
                kwargs={"episodes": min(n + more, MOST_EPISODES)}, disabled=n == MOST_EPISODES,
            )  # fmt: skip
        st.button(
            label("stage.luck", seed=get("luck")), key="mdp_luck", type="tertiary",
            icon=":material/casino:", help=label("mdp.sampling.luck_help"), on_click=put,
            kwargs={"luck": (get("luck") + 1) % 1_000_000},
        )  # fmt: skip
    means = g[:, :n].mean(axis=1)
    low, high = np.quantile(means, [0.05, 0.95])
    numbers = {"exact": exact, "first": means[0], "low": low, "high": high, "spread": high - low}
    with st.container(key="mdp_sampling_numbers"):
        st.markdown(label("mdp.sampling.now", n=n, **{k: shown(x) for k, x in numbers.items()}))
    _draw_chart(g, exact, n, mdp.states[s])
    st.caption(label("mdp.sampling.band", seeds=SEEDS))


def _draw_chart(g: Floats, exact: float, n: int, state: str) -> None:
    counts = np.unique(np.geomspace(1, MOST_EPISODES, 40).round().astype(int))
    running = (g.cumsum(axis=1) / np.arange(1, g.shape[1] + 1))[:, counts - 1]
    low, high = np.quantile(running, [0.05, 0.95], axis=0)
    columns = zip(counts, running.mean(axis=0), low, high, strict=True)
    band = [
        {"n": int(k), "mean": float(m), "low": float(a), "high": float(b)} for k, m, a, b in columns
    ]
    runs = [
        {"n": int(k), "value": float(x), "run": i}
        for i, line in enumerate(running)
        for k, x in zip(counts, line, strict=True)
    ]
    text = label("mdp.sampling.exact", value=shown(exact))
    titles = {"n": label("mdp.sampling.axis"), "value": label("mdp.sampling.mean")}
    alt = label("mdp.sampling.alt", state=state, exact=shown(exact))
    charts.sampling_chart(band, runs, [{"value": exact, "text": text}], n, titles, alt)
