"""A view: text made from other text, in which every character knows where it came from.

A step is a function `View -> View`; steps compose because each one carries the ranges of the view
before it. Ranges are half-open and in code points of the original.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from reviewer.model import Span

GRAPHEME = regex.compile(r"\p{RI}{1,2}[\p{M}\u200c\u200d\U0001f3fb-\U0001f3ff]*+|\X")
"""Extended grapheme clusters (UAX #29); flags come first: the class alone is quadratic on a run of them."""

_TURNED = {
    **dict.fromkeys("\u202a\u202b\u202d\u202e", ("\u202c", "")),
    **dict.fromkeys("\u2066\u2067\u2068", ("\u2069", "")),
}
"""Bidi controls and what ends what they begin; the end of the text does, too."""
_TURNS = frozenset(_TURNED)
_ENDS = frozenset("\u202c\u2069")


def _opened(text: str) -> bool:
    """Whether more bidi controls begin than end in the text."""
    return sum((c in _TURNS) - (c in _ENDS) for c in text) > 0


_SIMPLE = regex.compile(r"[\n -~]*+")  # no CR: CR LF is one grapheme


class Original:
    """The text as typed, with its grapheme borders (found once, when first asked for)."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _borders(self) -> Sequence[int]:
        if _SIMPLE.fullmatch(self.text):
            return range(len(self.text) + 1)
        return [*(m.start() for m in GRAPHEME.finditer(self.text)), len(self.text)]

    def grow(self, start: int, end: int) -> Span:
        """The smallest span of whole graphemes around `start:end`."""
        borders = self._borders
        return Span(borders[bisect_right(borders, start) - 1], borders[bisect_left(borders, end)])


@dataclass(frozen=True, slots=True)
class View:
    """`text[i]` was made from `original.text[starts[i]:ends[i]]`."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    original: Original

    @classmethod
    def of(cls, text: str) -> "View":
        """The view that changes nothing."""
        return cls(text, range(len(text)), range(1, len(text) + 1), Original(text))

    def range(self, i: int, j: int) -> tuple[int, int]:
        """The range of the original behind `text[i:j]`, `i < j`, as it is, not grown to graphemes."""
        return min(self.starts[i:j]), max(self.ends[i:j])

    def origin(self, i: int, j: int) -> Span:
        """The span of the original behind `text[i:j]`, `i < j`, grown so that it cuts no grapheme."""
        return self.original.grow(*self.range(i, j))

    def shown(self, i: int, j: int) -> Span:
        """As `origin`, with the bidi controls that turn it round, or part of it."""
        span, text = self.origin(i, j), self.original.text
        start, end = span.start, span.end
        while text[end : end + 1] and text[end] in _ENDS and _opened(text[start:end]):
            end += 1
        while start and text[start - 1] in _TURNS and text[end : end + 1] in _TURNED[text[start - 1]]:
            start, end = start - 1, min(end + 1, len(text))
        return Span(start, end)

    def quote(self, i: int, j: int) -> str:
        """What the author typed for `text[i:j]`."""
        span = self.origin(i, j)
        return self.original.text[span.start : span.end]

    def take(self, i: int, j: int) -> "View":
        """The part `text[i:j]`."""
        return View(self.text[i:j], self.starts[i:j], self.ends[i:j], self.original)


class Writer:
    """Collects the characters of the next view over `view`."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def copy(self, i: int, j: int) -> None:
        """Take over `view.text[i:j]` unchanged."""
        self.pieces.append(self.view.text[i:j])
        self.starts.extend(self.view.starts[i:j])
        self.ends.extend(self.view.ends[i:j])

    def put(self, text: str, i: int, j: int) -> None:
        """Write `text`, all of it made from `view.text[i:j]`, `i < j`."""
        if text:
            start, end = self.view.range(i, j)
            self.pieces.append(text)
            self.starts.extend([start] * len(text))
            self.ends.extend([end] * len(text))

    def done(self) -> View:
        return View("".join(self.pieces), self.starts, self.ends, self.view.original)


def substitute(view: View, pattern: "regex.Pattern[str]", make: Callable[["regex.Match[str]"], str]) -> View:
    """Replace every non-empty match by what `make` says; the pattern must run in linear time."""
    out, at = Writer(view), 0
    for match in pattern.finditer(view.text):
        i, j = match.span()
        if i < j:
            out.copy(at, i)
            out.put(make(match), i, j)
            at = j
    if not at:
        return view
    out.copy(at, len(view.text))
    return out.done()


def translate(view: View, table: Mapping[str, str]) -> View:
    """Replace single characters: `table[c]` is what to write for `c` (empty drops it).

    `table` answers for every character (see `Folding`), so that one look-up per character is enough.
    """
    written = [table[character] for character in view.text]
    text = "".join(written)
    if text == view.text:
        return view
    if len(text) == len(written) and all(written):
        return View(text, view.starts, view.ends, view.original)
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in zip(written, view.starts, view.ends, strict=True):
        if len(piece) == 1:
            starts.append(start)
            ends.append(end)
        elif piece:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
    return View(text, starts, ends, view.original)


class Folding(dict[str, str]):
    """A table for `translate` that works out each character once and keeps the answer."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, character: str) -> str:
        folded = self[character] = self._fold(character)
        return folded
