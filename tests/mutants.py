"""Do the tests notice a formula that is wrong? `make mutants`, or `python -m tests.mutants`.

Every function of `rl_core` that tells its LaTeX is made wrong in one place at a time: a sign, a
comparison, min for max, another index, no discount. Then the tests of its module run, in a process
of their own in which that one function has the wrong code; no file is changed. What they do not
notice is a survivor: a test is missing, or the mutant computes the same. Those of the second kind
stand in `mutants.toml`, each with the reason. A mutant that never comes to an end, or that could
not be tried at all, is said, and does not count as noticed.

Needs an operating system that can fork (Linux, macOS). All of it takes many minutes: `--only` takes
the files to do, `--every` adds their functions without LaTeX.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import inspect
import io
import os
import signal
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
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

QUICK = ("-x", "-qs", "--tb=no", "-p", "no:cacheprovider", "-m", "not slow and not browser")
OUTCOMES = {
    int(pytest.ExitCode.OK): "SURVIVES",
    int(pytest.ExitCode.TESTS_FAILED): "noticed",
    -int(signal.SIGPROF): "NEVER ENDS",
}
GOOD = {"noticed", "survives with a reason", "to be tried"}


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
        case ast.AugAssign(target, op, value) if type(op) in OPERATORS:
            yield ast.AugAssign(target, OPERATORS[type(op)](), value)
        case ast.UnaryOp(ast.USub(), ast.Constant(1)):  # an axis or an index: its 1 becomes 0
            return
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
        case ast.Constant(int() as x) if type(x) is int:
            yield ast.Constant(x - 1 if x else 1)


def mutants(file: str, every: bool = False) -> Iterator[Mutant]:
    """All mutants of a file's formulas, or of every function in it."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    for function, node in functions(tree):
        if not every and "$$" not in (ast.get_docstring(node) or ""):
            continue
        seen: dict[str, int] = {}
        for k, old in enumerate(body(node)):
            for variant, new in enumerate(others(old)):
                change = f"{ast.unparse(old)} → {ast.unparse(new)}"
                seen[change] = seen.get(change, 0) + 1
                changed = copy.deepcopy(tree)
                same = dict(functions(changed))[function]
                place = list(body(same))[k]
                replace(same, place, list(others(place))[variant])
                which = f" ({seen[change]})" if seen[change] > 1 else ""
                yield Mutant(file, function, change + which, changed)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Those of the module and of its classes."""
    for node in tree.body:
        owner = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for function in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(function, ast.FunctionDef):
                yield owner + function.name, function


def body(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Everything in a function but its docstring."""
    for statement in function.body[ast.get_docstring(function) is not None :]:
        yield from ast.walk(statement)


def replace(function: ast.FunctionDef, old: ast.AST, new: ast.AST) -> None:
    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    function.body = [Replace().visit(statement) for statement in function.body]


def tests_of(file: str) -> list[str]:
    """The test file that mirrors a module; where there is none, all beside it that name it, or else
    its package."""
    path = Path(file)
    folder = ROOT / "tests" / path.parent.relative_to("rl_core")
    mirror = folder / f"test_{path.stem}.py"
    if mirror.exists():
        return [str(mirror.relative_to(ROOT))]
    folder = folder if folder.exists() else folder.parent
    text = {p.relative_to(ROOT): p.read_text("utf-8") for p in sorted(folder.glob("test_*.py"))}
    for module in (path.stem, path.parent.name):
        if found := [str(p) for p, t in text.items() if names(t, module)]:
            return found
    return []


def names(text: str, module: str) -> bool:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[-1] == module:
                return True
            if any(alias.name == module for alias in node.names):
                return True
    return False


class Trials:
    """A plugin of pytest: the tests that it has collected run in a fork for every mutant."""

    def __init__(self, todo: list[Mutant], say: Callable[[Mutant, str], None]) -> None:
        self.todo, self.say = todo, say
        self.begun = False  # whether the tests pass as it is

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed:
            return None  # they cannot even be imported: pytest ends here
        seconds = 3600.0
        for mutant in (None, *self.todo):
            process = os.fork()
            if not process:
                become(mutant, seconds)
                if mutant:  # first the tests that name the function: the first to fail ends it
                    name = mutant.function.split(".")[-1]
                    session.items.sort(key=lambda item: name not in source(item))
                return None  # and pytest goes on with the tests
            code, used = ended(process)
            if mutant:
                self.say(mutant, OUTCOMES.get(code, f"COULD NOT BE TRIED (exit code {code})"))
            elif code == pytest.ExitCode.OK:
                self.begun, seconds = True, 5 * used + 10
            else:
                break
        return True


def become(mutant: Mutant | None, seconds: float) -> None:
    """Make this process, a fork, the one that has the wrong code, for so many seconds of work."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # which ends it by a signal
    if mutant:
        module = importlib.import_module(mutant.file.removesuffix(".py").replace("/", "."))
        found = reduce(inspect.getattr_static, mutant.function.split("."), module)
        found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
        # The same function, wherever it has been imported to, with other code.
        inspect.unwrap(found).__code__ = mutant.code()


def source(item: pytest.Item) -> str:
    return inspect.getsource(item.function) if isinstance(item, pytest.Function) else ""


def ended(process: int) -> tuple[int, float]:
    """The exit code of a fork, and the seconds that it computed."""
    _, status, used = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime


def main() -> int:
    """Exit code 1 where a mutant survives without a reason, or could not be tried."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", metavar="FILE", help="as rl_core/deep/dqn.py")
    parser.add_argument("--every", action="store_true", help="functions without LaTeX, too")
    parser.add_argument("--list", action="store_true", help="say what would be done")
    options = parser.parse_args()
    os.chdir(ROOT)
    found = (p for package in PACKAGES for p in sorted(Path(package).rglob("*.py")))
    files = options.only or [p.as_posix() for p in found]
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    importlib.import_module("torch").set_num_threads(1)  # once for all that are forked
    total: Counter[str] = Counter()
    for file in files:
        total += _file(file, list(mutants(file, options.every)), reasons, options.list)
    print(", ".join(f"{count} {what}" for what, count in sorted(total.items())))
    return 0 if set(total) <= GOOD else 1


def _file(file: str, todo: list[Mutant], reasons: dict[str, str], only_list: bool) -> Counter[str]:
    """Try the mutants of a file; returns how often each came of it."""
    if not todo:
        return Counter()
    tests = tests_of(file)
    print(f"{file}: {len(todo)} mutants, {', '.join(tests) or 'NO TESTS'}", flush=True)
    if only_list:
        print("".join(f"  {mutant.function}: {mutant.change}\n" for mutant in todo), end="")
        return Counter({"to be tried": len(todo)})
    came: dict[str, str] = {}

    def say(mutant: Mutant, what: str) -> None:
        reason = reasons.get(mutant.name) if what == "SURVIVES" else None
        came[mutant.name] = what = "survives with a reason" if reason else what
        if what not in GOOD:
            print(f"  {what} {mutant.name}", file=sys.__stdout__, flush=True)

    trials, process = Trials(todo, say), os.getpid()
    with redirect_stdout(io.StringIO()):
        code = pytest.main([*QUICK, *tests], plugins=[trials]) if tests else 0
    if os.getpid() != process:
        os._exit(int(code))
    if not trials.begun:
        print("  the tests fail as it is, or there are none", flush=True)
        return Counter({"NOT TRIED": len(todo)})
    for name in reasons:
        if name.startswith(f"{file} ") and came.get(name) != "survives with a reason":
            print(f"  no longer survives: {name}", flush=True)
    return Counter(came.values())


if __name__ == "__main__":
    sys.exit(main())
