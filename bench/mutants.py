"""Break the law's code in every small way, one at a time: does a test of the law notice?

    python bench/mutants.py [MODULE …] [--list] [--survivors FILE]

Modules are those of TESTED below (all by default). Each mutant runs in a fork, in which the changed
function gets its new code (for tables and constants: in a new interpreter that imports the changed
module), against the tests that reach the changed statement, quickest first, until one fails. Prints what
survived and one line of JSON; ends with 1 where a mutant of a condition that decides survived and is not
among SAME below.
"""

import argparse
import ast
import contextlib
import copy
import importlib.abc
import importlib.machinery
import io
import json
import os
import pickle
import resource
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LAW = ("tests/test_workflow.py", "tests/test_workflow_rest.py", "tests/test_law_walk.py")
PROPOSING = ("tests/test_proposals_law.py", *LAW)
TESTED: dict[str, tuple[str, ...]] = {
    "workflow/who.py": LAW,
    "workflow/steps.py": LAW,
    "workflow/facts.py": LAW,
    "workflow/state.py": LAW,
    "workflow/signing.py": LAW,
    "workflow/objecting.py": LAW,
    "workflow/releasing.py": LAW,
    "workflow/writing.py": LAW,
    "workflow/holds.py": LAW,
    "workflow/proposals.py": PROPOSING,
    "workflow/hours.py": LAW,
    "workflow/offers.py": LAW,
    "release.py": ("tests/test_release.py", "tests/test_vectors.py"),
    "ledger.py": ("tests/test_ledger.py",),
}
"""The modules that are changed, and the tests that must notice."""
ONLY_SHOWS = ("workflow/offers.py",)
"""What is offered on a page is not what is allowed: `act` decides."""
LEFT_OUT = ("test_every_step_every_reason", "test_a_planted_fault")
"""Tests that prove the walk itself; they would only repeat it here."""
SLOWER, SECONDS, MEMORY = 6, 20, 3 * 2**30
"""What one mutant may take, beside the time of its tests: whoever runs for ever was noticed."""

SAME: dict[str, str] = {}
"""Mutants of conditions that change nothing, by their label, with the reason."""


# --- the changes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """One change: where, which, whether it weakens a condition, and the changed module."""

    module: str
    label: str
    name: str
    line: int
    decides: bool
    code: CodeType


SWAPPED: dict[type, type] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
JUMPS = (ast.Raise, ast.Return, ast.Continue, ast.Break)
Change = tuple[str, bool, Callable[[], Callable[[], None]]]
"""What it is called, whether it weakens a condition, and how it is done; doing it gives the way back."""


def put(owner: Any, field: str, value: Any) -> Callable[[], Callable[[], None]]:
    def do() -> Callable[[], None]:
        before = getattr(owner, field)
        setattr(owner, field, value)
        return lambda: setattr(owner, field, before)

    return do


def without(owner: Any, field: str, index: int, filler: Sequence[Any] = ()) -> Any:
    items = list(getattr(owner, field))
    return put(owner, field, [*items[:index], *filler, *items[index + 1 :]])


