"""Hashtags and mentions: too many, or where the network does not read them as meant."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from reviewer.channels import entities
from reviewer.model import Context, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """`problem`: more than `most` `hashtags` or `mentions`; `digits` (a hashtag of digits only, which
    networks don't link); `mention_first` (a post that begins with a mention, which X shows to few)."""

    problem: Literal["hashtags", "mentions", "digits", "mention_first"] = "hashtags"
    most: int = Field(default=5, ge=0)


_DIGITS = re.compile(r"(?<!\S)#\d{2,}(?![\w#])")


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments: for too many how many there are and how many should be; else what stands there."""
    text = document.text
    if "#" not in text and "@" not in text:
        return
    match params.problem:
        case "hashtags" | "mentions":
            found = entities.hashtags(text) if params.problem == "hashtags" else entities.mentions(text)
            if len(found) > params.most:
                yield Hit(found[params.most].start, found[-1].end, (str(len(found)), str(params.most)))
        case "digits":
            for tag in _DIGITS.finditer(text):
                yield Hit(tag.start(), tag.end(), (tag[0],))
        case "mention_first":
            first = next(iter(entities.mentions(text)), None)
            if first and context.kind == "post" and not text[: first.start].strip():
                yield Hit(first.start, first.end, (f"@{first.text}",))
