"""A view of a page must not take the key of a setting of its trainings: both would move."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rl_core.deep import training

ROOT = Path(__file__).parents[2]
PAGES = [p for p in (ROOT / "pages").glob("*.py") if "training.Panel(" in p.read_text("utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_view_takes_the_key_of_a_setting(page):
    text = page.read_text("utf-8")
    name = re.search(r'^PAGE = "(\w+)"', text, re.MULTILINE)[1]
    given = re.search(r'Panel\(\s*key=(?:"(\w+)"|PAGE)', text)[1]
    key = given or name
    algorithms = re.findall(r'"(\w+)"', re.search(r"offers\(([^)]*)first", text)[1])
    settings = {f.name for a in algorithms for f in fields(training.algorithm(a).Config)}
    sources = [text, *(p.read_text("utf-8") for p in (ROOT / "playground" / name).glob("*.py"))]
    own = rf'key="{key}_(\w+)"|setdefault\("{key}_(\w+)"|state\.{key}_(\w+) [-+]?= '
    taken = {name for found in re.findall(own, "\n".join(sources)) for name in found if name}
    assert not taken & settings
    assert settings