def changes_of(node: ast.AST) -> Iterator[Change]:
    """Every small change of one node."""
    match node:
        case ast.If(test=test, body=[*_, last]) if isinstance(last, JUMPS):
            yield "never", True, put(node, "test", ast.Constant(False))
            yield "negated", True, put(node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.If(test=test) | ast.IfExp(test=test):
            yield "always", True, put(node, "test", ast.Constant(True))
            yield "never", True, put(node, "test", ast.Constant(False))
        case ast.BoolOp(op=op, values=values):
            yield "and/or", True, put(node, "op", ast.Or() if isinstance(op, ast.And) else ast.And())
            for n in range(len(values)):
                neutral = ast.Constant(isinstance(op, ast.And))
                yield f"without operand {n + 1}", True, without(node, "values", n, [neutral])
        case ast.Compare(ops=ops):
            for n, op in enumerate(ops):
                swap = SWAPPED[type(op)]()
                yield type(swap).__name__, True, put(node, "ops", [*ops[:n], swap, *ops[n + 1 :]])
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield "without not", True, put(node, "operand", ast.UnaryOp(ast.Not(), operand))
        case ast.comprehension(ifs=[_, *_] as ifs):
            for n in range(len(ifs)):
                yield f"without if {n + 1}", True, without(node, "ifs", n)
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.Add(), right=right):
            yield "left only", True, lambda: become(node, left)
            yield "right only", True, lambda: become(node, right)
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            yield CALLS[name], True, put(node, "func", ast.Name(CALLS[name], ast.Load()))
        case ast.Call(func=ast.Name(id="replace"), keywords=[_, *_] as keywords):
            for n, keyword in enumerate(keywords):
                yield f"without {keyword.arg}", False, without(node, "keywords", n)
        case ast.Set(elts=elts) | ast.Tuple(elts=elts, ctx=ast.Load()) if len(elts) > 1:
            for n in range(len(elts)):
                yield f"without element {n + 1}", True, without(node, "elts", n)
        case ast.Constant(value=bool(value)):
            yield str(not value), False, put(node, "value", not value)
        case ast.Constant(value=int(value)):
            yield str(value + 1), False, put(node, "value", value + 1)
        case ast.Match(cases=cases):
            for n, case in enumerate(cases):
                if len(cases) > 1:
                    yield f"without case {ast.unparse(case.pattern)[:40]}", True, without(node, "cases", n)
                if case.guard is not None:
                    yield "case without its if", True, put(case, "guard", None)
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        if isinstance(statements, list):
            for n, statement in enumerate(statements):
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call | ast.YieldFrom):
                    yield (
                        f"without {ast.unparse(statement)[:60]}",
                        True,
                        without(node, field, n, [ast.Pass()]),
                    )
                elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Yield):
                    yield "without yield", True, without(node, field, n, [ast.Pass()])


def become(node: ast.AST, other: ast.expr) -> Callable[[], None]:
    """Turn a node in place into another; gives the way back."""
    before = (node.__class__, dict(node.__dict__))
    copied = copy.copy(other)
    node.__class__ = copied.__class__
    node.__dict__.clear()
    node.__dict__.update(copied.__dict__)

    def back() -> None:
        node.__class__ = before[0]
        node.__dict__.clear()
        node.__dict__.update(before[1])

    return back


def read_walk(tree: ast.Module) -> Iterator[tuple[str, int, ast.AST]]:
    """Every node that runs, with the function around it and its statement's line.

    Left out: imports, annotations, what an error says, what is only typed, docstrings.
    """

    def visit(node: ast.AST, name: str, line: int) -> Iterator[tuple[str, int, ast.AST]]:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.JoinedStr):
            return
        if isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from visit(node.value, name, node.lineno)
            return
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id in ("__all__", "Who", "Everybody") for t in node.targets
        ):
            return
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            name = f"{name}.{node.name}".lstrip(".")
            yield name, node.lineno, node
            for child in node.body:
                yield from visit(child, name, child.lineno)
            return
        if isinstance(node, ast.stmt):
            line = node.lineno
        yield name, line, node
        for child in ast.iter_child_nodes(node):
            yield from visit(child, name, line)

    for child in tree.body:
        yield from visit(child, "", child.lineno)


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of a module."""
    path = ROOT / "reviewer" / module
    tree = ast.parse(path.read_text())
    labels: dict[str, int] = defaultdict(int)
    for name, line, node in list(read_walk(tree)):
        for what, decides, do in list(changes_of(node)):
            shown = "" if isinstance(node, ast.FunctionDef | ast.If | ast.Match) else ast.unparse(node)[:90]
            if isinstance(node, ast.If):
                shown = f"if {ast.unparse(node.test)[:90]}"
            label = f"{module}: {name}: {shown}: {what}"
            label = " ".join(label.split())
            labels[label] += 1
            if labels[label] > 1:
                label += f" ({labels[label]})"
            back = do()
            code = compile(ast.fix_missing_locations(tree), str(path), "exec")
            back()
            yield Mutant(module, label, name, line, decides and module not in ONLY_SHOWS, code)


# --- which tests reach a statement ------------------------------------------------------------------


def with_marks(module: str) -> CodeType:
    """The module, in which every statement of a function notes that it was reached."""
    path = ROOT / "reviewer" / module
    tree = ast.parse(path.read_text())

    def marked(statements: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in statements:
            note = ast.parse(
                f"__import__('sys').modules['__reached__'].add(({module!r}, {statement.lineno}))"
            )
            found += [*note.body, statement]
        return found

    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                for field in ("body", "orelse"):
                    if isinstance(getattr(inner, field, None), list) and not isinstance(inner, ast.ClassDef):
                        setattr(inner, field, marked(getattr(inner, field)))
    after = 1 + isinstance(tree.body[1], ast.ImportFrom)
    tree.body[after:after] = ast.parse("__reach__ = __import__('sys').modules['__reached__'].add").body
    return compile(ast.fix_missing_locations(tree), str(path), "exec")


def name_of(module: str) -> str:
    return f"reviewer.{module.removesuffix('.py').replace('/', '.')}"


class Instead(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives the interpreter other code for some modules than their files hold."""

    def __init__(self, codes: dict[str, CodeType]) -> None:
        self.codes = {name_of(module): code for module, code in codes.items()}

    def find_spec(self, fullname: str, path: object, target: object = None) -> Any:  # noqa: ARG002
        if fullname not in self.codes:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)  # type: ignore[arg-type]

    def get_code(self, fullname: str) -> CodeType:
        return self.codes[fullname]

    def get_source(self, fullname: str) -> str | None:  # noqa: ARG002
        return None


