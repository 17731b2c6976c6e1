"""The arrows of the house point one way: pages -> playground -> rl_core."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def reached(folder: str) -> set[str]:
    files = list((ROOT / folder).rglob("*.py"))
    assert files, folder
    return {name for file in files for name in imported(file)}


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("rl_core", ("streamlit", "altair", "playground", "pages")),
        ("rl_core/tabular", ("torch", "rl_core.deep", "gymnasium")),
        ("rl_core/deep", ("rl_core.tabular", "rl_core.by_hand")),
        ("rl_core/tabular", ("rl_core.by_hand",)),
        ("playground", ("pages", "streamlit_app")),
    ],
)
def test_no_arrow_points_back(folder, forbidden):
    wrong = {name for name in reached(folder) if name.startswith(forbidden)}
    assert not wrong
