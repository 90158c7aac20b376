"""Imports go down: the contracts of pyproject.toml hold, and they notice when one is broken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lint_imports(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_import_goes_down() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


WRONG_WAY = (
    ("errors", "reviewer.model", "Imports go down"),
    ("text", "reviewer.service", "Imports go down"),
    ("workflow", "socket", "The core is pure"),
    ("reconcile", "random", "The core is pure"),
    ("store", "flask", "Below the web there is no web framework"),
    ("policy", "spacy", "One importer of spaCy and VADER"),
    ("service", "sqlmodel", "One importer of SQLModel"),
    ("release", "reviewer.config", "Settings are read at the top"),
    ("client", "sqlalchemy", "A publishing tool needs no server"),
)


def test_imports_that_go_the_wrong_way_are_noticed_each_by_its_contract(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "reviewer",
        tmp_path / "reviewer",
        ignore=shutil.ignore_patterns("__pycache__", "static", "models"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for module, imported, _ in WRONG_WAY:
        package = tmp_path / "reviewer" / module
        file = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
        file.write_text(f"{file.read_text()}\nimport {imported}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    for module, imported, contract in WRONG_WAY:
        assert f"{contract} BROKEN" in result.stdout
        _, _, said = result.stdout.partition(f"\n{contract}\n{'-' * len(contract)}\n")
        direct = rf"^(- +)reviewer\.{module} -> {re.escape(imported)} \(l\.\d+\)$"
        assert re.search(direct, re.split(r"\n-+\n", said)[0], re.MULTILINE), imported
