"""Repetition: the same word twice in a row."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from operator import eq

import regex

from reviewer.checks._patterns import HIDDEN, Entry, Exceptions, Words, faults
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
    def token(self) -> Entry:
        return Entry(
            "|".join(f"(?:{token})" for token in self.tokens), self.ignorecase, word=False, lines=False
        )


def entries(params: Params) -> None:
    """Any text may repeat a word."""


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Neighbours that are equal, in one sentence and on one line; the message gets the second."""
    # most texts repeat nothing, which this tells in a fraction of the time
    tokens = [match[0] for match in params.token.each(text.casefold() if params.ignorecase else text)]
    if not any(map(eq, tokens, islice(tokens, 1, None))):
        return
    before: regex.Match[str] | None = None
    word, repeats = "", 0
    for match in params.token.each(text):
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
    yield from faults(params.token)
