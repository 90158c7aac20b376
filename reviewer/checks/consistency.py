"""Consistency: two ways of writing one thing in one text."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from pydantic import BaseModel, Field

from reviewer.checks._patterns import Entry, Found, Pairs, scan
from reviewer.model import Hit


class Params(BaseModel, frozen=True, extra="forbid"):
    """Vale's keys. `either` maps one way to the other."""

    either: Pairs = Field(default_factory=dict)
    ignorecase: bool = False
    nonword: bool = False

    @cached_property
    def pairs(self) -> tuple[tuple[Entry, Entry], ...]:
        return tuple(
            (Entry(one, self.ignorecase, not self.nonword), Entry(other, self.ignorecase, not self.nonword))
            for one, other in self.either.items()
        )


def entries(params: Params) -> tuple[Entry, ...]:
    return tuple(entry for pair in params.pairs for entry in pair)


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """One hit for each pair of which both are there, on the last; the message gets what stands there."""
    present = set(entries)
    for pair in params.pairs:
        if present.issuperset(pair):
            found: list[Found] = list(scan(text, pair))
            if {one.number for one in found} == {0, 1}:
                last = found[-1]
                yield Hit(last.start, last.end, (text[last.start : last.end],))


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if not params.either:
        yield "has no `either`: map one way of writing to the other"
    if not all((*params.either, *params.either.values())):
        yield "has an empty entry, which would match everywhere"
