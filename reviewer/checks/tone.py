"""Tone: what a trained head says about a text or its sentences. It asks for people, it never blocks.

extends: tone
head: offensive          # a name of `reviewer.heads`, or several: the highest counts
above: 0.8               # probability; left out: what the models' manifest recommends
scope: text              # or sentence
cues: [refund, 'money back']   # patterns, one of which must match too; left out: none is asked for
unless: ['^RT ']               # none of these may
margin: 0.1              # the head may lie this far behind the likeliest of all policy areas
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, Self

import regex
from pydantic import BaseModel, Field, model_validator

from reviewer import language
from reviewer.checks._patterns import TIMEOUT, Words, translated
from reviewer.model import Context, Hit, Span
from reviewer.text import Document

TRAINED = True


class HeadMissing(Exception):
    """The head that a rule asks is not in this installation: the rule has not looked."""


class Params(BaseModel, frozen=True, extra="forbid"):
    """A hit has a probability of at least `above`, or at most `below`, in a text of `words` words or more."""

    head: Words = Field(min_length=1)
    above: float | None = Field(default=None, ge=0, le=1)
    below: float | None = Field(default=None, ge=0, le=1)
    scope: Literal["sentence", "text"] = "text"
    words: int = Field(default=3, ge=1)
    cues: Words = ()
    unless: Words = ()
    margin: float = Field(default=1.0, ge=0, le=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.above is not None and self.below is not None:
            raise ValueError("give `above` or `below`, not both")
        for pattern in (*self.cues, *self.unless):
            try:
                _compiled(pattern)
            except regex.error as error:
                raise ValueError(f"`{pattern}` is not a regular expression: {error}") from error
        return self


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """The most telling sentence of a text, or every sentence, that passes; with percentage and head."""
    for head in params.head:
        if head.partition("/")[0] in language.heads().missing:
            raise HeadMissing(head)
    if params.scope == "text":
        if score := _passes(document, Span(0, len(document.text)), document.tone, params):
            yield _hit(document, _telling(document, score[0]), score)
    else:
        for span in document.sentences:
            scores = language.tone(document.text[span.start : span.end])
            if score := _passes(document, span, scores, params):
                yield _hit(document, span, score)


def _passes(
    document: Document, span: Span, scores: Mapping[str, float], params: Params
) -> tuple[str, float] | None:
    """The head that counts and its probability, where everything that the rule asks for is there."""
    known = [head for head in params.head if head in scores]
    if not known or sum(span.start <= word.start < span.end for word in document.words) < params.words:
        return None
    if params.below is not None:
        head = min(known, key=scores.__getitem__)
        passed = scores[head] <= params.below
    else:
        head = max(known, key=scores.__getitem__)
        above = language.threshold(head) if params.above is None else params.above
        passed = scores[head] >= above and scores[head] + params.margin >= _likeliest(head, scores)
    text = document.text[span.start : span.end]
    if not passed or any(_compiled(pattern).search(text, timeout=TIMEOUT) for pattern in params.unless):
        return None
    if params.cues and not any(_compiled(pattern).search(text, timeout=TIMEOUT) for pattern in params.cues):
        return None
    return head, scores[head]


def _likeliest(head: str, scores: Mapping[str, float]) -> float:
    """The highest probability among the labels of the same head."""
    group = head.partition("/")[0] + "/"
    return max((score for name, score in scores.items() if name.startswith(group)), default=0.0)


def _telling(document: Document, head: str) -> Span:
    """The sentence that adds most to a score: where the author should look first."""
    if len(document.sentences) < 2:
        return document.sentences[0] if document.sentences else Span(0, len(document.text))
    found = language.drivers(document, Span(0, len(document.text)), head)
    gains = {
        span: sum(weight for _, weight, at in found if span.start <= at.start < span.end)
        for span in document.sentences
    }
    return max(gains, key=gains.__getitem__)


def _hit(document: Document, span: Span, score: tuple[str, float]) -> Hit:
    head, probability = score
    found = language.drivers(document, span, head)
    return Hit(
        span.start,
        span.end,
        (f"{probability:.0%}", head.rpartition("/")[2].replace("-", " ")),
        drivers=tuple((word, weight) for word, weight, _ in found),
    )


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(translated(pattern), regex.IGNORECASE)
