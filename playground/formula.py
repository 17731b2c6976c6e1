"""Formula, code and numbers as one thing: the docstring, the source and a call of one function."""

from __future__ import annotations

import ast
import html
import inspect
import re
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

import streamlit as st

from playground.language import label
from playground.numbers import MINUS, shown
from playground.symbols import LATEX, PYTHON, PYTHON_TOKEN, colour, latex_token

DISPLAY = re.compile(r"\$\$\s*(.+?)\s*\$\$", re.DOTALL)
SIDES = re.compile(r"\s*(?:\\leftarrow|\\approx|=)\s*")


@cache
def latex(function: Callable[..., Any]) -> str:
    """The display formula in a function's docstring. Raises ValueError if there is none."""
    found = DISPLAY.search(inspect.getdoc(function) or "")
    if not found:
        raise ValueError(f"{function.__qualname__} has no $$ formula in its docstring")
    return re.sub(r"\s+", " ", found[1])


@cache
def source(function: Callable[..., Any], body_only: bool = False) -> str:
    """The source of a function without its docstring, or only what it returns."""
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    (node,) = ast.parse("\n".join(lines)).body
    assert isinstance(node, ast.FunctionDef)
    first = node.body[1] if ast.get_docstring(node) else node.body[0]
    body = lines[first.lineno - 1 :]
    if body_only:
        return textwrap.dedent("\n".join(body)).removeprefix("return ")
    return "\n".join([*lines[: node.body[0].lineno - 1], *body])


def coloured(formula: str) -> str:
    """The formula with every known symbol in its colour."""
    return latex_token(tuple(LATEX)).sub(lambda m: _paint(m[0], m[0]), formula)


def substituted(formula: str, values: Mapping[str, float], result: float) -> str:
    r"""The formula's right-hand side with numbers for symbols, after the result that they gave.

    Args:
        formula: LaTeX with `=`, `\approx` or `\leftarrow` between its sides.
        values: a number for each symbol on the right, by its LaTeX.
        result: what the code computed.
    """
    right = SIDES.split(formula, maxsplit=1)[1]
    parts, end = [rf"\mathbf{{{tex(result)}}} \;=\;"], 0
    for m in latex_token(tuple(values)).finditer(right):
        between = right[end : m.start()]
        # two factors side by side are a product; between two numbers it needs its sign
        tight = re.sub(r"\\[,;:!]|\s", "", between)
        if (end and (tight in ("", "}") or tight.endswith(")"))) or tight[-1:].isdigit():
            between = (between if tight else "") + r" \times "
        parts.append(between)
        number = tex(values[m[0]])
        parts.append(_paint(m[0], number if values[m[0]] >= 0 else f"({number})"))
        end = m.end()
    return "".join([*parts, right[end:]])


def show(
    function: Callable[..., Any],
    values: Mapping[str, float] | None = None,
    result: float = 0,
    own: Collection[str] = (),
) -> None:
    """Draw a function's formula, the same with numbers if there are any, and its code.

    Args:
        own: names in the code that are no symbols of the page, though they look like one.
    """
    st.latex(coloured(latex(function)))
    if values is not None:
        st.latex(substituted(latex(function), values, result))
    code(function, own=own)


def show_batch(
    function: Callable[..., Any],
    values: Mapping[str, Sequence[float]],
    results: Sequence[float],
    key: str,
    title: str | None = None,
) -> int:
    """The same for a batch, with the numbers of the sample that the learner chooses.

    Args:
        values: for each symbol on the right, its number in every sample.
        results: what the code computed, sample by sample.
        key: of the slider over the samples; there is none for a single one.
        title: of that slider, where the samples are no batch.

    Returns the chosen sample, counted from 0.
    """
    several = len(results) > 1
    title = title or label("formula.sample")
    chosen = st.slider(title, 1, len(results), key=key) - 1 if several else 0
    numbers = {symbol: float(column[chosen]) for symbol, column in values.items()}
    show(function, numbers, float(results[chosen]))
    return chosen


def code(*functions: Callable[..., Any], own: Collection[str] = ()) -> None:
    """Show the source of functions, their symbols in the colours of the formula."""
    _show_code("\n\n".join(_code_html(source(f), own) for f in functions))


def returned(*functions: Callable[..., Any]) -> None:
    """Show what one-line functions return, one beneath the other, as `code` does."""
    width = max(len(f.__name__) for f in functions)
    lines = (
        f"<i>{f.__name__:<{width}} =</i> {_code_html(source(f, body_only=True))}" for f in functions
    )
    _show_code("\n".join(lines))


def _show_code(body: str) -> None:
    st.html(f'<pre class="rl-code"><code>{body}</code></pre>')


def _code_html(text: str, own: Collection[str] = ()) -> str:
    known = {re.compile(token): symbol for token, symbol in PYTHON.items()}

    def paint(m: re.Match[str]) -> str:
        if m[0] in own:
            return m[0]
        symbol = next(symbol for token, symbol in known.items() if token.fullmatch(m[0]))
        return f'<b style="color:{colour(symbol)}">{html.escape(m[0])}</b>'

    # names in the signature are the same symbols: they are coloured alike
    return PYTHON_TOKEN.sub(paint, html.escape(text, quote=False))


def _paint(token: str, text: str) -> str:
    """Text in the colour of what the token stands for, if it has one."""
    return rf"\textcolor{{{colour(LATEX[token])}}}{{{text}}}" if token in LATEX else text


def tex(x: float) -> str:
    return shown(x).replace(MINUS, "-")
