"""Lettering: decorative characters in the place of letters, and pictures drawn with signs."""

from collections.abc import Iterator

import regex
from pydantic import BaseModel, Field

from reviewer.model import Context, Hit
from reviewer.text import Document

_FANCY = regex.compile(
    r"[\U0001D400-\U0001D7FF\u24B6-\u24E9\u249C-\u24B5\U0001F110-\U0001F189\uFF21-\uFF3A\uFF41-\uFF5A"
    r"\u2102\u210A-\u2115\u2119-\u211D\u2124\u2128\u212C-\u2134"  # letter-like symbols
    r"\u1D00-\u1D7F\u0250-\u02AF\u02B0-\u02B8\u02E0-\u02E4\u2071\u207F\u2090-\u209C\uA7AF\uA731"
    r"\u1D80-\u1DBF\uA700-\uA707]"
)
_STRUCK = regex.compile(r"\w[\u0332-\u0338\u0305\u20D2-\u20D8](?:\w[\u0332-\u0338\u0305\u20D2-\u20D8])+")
_STACKED = regex.compile(r"\p{M}{3,}")
_DRAWN = regex.compile(
    r"[\u2500-\u259F]{3,}|(?:[_/\\|=~*^<>\-]{3,}[^\w\n]*\n){1,}[^\n]*[_/\\|]{2,}"
    r"|¯\\_|ʕ|ᕦ|\u1361|[★☆✩✪✿❀♡⋆｡°·´`¯.•]{4,}|\(\s?[òóಠ◕•ᴥ´`]_?[^\w\n]{1,3}\)",
)
_PLAIN_IPA = regex.compile(r"/[^/\n]{1,30}/|\[[^\]\n]{1,30}\]")  # a pronunciation is no decoration


class Params(BaseModel, frozen=True, extra="forbid"):
    """`characters` is the smallest number of decorative letters that count together."""

    characters: int = Field(default=2, ge=1)


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """One hit over the first to the last decorative place; the message gets the first of them."""
    text = _PLAIN_IPA.sub(lambda said: " " * len(said[0]), document.text)
    fancy = [match.span() for match in _FANCY.finditer(text)]
    if len(fancy) < params.characters:
        fancy = []
    places = fancy + [m.span() for pattern in (_STRUCK, _STACKED, _DRAWN) for m in pattern.finditer(text)]
    if places:
        start, end = min(places)[0], max(place[1] for place in places)
        yield Hit(start, end, (document.text[start : start + 20],))
