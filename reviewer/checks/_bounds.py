"""A pattern -> what any text must hold for it to match, and how long it may take at worst.

What must be there is known as pieces of text and as a simpler pattern. Both are supersets: they may let
a text through in which the pattern finds nothing, never the reverse. Most look-arounds are dropped,
repeats opened. google-re2's `\\b \\w \\s \\d` are ASCII, so there are two simpler patterns: one for texts
in ASCII only, where they mean the same, and a wider one in which classes hold everything outside ASCII
and borders are left out. What can't be read has no bound, so it always runs.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

MOST = 32
"""Pieces that one entry is looked for by, at most."""

_CLASS = regex.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", regex.DOTALL)
_GROUP = regex.compile(
    r"\(\?(?:P?<(?![=!])[^>]*>|'[^']*'|:|>|(?<look><?[=!])|(?<flags>[a-zA-Z]*(?:-[a-zA-Z]+)?):)"
)
_COMMENT = regex.compile(r"\(\?#[^)]*\)")
_BACK = regex.compile(r"\(\?P=\w+\)|\\(?:[1-9]\d?|[kg]<\w+>|[kg]\{\w+\})")
_REPEAT = regex.compile(r"(?:(?<sign>[*+?])|\{(?<least>\d*)(?<comma>,)?(?<most>\d*)\})[?+]?")
_HEX = regex.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_PROPERTY = regex.compile(r"\\[pP](?:\{[^}]*\}|\w)")
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_WIDE = frozenset("dDwWsS")
_NO_WIDTH = frozenset("bBAZGmM")
_ANYTHING = "(?s:.*)"
_NEVER = "[^\\x{0}-\\x{10FFFF}]"
_ASCII_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_HOPELESS = 6
_OPENED = 8
"""Repeats beyond this count are opened: google-re2 would write each of them out."""


class Unreadable(Exception):
    """The pattern holds something that this module does not know."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What must be there. `exact` are all folded texts that can match, where they are few; `pieces` are
    folded pieces of which one must occur, None where nothing is sure; `wide` is the re2 pattern for any
    text, `narrow` the one for texts in ASCII. From one place in a text of n characters there are at most
    `ways` × n ** `degree` ways to match, or to fail to.
    """

    exact: frozenset[str] | None
    pieces: frozenset[str] | None
    wide: str
    narrow: str
    ways: float = 1
    degree: int = 0

    def inside(self) -> "Bound":
        """The same for pieces of a text, which may start and end where no line does."""
        wide, narrow = (
            pattern.replace("(?m:^)", "").replace("(?m:$)", "") for pattern in (self.wide, self.narrow)
        )
        return replace(self, wide=wide, narrow=narrow)


_NOTHING = Bound(frozenset({""}), None, "", "")
_UNKNOWN = Bound(None, None, _ANYTHING, _ANYTHING, math.inf)
_BORDERS = {"b": Bound(frozenset({""}), None, "", r"\b"), "B": Bound(frozenset({""}), None, "", r"\B")}
_LINES = {
    "^": Bound(frozenset({""}), None, "(?m:^)", "(?m:^)"),
    "$": Bound(frozenset({""}), None, "(?m:$)", "(?m:$)"),
}


def fold(text: str) -> str:
    """The text so that whatever `regex` takes for equal, ignoring case, is equal; character by character."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("\u0307", "").replace("ı", "i")


def plain(words: str, *, ignorecase: bool, word: bool) -> Bound | None:
    """The bound of plain words; None where they fold to nothing."""
    folded = fold(words)
    written = [_escaped(character, ignorecase) for character in words]
    wide, narrow = ("".join(pair[n] for pair in written) for n in (0, 1))
    found = Bound(frozenset({folded}), frozenset({folded}), wide, narrow)
    return _bordered(found, word=word) if folded else None


def bound(pattern: str, *, ignorecase: bool, word: bool) -> Bound | None:
    """The bound of a pattern in the words of `regex`, lines being told apart; None if it can't be read."""
    try:
        return _bordered(_settled(_Reader(pattern, ignorecase).read()), word=word)
    except (Unreadable, RecursionError):
        return None


def _settled(found: Bound) -> Bound:
    """Texts that can match are pieces as well."""
    if found.exact and all(found.exact):
        return replace(found, pieces=_better(found.pieces, found.exact))
    return replace(found, exact=None)


