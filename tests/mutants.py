"""Do the tests notice a formula that is wrong? `make mutants`, or `python -m tests.mutants`.

Every function of `rl_core` that tells its LaTeX is made wrong in one place at a time: a sign, a
comparison, min for max, another index, no discount. Then the tests of its module run, in a process
of their own in which that one function has the wrong code; no file is changed. What they do not
notice is a survivor: a test is missing, or the mutant computes the same. Those of the second kind
stand in `mutants.toml`, each with the reason.

Needs an operating system that can fork (Linux, macOS). All of it takes many minutes: `--only` takes
the files to do.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import io
import multiprocessing
import os
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from types import CodeType

import pytest

ROOT = Path(__file__).parents[1]
REASONS = ROOT / "tests" / "mutants.toml"
PACKAGES = ("rl_core/deep", "rl_core/tabular", "rl_core/by_hand")

OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
COMPARISONS |= {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
PAIRS = (("min", "max"), ("amin", "amax"), ("minimum", "maximum"), ("argmin", "argmax"))
WORDS = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])} | {"sum": "mean", "mean": "sum"}
BOUNDED = ("clamp", "clip")


@dataclass(frozen=True)
class Mutant:
    """One function with one place changed."""

    file: str
    function: str  # with its class, if it has one: "Gaussian.kl"
    change: str
    tree: ast.Module  # the whole module

    @property
    def name(self) -> str:
        return f"{self.file} {self.function}: {self.change}"

    def code(self) -> CodeType:
        """The code of the changed function."""
        code = compile(ast.fix_missing_locations(self.tree), self.file, "exec")
        for name in self.function.split("."):
            inner = [c for c in code.co_consts if isinstance(c, CodeType)]
            code = next(c for c in inner if c.co_name == name)
        return code


def others(node: ast.AST) -> Iterator[ast.AST]:
    """What could stand in a node's place by mistake."""
    match node:
        case ast.BinOp(ast.Constant(1), ast.Sub(), _):  # as in 1 - terminated
            yield ast.Constant(1)
            yield node.right
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield ast.BinOp(node.left, OPERATORS[type(op)](), node.right)
        case ast.UnaryOp(ast.USub(), ast.Constant(1)):  # an axis or an index
            yield ast.Constant(0)
        case ast.UnaryOp(ast.USub() | ast.Not(), operand):
            yield operand
        case ast.Compare(left, [op], [right]) if type(op) in COMPARISONS:
            yield ast.Compare(left, [COMPARISONS[type(op)]()], [right])
        case ast.Call(ast.Attribute(value, word), arguments) if word in BOUNDED:
            module = isinstance(value, ast.Name) and value.id in ("np", "torch")
            yield arguments[0] if module else value
        case ast.Attribute(value, word, context) if word in WORDS:
            yield ast.Attribute(value, WORDS[word], context)
        case ast.Name("min" | "max" as word, context):
            yield ast.Name(WORDS[word], context)
        case ast.Name("gamma", ast.Load()) | ast.Attribute(_, "gamma", ast.Load()):
            yield ast.Constant(1)
        case ast.Constant(float() as x) if x not in (0, 1):
            yield ast.Constant(2 * x)
        case ast.Constant(0 | 1 as x) if type(x) is int:
            yield ast.Constant(1 - x)


def mutants(file: str) -> Iterator[Mutant]:
    """All mutants of a file's formulas."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for function, node in formulas(tree):
        seen: dict[str, int] = {}
        for k, old in enumerate(body(node)):
            for variant, new in enumerate(others(old)):
                change = f"{ast.unparse(old)} → {ast.unparse(new)}"
                seen[change] = seen.get(change, 0) + 1
                changed = copy.deepcopy(tree)
                same = dict(formulas(changed))[function]
                place = list(body(same))[k]
                replace(same, place, list(others(place))[variant])
                which = f" ({seen[change]})" if seen[change] > 1 else ""
                yield Mutant(file, function, change + which, changed)


def formulas(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inside:
            if isinstance(function, ast.FunctionDef) and "$$" in (
                ast.get_docstring(function) or ""
            ):
                owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
                yield owner + function.name, function


def body(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Every expression of a function but its docstring."""
    for statement in function.body[1:]:
        yield from ast.walk(statement)


