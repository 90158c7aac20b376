"""Steps that put together what was pulled apart: spaced characters, numbers in words, letters for digits."""

import re

import regex

from reviewer.text.view import View, Writer, substitute

_BETWEEN = r"[ .\-_*|/,~·\t\n\p{So}\p{Emoji_Presentation}]"
_BESIDE = r"[ \t\p{So}\p{Emoji_Presentation}]"
_ONE = r"[A-Za-z0-9@+:()_\-.](?![A-Za-z0-9])"
_NEXT = rf"(?:{_ONE}|(?<={_BESIDE}) (?={_BESIDE}))"
_APART = regex.compile(rf"(?<![A-Za-z0-9])(?<![^\s]\.){_ONE}({_BETWEEN}){_NEXT}(?:\1{_NEXT}){{5,}}+")
_MAYBE_APART = regex.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9@]({_BETWEEN})[A-Za-z0-9@]\1[A-Za-z0-9@.+ \-]\1")


def unspaced(view: View) -> View:
    """Runs of at least seven characters with the same thing between each two, without that thing."""
    if not _MAYBE_APART.search(view.text):
        return view
    out, at = Writer(view), 0
    for match in _APART.finditer(view.text):
        out.copy(at, match.start())
        for i in range(match.start(), match.end(), 2):
            out.copy(i, i + 1)
        at = match.end()
    if not at:
        return view
    out.copy(at, len(view.text))
    return out.done()


_BROKEN = regex.compile(r"(?<=[0-9])[ ]?\n(?=[0-9])")


def rejoined(view: View) -> View:
    """Digits that a line break parts, on one line."""
    return substitute(view, _BROKEN, lambda _: " ")


_DIGIT_WORDS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6",
    "sieben": "7", "acht": "8", "neun": "9",
    "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5", "seis": "6", "siete": "7",
    "ocho": "8", "nueve": "9", "un": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "sept": "7",
    "huit": "8", "neuf": "9",
}  # fmt: skip
_SIGNS = {
    "dash": "-", "hyphen": "-", "minus": "-", "plus": "+", "dot": ".", "point": ".", "at": "@", "slash": "/",
    "space": " ", "colon": ":", "underscore": "_", "bindestrich": "-",
}  # fmt: skip
_WORD = "|".join(sorted(_DIGIT_WORDS, key=len, reverse=True))
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_LETTER = r"(?-i:[A-Z])(?![A-Za-z])"
_SAID = regex.compile(
    rf"(?i)(?<!\w)(?:(?:double|triple|treble)[ ]|(?:\+|plus) ?)?(?:\d{{1,4}}|(?:{_WORD})\b|{_LETTER})"
    rf"(?:[ ,.\-\n]{{1,3}}(?:(?:double|triple|treble) )?(?:\d{{1,4}}|(?:{_WORD}|{'|'.join(_SIGNS)})\b|{_LETTER})){{4,}}+"
)
_UNIT = regex.compile(r"(?i)[a-zü]+|\d+|[+]")
_MAYBE_SAID = re.compile(
    rf"(?i)\b(?:{_WORD})\b[ ,.\-\n]{{1,3}}(?:(?:double|triple|{'|'.join(_SIGNS)}) )?(?:{_WORD}|\d)\b"
)


def number_words(view: View) -> View:
    """Numbers said digit by digit, as digits: `double four`, `oh` and a few signs too."""
    if not _MAYBE_SAID.search(view.text):
        return view
    out, at = Writer(view), 0
    for match in _SAID.finditer(view.text):
        out.copy(at, match.start())
        times, last = 1, match.start()
        for unit in _UNIT.finditer(view.text, match.start(), match.end()):
            word = unit[0].lower()
            if word in _TIMES:
                times = _TIMES[word]
                continue
            if "." in view.text[last : unit.start()]:
                out.put(".", last, unit.start())
            letter = len(word) == 1 and unit[0].isupper()
            meant = unit[0] if letter else _DIGIT_WORDS.get(word) or _SIGNS.get(word) or unit[0]
            out.put(meant * times, *unit.span())
            times, last = 1, unit.end()
        at = match.end()
    if not at:
        return view
    out.copy(at, len(view.text))
    return out.done()


_LIKE = r"[ .\-()]{0,2}(?:[0-9OISBA-Z]|[ol](?=[ol]{0,2}[0-9 .\-]))"
_LETTERED = regex.compile(
    rf"(?<![\w])\+?[A-Z0-9ol](?:{_LIKE}){{5,40}}+(?![\w])|(?<![\w])[0-9OoIlSB](?:[ .\-]?[0-9OISB]){{5,40}}+(?!\w)"
)
_CHUNK = re.compile(r"[A-Za-z0-9]+")
_DIGIT_LIKE = str.maketrans("OoIlSB", "001158")
_LIKE_DIGITS = frozenset("OoIl")


def zeros(view: View) -> View:
    """Capital O for 0, l and I for 1, S for 5 and B for 8, in runs that are mostly digits."""
    if _LIKE_DIGITS.isdisjoint(view.text) or sum(map(str.isdigit, view.text)) < 5:
        return view
    changed = list(view.text)
    for match in _LETTERED.finditer(view.text):
        if sum(map(str.isdigit, match[0])) < 5:
            continue
        for chunk in _CHUNK.finditer(view.text, match.start(), match.end()):
            numerals = sum(map(str.isdigit, chunk[0]))
            if numerals < len(chunk[0]) / 2 and not all(c.isdigit() or c in _LIKE_DIGITS for c in chunk[0]):
                continue
            head = 4 if re.match(r"(?![OI]{2})[A-Z]{2}\d\d", chunk[0]) else 0
            for i in range(chunk.start() + head, chunk.end()):
                changed[i] = view.text[i].translate(_DIGIT_LIKE)
    text = "".join(changed)
    return view if text == view.text else View(text, view.starts, view.ends, view.original)
