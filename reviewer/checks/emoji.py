"""Emoji: a flood of them, or emoji in the place of words, which make a text hard to read and to hear."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import regex
from pydantic import BaseModel, Field

from reviewer.model import Context, Hit
from reviewer.text import Document

_ONE = (
    r"(?:\p{Regional_Indicator}{2}|[\d#*]\ufe0f?\u20e3"
    r"|\p{Extended_Pictographic}(?:[\ufe0f\U0001F3FB-\U0001F3FF]*(?:\u200d\p{Extended_Pictographic})?)*)"
)
_EMOJI = regex.compile(rf"(?![©®™])(?:{_ONE}\ufe0f?)+")
_SINGLE = regex.compile(rf"(?![©®™]){_ONE}")
_WORD = regex.compile(r"\p{L}")
_AWAITS = regex.compile(r"\b(?:the|an?|of|my|our|your|on|in|to|for|is|and|with|we|i|you)$", regex.IGNORECASE)


class Params(BaseModel, frozen=True, extra="forbid"):
    """`find` says what for: a `flood` (more than `most` in the text), or `words` (places where an emoji
    stands between the words of a sentence or inside a word, at least `places` of them)."""

    find: Literal["flood", "words"] = "flood"
    most: int = Field(default=8, ge=1)
    places: int = Field(default=2, ge=1)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """One hit over the first to the last emoji concerned; the message gets how many there are."""
    text = document.text
    if params.find == "flood":
        found = [match.span() for match in _SINGLE.finditer(text)]
        enough = len(found) > params.most
    else:
        runs = [match.span() for match in _EMOJI.finditer(text)]
        found = [run for run in runs if _instead_of_word(text, *run)]
        signs = [run for run in runs if _sign_after(text, run[1])]
        enough = len(found) + len(signs) >= params.places or any(_inside_word(text, *run) for run in runs)
        found = found or signs or runs
        enough = enough or _mostly_pictures(text, runs)
    if enough and found:
        yield Hit(found[0][0], found[-1][1], (str(len(found)),))


def _inside_word(text: str, start: int, end: int) -> bool:
    return start > 0 and bool(_WORD.match(text[start - 1])) and bool(_WORD.match(text[end : end + 1]))


def _instead_of_word(text: str, start: int, end: int) -> bool:
    """Whether words of the same sentence stand on both sides, so that the sentence runs through it."""
    before, after = text[:start].rstrip(" "), text[end:].lstrip(" ")
    if not before or not after or before[-1] in ".!?…:\n":
        return False
    if regex.match(r"[.!?,;]", after):  # at the end of a clause it is an ornament, unless a word is missing
        return _AWAITS.search(before) is not None
    return regex.match(r"[\p{Ll}\d]", after) is not None


def _sign_after(text: str, end: int) -> bool:
    """Whether it is one step of a row of pictures and signs (a bed, an arrow, a cup)."""
    return regex.match(r"\s*[+=→➡&>]", text[end:]) is not None


def _mostly_pictures(text: str, runs: list[tuple[int, int]]) -> bool:
    """Whether there are at least four runs of emoji and fewer than two words to each."""
    words = len(regex.findall(r"[\p{L}\d']+", text))
    between = [text[left[1] : right[0]] for left, right in pairwise(runs)]
    return len(runs) >= 4 and words < 2 * len(runs) and any(piece.strip() for piece in between)