def replace(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    function.body = [Replace().visit(statement) for statement in function.body]


def tests_of(file: str) -> list[str]:
    """The test file that mirrors a module; where there is none, all beside it that name it."""
    path = Path(file)
    folder = Path("tests") / path.parent.relative_to("rl_core")
    mirror = folder / f"test_{path.stem}.py"
    if (ROOT / mirror).exists():
        return [str(mirror)]
    text = {p.relative_to(ROOT): p.read_text("utf-8") for p in (ROOT / folder).glob("test_*.py")}
    return [str(p) for p, t in sorted(text.items()) if names(t, path.stem)]


def names(text: str, module: str) -> bool:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[-1] == module:
                return True
            if any(alias.name == module for alias in node.names):
                return True
    return False


def survives(mutant: Mutant, seconds: float) -> bool:
    """Whether the tests pass with it, and in time."""
    return passed(tests_of(mutant.file), seconds, mutant)


def passed(tests: list[str], seconds: float, mutant: Mutant | None = None) -> bool:
    process = multiprocessing.get_context("fork").Process(target=_test, args=(tests, mutant))
    process.start()
    process.join(seconds)
    if process.is_alive():
        process.kill()
        process.join()
        return False
    return process.exitcode == 0


def _test(tests: list[str], mutant: Mutant | None) -> None:
    """Run in a process of its own; its exit code tells."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if mutant:
        module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
        # The same function, wherever it has been imported to, with other code.
        reduce(getattr, mutant.function.split("."), module).__code__ = mutant.code()
    quick = ("-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not slow and not browser")
    os._exit(int(pytest.main([*quick, *tests])))


def main() -> int:
    """Exit code 1 where a mutant survives without a reason."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="FILE", help="as rl_core/deep/dqn.py")
    parser.add_argument("--list", action="store_true", help="say what would be done")
    options = parser.parse_args()
    os.chdir(ROOT)
    found = (p for package in PACKAGES for p in sorted(Path(package).rglob("*.py")))
    files = options.only or [p.as_posix() for p in found]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    importlib.import_module("torch").set_num_threads(1)  # once for all that are forked
    unexplained = 0
    for file in files:
        unexplained += _file(file, reasons, options.list)
    return 1 if unexplained else 0


def _file(file: str, reasons: dict[str, str], only_list: bool) -> int:
    """Do the mutants of a file; returns how many survive without a reason."""
    todo = list(mutants(file))
    if not todo:
        return 0
    tests = tests_of(file)
    print(f"{file}: {len(todo)} mutants, {', '.join(tests) or 'NO TESTS'}", flush=True)
    if only_list:
        print("".join(f"  {mutant.function}: {mutant.change}\n" for mutant in todo), end="")
        return 0
    with redirect_stdout(io.StringIO()):  # what they import is imported once, not in every fork
        pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *tests])
    begin = time.perf_counter()
    if not tests or not passed(tests, 600):
        print("  the tests fail as it is, or there are none", flush=True)
        return 1
    seconds = 5 * (time.perf_counter() - begin) + 30
    alive = []
    for mutant in todo:
        if survives(mutant, seconds):
            alive.append(mutant.name)
            reason = reasons.get(mutant.name, "NO REASON GIVEN")
            print(f"  SURVIVES {mutant.name}\n    {reason}", flush=True)
    for name in reasons:
        if name.startswith(f"{file} ") and name not in alive:
            print(f"  no longer survives: {name}", flush=True)
    return sum(name not in reasons for name in alive)


if __name__ == "__main__":
    sys.exit(main())
