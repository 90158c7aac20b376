"""Finds listed terms in a text, however they are dressed up.

Text and terms are brought to one form: the skeleton of the text, with look-alike letters and signs in
one class (`CLASSES`), is walked through a trie of the terms' classes. A walk may pass stretched letters
and short gaps; what it finds is then judged: by the words that stand there, by what the gaps are. Words
that no walk can find (dropped, swapped, replaced or sounded-out letters) are looked up one by one, and
let go when they are words of their own.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

import ahocorasick
import regex

from reviewer.channels import entities
from reviewer.checks import _near
from reviewer.model import Hit
from reviewer.text import Document
from reviewer.text.dress import dress
from reviewer.text.skeleton import skeleton
from reviewer.text.view import View
from reviewer.text.words import common, english, pieces, ranks

Matching = Literal["word", "stem", "phrase"]

LOOKS_LIKE: Mapping[str, str] = {
    "1": "il", "!": "il", "|": "il", "0": "o", "3": "e", "4": "a", "@": "a", "^": "a", "5": "s", "$": "s",
    "7": "t", "+": "t", "8": "b", "6": "gb", "9": "g", "2": "z", "(": "c", "<": "c", "{": "c", "[": "c",
    "l": "i", "i": "l",
}  # fmt: skip
"""Which letters a sign or digit is written for; `i` and `l` look alike in capitals."""

CLASSES = str.maketrans("lg1!|034@^5$7+8692(<{[", "ibiiioeaaassttbbbzcccc")
_SOFT_MASKS = "_~.?=^-"
_MASK = r"[*#%_~.?=^\-\u2026×\p{So}\p{Emoji_Presentation}]"
_GAP = 4
_STAYS = 4
_START = re.compile(r"(?<![a-z0-9])(?<![a-z0-9]')[a-z0-9]|(?<=[0-9])[a-z]|(?<![^\s\"'#])[@$!|+^]")
_PART = re.compile(r"[a-z0-9]{4,}")
_CAMEL = re.compile(r"(?<=[a-z])[A-Z](?=[a-z])|(?<=[A-Z])[A-Z](?=[a-z]{2})")
_TOKEN = re.compile(r"(?<![a-z0-9])[a-z]{3,24}+(?![a-z0-9])")
_RUN = regex.compile(r"(.)\1{4,}")
_ENDING = r"(?:'?s|es|e?d|ing|ers?|ly)?"
_SUFFIX = regex.compile(rf"{_ENDING}(?![a-z0-9])")
_OPENS = "(<{["
_ENDS = "!|(<{["
_FREE = regex.compile(r"[ -]free(?![a-z0-9])")
_TAGS = re.compile(r"[#@]([a-z0-9_][\w]{2,139}+)")
_HOST = re.compile(r"[a-z0-9]\.[a-z]{2}")
_MASKED = regex.compile(
    rf"(?<!\w)[*#%]?[a-z]{{1,20}}+(?:(?:{_MASK}{{1,10}}+|[@#$%&*!]{{2,4}}+)[a-z]{{1,20}}+)++[*#%]?(?!\w)"
    r"|(?<!\w)\*[a-z][a-z*]{0,20}+[a-z](?!\w)"
)
_SHAPE = regex.compile(rf"(?:{_MASK}|[@$&!])+|[a-z]+")
_MIXED = re.compile(r"(?<![a-z0-9])(?:[a-z]{1,23}[0-9]|[0-9]{1,23}[a-z])[a-z0-9]{0,23}(?![a-z0-9])")
_MAYBE_MASKED = re.compile(r"[a-z](?:[^\w\s'/:,;!]|_)\S|\*[a-z]")
_NUMBER = regex.compile(r"[0-9]{1,6}+(?![a-z0-9])")
_LETTER = regex.compile(r"[a-z]")


class Match(NamedTuple):
    """A term in a view, `start:end` of it; `how` is its disguise in words, None where it stands plain."""

    start: int
    end: int
    term: str
    how: str | None


@dataclass(frozen=True)
class Term:
    """One listed term. `spelled` is its skeleton without anything but letters and digits."""

    text: str
    matching: Matching = "word"

    @cached_property
    def words(self) -> str:
        return skeleton(View.of(self.text)).text

    @cached_property
    def spelled(self) -> str:
        return regex.sub(r"[^a-z0-9]", "", self.words)

    @cached_property
    def classes(self) -> str:
        """Its classes, with equal neighbours as one."""
        return regex.sub(r"(.)\1+", r"\1", self.spelled.translate(CLASSES))

    @cached_property
    def pattern(self) -> "regex.Pattern[str]":
        """The spelling with whatever may stand for each letter and between two of them."""
        parts: list[str] = []
        for place, letter in enumerate(self.spelled):
            stand_ins = "".join(sign for sign, letters in LOOKS_LIKE.items() if letter in letters)
            again = place and self.spelled[place - 1] == letter
            parts.append(f"([{regex.escape(letter + stand_ins)}]{{{0 if again else 1},}})")
        ending = _ENDING if self.matching == "stem" else ""
        return regex.compile(r"[^a-z0-9]{0,4}?".join(parts) + ending)


class Node:
    """One step of the trie of all terms' classes."""

    __slots__ = ("below", "terms")

    def __init__(self) -> None:
        self.below: dict[str, Node] = {}
        self.terms: list[Term] = []


