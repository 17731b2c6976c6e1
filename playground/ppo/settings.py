"""What the learner has set on the PPO page: kept for the session, mirrored in the link."""

from __future__ import annotations

import math

import streamlit as st

from playground.language import label

STATIONS = ("sample", "batch")
SLIDERS = {
    "ppo_ratio": (0.02, 2.48, 1.0, 0.02),
    "ppo_advantage": (-2.0, 2.0, 1.0, 0.25),
    "ppo_epsilon": (0.05, 0.5, 0.2, 0.05),
}  # lowest, highest, usual, step
BATCHES = 8  # as many as `ppo_by_hand.RUNS`, whose import would bring torch
COUNTS = {"ppo_batch": BATCHES - 1, "ppo_luck": 999_999, "ppo_epochs_done": 40}  # the most
USUAL = {"ppo_batch": 3, "ppo_luck": 2, "ppo_epochs_done": 0}  # shows plainly what others do too
CLIPS = (0.1, 0.2, 0.3)


def open_session() -> None:
    """Begin from the link, once per browser session; say what in it could not be used."""
    state = st.session_state
    if "ppo_visited" not in state:
        state.ppo_problems = _refuse()
        for key, count in USUAL.items():
            state[f"{key}_now"] = int(st.query_params.get(key, count))
        epochs = state.ppo_epochs_done_now
        state.ppo_visited = [0, epochs] if epochs else [0]
        for key, (_, _, usual, _) in SLIDERS.items():
            state[key] = float(st.query_params.get(key, usual))
        state.ppo_clip_on = st.query_params.get("ppo_clip_on") != "false"
        state.ppo_station_now = st.query_params.get("ppo_station", STATIONS[0])
        state.ppo_batch_clip_now = float(st.query_params.get("ppo_batch_clip", 0.2))
    write_link()


def _refuse() -> list[str]:
    """What the page cannot use is taken out of the link and said."""
    problems = []
    wholes = {key: (0, most) for key, most in COUNTS.items()}
    ranges = {key: (low, high) for key, (low, high, _, _) in SLIDERS.items()}
    for key, (low, high) in {**ranges, **wholes}.items():
        if not _within(given := st.query_params.get(key), low, high, key in COUNTS):
            problems.append(_problem(key, given, label("link.range", low=low, high=high)))
    for key, options in (("ppo_station", STATIONS), ("ppo_batch_clip", tuple(map(str, CLIPS)))):
        if (given := st.query_params.get(key, options[0])) not in options:
            problems.append(_problem(key, given, label("link.or").join(options)))
    return problems


def _problem(key: str, given: str | None, right: str) -> str:
    del st.query_params[key]
    return label("link.setting", name=key, given=str(given)[:20], right=right)


def _within(text: str | None, low: float, high: float, whole: bool) -> bool:
    try:
        number = low if text is None else int(text) if whole else float(text)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high


def station() -> str:
    return str(st.session_state.ppo_station_now)


def clip() -> float:
    """ε of the batch."""
    return float(st.session_state.ppo_batch_clip_now)


def seed() -> int:
    """Of the eight policies and their batches."""
    return int(st.session_state.ppo_luck_now)


def batch() -> int:
    """Which of them is looked at."""
    return int(st.session_state.ppo_batch_now)


def visited() -> list[int]:
    """The numbers of epochs at which the learner stopped to look, the present one last."""
    return list(st.session_state.ppo_visited)


def choose_station() -> None:
    st.session_state.ppo_station_now = st.session_state.ppo_station
    touched()


def choose_clip() -> None:
    """Another ε is another way from the beginning."""
    st.session_state.ppo_batch_clip_now = st.session_state.ppo_batch_clip
    restart()


def go_on(epochs: int) -> None:
    now = min(visited()[-1] + epochs, COUNTS["ppo_epochs_done"])
    st.session_state.ppo_visited = [*visited(), now]
    touched()


def go_back() -> None:
    st.session_state.ppo_visited = visited()[:-1] or [0]
    touched()


def restart() -> None:
    st.session_state.ppo_visited = [0]
    touched()


def change_batch() -> None:
    st.session_state.ppo_batch_now = (batch() + 1) % BATCHES
    touched()


def change_luck() -> None:
    st.session_state.ppo_luck_now = (seed() + 1) % (COUNTS["ppo_luck"] + 1)
    restart()


def move_to(ratio: float) -> None:
    """The slider of the single ratio goes there, as exactly as it can."""
    low, high, _, step = SLIDERS["ppo_ratio"]
    st.session_state.ppo_ratio = min(max(round(round(ratio / step) * step, 2), low), high)
    touched()


def touched() -> None:
    """After whatever the learner did: what was wrong with the link is old news."""
    st.session_state.ppo_problems = []
    write_link()


def write_link() -> None:
    """Put what is not usual into the address."""
    state = st.session_state
    values = {
        **{key: (f"{state.get(key, usual):g}", f"{usual:g}")
           for key, (_, _, usual, _) in SLIDERS.items()},
        "ppo_clip_on": (str(state.get("ppo_clip_on", True)).lower(), "true"),
        "ppo_station": (station(), STATIONS[0]),
        "ppo_batch_clip": (str(clip()), "0.2"),
        "ppo_batch": (str(batch()), str(USUAL["ppo_batch"])),
        "ppo_luck": (str(seed()), str(USUAL["ppo_luck"])),
        "ppo_epochs_done": (str(visited()[-1]), "0"),
    }  # fmt: skip
    for key, (now, usual) in values.items():
        if now != usual:
            st.query_params[key] = now
        else:
            st.query_params.pop(key, None)