class Reached(set[tuple[str, int]]):
    """Where the marks are kept; stands in `sys.modules`."""


class Collector:
    """A plugin of pytest that notes what each test reached, and how long it took."""

    def __init__(self, reached: Reached) -> None:
        self.reached, self.tests = reached, {}  # type: tuple[Reached, dict[str, tuple[float, set[Any]]]]

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" and report.passed:
            self.tests[report.nodeid] = (report.duration, set(self.reached))
            self.reached.clear()


QUIET = ("-q", "-p", "no:cacheprovider", "--noconftest", "-n", "0", "-W", "ignore")


def in_a_child(work: Callable[[], int], seconds: float) -> int:
    """The exit status of `work`, done in a fork without output; that of a signal where it ends by one."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            signal.alarm(int(seconds))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            status = work()
        except BaseException:
            status = 98
        finally:
            os._exit(status)
    _, raw = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(raw)


def reach(files: Sequence[str], modules: Sequence[str]) -> dict[str, tuple[float, set[tuple[str, int]]]]:
    """By test: its seconds, and the statements that it reaches."""
    with tempfile.NamedTemporaryFile() as kept:

        def work() -> int:
            import pytest

            reached = Reached()
            sys.modules["__reached__"] = reached  # type: ignore[assignment]
            sys.meta_path.insert(0, Instead({m: with_marks(m) for m in modules}))
            collector = Collector(reached)
            status = pytest.main([*QUIET, *left_out(), *files], plugins=[collector])
            Path(kept.name).write_bytes(pickle.dumps(collector.tests))
            return int(status)

        status = in_a_child(work, 3600)
        if status != 0:
            print(f"Some of {', '.join(files)} fail without any change: they are left out.", flush=True)
        found: dict[str, tuple[float, set[tuple[str, int]]]] = pickle.loads(  # noqa: S301  # our own child's
            Path(kept.name).read_bytes()
        )
        return found


def left_out() -> list[str]:
    return ["-k", " and ".join(f"not {name}" for name in LEFT_OUT)]


def killed(mutant: Mutant, tests: Sequence[str], seconds: float) -> bool:
    """Does one of these tests, which take so many seconds together, fail or never end with this change?"""
    if not tests:
        return False
    target = function(mutant)

    def work() -> int:
        import pytest

        if target is None:
            sys.stdout.flush()
            os.execv(sys.executable, [sys.executable, __file__, mutant.module, "--one", mutant.label, *tests])  # noqa: S606
        target[0].__code__ = target[1]
        return int(pytest.main([*QUIET, "-x", *tests]))

    return in_a_child(work, SECONDS + SLOWER * seconds) != 0


def function(mutant: Mutant) -> tuple[Any, CodeType] | None:
    """The function of the project that a mutant changes, and its new code; None for tables and constants."""
    found: Any = importlib.import_module(name_of(mutant.module))
    for part in filter(None, mutant.name.split(".")):
        found = vars(found).get(part)
        found = getattr(found, "fget", None) or getattr(found, "__func__", None) or found
    found = getattr(found, "__wrapped__", found)
    if not hasattr(found, "__code__"):
        return None
    inside = [mutant.code]
    while inside:
        code = inside.pop()
        if code.co_qualname == mutant.name and code.co_freevars == found.__code__.co_freevars:
            return found, code
        inside += [c for c in code.co_consts if isinstance(c, CodeType)]
    return None


def alone(module: str, label: str, tests: Sequence[str]) -> int:
    """One mutant in a new interpreter: the changed module is imported instead of the file's."""
    import pytest

    mutant = next(m for m in mutants(module) if m.label == label)
    sys.meta_path.insert(0, Instead({module: mutant.code}))
    return int(pytest.main([*QUIET, "-x", *tests]))


