"""Repetition: the same word twice in a row."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import regex

from reviewer.checks._patterns import HIDDEN, TIMEOUT, Entry, Exceptions, Words, translated
from reviewer.model import Hit

_ALPHA = regex.compile(r"[\p{L}\p{M}]+")
_SENTENCE_END = regex.compile(r"[.!?…\n]")


class Params(Exceptions, frozen=True, extra="forbid"):
    """Vale's keys. With `alpha` only words of letters count; `max` repeats are let pass."""

    tokens: Words = (r"[^\s]+",)
    ignorecase: bool = False
    alpha: bool = False
    max: int = 0

    @cached_property
    def pattern(self) -> "regex.Pattern[str]":
        joined = "|".join(f"(?:{translated(token)})" for token in self.tokens)
        return regex.compile(joined, regex.IGNORECASE if self.ignorecase else 0)


def entries(params: Params) -> None:
    """Any text may repeat a word."""


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:  # noqa: ARG001
    """Neighbours that are equal, in one sentence and on one line; the message gets the second."""
    before: regex.Match[str] | None = None
    word, repeats = "", 0
    for match in params.pattern.finditer(text, timeout=TIMEOUT):
        last, word = word, match[0].strip()
        if params.ignorecase:
            word = word.casefold()
        same = bool(word) and word == last and HIDDEN not in word
        if same and params.alpha:
            same = _ALPHA.fullmatch(word) is not None
        repeats = repeats + 1 if same else 0
        if (
            same
            and before
            and repeats > params.max
            and not _SENTENCE_END.search(text, before.end(), match.start())
        ):
            if not params.silenced(match[0]):
                yield Hit(before.start(), match.end(), (match[0].strip(),))
            repeats = 0
        before = match


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if not all(params.tokens):
        yield "has an empty entry, which would match everywhere"
