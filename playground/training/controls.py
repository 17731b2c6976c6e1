"""The controls of a training: what to train, how much, with which settings; Train and Stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, asdict, fields, replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from playground.language import label
from playground.runs.pool import Pool
from playground.runs.records import Plan, Size, Training

if TYPE_CHECKING:
    from playground.training.panel import Panel

NAMES = {
    "dqn": "DQN",
    "double_dqn": "Double DQN",
    "reinforce": "REINFORCE",
    "a2c": "A2C",
    "ddpg": "DDPG",
    "td3": "TD3",
    "ppo": "PPO",
    "trpo": "TRPO",
    "sac": "SAC",
}


def draw(panel: Panel, pool: Pool, training: Training | None) -> None:
    """Draw all controls of the panel."""
    active = training is not None and training.active
    _draw_choice(panel, active)
    for column, f in zip(st.columns(len(fields(Size))), fields(Size), strict=True):
        with column:
            _draw_size(panel, f, active)
    with st.container(horizontal=True, gap="xsmall"):
        _draw_button(panel, pool, "train", "play_arrow", not active, _train)
        _draw_button(panel, pool, "stop", "stop", active, _stop)
        ended = training is not None and training.status in ("stopped", "failed", "interrupted")
        _draw_button(panel, pool, "again", "replay", ended, _train_again)
    settings = {f.name: f for f in fields(panel.chosen().config)}
    for name, off in panel.ablations.items():
        if off.keys() <= settings.keys():
            _draw_ablation(panel, pool, name, off, settings, training)
    for name in panel.knobs:
        if name in settings:
            _draw_setting(panel, pool, settings[name], training)
    with st.expander(label("training.more")):
        for name, f in settings.items():
            if name not in panel.knobs:
                _draw_setting(panel, pool, f, training)


def _draw_choice(panel: Panel, active: bool) -> None:
    """Which algorithm, where there are several, and in which environment."""
    chosen = panel.chosen()
    common: dict[str, Any] = {"disabled": active, "on_change": _begin_anew, "args": (panel,)}
    if len(panel.algorithms) > 1:
        st.session_state.setdefault(panel.of("algorithm"), chosen.algorithm)
        st.segmented_control(
            label("training.algorithm"),
            panel.algorithms,
            format_func=lambda name: NAMES.get(name, name),
            key=panel.of("algorithm"),
            required=True,
            persist_state="session",
            **common,
        )
    st.session_state.setdefault(panel.of("env"), chosen.env)
    environments = [o.env for o in panel.offers if o.algorithm == chosen.algorithm]
    st.selectbox(
        label("training.env"),
        environments,
        key=panel.of("env"),
        help=label("training.env_help"),
        persist_state="session",
        **common,
    )


def _begin_anew(panel: Panel) -> None:
    """Set all settings to what the chosen algorithm begins with in the chosen environment."""
    offer = panel.chosen()
    for f in fields(offer.config):
        st.session_state[panel.of(f.name)] = getattr(offer.config, f.name)
    st.session_state[panel.of("steps")] = offer.steps


def _draw_button(
    panel: Panel,
    pool: Pool,
    name: str,
    icon: str,
    enabled: bool,
    do: Callable[[Panel, Pool], None],
) -> None:
    st.button(
        label(f"training.{name}"),
        key=panel.of(name),
        type="primary" if name == "train" else "secondary",
        icon=f":material/{icon}:",
        width="stretch",
        disabled=not enabled,
        on_click=do,
        args=(panel, pool),
    )


def _draw_size(panel: Panel, f: Field[Any], active: bool) -> None:
    key, low, high = panel.of(f.name), f.metadata["low"], f.metadata["high"]
    st.session_state.setdefault(key, getattr(panel.chosen(), f.name))
    st.number_input(
        label(f"training.{f.name}"),
        low,
        high,
        key=key,
        step=1000 if f.name == "steps" else 1,
        help=label(f"training.{f.name}_help"),
        disabled=active,
        persist_state="session",
    )


def _draw_ablation(
    panel: Panel,
    pool: Pool,
    name: str,
    off: Mapping[str, Any],
    settings: Mapping[str, Field[Any]],
    training: Training | None,
) -> None:
    """A switch that takes one of the algorithm's ideas away by setting what `off` says."""
    begin = asdict(panel.chosen().config)
    now = {field: st.session_state.get(panel.of(field), begin[field]) for field in off}
    key = panel.of(f"idea_{name}")
    st.session_state[key] = now != dict(off)

    def switch() -> None:
        values = {field: begin[field] for field in off} if st.session_state[key] else off
        for field, value in values.items():
            st.session_state[panel.of(field)] = value
            _changed(panel, pool, field)

    st.toggle(
        label(f"training.idea.{name}"),
        key=key,
        help=label(f"training.idea.{name}_help"),
        disabled=not all(_open(settings[field], training) for field in off),
        on_change=switch,
    )


def _draw_setting(panel: Panel, pool: Pool, f: Field[Any], training: Training | None) -> None:
    """One setting, as a slider over the values it offers, or as what its kind asks for."""
    key = panel.of(f.name)
    value = st.session_state.setdefault(key, getattr(panel.chosen().config, f.name))
    common: dict[str, Any] = {
        "label": label(f"training.setting.{f.name}"),
        "key": key,
        "help": label("training.live") if f.metadata["live"] else None,
        "disabled": not _open(f, training),
        "on_change": _changed,
        "args": (panel, pool, f.name),
        "persist_state": "session",
    }
    if f.name in panel.knobs:
        options = sorted({*panel.knobs[f.name], value})
        st.select_slider(**common, options=options, format_func=lambda x: f"{x:g}")
    elif f.metadata["choices"]:
        st.segmented_control(**common, options=f.metadata["choices"], required=True)
    elif isinstance(f.default, bool):
        st.toggle(**common)
    else:
        low, high = f.metadata["low"], f.metadata["high"]
        whole = isinstance(f.default, int)
        st.number_input(
            **common,
            min_value=int(low) if whole else float(low),
            max_value=int(high) if whole else float(high),
            step=1 if whole else 0.01,
            format="%d" if whole else "%g",
        )


def _open(f: Field[Any], training: Training | None) -> bool:
    """Whether a setting may be changed now: while a training runs, only a live one."""
    if training is None or not training.active:
        return True
    return bool(f.metadata["live"]) and training.status == "running"


def _changed(panel: Panel, pool: Pool, name: str) -> None:
    """Tell the training under way; what it may not change is disabled while it runs."""
    training = pool.store.get(st.session_state.get(panel.of("run"), ""))
    if training and training.status == "running":
        pool.change(training.id, name, st.session_state[panel.of(name)])


def _train(panel: Panel, pool: Pool) -> None:
    offer = panel.chosen()
    values = {f.name: st.session_state[panel.of(f.name)] for f in fields(offer.config)}
    size = {f.name: st.session_state[panel.of(f.name)] for f in fields(Size)}
    config = asdict(replace(offer.config, **values))
    _begin(pool, Plan(offer.algorithm, offer.env, config, **size))


def _train_again(panel: Panel, pool: Pool) -> None:
    """Begin the same once more; the widgets follow."""
    training = pool.store.get(st.session_state[panel.of("run")])
    if training:
        _begin(pool, Plan(**{f.name: getattr(training, f.name) for f in fields(Plan)}))


def _begin(pool: Pool, plan: Plan) -> None:
    st.query_params["run"] = pool.submit(plan)


def _stop(panel: Panel, pool: Pool) -> None:
    pool.stop(st.session_state[panel.of("run")])
