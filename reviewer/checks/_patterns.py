"""Regular expressions as rule files write them (.NET's and Go's flavour), run by `regex` in limited time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heapreplace
from time import thread_time
from typing import Annotated, NamedTuple

import regex
from pydantic import BaseModel, BeforeValidator

from reviewer.checks._bounds import Bound, bound, plain

TIMEOUT = 0.1
"""Seconds of computing that one rule may take on one piece of text; beyond them it raises TimeoutError.
A busy machine makes nothing late: time spent waiting does not count."""

HIDDEN = "ǃ"
"""Stands for each letter and digit of what a rule does not read: a letter (U+01C3) that no rule holds."""

CHEAP = 1_000_000
"""Steps of matching that are done in a small part of `TIMEOUT`; asking the clock costs more than most
patterns do."""

LARGEST = 50_000
"""Characters to which the counted repeats of a pattern may be written out."""

_COUNT = regex.compile(r"\{(\d+)(?:,(\d*))?\}")
_META = frozenset(r"\.^$*+?{}[]()|")
_FLAGS = regex.compile(r"\(\?([a-zA-Z]*(?:-[a-zA-Z]+)?)\)")
_CLASS = regex.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", regex.DOTALL)
_WORD = regex.compile(r"\w")
_UNSTABLE = regex.compile(r"[ıİſK]")  # one letter that `regex` takes for an ASCII one, ignoring case


def one_or_many(value: object) -> object:
    """A lone word where a list may stand is a list of one; nothing is an empty list."""
    if isinstance(value, str):
        return [value] if value else []
    return value


def nothing_is_empty(value: object) -> object:
    """A key without a value is an empty mapping."""
    return {} if value == "" else value


Words = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
Pairs = Annotated[dict[str, str], BeforeValidator(nothing_is_empty)]


def translated(pattern: str) -> str:
    """The same pattern in the words of `regex` (version 0).

    Flags in the middle, `(?-i)`, hold to the end of their group there and are not known here, so the
    rest of the group is wrapped; `\\Z` stands before a last line feed there, `\\z` at the very end.
    Raises `regex.error` for counts that would be written out beyond all memory.
    """
    _measure(pattern)
    out: list[str] = []
    open_flags: list[list[str]] = [[]]  # by depth: flags to be closed with the group
    at = 0
    while at < len(pattern):
        if pattern[at] == "\\":
            piece = pattern[at : at + 2]
            out.append({r"\z": r"\Z", r"\Z": r"(?=\n?\Z)"}.get(piece, piece))
            at += 2
        elif match := _CLASS.match(pattern, at):
            out.append(match[0])
            at = match.end()
        elif match := _FLAGS.match(pattern, at):
            out.append(f"(?{match[1]}:")
            open_flags[-1].append(match[1])
            at = match.end()
        else:
            character = pattern[at]
            if character == "(":
                open_flags.append([])
            elif character == ")" and len(open_flags) > 1:
                out.append(")" * len(open_flags.pop()))
            elif character == "|":
                flags = open_flags[-1]
                out.append(")" * len(flags) + "|" + "".join(f"(?{flag}:" for flag in flags))
                at += 1
                continue
            out.append(character)
            at += 1
    return "".join(out) + ")" * len(open_flags[0])


def _measure(pattern: str) -> None:
    """Refuse a pattern whose counted repeats, which `regex` writes out, grow too large."""
    sizes = [[0, 0]]  # by depth: what stands before the last item, and the last item
    at = 0
    while at < len(pattern):
        if count := _COUNT.match(pattern, at):
            sizes[-1][1] *= max(int(count[1] or 0), int(count[2] or 0), 1)
            at = count.end()
        elif pattern[at] == "(":
            sizes.append([0, 0])
            at += 1
        elif pattern[at] == ")" and len(sizes) > 1:
            inner = sum(sizes.pop())
            sizes[-1] = [sum(sizes[-1]), inner]
            at += 1
        else:
            sizes[-1] = [sum(sizes[-1]), 1]
            found = _CLASS.match(pattern, at)
            at = found.end() if found else at + (2 if pattern[at] == "\\" else 1)
        if sum(sizes[-1]) > LARGEST + len(pattern):
            raise regex.error(f"its repeats write out to more than {LARGEST:,} characters")


@dataclass(frozen=True, eq=False)
class Entry:
    """One word or pattern of a rule, with `\\b` around it where `word`; compiled when first needed.

    `lines`: whether `^` and `$` match at each line.
    """

    source: str
    ignorecase: bool = False
    word: bool = True
    lines: bool = True

    @cached_property
    def literal(self) -> str | None:
        """The entry itself where it is plain words, else None."""
        return None if not self.source or _META & set(self.source) else self.source

    @cached_property
    def needle(self) -> str | None:
        """What to look up in a text, lower-cased where case is ignored; None where it takes a pattern."""
        literal = self.literal
        if literal is None or (self.ignorecase and not literal.isascii()):
            return None
        return literal.lower() if self.ignorecase else literal

    @cached_property
    def bound(self) -> Bound | None:
        """What any text must hold for the entry to match, and its cost; None where that can't be told."""
        if self.literal is not None:
            return plain(self.literal, ignorecase=self.ignorecase, word=self.word)
        return bound(translated(self.source), ignorecase=self.ignorecase, word=self.word)

    @cached_property
    def pattern(self) -> "regex.Pattern[str]":
        """The compiled pattern; raises `regex.error` where the source is none."""
        body = translated(self.source)
        flags = (regex.MULTILINE if self.lines else 0) | (regex.IGNORECASE if self.ignorecase else 0)
        return regex.compile(rf"\b(?:{body})\b" if self.word else f"(?:{body})", flags)

    @cached_property
    def quick(self) -> int:
        """The length up to which no text can make the entry slow, so that no clock is needed."""
        known = self.bound
        if known is None or known.ways > CHEAP:
            return 0
        return int((CHEAP / known.ways) ** (1 / (known.degree + 1)))

    def search(self, text: str, start: int, clock: "Clock") -> "regex.Match[str] | None":
        """The first match at or after `start`; TimeoutError once the clock has run out."""
        if len(text) <= self.quick:
            return self.pattern.search(text, start)
        return self.pattern.search(text, start, timeout=clock.left())

    def each(self, text: str) -> "Iterator[regex.Match[str]]":
        """Every match, left to right; TimeoutError after `TIMEOUT`."""
        if len(text) <= self.quick:
            return self.pattern.finditer(text)
        return self.pattern.finditer(text, timeout=TIMEOUT)


