"""Readings of a text that a reader is invited to decode: escapes, mark-up, codes, hidden characters.

Each reading is a view whose characters know what they were decoded from; text that is not in the
code stays out, so that only decoded words are read twice. All expressions run in linear time.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import regex

from reviewer.text.skeleton import upright, upside_down
from reviewer.text.view import View, Writer, substitute


class Reading(NamedTuple):
    """A view and, in words for the author, how it was read."""

    how: str
    view: View


_ESCAPE = regex.compile(
    r"\\0{4}([0-9A-Fa-f]{2})(?:[ ](?=\\0))?|%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|u\+([0-9A-Fa-f]{4,5})(?![0-9A-Fa-f])|\\u\{([0-9A-Fa-f]{1,6})\}|\\x([0-9A-Fa-f]{2})"
    r"|\\U([0-9A-Fa-f]{8})|\\([0-3][0-7]{2})|=([0-9A-F]{2})(?:(?=[=\w])|(?<==[0-9A-F]{2}=[0-9A-F]{2}))|\\([0-9A-Fa-f]{2,4}) ",
    regex.IGNORECASE,
)
_TAG = regex.compile(
    r"</?[A-Za-z][^<>]{0,200}+>|<!--(?:[^-]|-(?!->))*+-->|\[/?[A-Za-z]{1,8}(?:=[^\[\]]{0,80})?\]"
)
_LINK = regex.compile(r"\[([^\[\]]{1,80})\]\([^()\s]{1,500}\)")

_BUILT = {
    "|\\/|": "m", "/\\/\\": "m", "|v|": "m", "(v)": "m", "\\/\\/": "w", "\\^/": "w", "|/\\|": "w", "|-|": "h", "}{": "h",
    "]-[": "h", "|\\|": "n", "/\\/": "n", "|)": "d", "|]": "d", "|}": "d", "|<": "k", "|{": "k", "|_|": "u", "(_)": "u",
    "\\_/": "u", "\\/": "v", "/\\": "a", "/-\\": "a", "()": "o", "[]": "o", "<>": "o", "><": "x", "|2": "r", "|=": "f",
    "|>": "p", "|*": "p", "|3": "b", "][": "i", "|_": "l", "_|": "j", "`/": "y", "'/": "y", "-/_": "z",
}  # fmt: skip
_SIGNS = regex.compile(r"\L<signs>", signs=sorted(_BUILT, key=len, reverse=True))
_MORSE = {
    ".-": "a", "-...": "b", "-.-.": "c", "-..": "d", ".": "e", "..-.": "f", "--.": "g", "....": "h", "..": "i",
    ".---": "j", "-.-": "k", ".-..": "l", "--": "m", "-.": "n", "---": "o", ".--.": "p", "--.-": "q", ".-.": "r",
    "...": "s", "-": "t", "..-": "u", "...-": "v", ".--": "w", "-..-": "x", "-.--": "y", "--..": "z",
}  # fmt: skip
_SPELLING = {
    word: word[0]
    for word in [
        "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet",
        "juliett", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra",
        "tango", "uniform", "victor", "whiskey", "whisky", "yankee", "zulu",
    ]
} | {"xray": "x", "x-ray": "x"}  # fmt: skip
_NAMES = {
    "ay": "a", "bee": "b", "cee": "c", "see": "c", "sea": "c", "dee": "d", "ee": "e", "eff": "f", "gee": "g",
    "aitch": "h", "eye": "i", "jay": "j", "kay": "k", "ell": "l", "el": "l", "em": "m", "en": "n", "oh": "o",
    "pee": "p", "pea": "p", "cue": "q", "queue": "q", "are": "r", "ar": "r", "ess": "s", "es": "s", "tee": "t",
    "tea": "t", "you": "u", "vee": "v", "doubleyou": "w", "ex": "x", "why": "y", "wye": "y", "zee": "z", "zed": "z",
}  # fmt: skip

_WORD = r"[a-z]{1,9}+"
_SPELLED = "|".join(sorted(_SPELLING, key=len, reverse=True))
_NAMED = "|".join(sorted(_NAMES, key=len, reverse=True))
_CODES: tuple[tuple[str, "regex.Pattern[str]", "regex.Pattern[str]", Callable[[str], str]], ...] = (
    (
        "Morse code",
        regex.compile(r"(?<![\w.\-])[.\-]{1,4}(?:[ /|]{1,3}[.\-]{1,4}){2,}+(?![\w.\-])"),
        regex.compile(r"[.\-]+"),
        lambda sign: _MORSE.get(sign, " "),
    ),
    (
        "binary code",
        regex.compile(r"(?<!\d)[01]{7,8}(?:[ ,_]?[01]{8}|[ ,_][01]{7}){2,}+(?!\d)"),
        regex.compile(r"[01]{7,8}"),
        lambda bits: chr(int(bits, 2)),
    ),
    (
        "hexadecimal code",
        regex.compile(r"(?<![0-9A-Fa-f])(?:0x|\\x)?[2-7][0-9A-Fa-f](?:(?:, ?|[ :\-])?(?:0x|\\x)?[2-7][0-9A-Fa-f]){2,}+"),
        regex.compile(r"(?:0x|\\x)?[2-7][0-9A-Fa-f]"),
        lambda code: chr(int(code[-2:], 16)),
    ),
    (
        "character codes",
        regex.compile(r"(?<!\d)(?:6[5-9]|[7-9]\d|1[01]\d|12[0-2])(?:[ ,;\-.]{1,2}(?:6[5-9]|[7-9]\d|1[01]\d|12[0-2])){2,}+(?!\d)"),
        regex.compile(r"\d+"),
        lambda code: chr(int(code)),
    ),
    (
        "letters as numbers",
        regex.compile(r"(?<!\d)(?:2[0-6]|1\d|[1-9])(?:[ ,;\-.]{1,2}(?:2[0-6]|1\d|[1-9])){2,}+(?!\d)"),
        regex.compile(r"\d+"),
        lambda number: chr(96 + int(number)),
    ),
    (
        "spelling alphabet",
        regex.compile(rf"\b(?:{_SPELLED})(?:[ ,.\-]{{1,2}}(?:{_SPELLED})){{2,}}+\b", regex.I),
        regex.compile(r"[A-Za-z\-]+"),
        lambda word: _SPELLING.get(word.lower().strip("-"), ""),
    ),
    (
        "spelled letters",
        regex.compile(
            rf"\b[A-Z](?: (?:as in|is for|for|like) {_WORD}[,.;]?)(?: (?:and )?[A-Z] (?:as in|is for|for|like) {_WORD}[,.;]?){{2,}}+",
            regex.I,
        ),
        regex.compile(r"\b[A-Za-z](?= (?:as|is|for|like)\b)"),
        str.lower,
    ),
    (
        "names of letters",
        regex.compile(rf"\b(?:{_NAMED})(?:[ ,.\-]{{1,2}}(?:{_NAMED})){{2,}}+\b", regex.I),
        regex.compile(r"[A-Za-z]+"),
        lambda word: _NAMES.get(word.lower(), ""),
    ),
)  # fmt: skip
_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{6,}+={0,2}(?![\w+/])")
_TAG_CHARACTERS = regex.compile(r"[\U000e0020-\U000e007e]+")
_INITIALS = regex.compile(r"(?m)^[^\w\n]{0,4}(\w).*$")
_CODED = re.compile(
    r"[.\-][ /|]{1,3}[.\-]|[01]{7}|\d[ ,;.\-]{1,2}\d{1,3}[ ,;.\-]{1,2}\d|[2-7][0-9A-Fa-f](?:[ :,\-]?[2-7][0-9A-Fa-f]){2}|0x"
)
_NAMED_LETTERS = frozenset(_SPELLING) | frozenset(_NAMES) - {
    "are",
    "see",
    "you",
    "why",
    "oh",
    "en",
    "es",
    "el",
    "em",
}


def _coded(text: str) -> bool:
    """Whether one of the codes may be in the text: few texts have any."""
    if _CODED.search(text):
        return True
    words = text.lower().replace(",", " ").split()
    return (
        sum(word in _NAMED_LETTERS for word in words) > 1
        or words.count("as") + words.count("for") + words.count("like") > 2
    )


def readings(typed: View, light: View) -> Iterator[Reading]:
    """Every decoded reading of a text that has any, `light` being its light view."""
    text = light.text
    if "<" in text or "[" in text:
        unmarked = substitute(substitute(light, _LINK, lambda m: m[1]), _TAG, lambda _: "")
        if unmarked is not light:
            yield Reading("mark-up inside", unmarked)
    if "%" in text or "\\" in text or "+" in text or "=" in text:
        unescaped = substitute(light, _ESCAPE, _unescape)
        if unescaped is not light:
            yield Reading("escaped letters", unescaped)
    if ("|" in text or "\\" in text or "()" in text or "[]" in text) and _SIGNS.search(text):
        yield Reading("letters made of signs", substitute(light, _SIGNS, lambda m: _BUILT[m[0]]))
    if upside_down(typed.text):
        yield Reading("upside-down letters", upright(typed))
    if not typed.text.isascii() and _TAG_CHARACTERS.search(typed.text):
        yield Reading("hidden characters", _picked(typed, _TAG_CHARACTERS, lambda c: chr(ord(c) - 0xE0000)))
    if _coded(text):
        for how, run, unit, decode in _CODES:
            if run.search(text):
                yield Reading(how, _decoded(light, run, unit, decode))
    if any(
        (len(word) > 7 and not word.isalpha()) or word[1:] not in (word[1:].lower(), word[1:].upper())
        for word in text.split()
    ):
        view = _base64(light)
        if view.text:
            yield Reading("base64", view)
    if text.count("\n") >= 3:
        yield Reading("first letters of the lines", _initials(light))


def rot13(word: str) -> str:
    """The word with each letter moved by thirteen places."""
    return codecs.encode(word, "rot13")


def _unescape(match: "regex.Match[str]") -> str:
    code = next(filter(None, match.groups()))
    base = 8 if match[8] else 16
    number = int(code, base)
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else match[0]


def _picked(view: View, pattern: "regex.Pattern[str]", decode: Callable[[str], str]) -> View:
    out = Writer(view)
    for match in pattern.finditer(view.text):
        for i in range(match.start(), match.end()):
            out.put(decode(view.text[i]), i, i + 1)
        out.put(" ", match.end() - 1, match.end())
    return out.done()


def _decoded(
    view: View, run: "regex.Pattern[str]", unit: "regex.Pattern[str]", decode: Callable[[str], str]
) -> View:
    out = Writer(view)
    for match in run.finditer(view.text):
        for part in unit.finditer(view.text, match.start(), match.end()):
            out.put(decode(part[0]), *part.span())
        out.put(" ", match.end() - 1, match.end())
    return out.done()


def _base64(view: View) -> View:
    """What the base64 runs say, where they say text."""
    out = Writer(view)
    for match in _BASE64.finditer(view.text):
        if match[0].islower() or match[0].isupper() or match[0].istitle() or "//" in match[0]:
            continue  # a word, or a path
        body = match[0].rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
        try:
            meant = base64.b64decode(body + "=" * (-len(body) % 4)).decode("ascii")
        except (binascii.Error, UnicodeDecodeError):
            continue
        if meant.isprintable():
            out.put(f" {meant} ", *match.span())
    return out.done()


def _initials(view: View) -> View:
    out = Writer(view)
    for match in _INITIALS.finditer(view.text):
        out.put(match[1], *match.span(1))
    return out.done()
