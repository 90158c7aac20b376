"""Embargo: what must not be said before its day, however it is written.

Entries of the brand's list `embargoes` are `<words> | <date or time>`, for example
`Project Falcon | 2027-03-01` (from the start of that day, UTC) or `… | 2027-03-01T09:00:00+01:00`.
Without a moment to compare with, every embargo counts.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from pydantic import BaseModel

from reviewer.checks._terms import Matching, matcher
from reviewer.model import Context, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """`list` names the brand's list."""

    list: str = "embargoes"
    matching: Matching = "phrase"


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments: what was typed, the embargoed words, until when."""
    until = {
        words: moment
        for words, moment in _register(context.lists.get(params.list, ()))
        if moment is None or context.at is None or context.at < moment
    }
    if not until:
        return
    for hit in matcher(tuple((words, params.matching) for words in until)).find(document):
        moment = until[hit.arguments[1]]
        when = "further notice" if moment is None else f"{moment:%Y-%m-%d %H:%M} UTC"
        yield Hit(hit.start, hit.end, (*hit.arguments, when), how=hit.how)


@lru_cache(maxsize=64)
def _register(entries: tuple[str, ...]) -> tuple[tuple[str, datetime | None], ...]:
    return tuple(parsed(entry) for entry in entries)


def parsed(entry: str) -> tuple[str, datetime | None]:
    """The words of an entry, and when they are free; None where no moment is given.

    A moment that can't be read keeps the words under embargo.
    """
    words, _, moment = entry.partition("|")
    try:
        at = datetime.fromisoformat(moment.strip())
    except ValueError:
        return words.strip(), None
    return words.strip(), (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
