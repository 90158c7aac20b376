"""Occurrence: too many of something, or too few."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Self

from pydantic import BaseModel, Field, model_validator

from reviewer.checks._patterns import Entry, faults
from reviewer.model import Hit


class Params(BaseModel, frozen=True, extra="forbid"):
    """Vale's keys: more than `max`, or fewer than `min`, matches of `token` (no `\\b` is added)."""

    token: str
    max: int = Field(default=0, ge=0)
    min: int = Field(default=0, ge=0)
    ignorecase: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if not self.token:
            raise ValueError("`token` is empty: say what is counted")
        if not self.max and not self.min:
            raise ValueError("give `max` or `min`")
        return self

    @cached_property
    def entry(self) -> Entry:
        return Entry(self.token, self.ignorecase, word=False, lines=False)


def entries(params: Params) -> tuple[Entry, ...] | None:
    """Too few can be found in any text, too many only where the token is."""
    return None if params.min else (params.entry,)


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """One hit on the first match, or at the start where there is none; the message gets the number."""
    matches = params.entry.each(text)
    first = next(matches, None)
    count = 0 if first is None else 1 + sum(1 for _ in islice(matches, len(text)))
    if (params.max and count > params.max) or count < params.min:
        start, end = first.span() if first else (0, 0)
        yield Hit(start, end, (str(count),))


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    yield from faults(params.entry)
