"""Substitution: say this instead of that."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import regex
from pydantic import BaseModel, Field

from reviewer.checks._patterns import TIMEOUT, Entry, Exceptions, Pairs, Words, scan
from reviewer.model import Hit

_GROUP = regex.compile(r"\$(?:(\d+)|\{(\d+)\})")


class Action(BaseModel, frozen=True, extra="forbid"):
    """What an editor may do with a finding."""

    name: str = ""
    params: Words = ()


class Params(Exceptions, frozen=True, extra="forbid"):
    """Vale's keys. `swap` maps what is found to what to write, several options joined by `|`."""

    swap: Pairs = Field(default_factory=dict)
    ignorecase: bool = False
    nonword: bool = False
    capitalize: bool = False
    action: Action = Action()

    @cached_property
    def options(self) -> dict[Entry, str]:
        """What to write by what is found, longest key first, then in the file's order."""
        return {
            Entry(key, self.ignorecase, not self.nonword): self.swap[key]
            for key in sorted(self.swap, key=len, reverse=True)
        }


def entries(params: Params) -> tuple[Entry, ...]:
    return tuple(params.options)


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Every match that is not yet what it should be; the message gets (expected, observed)."""
    for found in scan(text, entries):
        observed = text[found.start : found.end]
        if not observed or params.silenced(observed):
            continue
        expected = params.options[found.entry]
        if "$" in expected:
            expected = _filled(expected, found.entry, text, found.start)
        options = [option for option in expected.split("|") if option] or [""]
        if observed in options:
            continue
        if params.capitalize and observed[0].isupper():
            options = [option[:1].upper() + option[1:] for option in options]
        joined = spoken(options) if params.action.name == "replace" else "|".join(options)
        yield Hit(found.start, found.end, (joined, observed), replacement=options[0])


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if not params.swap:
        yield "has no `swap`: map what should not be there to what to write"
    for key in params.swap:
        if not key:
            yield "has an empty key in `swap`, which would match everywhere"


def spoken(options: Sequence[str]) -> str:
    """`'a'`, `'a' or 'b'`, `'a', 'b', or 'c'`."""
    quoted = [f"'{option}'" for option in options]
    if len(quoted) <= 2:
        return " or ".join(quoted)
    return ", ".join(quoted[:-1]) + ", or " + quoted[-1]


def _filled(expected: str, entry: Entry, text: str, start: int) -> str:
    """`$1` is what the key's first group matched."""
    match = entry.pattern.search(text, start, timeout=TIMEOUT)

    def group(reference: "regex.Match[str]") -> str:
        number = int(reference[1] or reference[2])
        return (match and number <= len(match.groups()) and match[number]) or ""

    return _GROUP.sub(group, expected)
