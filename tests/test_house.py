"""The rules of the house that no linter knows: what must not be in the tree, and what must."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-assets.lock")

# law 3: no way around exists, so no name for one does
WAYS_AROUND = re.compile(
    r"^(skip|bypass|force|superuser|sudo)(_|$)|_bypass$|publish_directly|auto_approve|is_(admin|superuser)$"
)
PARTS = {
    "werkzeug",
    "itsdangerous",
    "markupsafe",
    "jinja2",
    "sqlalchemy",
    "pydantic_core",
    "flask_login",
    "wtforms",
}
"""Packages that are the public face of a declared one: of Flask, SQLModel, Pydantic, the accounts library."""
SQL = {"skip_locked"}
"""Words of others."""


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the project: what git knows, or would take."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(p for name in listing.split("\0") if name and (p := ROOT / name).is_file())


@cache
def texts() -> dict[str, str]:
    """Every tracked text file by its path in the project."""
    found = {}
    for path in tracked():
        data = path.read_bytes()
        if b"\0" not in data:
            found[str(path.relative_to(ROOT))] = data.decode("utf-8", errors="replace")
    return found


@cache
def modules() -> dict[str, ast.Module]:
    return {
        name: ast.parse(text)
        for name, text in texts().items()
        if name.startswith("reviewer/") and name.endswith(".py")
    }


def places(pattern: str, *, flags: int = 0, but: tuple[str, ...] = ()) -> list[str]:
    """`file:line` of every match in the tree."""
    seek = re.compile(pattern, flags)
    return [
        f"{name}:{number}"
        for name, text in texts().items()
        if name not in but
        for number, line in enumerate(text.splitlines(), 1)
        if seek.search(line)
    ]


def test_no_file_names_a_package_registry() -> None:
    hosts = [
        r"py[p]i\.org",
        r"python[h]osted\.org",
        r"registry\.np[m]js",
        r"np[m]js\.org",
        r"yarn[p]kg\.com",
        r"deb\.[d]ebian",
    ]

    assert places("|".join(hosts)) == []  # a letter in brackets: this file names none of them either


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert places(r"(?<![\w.{}/-])/(work|root|home|Users)/\w", but=("tests/test_house.py",)) == []


def test_nothing_is_left_for_later() -> None:
    assert places(r"\b(TODO|FIXME|XXX|HACK)\b", but=("tests/test_house.py", "LICENSE")) == []


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that the code gives: parameters, attributes, fields, functions, classes, keywords."""
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.keyword(arg=str(name)) | ast.Attribute(attr=name):
                yield name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno


def test_no_name_in_the_code_is_a_way_around_sign_off() -> None:
    found = [
        f"{path}:{line} {name}"
        for path, tree in modules().items()
        for name, line in names(tree)
        if WAYS_AROUND.search(name) and name not in SQL
    ]

    assert found == []


def test_nobody_acts_anonymously() -> None:
    """An `actor` parameter is never optional: no default, no None (law 3)."""
    optional = []
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            positional = [*node.args.posonlyargs, *node.args.args]
            without = [None] * (len(positional) - len(node.args.defaults))
            defaults = [*without, *node.args.defaults, *node.args.kw_defaults]
            for arg, default in zip([*positional, *node.args.kwonlyargs], defaults, strict=True):
                annotation = ast.unparse(arg.annotation) if arg.annotation else ""
                if arg.arg == "actor" and (
                    default is not None or "None" in annotation or "Optional" in annotation
                ):
                    optional.append(f"{path}:{arg.lineno} {node.name}")

    assert optional == []


def test_modules_are_small_named_after_nouns_and_say_what_they_are() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    wrong = []
    for path, tree in modules().items():
        if Path(path).stem in vague:
            wrong.append(f"{path}: the name says nothing")
        if (lines := texts()[path].count("\n")) > 620:
            wrong.append(f"{path}: {lines} lines")
        if tree.body and not ast.get_docstring(tree) and "/versions/" not in path:
            wrong.append(f"{path}: no docstring")

    assert wrong == []


# --- locks -------------------------------------------------------------------------------------------


def locked(name: str) -> dict[str, list[tuple[Requirement, list[str]]]]:
    """Package name to its requirement lines and their hashes."""
    found: dict[str, list[tuple[Requirement, list[str]]]] = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text().strip()):
        head, *hashes = (part.strip(" \\\n") for part in entry.split("--hash="))
        requirement = Requirement(head)
        found.setdefault(canonicalize_name(requirement.name), []).append((requirement, hashes))
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_hashed_and_holds_no_address(lock: str) -> None:
    for entries in locked(lock).values():
        for requirement, hashes in entries:
            assert [s.operator for s in requirement.specifier] == ["=="], requirement
            assert requirement.url is None
            assert hashes, requirement
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), requirement
    assert not re.search(r"://|file:|^-", (ROOT / lock).read_text(), re.MULTILINE)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    asked = {
        "requirements.lock": [*project["project"]["dependencies"], *groups["build"]],
        "requirements-dev.lock": [
            *project["project"]["dependencies"],
            *groups["build"],
            *groups["dev"],
            *groups["train"],
        ],
        "requirements-assets.lock": groups["assets"],
    }
    assert set(asked) == set(LOCKS)

    missing = []
    for lock, lines in asked.items():
        have = locked(lock)
        for line in lines:
            wanted = Requirement(line)
            entries = have.get(canonicalize_name(wanted.name), [])
            versions = [next(iter(r.specifier)).version for r, _ in entries]
            if not versions or not all(wanted.specifier.contains(v) for v in versions):
                missing.append(f"{lock}: {line} (run `make lock`)")

    assert missing == []


def test_tests_run_on_the_versions_that_are_served() -> None:
    def versions(lock: str) -> dict[str, set[str]]:
        return {name: {str(r) for r, _ in entries} for name, entries in locked(lock).items()}

    served, tested = versions("requirements.lock"), versions("requirements-dev.lock")

    assert {name: tested.get(name) for name in served} == served


def test_browser_assets_are_locked_by_content_and_name_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    packages.pop("")

    assert packages
    assert all("integrity" in p and "resolved" not in p for p in packages.values())


def test_everything_imported_at_run_time_is_a_declared_dependency() -> None:
    """What comes along with another package today may not come along tomorrow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = {canonicalize_name(Requirement(line).name) for line in project["project"]["dependencies"]}
    brings = packages_distributions()
    undeclared: dict[str, str] = {}
    for path, tree in modules().items():
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=aliases):
                    tops = {alias.name.partition(".")[0] for alias in aliases}
                case ast.ImportFrom(module=str(name), level=0):
                    tops = {name.partition(".")[0]}
                case _:
                    continue
            for top in tops - set(sys.stdlib_module_names) - PARTS - {"reviewer"}:
                if not declared & {canonicalize_name(name) for name in brings.get(top, [])}:
                    undeclared.setdefault(top, path)

    assert undeclared == {}
