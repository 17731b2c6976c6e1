"""Numbers as they are shown: up to four decimals, no trailing zeros, a true minus sign."""

from __future__ import annotations

MINUS = "−"


def shown(x: float, decimals: int = 4) -> str:
    """0.225 -> "0.225", 0.75 -> "0.75", -1.0 -> "−1", -0.00001 -> "0"."""
    text = f"{x:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else text.replace("-", MINUS)


def signed(x: float) -> str:
    """A reward: its plus sign is shown too."""
    return f"+{shown(x)}" if x > 0 else shown(x)
