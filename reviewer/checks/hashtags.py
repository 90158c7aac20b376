"""Hashtags: too many, glued without capitals, or where the network does not read them."""

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, Field

from reviewer.channels.entities import hashtags
from reviewer.model import Context, Hit
from reviewer.text import Document
from reviewer.text.words import pieces


class Params(BaseModel, frozen=True, extra="forbid"):
    """`problem`: `many` (more than `most`), `glued` (several words without capitals), `numbers` (a tag
    of digits only, which networks don't link)."""

    problem: Literal["many", "glued", "numbers"] = "many"
    most: int = Field(default=5, ge=0)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Arguments: for `many` how many there are and how many should be; for the others the tag, and for
    `glued` how it reads with capitals (also the replacement)."""
    text = document.text
    if "#" not in text and "＃" not in text:
        return
    found = hashtags(text)
    if params.problem == "many":
        if len(found) > params.most:
            yield Hit(found[params.most].start, found[-1].end, (str(len(found)), str(params.most)))
    elif params.problem == "glued":
        for tag in found:
            if tag.text.isascii() and tag.text.islower() and tag.text.isalpha() and len(tag.text) > 8:
                words = [tag.text[i:j] for i, j in pieces(tag.text, {})]
                if len(words) > 1 and all(len(word) > 1 for word in words):
                    better = "#" + "".join(word.capitalize() for word in words)
                    yield Hit(tag.start, tag.end, (f"#{tag.text}", better), replacement=better)
    else:
        yield from _numbers(text)


def _numbers(text: str) -> Iterator[Hit]:
    for at, character in enumerate(text):
        if character == "#" and (at == 0 or text[at - 1].isspace()):
            end = at + 1
            while end < len(text) and text[end].isdigit():
                end += 1
            if end > at + 2 and (end == len(text) or text[end].isspace()):
                yield Hit(at, end, (text[at:end],))
