"""What the commands make of their options."""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rl_core.settings import Settings, parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """A type for argparse: a whole number from low to high."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} is not allowed: must be a whole number from {low} to {high}"
            )
        return value

    return convert


def gamma(text: str) -> float:
    """A type for argparse: a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not allowed: must be a number from 0 to 1")
    return value


def changes(config: type[Settings], texts: Sequence[str]) -> dict[str, Any]:
    """What `--set` changes, by the name of the setting. Raises `SettingError`, `ValueError`."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--set {text!r} is not allowed: must be NAME=VALUE, as in lr=0.001")
        found[name] = parse(config, name, value)
    return found


def writable(file: Path | None, *folders: Path | None) -> None:
    """Make the folders, and find out before a training, not after it, that the results cannot be
    written: `OSError`, `ValueError`.
    """
    for folder in filter(None, folders):
        folder.mkdir(parents=True, exist_ok=True)
    if file and (file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK)):
        raise ValueError(f"--json {str(file)!r} cannot be written")
