"""A pattern -> what any text must hold for it to match: pieces of text, or a simpler pattern.

Both are supersets: they may let a text through in which the pattern finds nothing, never the reverse.
Look-arounds, borders and anchors are dropped, repeats opened, classes widened to everything outside
ASCII (google-re2's `\\b \\w \\s \\d` are ASCII). What can't be read gives no bound, so it always runs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import regex

from reviewer.checks._patterns import Entry, translated

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
_OPENED = 8
"""Repeats beyond this count are opened: google-re2 would write each of them out."""


class Unreadable(Exception):
    """The pattern holds something that this module does not know."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What must be there. `exact` are all folded texts that can match, where they are few; `pieces` are
    folded pieces of which one must occur, None where nothing is sure; `wide` is the re2 pattern.
    """

    exact: frozenset[str] | None
    pieces: frozenset[str] | None
    wide: str


_NOTHING = Bound(frozenset({""}), None, "")
_UNKNOWN = Bound(None, None, _ANYTHING)


def fold(text: str) -> str:
    """The text so that whatever `regex` takes for equal, ignoring case, is equal; character by character."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("\u0307", "").replace("ı", "i")


def bound(entry: Entry) -> Bound | None:
    """What a text must hold for the entry to match, or None where that can't be told."""
    if entry.literal is not None:
        folded = fold(entry.literal)
        wide = "".join(_escaped(character, entry.ignorecase) for character in entry.literal)
        return Bound(frozenset({folded}), frozenset({folded}), wide) if folded else None
    try:
        return _settled(_Reader(translated(entry.source), entry.ignorecase).read())
    except (Unreadable, RecursionError):
        return None


def _settled(found: Bound) -> Bound:
    """Texts that can match are pieces as well."""
    if found.exact and all(found.exact):
        return Bound(found.exact, _better(found.pieces, found.exact), found.wide)
    return Bound(None, found.pieces, found.wide)


def _better(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Of two sets of pieces the one that occurs in fewer texts: long pieces, few of them."""
    known = [pieces for pieces in (one, other) if pieces and all(pieces)]
    return max(known, key=lambda pieces: (min(min(map(len, pieces)), 6), -len(pieces)), default=None)


class _Reader:
    """Reads one pattern, left to right."""

    def __init__(self, pattern: str, ignorecase: bool) -> None:
        self.pattern, self.at = pattern, 0
        self.ignorecase = ignorecase

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
        broken = False
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            item = self._repeated(self._atom())
            wide.append(item.wide)
            joined = _joined(run, item.exact)
            if joined is not None:
                run = joined
            else:
                broken = True
                pieces = _better(_better(pieces, run), item.pieces)
                run = item.exact if item.exact is not None else frozenset({""})
        if broken:
            return Bound(None, _better(pieces, run), "".join(wide))
        return Bound(run, None, "".join(wide))

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
        inner = f"(?:{item.wide})"
        if most is not None and most <= _OPENED:
            wide = f"{inner}{{{least},{most}}}"
        else:
            wide = f"{inner}{{{min(least, _OPENED)},}}"
        if (least, most) == (1, 1):
            return item
        if (least, most) == (0, 1):
            exact = None if item.exact is None else item.exact | {""}
            return Bound(exact, None, wide)
        if least == 0:
            return Bound(None, None, wide)
        return Bound(None, _better(item.pieces, item.exact), wide)

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
        if character in "^$":
            return _NOTHING
        if character == ".":
            return Bound(None, None, "(?s:.)")
        if character in "*+?":
            raise Unreadable
        return self._literal(character)

    def _literal(self, character: str) -> Bound:
        return Bound(frozenset({fold(character)}), None, _escaped(character, self.ignorecase))

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
            return _NOTHING
        if character in _CONTROL:
            return self._literal(_CONTROL[character])
        if character.isalnum():
            raise Unreadable
        return self._literal(character)

    def _group(self) -> Bound:
        before = self.ignorecase
        look = False
        match = _GROUP.match(self.pattern, self.at)
        if match:
            self.at = match.end()
            look = match["look"] is not None
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
        self.ignorecase = before
        return _NOTHING if look else Bound(inner.exact, inner.pieces, f"(?:{inner.wide})")


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


def _joined(one: frozenset[str], other: frozenset[str] | None) -> frozenset[str] | None:
    if other is None or len(one) * len(other) > MOST:
        return None
    return frozenset(left + right for left in one for right in other)


def _either(branches: Iterable[Bound]) -> Bound:
    branches = list(branches)
    wide = "(?:" + "|".join(branch.wide for branch in branches) + ")"
    exact: frozenset[str] | None = frozenset()
    for branch in branches:
        exact = None if exact is None or branch.exact is None else exact | branch.exact
    if exact is not None and len(exact) <= 2 * MOST:
        return Bound(exact, None, wide)
    needed: set[str] = set()
    for branch in branches:
        pieces = _better(branch.pieces, branch.exact)
        if pieces is None:
            return Bound(None, None, wide)
        needed |= pieces
    return Bound(None, frozenset(needed), wide)


@lru_cache(4096)
def _class(source: str, ignorecase: bool) -> Bound:
    """A class of characters: its ASCII part as it is, and everything outside ASCII."""
    try:
        pattern = regex.compile(source, regex.IGNORECASE if ignorecase else 0)
    except regex.error as error:
        raise Unreadable from error
    ascii_part = [chr(code) for code in range(128) if pattern.match(chr(code))]
    wide = "[" + "".join(f"\\x{{{ord(c):x}}}" for c in ascii_part) + "\\x{80}-\\x{10FFFF}]"
    plain = source.startswith("[") and not source.startswith("[^") and source.isascii() and "\\" not in source
    plain = plain and "[:" not in source
    exact = frozenset(map(fold, ascii_part)) if plain else None
    return Bound(exact if exact and len(exact) <= MOST // 4 else None, None, wide)


def _escaped(character: str, ignorecase: bool) -> str:
    """One character for google-re2, which knows fewer letters for equal than `regex` does."""
    if ignorecase and not character.isascii():
        return "(?s:.)"
    written = f"\\x{{{ord(character):x}}}"
    return f"(?i:{written})" if ignorecase else written
