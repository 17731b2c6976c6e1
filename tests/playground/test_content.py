"""The two languages say the same things, and the code says nothing that they lack."""

import ast
import re
import string
from collections import Counter
from pathlib import Path

import pytest

from playground.language import CONTENT, blocks, labels

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.stem for path in (CONTENT / "en").glob("*.md"))
SOURCES = [
    *(ROOT / "playground").rglob("*.py"),
    *(ROOT / "pages").glob("*.py"),
    ROOT / "streamlit_app.py",
]
FORMULA = re.compile(r"\$[^$]+\$")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def called_with(*functions: str) -> list[ast.expr]:
    """Every argument of every call of one of the functions, and every other string constant."""
    calls = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in functions:
                calls += node.args
    return calls


def strings() -> set[str]:
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def prefixes() -> set[str]:
    """The fixed beginnings of label keys that are put together, as in label(f"slip.{name}")."""
    return {
        argument.values[0].value
        for argument in called_with("label")
        if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant)
    }


def test_both_languages_have_the_same_pages():
    assert sorted(path.stem for path in (CONTENT / "zh").glob("*.md")) == PAGES
    assert PAGES


def test_labels_match():
    en, zh = labels("en"), labels("zh")
    assert list(en) == list(zh)
    for key in en:
        assert placeholders(en[key]) == placeholders(zh[key]), key
        assert zh[key].strip(), key
        assert en[key].strip(), key


@pytest.mark.parametrize("page", PAGES)
def test_blocks_and_their_formulas_match(page):
    en, zh = blocks("en", page), blocks("zh", page)
    assert list(en) == list(zh)
    for name in en:
        assert Counter(FORMULA.findall(en[name])) == Counter(FORMULA.findall(zh[name])), name
        assert "$$" not in en[name] + zh[name], "display formulas live in docstrings"


@pytest.mark.parametrize("page", PAGES)
def test_the_chinese_is_chinese_and_the_english_english(page):
    for name, text in blocks("zh", page).items():
        assert re.search(r"[\u4e00-\u9fff]", text), name
    for name, text in blocks("en", page).items():
        bracketed = re.sub(r"\([^)]*\)", "", text)  # the other language's term once, in brackets
        assert not re.search(r"[\u4e00-\u9fff]", bracketed), name


def test_every_label_in_the_code_exists():
    for argument in called_with("label"):
        if isinstance(argument, ast.Constant):
            assert argument.value in labels("en")
    for prefix in prefixes():
        assert any(key.startswith(prefix) for key in labels("en")), prefix


def test_no_label_is_unused():
    said, begun = strings(), tuple(prefixes())
    unused = [key for key in labels("en") if key not in said and not key.startswith(begun)]
    assert unused == []


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_missing_or_unused(page):
    said = strings()
    assert [name for name in blocks("en", page) if name not in said] == []
