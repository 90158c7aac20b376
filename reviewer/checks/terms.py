"""Terms: a brand's own words (code names, competitors, what must not be said), however disguised."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from reviewer.checks._patterns import one_or_many
from reviewer.checks._terms import Matching, matcher
from reviewer.model import Context, Hit
from reviewer.text import Document

Words = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]


class Params(BaseModel, frozen=True, extra="forbid"):
    """`terms` stand in the rule; `lists` name lists of the brand to look for as well.

    `matching`: `word` (as listed), `stem` (with endings such as -s and -ing) or `phrase`. A hit inside
    one of `exceptions` (`great tit`) is let go.
    """

    terms: Words = ()
    lists: Words = ()
    matching: Matching = "word"
    exceptions: Words = ()


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Each term once per place; arguments are what was typed and the term; `how` tells the disguise."""
    own = (entry for name in params.lists for entry in context.lists.get(name, ()))
    terms = tuple(dict.fromkeys((term, params.matching) for term in (*params.terms, *own)))
    if not terms:
        return
    lowered = document.text.lower() if params.exceptions else ""
    for hit in matcher(terms).find(document):
        if not _excepted(lowered, hit, params.exceptions):
            yield hit


def _excepted(lowered: str, hit: Hit, exceptions: tuple[str, ...]) -> bool:
    for exception in exceptions:
        at = lowered.find(exception.lower(), max(0, hit.start - len(exception)), hit.end + len(exception))
        if 0 <= at <= hit.start and hit.end <= at + len(exception):
            return True
    return False