# --- the run ---------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTED))
    parser.add_argument("--list", action="store_true", help="only name the mutants")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--only", help="only mutants whose label holds this")
    parser.add_argument("--reach", type=Path, help="keep which tests reach what in this file, or read it")
    parser.add_argument("--survivors", type=Path, help="write the labels of survivors here")
    asked = parser.parse_args(arguments)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    if asked.one:
        return alone(asked.modules[0], asked.one[0], asked.one[1:])
    modules = asked.modules or list(TESTED)
    everything = [m for module in modules for m in mutants(module) if not asked.only or asked.only in m.label]
    if asked.list:
        print(*(m.label for m in everything), sep="\n")
        return 0
    began, survived = time.monotonic(), []
    known: dict[tuple[str, ...], dict[str, tuple[float, set[tuple[str, int]]]]] = {}
    if asked.reach and asked.reach.exists():
        known = pickle.loads(asked.reach.read_bytes())  # noqa: S301  # our own file
    for files in {TESTED[m] for m in modules} - known.keys():
        known[files] = reach(files, [m for m in TESTED if TESTED[m] == files])
    if asked.reach:
        asked.reach.write_bytes(pickle.dumps(known))
    print(f"{len(everything)} mutants, {sum(map(len, known.values()))} tests", flush=True)
    preload(sorted({file for files in known for file in files}))
    for n, mutant in enumerate(everything):
        if n % 50 == 0:
            print(f"{n} done, {len(survived)} survived, {time.monotonic() - began:.0f} s", file=sys.stderr)
        tests = known[TESTED[mutant.module]]
        quickest = sorted((seconds, name) for name, (seconds, _) in tests.items())
        anywhere = not any((mutant.module, mutant.line) in lines for _, lines in tests.values())
        chosen = [n for _, n in quickest if anywhere or (mutant.module, mutant.line) in tests[n][1]]
        if not killed(mutant, chosen, sum(tests[n][0] for n in chosen)):
            survived.append(mutant)
            print(f"survived{' [decides]' if mutant.decides else ''}: {mutant.label}", flush=True)
    if asked.survivors:
        asked.survivors.write_text("".join(f"{m.label}\n" for m in survived))
    return report(everything, survived, time.monotonic() - began)


def report(everything: Sequence[Mutant], survived: Sequence[Mutant], seconds: float) -> int:
    """One line of JSON, and whether a mutant of a condition survived that matters."""
    decides = [m for m in everything if m.decides]
    open_ = [m for m in survived if m.decides and m.label not in SAME]
    figures = {
        "n": len(everything),
        "killed_share": round(1 - len(survived) / max(1, len(everything)), 4),
        "conditions": len(decides),
        "conditions_changing_nothing": sum(m.label in SAME for m in survived),
        "conditions_survived": len(open_),
        "others": len(everything) - len(decides),
        "others_killed_share": round(
            1 - sum(not m.decides for m in survived) / max(1, len(everything) - len(decides)), 4
        ),
        "minutes": round(seconds / 60, 1),
    }
    print(json.dumps(figures))
    return 1 if open_ else 0


def preload(files: Sequence[str]) -> None:
    """Import the project and its tests once, before the forks."""
    import pytest

    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main([*QUIET, "--collect-only", *files])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
