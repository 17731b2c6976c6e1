"""Two pieces of code as one text: what stays, what goes, what comes, and a sentence on each change.

The sentences are given in order, one a change; a change is a statement that became another, or one
that is only in one of the two. `changes` tells which.
"""

from __future__ import annotations

import html
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import streamlit as st

from playground.formula import source
from playground.language import label

CONTEXT = 2  # statements shown on either side of a change
CODE = re.compile(r"`(.+?)`")  # names within a sentence
ALIKE = 0.6  # from this likeness (difflib's ratio) on, one statement has become the other


@dataclass(frozen=True)
class Change:
    """A stretch of the text: `old` and `new` are the same where nothing changed."""

    old: str  # "" where the statement is new
    new: str  # "" where the statement is gone

    @property
    def same(self) -> bool:
        return self.old == self.new


def statements(code: str) -> list[str]:
    """The code cut into statements; one that is broken over several lines stays in one piece."""
    lines, cut, begun = code.splitlines(), [], 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        end = token.end[0] if token.type == tokenize.NEWLINE else 0
        blank = token.type == tokenize.NL and not lines[token.start[0] - 1].strip()
        if end or (blank and token.start[0] == begun + 1):
            cut.append("\n".join(lines[begun : token.start[0]]))
            begun = token.start[0]
    return cut


def changes(old: str, new: str) -> list[Change]:
    """The two texts side by side, statement by statement."""
    before, after = statements(old), statements(new)
    found: list[Change] = []
    compared = SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, i, i_end, j, j_end in compared.get_opcodes():
        gone, come = before[i:i_end], after[j:j_end]
        found += map(Change, gone, come) if kind == "equal" else _paired(gone, come)
    return [change for change in found if change.same or (change.old + change.new).strip()]


def _paired(gone: list[str], come: list[str]) -> Iterator[Change]:
    """Statements that are much alike became each other; the others went or came by themselves."""
    for statement in come:
        alike = [i for i, other in enumerate(gone) if _likeness(other, statement) >= ALIKE]
        for _ in range(alike[0] if alike else 0):
            yield Change(gone.pop(0), "")
        yield Change(gone.pop(0) if alike else "", statement)
    yield from (Change(statement, "") for statement in gone)


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(a=old, b=new, autojunk=False).ratio()


def between(*pairs: tuple[Callable[..., Any], Callable[..., Any]]) -> list[Change]:
    """The changes from the first function of each pair to the second, docstrings left out."""
    found: list[Change] = []
    for old, new in pairs:
        found += [Change("", "")] if found else []
        found += changes(source(old), source(new))
    return found


def show(found: Sequence[Change], notes: Sequence[str], whole: bool) -> None:
    """Draw the changes, each with its sentence below.

    Args:
        notes: a sentence for every change, in order.
        whole: whether to show all that stayed too, not only what is near a change.
    """
    waiting, parts, folded = iter(notes), [], False
    for i, change in enumerate(found):
        near = found[max(i - CONTEXT, 0) : i + CONTEXT + 1]
        if change.same and not whole and all(other.same for other in near):
            parts += [] if folded else ['<div class="fold" aria-hidden="true">⋯</div>']
            folded = True
            continue
        folded = False
        parts += _drawn(change, "" if change.same else next(waiting))
    st.html(f'<div class="rl-code rl-diff">{"".join(parts)}</div>')


def _drawn(change: Change, note: str) -> Iterator[str]:
    if change.same:
        yield f"<div>{html.escape(change.old) or ' '}</div>"
        return
    old, new = _marked(change.old, change.new)
    if old:
        yield f'<div class="gone"><i aria-label="{label("diff.gone")}">−</i><del>{old}</del></div>'
    if new:
        yield f'<div class="come"><i aria-label="{label("diff.come")}">+</i><ins>{new}</ins></div>'
    if note:
        said = CODE.sub(r"<code>\1</code>", html.escape(note))
        yield f'<p class="note">{said}</p>'


def _marked(old: str, new: str) -> tuple[str, str]:
    """Both as HTML, the part between their common beginning and common end emphasised."""
    if not (old and new):
        return html.escape(old), html.escape(new)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    return _mark(old, head, tail), _mark(new, head, tail)


def _common(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    unlike = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
    return next(unlike, min(len(a), len(b)))


def _mark(text: str, head: int, tail: int) -> str:
    first, middle, last = text[:head], text[head : len(text) - tail], text[len(text) - tail :]
    emphasised = f"<b>{html.escape(middle)}</b>" if middle else ""
    return html.escape(first) + emphasised + html.escape(last)
