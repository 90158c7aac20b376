"""Numbered highlights in a text: pieces are escaped, then wrapped by offset.

Nothing is parsed and nothing is inserted into the text: the numbers stand in attributes and are drawn
by the stylesheet, so that the rendering, stripped of its tags, is the text again (a test holds it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape

from reviewer.model import Decision


@dataclass(frozen=True, slots=True)
class Spot:
    """One finding's place in one text: half-open code points, its number on the page, where it leads."""

    start: int
    end: int
    number: int
    decision: Decision
    href: str = ""


SUPERIOR = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def highlight(text: str, spots: Sequence[Spot]) -> Markup:
    """The text as HTML with every spot wrapped; where spots overlap, the most serious gives the look."""
    waiting = sorted((_inside(spot, len(text)) for spot in spots), key=lambda s: s.start, reverse=True)
    cuts = sorted({0, len(text), *(s.start for s in waiting), *(s.end for s in waiting)})
    open_: list[Spot] = []
    pieces: list[Markup] = []
    for start, end in pairwise(cuts):
        while waiting and waiting[-1].start <= start:
            open_.append(waiting.pop())
        open_ = [s for s in open_ if s.end > start]
        pieces.append(_wrap(text[start:end], open_, [s for s in open_ if s.end == end]))
    return Markup("").join(pieces)


def _inside(spot: Spot, length: int) -> Spot:
    """The spot within the text and at least one code point wide, so that it can be seen."""
    start = max(0, min(spot.start, length - 1))
    end = max(start + 1, min(spot.end, length))
    return Spot(start, min(end, length), spot.number, spot.decision, spot.href)


def _wrap(piece: str, over: Sequence[Spot], ending: Sequence[Spot]) -> Markup:
    if not over:
        return escape(piece)
    worst = min(over, key=lambda s: (s.decision.rank, s.number))
    # superior figures and a narrow space that does not break: drawn as plain text, they don't change
    # where lines break or how the underline runs
    figures = "\u202f".join(str(s.number) for s in sorted(ending, key=lambda s: s.number))
    numbers = figures.translate(SUPERIOR)
    number = Markup(' data-n="{}"').format(numbers) if numbers else Markup()
    if worst.href:
        of = " ".join(s.href.removeprefix("#") for s in over)
        return Markup('<a class="mark is-{}" href="{}" data-of="{}"{}>{}</a>').format(
            worst.decision.value, worst.href, of, number, piece
        )
    return Markup('<mark class="mark is-{}"{}>{}</mark>').format(worst.decision.value, number, piece)
