"""Imports go down: the contracts of pyproject.toml hold, and they notice when one is broken."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("errors", "from reviewer import model", "Imports go down"),
        ("text", "from reviewer import service", "Imports go down"),
        ("workflow", "import socket", "The core is pure"),
        ("reconcile", "import random", "The core is pure"),
        ("store", "import flask", "Below the web there is no web framework"),
        ("policy", "import spacy", "One importer of spaCy and VADER"),
        ("service", "import sqlmodel", "One importer of SQLModel"),
        ("release", "from reviewer import config", "Settings are read at the top"),
        ("client", "import sqlalchemy", "A publishing tool needs no server"),
    ],
)
def test_an_import_that_goes_the_wrong_way_is_noticed(
    tmp_path: Path, module: str, line: str, contract: str
) -> None:
    shutil.copytree(
        ROOT / "reviewer",
        tmp_path / "reviewer",
        ignore=shutil.ignore_patterns("__pycache__", "static", "models"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "reviewer" / module
    file = package / "__init__.py" if package.is_dir() else package.with_suffix(".py")
    file.write_text(file.read_text() + f"\n{line}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
