"""The panel: which training is shown, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any

import streamlit as st

from playground.language import label
from playground.runs.pool import Pool
from playground.runs.records import Size, Training
from playground.runs.store import Store, StoreError, default_path
from playground.training import controls, health, replay, view
from playground.training.health import Reference
from playground.training.offers import Offer

# What is drawn of a training, and the seconds between two looks at one that is active.
CURVE = view.draw_progress, 0.5
DETAILS = ((health.draw, 1.0), (replay.draw_replay, 3.0))


@dataclass(frozen=True)
class Panel:
    """What a page trains. Its widgets have the keys `<key>_train`, `<key>_stop`, `<key>_lr`, …"""

    key: str
    offers: Sequence[Offer]  # the first is what the page begins with
    knobs: Mapping[str, Sequence[float]]  # the settings that matter, and the values they offer
    health: Sequence[str]  # metrics that an expert would watch
    # the ideas of the algorithm by name, and the settings that take each of them away
    ablations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    # by metric, what its chart is to be compared with
    references: Mapping[str, Reference] = field(default_factory=dict)

    def of(self, name: str) -> str:
        """The key of one of its widgets."""
        return f"{self.key}_{name}"

    @property
    def algorithms(self) -> list[str]:
        return list(dict.fromkeys(offer.algorithm for offer in self.offers))

    def chosen(self) -> Offer:
        """The offer that its widgets choose."""
        algorithm = st.session_state.get(self.of("algorithm"), self.offers[0].algorithm)
        env = st.session_state.get(self.of("env"), self.offers[0].env)
        return self.find(algorithm, env) or self.offers[0]

    def find(self, algorithm: str, env: str) -> Offer | None:
        """Its offer of that algorithm in that environment, if it has one."""
        return next((o for o in self.offers if (o.algorithm, o.env) == (algorithm, env)), None)

    def offer_of(self, training: Training | None) -> Offer:
        """The offer that a training came from; without one, the offer chosen."""
        return (training and self.find(training.algorithm, training.env)) or self.chosen()


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
    training = _shown(panel, workers.store)
    with st.container(horizontal=True, key=panel.of("train_stage")):
        with st.container(border=True, key=panel.of("train_stage_world")):
            _draw_live(panel, training, *CURVE)
        with st.container(border=True, key=panel.of("train_stage_side")):
            controls.draw(panel, workers, training)
    if training:
        for part in DETAILS:
            _draw_live(panel, training, *part)
        view.draw_results(panel, workers.store, training)


def _shown(panel: Panel, store: Store) -> Training | None:
    """The training that the link names, else the one that this session was looking at."""
    remembered = st.session_state.get(panel.of("run"))
    id = st.query_params.get("run", remembered)
    training = store.get(id) if id else None
    if training and panel.find(training.algorithm, training.env):
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
    """Set the widgets to what the training has, and keep it for comparison."""
    values = training.config | {c.field: c.value for c in store.changes(training.id)}
    values |= {f.name: getattr(training, f.name) for f in fields(Size)}
    values |= {"algorithm": training.algorithm, "env": training.env}
    for name, value in values.items():
        st.session_state[panel.of(name)] = value
    kept = st.session_state.get(panel.of("kept"), [])
    if training.id not in kept:
        st.session_state[panel.of("kept")] = [*kept, training.id]


def _draw_live(panel: Panel, training: Training | None, part: view.Part, every: float) -> None:
    """Draw a part of the view, again and again as long as anything may change in it."""
    active = training is not None and training.active

    def look() -> None:
        now = pool().store.get(training.id) if training else None
        if training and now and now.status != training.status:
            st.rerun()  # the controls have to follow
        part(panel, pool().store, now)

    st.fragment(look, run_every=every if active else None)()
