"""Conditional: where one thing is, another must be too."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from reviewer.checks._patterns import Entry, Exceptions, faults
from reviewer.model import Hit


class Params(Exceptions, frozen=True, extra="forbid"):
    """Vale's keys: `first` needs `second`.

    A `second` with groups lets pass what the groups matched (an abbreviation that is spelled out
    somewhere); without groups its mere presence is enough.
    """

    first: str
    second: str
    ignorecase: bool = False

    @cached_property
    def antecedent(self) -> Entry:
        return Entry(self.first, self.ignorecase, word=False)

    @cached_property
    def consequent(self) -> Entry:
        return Entry(self.second, self.ignorecase, word=False)


def entries(params: Params) -> tuple[Entry, ...]:
    return (params.antecedent,)


def find(text: str, params: Params, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Every match of `first` without its `second`; the message gets what was matched."""
    allowed: set[str] = set()
    for match in params.consequent.each(text):
        if not match.groups():
            return
        allowed.update(group for group in match.groups() if group)
    for match in params.antecedent.each(text):
        if match[0] and match[0] not in allowed and not params.silenced(match[0]):
            yield Hit(*match.span(), (match[0],))


def problems(params: Params) -> Iterator[str]:
    """What is wrong with a rule although each key is well formed."""
    if not params.first or not params.second:
        yield "needs a `first` and a `second`"
    yield from faults(params.consequent)
