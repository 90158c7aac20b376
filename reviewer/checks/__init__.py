"""Ways of looking at a text: one module per way, found by its place and named by a rule's `extends`.

A check module offers

- `Params`, a frozen pydantic model that forbids unknown keys: the rule file's own keys;
- `check(document, params, context) -> Iterator[Hit]`, hits in code points of `document.text`.

and, where it applies, any of these:

- `find(text, params, entries) -> Iterator[Hit]` and `entries(params) -> tuple[Entry, ...] | None`
  instead of `check`: the check reads nothing but characters. It is then given the view, the scope and
  the masking that the rule asks for, only texts in which one of its entries may occur, and only those
  entries; `None` means that no text can be left out;
- `survey(documents, params, context) -> Iterator[tuple[str, Hit]]` instead of `check`: it looks at
  the whole variant at once and says by pointer where each hit is;
- `TRAINED = True`: it asks a trained head, so its rules never block (law 8);
- `SENSITIVE = True`: what it finds is masked when quoted.

Other packages add checks through the entry point group `reviewer.checks`.
"""

import importlib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

NOT_BUILT = ("spelling", "sequence", "script")
"""Vale's extension points that are known and not supported."""


@cache
def names() -> tuple[str, ...]:
    """Every check that can be named in `extends`, in alphabetical order."""
    return tuple(sorted({*_own(), *(point.name for point in _foreign())}))


@cache
def named(name: str) -> ModuleType | None:
    """The module of one check, imported when first asked for; None where there is none."""
    if name in _own():
        return importlib.import_module(f"{__name__}.{name}")
    for point in _foreign():
        if point.name == name:
            module: ModuleType = point.load()
            return module
    return None


def _own() -> Iterator[str]:
    here = Path(__file__).parent
    for path in here.iterdir():
        name = path.name.removesuffix(".py")
        if not name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").is_file()):
            yield name


def _foreign() -> Iterator[EntryPoint]:
    yield from entry_points(group="reviewer.checks")
