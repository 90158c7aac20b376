"""Which entries may occur in a text: plain pieces by Aho-Corasick, the rest by one google-re2 set.

Both stages are supersets, so that running only what they name finds exactly what running everything
would. Whatever can't be bounded, or is asked of a stage that gave up, runs.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import ahocorasick

from reviewer.checks._bounds import Bound, fold
from reviewer.checks._patterns import Entry, border

try:
    import re2 as _found
except ImportError:  # an extra: without it the entries that it would hold back always run
    _found = None
RE2: ModuleType | None = _found

SHORTEST = 1
TELLING = 3
"""Shorter pieces are in most texts, unless they are whole words: the re2 set holds more back."""

MEMORY = 32 << 20
"""Bytes that the google-re2 set may use."""

_ANY_TEXT = "(?s:.?)"
_TURKIC = "İı"
"""`regex` takes these for an i, ignoring case; google-re2 does not."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of text, and the entries that it speaks for: as whole words, or anywhere."""

    length: int
    words: tuple[int, ...]
    anywhere: tuple[int, ...]


class Prefilter:
    """Answers which of these entries may match somewhere in a text, by their numbers.

    `pieces` are the numbers of entries that look at sentences or paragraphs, not at a text as a whole.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        pieces: Container[int] = (),
        *,
        re2: ModuleType | None = RE2,
    ) -> None:
        self._always: list[int] = []
        self._wide = _Wide(re2) if re2 else None
        words: dict[str, list[int]] = {}
        anywhere: dict[str, list[int]] = {}
        for number, entry in enumerate(entries):
            needed = entry.bound
            if needed and number in pieces:
                needed = needed.inside()
            shortest = min(map(len, needed.pieces), default=0) if needed and needed.pieces else 0
            whole = entry.word and needed is not None and needed.exact == needed.pieces
            if (
                shortest < (1 if whole else TELLING)
                and needed
                and self._wide
                and self._wide.add(number, needed)
            ):
                continue
            if needed and needed.pieces and shortest >= SHORTEST:
                for piece in needed.pieces:
                    (words if whole else anywhere).setdefault(piece, []).append(number)
            else:
                self._always.append(number)
        if self._wide:
            self._always.extend(self._wide.close())
        self._pieces = ahocorasick.Automaton()
        for piece in words.keys() | anywhere.keys():
            self._pieces.add_word(
                piece, _Piece(len(piece), tuple(words.get(piece, ())), tuple(anywhere.get(piece, ())))
            )
        self._pieces.make_automaton()
        self._has_pieces = bool(words or anywhere)

    def candidates(self, texts: Iterable[str]) -> set[int]:
        """Numbers of the entries that may match in one of the texts, or in a part of one."""
        found = set(self._always)
        for text in texts:
            if self._has_pieces:
                self._by_pieces(fold(text), found)
            if self._wide:
                found.update(self._wide.candidates(text))
        return found

    def _by_pieces(self, folded: str, found: set[int]) -> None:
        for last, piece in self._pieces.iter(folded):
            if piece.anywhere:
                found.update(piece.anywhere)
            if piece.words and border(folded, last + 1) and border(folded, last + 1 - piece.length):
                found.update(piece.words)


class _Wide:
    """Two google-re2 sets, for any text and for texts in ASCII. A set can give up without a word when its
    memory runs out, so one pattern that matches every text must come back; if it does not, every entry
    of the set is a candidate.
    """

    def __init__(self, re2: ModuleType) -> None:
        self._re2 = re2
        self._options: Any = re2.Options()
        self._options.max_mem = MEMORY
        self._options.log_errors = False
        self._options.never_capture = True
        self._wide: Any = re2.Set.SearchSet(self._options)
        self._narrow: Any = re2.Set.SearchSet(self._options)
        self._canary: int = self._wide.Add(_ANY_TEXT)
        self._narrow.Add(_ANY_TEXT)
        self._error: type[Exception] = re2.error
        self._numbers: dict[int, int] = {}
        self._works = False

    def add(self, number: int, needed: Bound) -> bool:
        """Whether the set can hold this entry back."""
        for pattern in (needed.wide, needed.narrow):
            try:
                self._re2.compile(pattern, self._options)
            except self._error:
                return False
        index = self._wide.Add(needed.wide)
        self._narrow.Add(needed.narrow)
        self._numbers[index] = number
        return True

    def close(self) -> Iterator[int]:
        """Ready to search; what could not be compiled is left to run always."""
        self._works = True
        try:
            self._wide.Compile()
            self._narrow.Compile()
        except self._error:
            self._works = False
            yield from self._numbers.values()

    def candidates(self, text: str) -> Iterable[int]:
        if not self._works or not self._numbers:
            return ()
        ascii_only = text.isascii()
        if ascii_only or not any(letter in text for letter in _TURKIC):
            try:
                matched = (self._narrow if ascii_only else self._wide).Match(text)
            except (self._error, UnicodeEncodeError):
                matched = ()
            if self._canary in matched:
                return [self._numbers[index] for index in matched if index != self._canary]
        return self._numbers.values()
