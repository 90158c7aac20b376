"""What changed between two versions of a text, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")

# SequenceMatcher takes quadratic time: beyond this many words, lines are compared.
_LONG = 3000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is in both versions (`same`), only in the old (`gone`) or the new (`new`)."""

    kind: Literal["same", "gone", "new"]
    text: str


def compare(old: str, new: str) -> tuple[Piece, ...]:
    """The two texts as one: without the `gone` pieces it is `new`, without the `new` ones `old`."""
    unit = _WORDS if len(_WORDS.findall(old)) + len(_WORDS.findall(new)) <= _LONG else _LINES
    return tuple(_pieces(unit.findall(old), unit.findall(new)))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for operation, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))
