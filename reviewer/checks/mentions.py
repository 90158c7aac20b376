"""Mentions: too many, or first in a post, where X shows it to few."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from reviewer.channels.entities import mentions
from reviewer.model import Context, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """`problem`: `many` (more than `most`) or `first` (the text begins with a mention and is no reply)."""

    problem: Literal["many", "first"] = "many"
    most: int = Field(default=5, ge=0)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments: for `many` how many there are and how many should be; for `first` the mention."""
    if "@" not in document.text and "＠" not in document.text:
        return
    found = mentions(document.text)
    if params.problem == "many" and len(found) > params.most:
        yield Hit(found[params.most].start, found[-1].end, (str(len(found)), str(params.most)))
    elif params.problem == "first" and found and context.kind == "post":
        first = found[0]
        if not document.text[: first.start].strip():
            yield Hit(first.start, first.end, (f"@{first.text}",))
