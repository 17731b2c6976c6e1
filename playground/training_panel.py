"""Train: settings, the live view of a training, and its link; the same on every deep page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import Field, asdict, dataclass, fields, replace
from typing import Any

import streamlit as st

from playground import training_view
from playground.language import label
from playground.runs.pool import Pool
from playground.runs.records import Plan, Size, Training
from playground.runs.store import Store, StoreError, default_path
from rl_core.settings import Settings

# What is drawn of a training, and the seconds between two looks at one that is active.
CURVE = training_view.draw_progress, 0.5
DETAILS = ((training_view.draw_health, 1.0), (training_view.draw_replay, 3.0))


@dataclass(frozen=True)
class Panel:
    """What a page trains. Its widgets have the keys `<key>_train`, `<key>_stop`, `<key>_lr`, …"""

    key: str
    algorithm: str
    env: str
    config: Settings  # what the widgets begin with
    knobs: Mapping[str, Sequence[float]]  # the settings that matter, and the values they offer
    health: Sequence[str]  # metrics that an expert would watch
    threshold: float  # mean return from which a run has passed
    limits: tuple[float, float]  # of the returns on the chart
    highest_value: bool = True  # whether a value is at most 1 / (1 - gamma)
    runs: int = 8
    steps: int = 20_000
    seed: int = 0

    def of(self, name: str) -> str:
        """The key of one of its widgets."""
        return f"{self.key}_{name}"


@st.cache_resource
def pool() -> Pool:
    """This app's pool of workers. Making it starts the first worker in the background."""
    return Pool(Store(default_path()))


def warm_up() -> None:
    """Start the first worker, if there is none yet; it is ready some seconds later."""
    with suppress(StoreError):  # `draw` says so
        pool()


def draw(panel: Panel) -> None:
    """Draw the panel."""
    try:
        workers = pool()
    except StoreError as error:
        st.error(label("training.no_store", reason=error))
        return
    training = _chosen(panel, workers.store)
    with st.container(horizontal=True, key=panel.of("train_stage")):
        with st.container(border=True, key=panel.of("train_stage_world")):
            _draw_live(panel, training, *CURVE)
        with st.container(border=True, key=panel.of("train_stage_side")):
            _draw_controls(panel, training)
    if training:
        for part in DETAILS:
            _draw_live(panel, training, *part)
        training_view.draw_results(panel, workers.store, training)


def _chosen(panel: Panel, store: Store) -> Training | None:
    """The training that the link names, else the one that this session was looking at."""
    remembered = st.session_state.get(panel.of("run"))
    id = st.query_params.get("run", remembered)
    training = store.get(id) if id else None
    if training and training.algorithm == panel.algorithm:
        st.query_params["run"] = training.id
        if training.id != remembered:
            _adopt(panel, training, store)
            st.session_state[panel.of("run")] = training.id
        return training
    if id:
        st.warning(label("training.unknown"))
        st.query_params.pop("run", None)
        st.session_state.pop(panel.of("run"), None)
    return None


def _adopt(panel: Panel, training: Training, store: Store) -> None:
    """Set the widgets to what the training has."""
    values = training.config | {c.field: c.value for c in store.changes(training.id)}
    values |= {f.name: getattr(training, f.name) for f in fields(Size)}
    for name, value in values.items():
        st.session_state[panel.of(name)] = value


def _draw_controls(panel: Panel, training: Training | None) -> None:
    active = training is not None and training.active
    for column, f in zip(st.columns(len(fields(Size))), fields(Size), strict=True):
        with column:
            _draw_size(panel, f, active)
    with st.container(horizontal=True, gap="xsmall"):
        _draw_button(panel, "train", "play_arrow", not active, _train)
        _draw_button(panel, "stop", "stop", active, _stop)
        ended = training is not None and training.status in ("stopped", "failed", "interrupted")
        _draw_button(panel, "again", "replay", ended, _train_again)
    settings = {f.name: f for f in fields(panel.config)}
    for name in panel.knobs:
        _draw_setting(panel, settings[name], training)
    with st.expander(label("training.more")):
        for name, f in settings.items():
            if name not in panel.knobs:
                _draw_setting(panel, f, training)


def _draw_button(
    panel: Panel, name: str, icon: str, enabled: bool, do: Callable[[Panel], None]
) -> None:
    st.button(
        label(f"training.{name}"),
        key=panel.of(name),
        type="primary" if name == "train" else "secondary",
        icon=f":material/{icon}:",
        width="stretch",
        disabled=not enabled,
        on_click=do,
        args=(panel,),
    )


def _draw_size(panel: Panel, f: Field[Any], active: bool) -> None:
    key, low, high = panel.of(f.name), f.metadata["low"], f.metadata["high"]
    st.session_state.setdefault(key, getattr(panel, f.name))
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


def _draw_setting(panel: Panel, f: Field[Any], training: Training | None) -> None:
    """One setting, as a slider over the values it offers, or as what its kind asks for."""
    key, live = panel.of(f.name), f.metadata["live"]
    value = st.session_state.setdefault(key, getattr(panel.config, f.name))
    common: dict[str, Any] = {
        "label": label(f"training.setting.{f.name}"),
        "key": key,
        "help": label("training.live") if live else None,
        "disabled": training is not None
        and training.active
        and not (live and training.status == "running"),
        "on_change": _changed,
        "args": (panel, f.name),
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


def _changed(panel: Panel, name: str) -> None:
    """Tell the training under way; what it may not change is disabled while it runs."""
    training = pool().store.get(st.session_state.get(panel.of("run"), ""))
    if training and training.status == "running":
        pool().change(training.id, name, st.session_state[panel.of(name)])


def _train(panel: Panel) -> None:
    values = {f.name: st.session_state[panel.of(f.name)] for f in fields(panel.config)}
    size = {f.name: st.session_state[panel.of(f.name)] for f in fields(Size)}
    _begin(Plan(panel.algorithm, panel.env, asdict(replace(panel.config, **values)), **size))


def _train_again(panel: Panel) -> None:
    """Begin the same once more; the widgets follow."""
    training = pool().store.get(st.session_state[panel.of("run")])
    if training:
        _begin(Plan(**{f.name: getattr(training, f.name) for f in fields(Plan)}))


def _begin(plan: Plan) -> None:
    st.query_params["run"] = pool().submit(plan)


def _stop(panel: Panel) -> None:
    pool().stop(st.session_state[panel.of("run")])


def _draw_live(
    panel: Panel, training: Training | None, part: training_view.Part, every: float
) -> None:
    """Draw a part of the view, again and again as long as anything may change in it."""
    active = training is not None and training.active

    def look() -> None:
        now = pool().store.get(training.id) if training else None
        if training and now and now.status != training.status:
            st.rerun()  # the controls have to follow
        part(panel, pool().store, now)

    st.fragment(look, run_every=every if active else None)()
