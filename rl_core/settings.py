"""Settings of an algorithm: one line each, checked when made, read by app and command line."""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from typing import Any


class SettingError(ValueError):
    """A setting that is out of range or of the wrong kind.

    Attributes: `field` (its name), `value` (what was given), `allowed` (what would be right).
    """

    def __init__(self, field: str, value: object, allowed: str):
        super().__init__(f"{field} = {value!r} is not allowed: {field} must be {allowed}")
        self.field, self.value, self.allowed = field, value, allowed


def setting(
    default: Any,
    help: str,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    choices: tuple[str, ...] = (),
    symbol: str = "",
    live: bool = False,
) -> Any:
    """One field of a `Config`.

    Args:
        default: value when nothing is set; its type is the type that the field accepts.
        help: what the setting does, in one line.
        low, high: the range of a number, both ends included.
        choices: the allowed words of a text setting.
        symbol: its LaTeX symbol in the formulas, if it has one.
        live: whether it may be changed while a training runs.
    """
    metadata = {
        "help": help,
        "low": low,
        "high": high,
        "choices": choices,
        "symbol": symbol,
        "live": live,
    }
    return field(default=default, metadata=metadata)


def allowed(f: Field[Any]) -> str:
    """What the field accepts, in words: "a number from 0 to 1"."""
    if f.metadata["choices"]:
        return "one of " + ", ".join(f.metadata["choices"])
    if isinstance(f.default, bool):
        return "true or false"
    kind = "a whole number" if isinstance(f.default, int) else "a number"
    low, high = f.metadata["low"], f.metadata["high"]
    if math.isinf(high):
        return f"{kind} of at least {low:g}" if not math.isinf(low) else kind
    return f"{kind} from {low:g} to {high:g}"


@dataclass(frozen=True)
class Settings:
    """Base of every `Config`: refuses what its fields do not allow with `SettingError`."""

    def __post_init__(self) -> None:
        for f in fields(self):
            if not _accepts(f, getattr(self, f.name)):
                raise SettingError(f.name, getattr(self, f.name), allowed(f))


def _accepts(f: Field[Any], value: object) -> bool:
    if f.metadata["choices"]:
        return value in f.metadata["choices"]
    if isinstance(f.default, bool) or isinstance(value, bool):
        return isinstance(f.default, bool) and isinstance(value, bool)
    if not isinstance(value, int if isinstance(f.default, int) else (int, float)):
        return False
    return math.isfinite(value) and f.metadata["low"] <= value <= f.metadata["high"]


def parse(config: type[Settings], name: str, text: str) -> Any:
    """The value that `text` (from a command line or a link) gives to field `name` of `config`.

    Raises `SettingError` for an unknown field or a text that is not of the field's kind; ranges are
    left to the `Config` itself.
    """
    known = {f.name: f for f in fields(config)}
    if name not in known:
        raise SettingError(name, text, "a known setting: " + ", ".join(known))
    f = known[name]
    try:
        if isinstance(f.default, bool):
            return {"true": True, "false": False}[text.lower()]
        kind: type = type(f.default)
        return kind(text)
    except (KeyError, ValueError):
        raise SettingError(name, text, allowed(f)) from None
