"""Disguise: characters that hide, turn round or imitate, whether or not they hide a listed word."""

import re
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

import regex
from pydantic import BaseModel, BeforeValidator

from reviewer.checks._patterns import one_or_many
from reviewer.model import Context, Hit
from reviewer.text import Document

Kind = Literal["bidi", "tags", "invisible", "scripts", "letters", "marks", "entities", "spaced"]


class Params(BaseModel, frozen=True, extra="forbid"):
    """`kinds` of disguise to look for:

    bidi (overrides and unbalanced controls), tags (hidden tag characters), invisible (characters without
    width inside words), scripts (letters of two scripts in one word), letters (words in mathematical,
    boxed, small-capital or upside-down letters), marks (heaped marks), entities (letters as HTML
    entities), spaced (a word letter by letter).
    """

    kinds: Annotated[tuple[Kind, ...], BeforeValidator(one_or_many)] = (
        "bidi",
        "tags",
        "invisible",
        "scripts",
    )


_OVERRIDE = regex.compile(r"[\u202d\u202e][^\n\u202c]*+\u202c?")
_TAGS = regex.compile(r"(?<!\U0001f3f4)(?<![\U000e0020-\U000e007f])[\U000e0020-\U000e007e]+(?:[^\w\s]?|\w)")
_FLAG = regex.compile(r"\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_HIDDEN = (
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0"
    r"\U0001d173-\U0001d17a\U000e0100-\U000e01ef]"
)
_INVISIBLE = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])[\p{{L}}\p{{N}}]++(?<=[\p{{L}}\p{{N}}])(?:{_HIDDEN}++[\p{{L}}\p{{N}}\p{{M}}]++)++"
)
_JOINED = regex.compile(
    r"(?<![\p{Latin}\p{Nd}])[\p{Latin}\p{Nd}]++(?<=[\p{Latin}\p{Nd}])(?:[\u200c\u200d]++[\p{Latin}\p{Nd}]++)++"
)
_FOREIGN = r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}\p{Georgian}]"
_SCRIPTS = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}])(?=[\p{{L}}\p{{M}}]*\p{{Latin}})(?=[\p{{L}}\p{{M}}]*{_FOREIGN})[\p{{L}}\p{{M}}]{{2,64}}+"
)
_UNITS = regex.compile(r"(?i)[µμΩπλαβγδσ][a-z]{1,3}|[a-z]{1,3}[µμΩπλαβγδσΔΩ]")
_FANCY = (
    r"[\U0001d400-\U0001d7cb\u24b6-\u24e9\U0001f110-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189"
    r"\uff21-\uff3a\uff41-\uff5a\u1d00-\u1d25\u1d2c-\u1d5c\u02b0-\u02b8\u02e0-\u02e3\u1d62-\u1d6a\u029c\u0262\u026a\u0274\u0280\u028f\u0299\u029f\u2c7c\ua730\ua731\u249c-\u24b5]"
)
_LETTERS = regex.compile(rf"{_FANCY}(?:[\w ]?{_FANCY})+")
_FLIPPED = regex.compile(r"(?<!\p{L})\p{L}{0,20}?[ǝɐɔɟɥᴉɹʇʌʍʎʞɯ]\p{L}{0,20}?[ǝɐɔɟɥᴉɹʇʌʍʎʞɯ]\p{L}{0,20}+")
_REGIONAL = regex.compile(r"\p{RI}(?:[\u200b\u200c\u2060 ]+\p{RI}){2,}+")
_MARKS = regex.compile(r"(?:\P{M}\p{Mn}{3,}+)|(?:[\p{L}\p{N}][\u0334-\u0338\u0332\u20d2-\u20e4]+){3,}+")
_ENTITIES = re.compile(r"(?:\w{0,20}&#(?:x[0-9a-fA-F]{2,6}|\d{2,7});\w{0,20}){3,}")
_SPACED = re.compile(r"(?<![\w'’])[A-Za-z](?:([ .\-_*|·~])[A-Za-z](?!\w)){4,}")
_LATIN_MARKS = regex.compile(r"[\p{Latin}\p{N}]")


def _overrides(text: str) -> Iterator[tuple[int, int]]:
    for match in _OVERRIDE.finditer(text):
        yield match.span()


def _tagged(text: str) -> Iterator[tuple[int, int]]:
    flags = [match.span() for match in _FLAG.finditer(text)]
    for match in _TAGS.finditer(text):
        if not any(start <= match.start() < end for start, end in flags):
            end = match.end()
            while end > match.start() + 1 and ord(text[end - 1]) < 0xE0000:
                end -= 1
            yield match.start(), end


def _invisible(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_INVISIBLE, _JOINED):
        for match in pattern.finditer(text):
            typed = match[0]
            if (
                set(typed) & {"\u00ad"}
                and typed.count("\u00ad") < 3
                and len(typed) > 8
                and not set(typed) - {"\u00ad"} - set(typed.replace("\u00ad", ""))
            ):
                continue  # a long word with its hyphenation
            yield match.span()


def _mixed(text: str) -> Iterator[tuple[int, int]]:
    for match in _SCRIPTS.finditer(text):
        if not _UNITS.fullmatch(match[0]):
            yield match.span()


def _fancy(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_LETTERS, _FLIPPED, _REGIONAL):
        for match in pattern.finditer(text):
            yield match.span()


def _heaped(text: str) -> Iterator[tuple[int, int]]:
    start = end = -1
    for match in _MARKS.finditer(text):
        if not _LATIN_MARKS.match(match[0]):
            continue
        if start >= 0 and match.start() - end <= 3:
            end = match.end()
            continue
        if start >= 0:
            yield start, end
        start, end = match.span()
    if start >= 0:
        yield start, end


def _by(pattern: "re.Pattern[str]") -> Callable[[str], Iterator[tuple[int, int]]]:
    return lambda text: (match.span() for match in pattern.finditer(text))


_FINDERS: dict[Kind, tuple[str, Callable[[str], Iterator[tuple[int, int]]]]] = {
    "bidi": ("text turned round by control characters", _overrides),
    "tags": ("hidden tag characters", _tagged),
    "invisible": ("invisible characters inside a word", _invisible),
    "scripts": ("letters of two alphabets in one word", _mixed),
    "letters": ("letters that are symbols", _fancy),
    "marks": ("heaped marks", _heaped),
    "entities": ("letters as HTML entities", _by(_ENTITIES)),
    "spaced": ("a word letter by letter", _by(_SPACED)),
}


def check(document: Document, params: Params, context: Context) -> Iterator[Hit]:
    """The argument is what was done; spans are whole graphemes of the text as typed."""
    text, original = document.text, document.views.typed.original
    plain = text.isascii()
    for kind in params.kinds:
        how, finder = _FINDERS[kind]
        if plain and kind not in ("entities", "spaced"):
            continue
        for start, end in finder(text):
            span = original.grow(start, end)
            yield Hit(span.start, span.end, (how,), how=how)
