"""Sentiment: how positive or negative a text or a sentence reads, by VADER. It never clears a post."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from reviewer.model import Context, Hit
from reviewer.text import Document


class Params(BaseModel, frozen=True, extra="forbid"):
    """Thresholds on VADER's compound, in [-1, 1]: a hit lies at or below `below`, or at or above `above`.

    `scope` says what is measured: each `sentence`, or the `text` as a whole. `words` is the smallest
    number of words that is measured at all.
    """

    scope: Literal["sentence", "text"] = "sentence"
    below: float | None = Field(default=None, ge=-1, le=1)
    above: float | None = Field(default=None, ge=-1, le=1)
    words: int = Field(default=1, ge=1)

    @model_validator(mode="after")
    def _has_a_threshold(self) -> Self:
        if self.below is None and self.above is None:
            raise ValueError("give `below` or `above`, a compound between -1 and 1")
        return self


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """Every sentence, or the text, whose compound passes a threshold; the message gets the compound."""
    if params.scope == "text":
        measured = [(0, len(document.text), document.compound)] if document.words else []
    else:
        measured = [
            (span.start, span.end, compound)
            for span, compound in zip(document.sentences, document.valence, strict=True)
        ]
    for start, end, compound in measured:
        low = params.below is not None and compound <= params.below
        high = params.above is not None and compound >= params.above
        if (low or high) and sum(start <= word.start < end for word in document.words) >= params.words:
            yield Hit(start, end, (f"{compound:+.2f}",))