def _bordered(found: Bound, *, word: bool) -> Bound:
    return replace(found, narrow=rf"\b(?:{found.narrow})\b") if word else found


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Of two sets of pieces the one that occurs in fewer texts: long pieces, few of them."""
    known = [pieces for pieces in (one, other) if pieces and all(pieces)]
    return max(known, key=lambda pieces: (min(min(map(len, pieces)), 6), -len(pieces)), default=None)


class _Reader:
    """Reads one pattern, left to right."""

    def __init__(self, pattern: str, ignorecase: bool) -> None:
        self.pattern, self.at = pattern, 0
        self.ignorecase, self.depth = ignorecase, 0

    def read(self) -> Bound:
        found = self._alternatives()
        if self.at < len(self.pattern):
            raise Unreadable
        return found

    def _alternatives(self) -> Bound:
        branches = [self._sequence()]
        while self.pattern.startswith("|", self.at):
            self.at += 1
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else _either(branches)

    def _sequence(self) -> Bound:
        run = frozenset({""})  # every folded text that the items since the last break can match
        pieces: frozenset[str] | None = None
        wide: list[str] = []
        narrow: list[str] = []
        broken = False
        ways: float = 1
        degree = 0
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            item = self._repeated(self._atom())
            wide.append(item.wide)
            narrow.append(item.narrow)
            ways, degree = ways * item.ways, degree + item.degree
            joined = _joined(run, item.exact)
            if joined is not None:
                run = joined
            else:
                broken = True
                pieces = _better(_better(pieces, run), item.pieces)
                run = item.exact if item.exact is not None else frozenset({""})
        if broken:
            return Bound(None, _better(pieces, run), "".join(wide), "".join(narrow), ways, degree)
        return Bound(run, None, "".join(wide), "".join(narrow), ways, degree)

    def _repeated(self, item: Bound) -> Bound:
        match = _REPEAT.match(self.pattern, self.at)
        if not match:
            if self.pattern.startswith("{", self.at):
                raise Unreadable  # `regex` may take it for an approximate match
            return item
        self.at = match.end()
        least, most = _range(match)
        if _REPEAT.match(self.pattern, self.at):
            raise Unreadable
        if most is not None and most <= _OPENED:
            times = f"{{{least},{most}}}"
        else:
            times = f"{{{min(least, _OPENED)},}}"
        wide, narrow = f"(?:{item.wide}){times}", f"(?:{item.narrow}){times}"
        if (least, most) == (1, 1):
            return item
        ways, degree = _ways(item, least, most)
        if (least, most) == (0, 1):
            exact = None if item.exact is None else item.exact | {""}
            return Bound(exact, None, wide, narrow, ways, degree)
        pieces = _better(item.pieces, item.exact) if least else None
        return Bound(None, pieces, wide, narrow, ways, degree)

    def _atom(self) -> Bound:
        pattern, at = self.pattern, self.at
        character = pattern[at]
        if character == "\\":
            return self._escape()
        if match := _COMMENT.match(pattern, at):
            self.at = match.end()
            return _NOTHING
        if match := _BACK.match(pattern, at):
            self.at = match.end()
            return _UNKNOWN
        if character == "(":
            return self._group()
        if character == "[":
            found = _CLASS.match(pattern, at)
            if not found or "[" in found[0][1:].replace("\\[", ""):
                raise Unreadable
            self.at = found.end()
            return _class(found[0], self.ignorecase)
        self.at += 1
        if character in _LINES:
            return _LINES[character]
        if character == ".":
            return Bound(None, None, "(?s:.)", "(?s:.)")
        if character in "*+?":
            raise Unreadable
        return self._literal(character)

    def _literal(self, character: str) -> Bound:
        return Bound(frozenset({fold(character)}), None, *_escaped(character, self.ignorecase))

    def _escape(self) -> Bound:
        pattern, at = self.pattern, self.at
        if match := _HEX.match(pattern, at):
            self.at = match.end()
            return self._literal(chr(int(match[1] or match[2] or match[3], 16)))
        if match := _PROPERTY.match(pattern, at):
            self.at = match.end()
            return _class(match[0], self.ignorecase)
        if match := _BACK.match(pattern, at):
            self.at = match.end()
            return _UNKNOWN
        if at + 1 >= len(pattern):
            raise Unreadable
        character = pattern[at + 1]
        self.at += 2
        if character in _WIDE:
            return _class("\\" + character, self.ignorecase)
        if character in _NO_WIDTH:
            return _BORDERS.get(character, _NOTHING)
        if character in _CONTROL:
            return self._literal(_CONTROL[character])
        if character.isalnum():
            raise Unreadable
        return self._literal(character)

    def _group(self) -> Bound:
        before = self.ignorecase
        look = ""
        start, self.depth = self.at, self.depth + 1
        match = _GROUP.match(self.pattern, self.at)
        if match:
            self.at = match.end()
            look = match["look"] or ""
            on, _, off = (match["flags"] or "").partition("-")
            if set(on + off) - set("ims"):
                raise Unreadable
            self.ignorecase = ("i" in on) or (self.ignorecase and "i" not in off)
        elif self.pattern.startswith("(?", self.at) or self.pattern.startswith("(*", self.at):
            raise Unreadable
        else:
            self.at += 1
        inner = self._alternatives()
        if not self.pattern.startswith(")", self.at):
            raise Unreadable
        self.at += 1
        self.ignorecase, self.depth = before, self.depth - 1
        if look and not self._at_edge(look, start):
            return replace(_NOTHING, ways=inner.ways, degree=inner.degree)
        return replace(inner, wide=f"(?:{inner.wide})", narrow=f"(?:{inner.narrow})")

    def _at_edge(self, look: str, start: int) -> bool:
        """Whether nothing of the pattern lies where a look-around looks: then what it sees is next to
        the match, as if it were part of it.
        """
        if self.depth:
            return False
        if look == "=":
            return self.at == len(self.pattern) or self.pattern[self.at] == "|"
        return look == "<=" and (start == 0 or self.pattern[start - 1] == "|")


def _range(match: "regex.Match[str]") -> tuple[int, int | None]:
    sign = match["sign"]
    if sign:
        return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
    if not match["least"] and not match["most"]:
        raise Unreadable
    least = int(match["least"] or 0)
    if not match["comma"]:
        return least, least
    return least, int(match["most"]) if match["most"] else None


def _ways(item: Bound, least: int, most: int | None) -> tuple[float, int]:
    """In how many ways a repeated item may match; without bound where repeats are nested."""
    if item.ways == 1 and item.degree == 0:
        return (1, 1) if most is None else (most - least + 1, 0)
    if most is None or item.degree * most > _HOPELESS:
        return math.inf, 0
    if most == 1:
        return item.ways + 1, item.degree
    return (item.ways ** min(most, 100)) * (most - least + 1), item.degree * most


def _joined(one: frozenset[str], other: frozenset[str] | None) -> frozenset[str] | None:
    if other is None or len(one) * len(other) > MOST:
        return None
    return frozenset(left + right for left in one for right in other)


def _either(branches: Iterable[Bound]) -> Bound:
    branches = list(branches)
    wide = "(?:" + "|".join(branch.wide for branch in branches) + ")"
    narrow = "(?:" + "|".join(branch.narrow for branch in branches) + ")"
    ways, degree = sum(branch.ways for branch in branches), max(branch.degree for branch in branches)
    exact: frozenset[str] | None = frozenset()
    for branch in branches:
        exact = None if exact is None or branch.exact is None else exact | branch.exact
    if exact is not None and len(exact) <= 2 * MOST:
        return Bound(exact, None, wide, narrow, ways, degree)
    needed: set[str] | None = set()
    for branch in branches:
        pieces = _better(branch.pieces, branch.exact)
        needed = None if needed is None or pieces is None else needed | pieces
    return Bound(None, frozenset(needed) if needed else None, wide, narrow, ways, degree)


@lru_cache(4096)
def _class(source: str, ignorecase: bool) -> Bound:
    """A class of characters: its ASCII part as it is, and everything outside ASCII."""
    try:
        pattern = regex.compile(source, regex.IGNORECASE if ignorecase else 0)
    except regex.error as error:
        raise Unreadable from error
    ascii_part = [chr(code) for code in range(128) if pattern.match(chr(code))]
    listed = "".join(f"\\x{{{ord(character):x}}}" for character in ascii_part)
    wide, narrow = f"[{listed}\\x{{80}}-\\x{{10FFFF}}]", f"[{listed}]" if listed else _NEVER
    plain = source.startswith("[") and not source.startswith("[^") and source.isascii() and "\\" not in source
    plain = plain and "[:" not in source
    exact = frozenset(map(fold, ascii_part)) if plain else None
    return Bound(exact if exact and len(exact) <= MOST // 4 else None, None, wide, narrow)


def _escaped(character: str, ignorecase: bool) -> tuple[str, str]:
    """One character for google-re2, in any text and in ASCII.

    It knows fewer letters for equal than `regex` does: outside ASCII, a letter with cases may be any.
    """
    folded = fold(character)
    written = f"\\x{{{ord(character):x}}}"
    if character.isascii():
        written = f"(?i:{written})" if ignorecase else written
        return written, written
    if not ignorecase:
        return written, _NEVER
    cased = len({character, character.lower(), character.upper(), character.title(), folded}) > 1
    return "(?s:.)" if cased else written, f"(?i:{folded})" if folded in _ASCII_LETTERS else _NEVER
