"""What a link asks of a page: what cannot be used is taken out and said, what is usual left out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from playground.language import label


def refuse(
    ranges: Mapping[str, tuple[float, float]],
    choices: Mapping[str, Sequence[str]],
    counts: Mapping[str, int] | None = None,
) -> list[str]:
    """Take out of the link what the page cannot use; a sentence for each.

    Args:
        ranges: the lowest and highest number of each slider that the link may set.
        choices: the options of what the link may choose.
        counts: the highest of each whole number that the link may set; the lowest is 0.
    """
    counts = counts or {}
    problems = []
    for key, (low, high) in {**ranges, **{key: (0, most) for key, most in counts.items()}}.items():
        given = st.query_params.get(key)
        if given is not None and not _within(given, low, high, key in counts):
            problems.append(_problem(key, given, label("link.range", low=low, high=high)))
    for key, options in choices.items():
        given = st.query_params.get(key)
        if given is not None and given not in options:
            problems.append(_problem(key, given, label("link.or").join(options)))
    return problems


def mirror(values: Mapping[str, tuple[str, str]]) -> None:
    """Put into the link what differs from the usual: what it is now, and what it usually is."""
    for key, (now, usual) in values.items():
        if now != usual:
            st.query_params[key] = now
        else:
            st.query_params.pop(key, None)


def _problem(key: str, given: str, right: str) -> str:
    del st.query_params[key]
    return label("link.setting", name=key, given=given[:20], right=right)


def _within(text: str, low: float, high: float, whole: bool) -> bool:
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high