def faults(*entries: Entry) -> Iterator[str]:
    """What is wrong with patterns that a check compiles besides its entries."""
    for entry in entries:
        try:
            _ = entry.pattern
        except (regex.error, ValueError, OverflowError, RecursionError) as error:
            yield f"has a pattern that can't be read, `{entry.source}` ({error})"


class Clock:
    """Counts the computing time of this thread from the first question on."""

    def __init__(self) -> None:
        self._end: float | None = None

    def left(self) -> float:
        """Seconds left of `TIMEOUT`; TimeoutError where there are none."""
        now = thread_time()
        if self._end is None:
            self._end = now + TIMEOUT
        if now >= self._end:
            raise TimeoutError
        return self._end - now


class Found(NamedTuple):
    """One match: its span in the text, the entry, and the entry's number in the order given."""

    start: int
    end: int
    entry: Entry
    number: int


def scan(text: str, entries: Sequence[Entry]) -> Iterable[Found]:
    """Every match of the entries as one alternation would find them, left to right, not overlapping.

    The earliest start wins, then the entry that comes first. Entries are run one by one, so that a
    list of thousands costs nothing for those that are not asked about.
    """
    if len(entries) > 1:
        return _merged(text, entries)
    entry = entries[0]
    where = _where(text, entry)
    if where is None:
        return [Found(*match.span(), entry, 0) for match in entry.each(text)]
    found = []
    span = _spotted(text, where, entry, 0)
    while span:
        found.append(Found(*span, entry, 0))
        span = _spotted(text, where, entry, span[1])
    return found


def _merged(text: str, entries: Sequence[Entry]) -> Iterator[Found]:
    clock = Clock()
    waiting = []
    texts = [_where(text, entry) for entry in entries]
    for number, entry in enumerate(entries):
        span = _next(text, texts[number], entry, 0, clock)
        if span:
            waiting.append((span[0], number, span[1]))
    heapify(waiting)
    position = 0
    while waiting:
        start, number, end = waiting[0]
        entry = entries[number]
        if start >= position:
            yield Found(start, end, entry, number)
            position = max(end, start + 1)
        span = _next(text, texts[number], entry, position, clock)
        if span:
            heapreplace(waiting, (span[0], number, span[1]))
        else:
            heappop(waiting)


def _next(text: str, where: str | None, entry: Entry, start: int, clock: Clock) -> tuple[int, int] | None:
    """The next span at or after `start`."""
    if where is not None:
        return _spotted(text, where, entry, start)
    if start > len(text):
        return None
    match = entry.search(text, start, clock)
    return match.span() if match else None


def _where(text: str, entry: Entry) -> str | None:
    """The text in which an entry of plain words can simply be looked up, None where it takes a pattern.

    That is where case matters, or where every letter has one lower-case form that keeps its place.
    """
    if entry.needle is None:
        return None
    if not entry.ignorecase:
        return text
    lowered = text.lower()
    if text.isascii() or (len(lowered) == len(text) and not _UNSTABLE.search(text)):
        return lowered
    return None


def _spotted(text: str, where: str, entry: Entry, start: int) -> tuple[int, int] | None:
    """The next place of an entry of plain words."""
    needle = entry.needle or ""
    at = where.find(needle, start)
    while at >= 0:
        end = at + len(needle)
        if not entry.word or (border(text, at) and border(text, end)):
            return at, end
        at = where.find(needle, at + 1)
    return None


def border(text: str, at: int) -> bool:
    """Whether `\\b` matches at `at`."""
    return (at > 0 and _is_word(text[at - 1])) != (at < len(text) and _is_word(text[at]))


def _is_word(character: str) -> bool:
    if character < "\x80":
        return character.isalnum() or character == "_"
    return _WORD.match(character) is not None


class Exceptions(BaseModel, frozen=True, extra="forbid"):
    """Words that silence a match in which they occur: a rule's `exceptions` and the accepted vocabulary."""

    exceptions: Words = ()
    vocab: bool = True

    @cached_property
    def excepted(self) -> "regex.Pattern[str] | None":
        if not self.exceptions:
            return None
        joined = "|".join(f"(?:{translated(word)})" for word in self.exceptions)
        return regex.compile(rf"\b(?:{joined})\b", regex.MULTILINE)

    def silenced(self, quote: str) -> bool:
        """Whether an exception occurs in what was matched."""
        return bool(self.excepted and self.excepted.search(quote, timeout=TIMEOUT))
