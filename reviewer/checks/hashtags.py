"""Hashtags: several words run together in lower case, which a screen reader says as one strange word."""

from collections.abc import Iterator

import regex
from pydantic import BaseModel, Field

from reviewer.model import Context, Hit
from reviewer.text import Document
from reviewer.text.words import common, pieces

_TAG = regex.compile(r"(?<![\w&#])#([\p{L}\p{M}\d_]+)")
_LETTERS = regex.compile(r"\p{L}+")


class Params(BaseModel, frozen=True, extra="forbid"):
    """`words` is the smallest number of words that need capitals, `letters` the shortest tag looked at."""

    words: int = Field(default=2, ge=2)
    letters: int = Field(default=6, ge=1)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Every hashtag without a capital that holds several words; the message gets it, and a readable one."""
    view = document.views.light
    for tag in _TAG.finditer(view.text):
        body = tag[1]
        if not body.islower() or "_" in body or len(body) < params.letters:
            continue
        words = [word for run in _LETTERS.findall(body) for word in _words(run)]
        if len(words) >= params.words:
            span = view.origin(*tag.span())
            written = "#" + _with_capitals(body, words)
            yield Hit(span.start, span.end, (tag[0], written), replacement=written)


def _words(run: str) -> list[str]:
    """The words that a run of lower-case letters is made of; one, where it is a word of its own."""
    if common(run):
        return [run]
    found = [run[start:end] for start, end in pieces(run, {})]
    known = sum(len(word) for word in found if len(word) > 1)
    return found if known >= 0.8 * len(run) and any(len(word) > 2 for word in found) else [run]


def _with_capitals(body: str, words: list[str]) -> str:
    at = 0
    for word in words:
        at = body.index(word, at)
        body = body[:at] + word.capitalize() + body[at + len(word) :]
        at += len(word)
    return body
