"""One field as rules look at it: a view, with what they don't read hidden, cut into pieces."""

from collections.abc import Iterable, Iterator

import regex

from reviewer.checks._patterns import HIDDEN, border
from reviewer.rules.model import Grain, Look
from reviewer.text import Document, View

_MASKS = {
    "urls": regex.compile(
        r"(?:https?://|www\.)\S+"
        r"|\b(?:[\w-]{1,63}\.){1,8}(?:com|org|net|io|co|eu|de|uk|app|dev|ly|me|gov|edu|info)\b(?:/\S*)?",
        regex.IGNORECASE,
    ),
    "handles": regex.compile(r"(?<![\w@])@\w[\w.-]*(?:@[\w.-]+)?(?<![.-])"),
    "hashtags": regex.compile(r"(?<![\w#&])#\w+"),
}
_SIGNS = {"urls": ".", "handles": "@", "hashtags": "#"}
_WORD = regex.compile(r"\w")
_PARAGRAPH = regex.compile(r"\S(?:[^\n]|\n(?![^\S\n]*\n))*+")


class Reading:
    """One field; each view, masking and cut is worked out once, when a rule first asks for it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._surfaces: dict[Look, tuple[View, str]] = {}
        self._pieces: dict[tuple[Look, Grain | None], tuple[tuple[int, str], ...]] = {}

    def surface(self, look: Look) -> tuple[View, str]:
        """The view, and its text with what is not read hidden: same length, everything in its place."""
        known = self._surfaces.get(look)
        if known is None:
            view: View = getattr(self.document.views, look.view)
            known = self._surfaces[look] = view, masked(view.text, look.hidden)
        return known

    def pieces(self, look: Look, grain: Grain | None) -> tuple[tuple[int, str], ...]:
        """What a rule of this grain looks at: each piece of the view's text, and where it starts in it."""
        known = self._pieces.get((look, grain))
        if known is None:
            view, text = self.surface(look)
            cuts = self._cut(view, grain)
            known = self._pieces[look, grain] = tuple((start, text[start:end]) for start, end in cuts)
        return known

    def _cut(self, view: View, grain: Grain | None) -> Iterator[tuple[int, int]]:
        if grain == "paragraph":
            yield from (match.span() for match in _PARAGRAPH.finditer(view.text))
        elif grain == "sentence" and self.document.sentences:
            place = {start: number for number, start in reversed(list(enumerate(view.starts)))}
            starts = [place.get(span.start) for span in self.document.sentences]
            known = [start for start in starts if start is not None and _between_words(view.text, start)]
            yield from zip(known, [*known[1:], len(view.text)], strict=True)
        elif grain:
            yield 0, len(view.text)


def _between_words(text: str, at: int) -> bool:
    """A cut inside a word would make a border where there is none."""
    return at == 0 or border(text, at) or not _WORD.match(text, at)


def masked(text: str, names: Iterable[str]) -> str:
    """The text with every letter and digit of these parts replaced, everything in its place."""
    for name in names:
        if _SIGNS[name] in text or (name == "urls" and "://" in text):
            text = _MASKS[name].sub(lambda part: _WORD.sub(HIDDEN, part[0]), text)
    return text


def kind_of(pointer: str) -> str:
    """The name of a field as rules say it: text, alt, first_comment, link, content_warning, settings."""
    if pointer.startswith("/parts/"):
        return "alt" if pointer.endswith("/alt") else "text"
    return pointer.split("/")[1]
