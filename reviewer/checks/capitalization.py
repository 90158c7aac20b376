"""Capitalization: how a text, mostly a short one, is capitalised."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal

import regex
from pydantic import Field

from reviewer.checks._patterns import TIMEOUT, Entry, Exceptions, Words, faults
from reviewer.model import Hit

_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’.&/-]*")
_PARTICLES = (
    "a an and as at but by down for from if in into nor of off on onto or out over per so "
    "than the till to up upon v via vs when with yet"
)
_PREPOSITIONS = "about above after against among around before behind below between through under"
_SMALL = frozenset(_PARTICLES.split())
_AP_LONGEST = 3
"""AP capitalises small words of more letters than this (About, From, With); Chicago does not."""
_CHICAGO_SMALL = _SMALL | frozenset(_PREPOSITIONS.split())


class Params(Exceptions, frozen=True, extra="forbid"):
    """Vale's keys. `match` is `$title`, `$sentence`, `$lower`, `$upper` or a regular expression.

    `threshold` is the share of words that must be right; `indicators` are ends of words after which a
    sentence starts anew; `prefix` is a pattern that is left out at the start.
    """

    match: str = "$title"
    style: Literal["AP", "Chicago"] = "AP"
    threshold: float = Field(default=0.8, ge=0, le=1)
    indicators: Words = ()
    prefix: str = ""

    @cached_property
    def pattern(self) -> Entry | None:
        return None if self.match.startswith("$") else Entry(self.match, word=False, lines=False)

    @cached_property
    def start(self) -> Entry | None:
        return Entry(rf"\A(?:{self.prefix})", word=False, lines=False) if self.prefix else None


def entries(params: Params) -> None:
    """Any text has capitals, or lacks them."""


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """One hit on the whole piece where it is capitalised otherwise; the message gets (found, expected)."""
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if params.start and (prefix := next(iter(params.start.each(text[start:end])), None)):
        start += prefix.end()
    words = text[start:end]
    if not words:
        return
    if params.pattern:
        if not any(True for _ in params.pattern.each(words)):
            yield Hit(start, end, (words, params.match))
        return
    expected = _expected(words, params)
    if not _close(words, expected, params.threshold if params.match in ("$title", "$sentence") else 1.0):
        yield Hit(start, end, (words, expected), replacement=expected)


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if params.match.startswith("$") and params.match not in ("$title", "$sentence", "$lower", "$upper"):
        yield f"knows no `match: {params.match}`; there are $title, $sentence, $lower, $upper"
    yield from faults(*(entry for entry in (params.pattern, params.start) if entry))


def _expected(words: str, params: Params) -> str:
    if params.match == "$lower":
        return words.lower()
    if params.match == "$upper":
        return words.upper()
    spans = [match.span() for match in _WORD.finditer(words)]
    kept = _kept(words, params)
    out, at = [], 0
    for number, (start, end) in enumerate(spans):
        word = words[start:end]
        gap = words[at:start]
        first = number == 0 or bool(gap.strip() and gap.strip()[-1] in ".!?:—")
        first = first or any(gap.rstrip().endswith(sign) for sign in params.indicators)
        last = number == len(spans) - 1
        out.append(gap)
        if (start in kept) or _own_case(word):
            out.append(word)
        elif params.match == "$title":
            out.append(word.lower() if not (first or last) and _small(word, params) else _capital(word))
        else:
            out.append(_capital(word.lower()) if first else word.lower())
        at = end
    return "".join([*out, words[at:]])


def _kept(words: str, params: Params) -> set[int]:
    """Starts of words that stand in an exception and stay as they are."""
    if not params.excepted:
        return set()
    covered = [match.span() for match in params.excepted.finditer(words, timeout=TIMEOUT)]
    return {
        word.start()
        for word in _WORD.finditer(words)
        if any(
            start <= word.start() and word.end() <= max(end, word.end()) and word.start() < end
            for start, end in covered
        )
    }


def _own_case(word: str) -> bool:
    """Acronyms, brand names (iPhone), single letters other than "a", and anything with a digit."""
    return (
        any(character.isdigit() for character in word)
        or word[1:] != word[1:].lower()
        or (len(word) == 1 and word in "I")
        or word[:2] in ("I'", "I’")
    )


def _small(word: str, params: Params) -> bool:
    lower = word.lower()
    if params.style == "Chicago":
        return lower in _CHICAGO_SMALL
    return lower in _SMALL and len(lower) <= _AP_LONGEST


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _close(words: str, expected: str, threshold: float) -> bool:
    """Whether at least this share of the words stands as expected."""
    if words == expected:
        return True
    pairs = list(zip(_WORD.findall(words), _WORD.findall(expected), strict=False))
    right = sum(word == wanted for word, wanted in pairs)
    return bool(pairs) and threshold < 1 and right / len(pairs) > threshold
