"""A variant as documents: one per field that people will read, each with its views.

People disguise words, and networks mangle them; every check may look at the view that suits it and
still point at exactly what the author typed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from reviewer.model import NOTHING, Span, Variant
from reviewer.text.decode import Reading, readings
from reviewer.text.light import entities, light, tags
from reviewer.text.skeleton import skeleton
from reviewer.text.view import View

__all__ = ["Document", "Reading", "View", "Views", "read", "read_text"]


class Views:
    """The views of one text, each made when first asked for."""

    def __init__(self, text: str, *, html: bool = False) -> None:
        self._text, self._html = text, html

    @cached_property
    def typed(self) -> View:
        """The text as typed; HTML as the browser shows it."""
        view = View.of(self._text)
        return entities(tags(view), folded=False) if self._html else view

    @cached_property
    def light(self) -> View:
        """What a reader sees in plain characters; case, digits and separators kept."""
        return light(self.typed)

    @cached_property
    def skeleton(self) -> View:
        """What a reader's eye spells: lower-case a to z, marks and look-alikes folded."""
        return skeleton(self.light)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """What a reader is invited to decode: escapes, codes, mark-up, hidden characters."""
        return tuple(readings(self.typed, self.light))


@dataclass(frozen=True)
class Document:
    """One field of a variant. `pointer` is its RFC 6901 path, `text` what was typed.

    Spans are in code points of `text`. `sentences`, `words`, `valence` (VADER's compound by sentence,
    in [-1, 1]), `compound` (of the whole) and `tone` are empty until `language.annotate` fills them.
    """

    pointer: str
    text: str
    views: Views = field(compare=False, repr=False)
    sentences: tuple[Span, ...] = ()
    words: tuple[Span, ...] = ()
    valence: tuple[float, ...] = ()
    compound: float = 0.0
    tone: Mapping[str, float] = field(default_factory=lambda: NOTHING)


def read_text(text: str, pointer: str = "/parts/0/text", *, html: bool = False) -> Document:
    """One text as a document; any string is accepted, lone surrogates too."""
    return Document(pointer, text, Views(text, html=html))


def read(variant: Variant) -> tuple[Document, ...]:
    """Every field of the variant that holds text for people, in reading order.

    Parts are always there, so that a picture without words is looked at too; other fields only where
    they are not empty.
    """
    return tuple(
        read_text(text, pointer, html=html)
        for pointer, text, html in _fields(variant)
        if text or (pointer.startswith("/parts/") and pointer.endswith("/text"))
    )


def _fields(variant: Variant) -> Iterator[tuple[str, str, bool]]:
    for number, part in enumerate(variant.parts):
        yield f"/parts/{number}/text", part.text, part.format == "html"
        for place, media in enumerate(part.media):
            yield f"/parts/{number}/media/{place}/alt", media.alt, False
    yield "/first_comment", variant.first_comment or "", False
    if variant.link:
        yield "/link/url", variant.link.url, False
        yield "/link/title", variant.link.title, False
        yield "/link/description", variant.link.description, False
    yield "/content_warning", variant.content_warning or "", False
    for name in ("title", "description"):
        value = variant.settings.get(name)
        yield f"/settings/{name}", value if isinstance(value, str) else "", False
    tags_ = variant.settings.get("tags")
    if isinstance(tags_, list | tuple):
        for number, tag in enumerate(tags_):
            yield f"/settings/tags/{number}", tag if isinstance(tag, str) else "", False
