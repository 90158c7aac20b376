"""Existence: words and patterns that should not be there."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from reviewer.checks._patterns import Entry, Exceptions, Words, scan
from reviewer.model import Hit


class Params(Exceptions, frozen=True, extra="forbid"):
    """Vale's keys. `raw` pieces are joined and stand before the tokens (after them with `append`)."""

    tokens: Words = ()
    raw: Words = ()
    ignorecase: bool = False
    nonword: bool = False
    append: bool = False

    @cached_property
    def patterns(self) -> tuple[Entry, ...]:
        if not self.raw:
            return tuple(Entry(token, self.ignorecase, not self.nonword) for token in self.tokens)
        raw, tokens = "".join(self.raw), "|".join(self.tokens)
        if tokens:
            tokens = f"(?:{tokens})" if self.nonword else rf"\b(?:{tokens})\b"
        return (Entry(tokens + raw if self.append else raw + tokens, self.ignorecase, word=False),)


def entries(params: Params) -> tuple[Entry, ...]:
    return params.patterns


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Every match that holds no exception; the message gets what was matched."""
    excepted = params.excepted is not None
    for start, end, _, _ in scan(text, entries):
        quote = text[start:end]
        if quote and not (excepted and params.silenced(quote)):
            yield Hit(start, end, (quote,))


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if not params.tokens and not params.raw:
        yield "has neither `tokens` nor `raw`: list what should not be there"
    if not all((*params.tokens, *params.raw)):
        yield "has an empty entry, which would match everywhere"
