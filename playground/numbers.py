"""Numbers as they are shown: up to four decimals, no trailing zeros, a true minus sign."""

from __future__ import annotations

import math

MINUS = "−"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MOST = 1e12  # above it nobody counts the digits


def shown(x: float, decimals: int = 4) -> str:
    """0.225 -> "0.225", 0.75 -> "0.75", -1.0 -> "−1", -0.00001 -> "0", 1e300 -> "1 × 10³⁰⁰"."""
    if MOST <= abs(x) < math.inf:
        return short(x)
    text = f"{x:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("0", "-0") else text.replace("-", MINUS)


def signed(x: float) -> str:
    """A reward: its plus sign is shown too."""
    return f"+{shown(x)}" if x > 0 else shown(x)


def short(x: float) -> str:
    """Three digits, and a power of ten where the number is very large or very small."""
    if x == 0 or 1e-3 <= abs(x) < 1e5:
        return shown(float(f"{x:.3g}"))
    digits, exponent = f"{x:.2e}".split("e")
    return f"{shown(float(digits))} × 10{str(int(exponent)).translate(RAISED)}"