class Matcher:
    """All that is needed to look for one list of terms; made once for a list (see `matcher`)."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = [term for term in terms if len(term.spelled) > 1]
        self.trie = Node()
        for term in self.terms:
            node = self.trie
            for letter in term.classes:
                node = node.below.setdefault(letter, Node())
            node.terms.append(term)
        self.openings = frozenset(
            a + b + c
            for a, one in self.trie.below.items()
            for b, two in one.below.items()
            for c in (*two.below, *(["*"] if two.terms or one.terms else []))
        )
        self.single = {term.spelled: term for term in self.terms if " " not in term.words}
        self.near = _near.Near(self.single)
        self.costs = {spelled: 9.0 for spelled in {term.spelled for term in self.terms} if len(spelled) > 2}
        self.inside = ahocorasick.Automaton()
        for spelled in self.costs:
            self.inside.add_word(spelled, spelled)
        self.inside.make_automaton()

    def find(self, document: Document) -> Iterator[Hit]:
        """Hits in code points of the document, in order; of those that overlap the first is kept."""
        if not self.terms:
            return
        views = document.views
        found = list(self._in_view(views.skeleton, views.light, None))
        for reading in views.readings:
            found += self._in_view(skeleton(reading.view), reading.view, reading.how)
        last = -1
        for hit in sorted(found, key=lambda h: (h.start, h.how is not None, -h.end)):
            if hit.start >= last:
                yield hit
                last = hit.end

    def _in_view(self, view: View, cased: View, read: str | None) -> Iterator[Hit]:
        """`view` is the skeleton of `cased`; `read` is how the whole view was read."""
        if not view.text:
            return
        whole = view.original.text
        scripts: _near.Scripts | None = None
        for match in self._matches(view.text, cased.text if len(cased.text) == len(view.text) else ""):
            span = view.origin(match.start, match.end)
            place = view.shown(match.start, match.end)
            typed = whole[span.start : span.end]
            if not typed.isascii() and match.term.casefold() != typed.casefold():
                scripts = scripts or _near.Scripts.of(whole)
                if _near.of_another_language(typed, scripts):
                    continue
            if match.how == _near.DROPPED and len(typed) < 5 and typed.isupper():
                continue  # an acronym
            turned = "bidi controls" if place != span else None
            hows = [
                how for how in (read, match.how, None if read else dress(typed, match.term), turned) if how
            ]
            if read and not hows[1:] and match.term in typed.lower():
                continue  # the plain view says so already
            yield Hit(place.start, place.end, (typed, match.term), how=", ".join(dict.fromkeys(hows)) or None)

    def _matches(self, text: str, cased: str) -> Iterator[Match]:
        classes = text.translate(CLASSES)
        camel = {m.start() for m in _CAMEL.finditer(cased)} if cased else set()
        taken: list[Match] = []
        for start in (m.start() for m in _START.finditer(text)):
            if self._opens(classes, text, start):
                taken += self._at(classes, text, start, camel)
        for start in camel:
            if text[start - 1].isalpha() and self._opens(classes, text, start):
                taken += self._at(classes, text, start, camel)
        taken += self._looked_up(text)
        if "#" in text or "@" in text or _HOST.search(text):
            glued = any(self.inside.iter(text.translate(_DIGITS))) if self.costs else False
            if taken or glued:
                wholes = Wholes(text)
                if glued:
                    taken += self._in_segments(text, wholes)
                taken = [match for found in taken if (match := wholes.around(found))]
        yield from taken

    def _opens(self, classes: str, text: str, start: int) -> bool:
        """Whether it is worth walking from here: three plain letters that begin no term are not."""
        opening = classes[start : start + 3]
        if opening in self.openings:
            return True
        if len(opening) < 3 or not text[start : start + 3].isalpha():
            return opening[:1] in self.trie.below
        return opening[0] == opening[1] or opening[1] == opening[2] or f"{opening[:2]}*" in self.openings

    def _at(self, classes: str, text: str, start: int, camel: set[int]) -> Iterator[Match]:
        for end, term in self._walk(classes, text, start):
            match = self._judge(text, start, end, term, camel)
            if match:
                yield match

    # --- the walk --------------------------------------------------------------------------------

    def _walk(self, classes: str, text: str, start: int) -> Iterator[tuple[int, Term]]:
        """Every end at which a term that begins at `start` may end, and the term."""
        stack = [(start, self.trie, "", 0, 0)]
        seen: set[tuple[int, int]] = set()
        size = len(text)
        while stack:
            at, node, last, gap, stays = stack.pop()
            if at >= size or (at, id(node)) in seen:
                continue
            seen.add((at, id(node)))
            letter, typed = classes[at], text[at]
            below = node.below.get(letter)
            if below is not None:
                far = _end_of_run(text, at)
                for end in (far, at + 1) if far > at + 1 else (far,):
                    stack.append((end, below, letter, 0, 0))
                    for term in below.terms:
                        yield end, term
            elif last and letter == last and stays < _STAYS:
                far = _end_of_run(text, at)
                stack.append((far, node, last, 0, stays + 1))
                for term in node.terms:
                    yield far, term
            if last and gap < _GAP and not typed.isalnum():
                stack.append((at + 1, node, last, gap + 1, stays))

    # --- the judgement ---------------------------------------------------------------------------

    def _judge(self, text: str, start: int, end: int, term: Term, camel: set[int]) -> Match | None:
        """Whether what stands at `start:end` is the term, and how it is dressed."""
        after = text[end : end + 1]
        if after.isalnum() and end not in camel:
            suffix = _SUFFIX.match(text, end) if term.matching == "stem" else None
            if suffix:
                end = suffix.end()
            elif len(term.spelled) < 4 or not _NUMBER.match(text, end):
                return None
        if start and text[start - 1].isdigit() and len(term.spelled) < 4:
            return None
        if _FREE.match(text, end):
            return None  # "<term>-free" says that it is not there
        typed = text[start:end]
        if typed in (term.words, term.spelled):
            return Match(start, end, term.text, None)
        whole = term.pattern.fullmatch(_RUN.sub(r"\1\1\1\1", typed))
        if not whole:
            return None
        if typed.startswith((term.words, term.spelled)) and typed.isalpha():
            return Match(start, end, term.text, None)  # with an ending
        letters = "".join(whole.groups())
        if typed[0] in _OPENS or typed[-1] in _ENDS or (len(term.spelled) < 4 and letters != term.spelled):
            return None
        if not _LETTER.search(letters) and _LETTER.search(term.spelled):
            return None
        hows: list[str] = []
        gaps = _gaps(whole)
        if gaps and " " in term.words and regex.sub(r"[^a-z0-9]+", " ", typed) == term.words:
            gaps = []
        if gaps:
            parts = [part for part in regex.split(r"[^a-z0-9@$!|+^]+", typed) if part]
            if not _parted(parts, gaps):
                return None
            hows.append("spaced letters" if any(gap.isspace() for gap in gaps) else "separated letters")
        if any(not c.isalpha() and c not in term.spelled for c in letters):
            hows.append("digits or signs for letters")
        elif letters != term.spelled:
            if letters in ranks() or english(letters):
                return None
            if len(letters) == len(term.spelled):
                if len(letters) < 4 or (text[start:end].isalpha() and common(letters)):
                    return None
                hows.append("look-alike letters")
            else:
                hows.append("stretched letters" if len(letters) > len(term.spelled) else "dropped letters")
        return Match(start, end, term.text, ", ".join(hows) or None)

    def _looked_up(self, text: str) -> Iterator[Match]:
        for token in _TOKEN.finditer(text):
            near = self.near.find(token[0])
            if near:
                yield Match(token.start(), token.end(), *near)
        for token in _MIXED.finditer(text):
            yield from self._mixed(token)
        if _MAYBE_MASKED.search(text):
            for masked in _MASKED.finditer(text):
                term = self._masked(masked[0])
                if term:
                    yield Match(masked.start(), masked.end(), term, "masked letters")

    def _mixed(self, token: "re.Match[str]") -> Iterator[Match]:
        """Digits among letters: as noise, or for letters in a word that is misspelt as well."""
        bare = re.sub(r"[0-9]", "", token[0])
        if len(bare) > 3 and token[0][0].isalpha() and token[0][-1].isalpha() and bare in self.single:
            yield Match(token.start(), token.end(), self.single[bare].text, "digits inside")
        near = self.near.find(token[0].translate(_DIGITS))
        if near:
            yield Match(token.start(), token.end(), near[0], f"digits or signs for letters, {near[1]}")

    def _masked(self, token: str) -> str | None:
        """The term that a token such as `d*ldo` masks."""
        known = re.findall(r"[a-z]+", token)
        letters = sum(map(len, known))
        if letters < 2 or letters * 3 < len(token):
            return None
        soft = all(c in _SOFT_MASKS or c.isalpha() for c in token)
        if soft and all(common(part) for part in known if len(part) > 1):
            return None
        if letters < 4 and re.search(r"[^a-z]{5}", token):
            return None
        shape = [m[0] for m in _SHAPE.finditer(token)]
        for spelled, term in self.single.items():
            if len(spelled) < 4 or abs(len(spelled) - len(token)) > 2 or not _fits(shape, spelled, soft=soft):
                continue
            if not soft or len(token) - letters == 1 or _vowels_at(token, spelled):
                return term.text
        return None

    def _in_segments(self, text: str, wholes: "Wholes") -> Iterator[Match]:
        """Terms glued to other words in hashtags, handles and hosts."""
        for start, end, path in wholes.spans:
            for part in _PART.finditer(text, start, end):
                if part.start() < path or part[0].isalpha():
                    yield from self._glued(part[0], part.start())

    def _glued(self, glued: str, offset: int) -> Iterator[Match]:
        plain = glued.translate(_DIGITS)
        if plain in self.single or not any(self.inside.iter(plain)):
            return
        for start, end in pieces(plain, self.costs):
            if plain[start:end] in self.costs and end - start < len(plain):
                yield Match(offset + start, offset + end, plain[start:end], "glued to other words")


_SAME = regex.compile(r"(.)\1*+", regex.DOTALL)


def _end_of_run(text: str, at: int) -> int:
    """Where the run of one character that begins at `at` ends."""
    if text[at + 1 : at + 2] != text[at]:
        return at + 1
    run = _SAME.match(text, at)
    return run.end() if run else at + 1


_DIGITS = str.maketrans("0134578", "oieastb")


def _fits(shape: list[str], spelled: str, *, soft: bool) -> bool:
    """Whether letters and masking signs in turn may stand for the spelling.

    A sign stands for one letter, but a lone `*` also for two.
    """
    ends = {0}
    for part in shape:
        if part[0].isalpha() and part.isascii():
            ends = {end + len(part) for end in ends if spelled.startswith(part, end)}
        else:
            sizes = (len(part),) if soft or len(part) > 1 else (1, 2)
            ends = {end + size for end in ends for size in sizes}
    return len(spelled) in ends


def _vowels_at(token: str, spelled: str) -> bool:
    """Whether all that is masked, sign by letter, are vowels, and fewer than the rest: dots and dashes
    alone are no sure mask."""
    masked = sum(not letter.isalpha() for letter in token)
    return masked * 2 < len(token) == len(spelled) and all(
        a == b or b in "aeiou" for a, b in zip(token, spelled, strict=True)
    )


def _gaps(whole: "regex.Match[str]") -> list[str]:
    """What stands between the letters of a match."""
    text, gaps, at = whole.string, [], None
    for group in range(1, len(whole.groups()) + 1):
        start, end = whole.span(group)
        if start == end:
            continue
        if at is not None and start > at:
            gaps.append(text[at:start])
        at = end
    return gaps


def _parted(parts: list[str], gaps: list[str]) -> bool:
    """Whether a word in pieces was put there on purpose, and is not words that happen to follow."""
    if all(len(part) == 1 for part in parts):
        return len(parts) > 2
    real = [part for part in parts if common(part)]
    if all(not gap[0].isspace() and not gap[-1].isspace() for gap in gaps) or "-\n" in gaps:
        loosely = all(mark in ".,;:!?/'\"()" for gap in gaps for mark in gap)
        return len(real) < len(parts) or not loosely
    if len(parts) > 2 and sum(map(len, parts)) <= 2 * len(parts):
        return True
    if any(not part.isalpha() and not part.isdigit() for part in parts):
        return True
    loose = [part for part in parts if part not in real]
    return any(len(part) > 1 for part in loose) and 2 * sum(map(len, loose)) >= sum(map(len, parts))


_WITH_PROTOCOL = re.compile(r"https?://[^\s<>\"']*[\w/]")


class Wholes:
    """The hashtags, handles and URLs of a text: a term inside one is shown with the whole of it."""

    def __init__(self, text: str) -> None:
        tags = [(tag.start(), tag.end(), tag.end()) for tag in _TAGS.finditer(text)]
        urls = [(url.start, url.end, _path(text, url.start)) for url in entities.urls(text)]
        urls += [(m.start(), m.end(), _path(text, m.start())) for m in _WITH_PROTOCOL.finditer(text)]
        self.spans: list[tuple[int, int, int]] = []
        for start, end, path in sorted(tags + urls, key=lambda span: (span[0], -span[1])):
            if not self.spans or start >= self.spans[-1][1]:
                self.spans.append((start, end, path))

    def around(self, match: Match) -> Match | None:
        """The match with the whole around it; None for what is no word but random characters of a URL."""
        place = bisect_right(self.spans, (match.start, sys.maxsize, 0)) - 1
        if place < 0:
            return match
        start, end, path = self.spans[place]
        if not start <= match.start < match.end <= end:
            return match
        if path < end and match.start >= path and match.how not in _SURE_IN_URL:
            return None
        if path != end and match.how in _near.HOWS:
            return None
        return match._replace(start=start, end=end)


def _path(text: str, start: int) -> int:
    """Where the path of the URL that starts at `start` begins."""
    at = text.find("/", text.find("//", start, start + 8) + 2 if text.startswith("http", start) else start)
    return at if at >= 0 else len(text)


_SURE_IN_URL = (None, "separated letters", "glued to other words")


@lru_cache(maxsize=64)
def matcher(terms: tuple[tuple[str, Matching], ...]) -> Matcher:
    """The matcher of a list of `(term, matching)`; the last 64 lists are kept."""
    return Matcher(Term(text, matching) for text, matching in terms)
