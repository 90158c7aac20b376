"""How each network counts: a text cut into pieces, and what each piece costs.

A measure takes a view of the text that will be public and gives `(start, end, cost)` over that view,
in order. What a piece does not cover costs nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import regex

from reviewer.channels import entities
from reviewer.text.light import normalized
from reviewer.text.view import GRAPHEME, View

Pieces = Iterator[tuple[int, int, int]]
Measure = Callable[[View, int], Pieces]

EMOJI = regex.compile(
    r"[0-9#*]\ufe0f?\u20e3"
    r"|\p{RI}\p{RI}"
    r"|\p{Extended_Pictographic}(?:\ufe0f|\p{EMod})?+[\U000e0020-\U000e007e]*+\U000e007f?+"
    r"(?:\u200d[\p{Extended_Pictographic}\u2640\u2642\u2695\u2696\u2708](?:\ufe0f|\p{EMod})?+)*+"
)
_TEXT_BY_DEFAULT = frozenset("©®™\u265f")  # emoji only with the variation selector
_LIGHT_RANGES = ((0x0, 0x10FF), (0x2000, 0x200D), (0x2010, 0x201F), (0x2032, 0x2037))


@cache
def _weight(character: str) -> int:
    return 1 if any(low <= ord(character) <= high for low, high in _LIGHT_RANGES) else 2


def weighted(view: View, url_cost: int, *, emoji: bool = True) -> Pieces:
    """X: characters weigh 1 or 2, a URL a fixed sum, an emoji sequence 2.

    Source: twitter-text configuration v3 (v2 counts emoji by their parts: `emoji=False`). The view
    must be in NFC.
    """
    text, at = view.text, 0
    for url in [*entities.urls(text), None]:
        limit = url.start if url else len(text)
        sequences = EMOJI.finditer(text, at, limit) if emoji and not text.isascii() else ()
        for sequence in sequences:
            if sequence[0] in _TEXT_BY_DEFAULT:
                continue
            yield from ((i, i + 1, _weight(text[i])) for i in range(at, sequence.start()))
            yield *sequence.span(), 2
            at = sequence.end()
        yield from ((i, i + 1, _weight(text[i])) for i in range(at, limit))
        if url:
            yield url.start, url.end, url_cost
            at = url.end


def code_points(view: View, _: int) -> Pieces:
    """One for each code point."""
    return ((i, i + 1, 1) for i in range(len(view.text)))


def utf16(view: View, _: int) -> Pieces:
    """UTF-16 code units: most emoji are 2 and more."""
    return ((i, i + 1, 2 if ord(c) > 0xFFFF else 1) for i, c in enumerate(view.text))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def utf8(view: View, _: int) -> Pieces:
    """UTF-8 bytes."""
    return ((i, i + 1, _bytes(c)) for i, c in enumerate(view.text))


def graphemes(view: View, _: int) -> Pieces:
    """Extended grapheme clusters (UAX #29): what a reader calls one character."""
    if view.text.isascii() and "\r" not in view.text:
        return code_points(view, 0)
    return ((*m.span(), 1) for m in GRAPHEME.finditer(view.text))


_REMOTE = regex.compile(r"(?<![\w/])@\w[\w.-]*+(@[\w-]++(?:\.[\w-]++)++)")


def mastodon(view: View, url_cost: int) -> Pieces:
    """Graphemes; a URL with its protocol costs a fixed sum, the server in `@name@server` nothing."""
    fixed = [(u.start, u.end, url_cost) for u in entities.urls(view.text) if "://" in u.text[:9]]
    fixed += [(*m.span(1), 0) for m in _REMOTE.finditer(view.text)] if "@" in view.text else []
    at = 0
    for start, end, cost in [*sorted(fixed), (len(view.text), len(view.text), 0)]:
        if start < at:
            continue
        rest = View(view.text[at:start], (), (), view.original)
        yield from ((at + i, at + j, one) for i, j, one in graphemes(rest, 0))
        if end > start:
            yield start, end, cost
        at = end


def threads(view: View, _: int) -> Pieces:
    """Code points, but an emoji costs its UTF-8 bytes."""
    at = 0
    for sequence in EMOJI.finditer(view.text):
        if sequence[0] in _TEXT_BY_DEFAULT:
            continue
        yield from ((i, i + 1, 1) for i in range(at, sequence.start()))
        yield *sequence.span(), _bytes(sequence[0])
        at = sequence.end()
    yield from ((i, i + 1, 1) for i in range(at, len(view.text)))


_LINKEDIN_RESERVED = frozenset("|{}@[]()<>#*_~\\")


def linkedin(view: View, _: int) -> Pieces:
    """Code points; the characters that the posting API wants escaped cost 2."""
    return ((i, i + 1, 2 if c in _LINKEDIN_RESERVED else 1) for i, c in enumerate(view.text))


def hashtags(view: View, _: int) -> Pieces:
    """One for each hashtag."""
    return ((tag.start, tag.end, 1) for tag in entities.hashtags(view.text))


def links(view: View, _: int) -> Pieces:
    """One for each link."""
    return ((url.start, url.end, 1) for url in entities.urls(view.text))


def angles(view: View, _: int) -> Pieces:
    """One for each `<` or `>`."""
    return ((i, i + 1, 1) for i, c in enumerate(view.text) if c in "<>")


def refused(view: View, _: int) -> Pieces:
    """One for each character that X refuses (byte order marks and non-characters)."""
    return ((i, i + 1, 1) for i, c in enumerate(view.text) if c in "\ufeff\ufffe\uffff")


def items(view: View, _: int) -> Pieces:
    """One for each item of a list, given as lines."""
    at = 0
    for line in view.text.splitlines(keepends=True):
        yield at, at + len(line), 1
        at += len(line)


MEASURES: dict[str, Measure] = {
    "x": weighted,
    "code_points": code_points,
    "utf16": utf16,
    "utf8": utf8,
    "graphemes": graphemes,
    "mastodon": mastodon,
    "threads": threads,
    "linkedin": linkedin,
    "hashtags": hashtags,
    "links": links,
    "angles": angles,
    "refused": refused,
    "items": items,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """`used` of the allowance; `over_at` is where, in code points as typed, it ran out, or None."""

    used: int
    over_at: int | None


def measure(view: View, by: str, allowed: int | None, url_cost: int) -> Measured:
    """Add up a text; `view` is the text as it will be public, `by` a key of `MEASURES`."""
    if by == "x":
        view = normalized(view, "NFC")
    used, over_at = 0, None
    for start, _, cost in MEASURES[by](view, url_cost):
        used += cost
        if over_at is None and allowed is not None and used > allowed:
            over_at = view.starts[start]
    return Measured(used, over_at)
