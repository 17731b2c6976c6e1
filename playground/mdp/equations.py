"""Bellman equations with the numbers of the world on stage, as LaTeX."""

from __future__ import annotations

import numpy as np

from playground import formula
from playground.symbols import colour
from rl_core.tabular.mdp import FiniteMDP, Floats


def expectation_lines(
    left: str, result: float, mdp: FiniteMDP, s: int, a: int, v: Floats, gamma: float
) -> str:
    """`left` = result = the sum over next states, probability x [reward + gamma x value], a line
    for each so that it fits beside other things."""
    terms = []
    for t in np.flatnonzero(mdp.p[s, a]):
        value = 0.0 if mdp.terminal[t] else float(v[t])
        inside = (
            f"{painted('r', float(mdp.r[s, a, t]))} + "
            rf"{painted('gamma', gamma)} \times {painted('max', value)}"
        )
        p = float(mdp.p[s, a, t])
        terms.append(inside if p == 1 else rf"{formula.tex(p)} \times \bigl[{inside}\bigr]")
    lines = r" \\ &\quad + ".join(terms)
    equation = rf"{left} &= \mathbf{{{formula.tex(result)}}} = {lines}"
    return rf"\begin{{aligned}} {equation} \end{{aligned}}"


def weighted(weights: Floats, values: Floats) -> str:
    """A weighted sum."""
    pairs = zip(weights, values, strict=True)
    return " + ".join(rf"{formula.tex(float(w))} \times {bracketed(float(x))}" for w, x in pairs)


def largest(values: Floats) -> str:
    inside = r",\; ".join(formula.tex(float(x)) for x in values)
    return rf"\max\,({inside})"


def painted(symbol: str, x: float) -> str:
    return rf"\textcolor{{{colour(symbol)}}}{{{bracketed(x)}}}"


def bracketed(x: float) -> str:
    return formula.tex(x) if x >= 0 else f"({formula.tex(x)})"


def named(name: str, *arguments: str) -> str:
    """A symbol with names in its brackets, as in Q(S1, Right)."""
    inside = ", ".join(rf"\text{{{argument}}}" for argument in arguments)
    return f"{name}({inside})"
