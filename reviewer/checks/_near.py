"""Words that are almost a listed term: letters swapped, dropped, added, replaced, turned round or
written as they sound. Real words are let go, however near they are."""

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import regex

from reviewer.text.decode import rot13
from reviewer.text.words import common, english, foreign, ranks

SWAPPED, DROPPED, REPLACED = "swapped letters", "dropped letters", "replaced letters"
SHUFFLED = "shuffled letters"
BACKWARDS, MOVED, SOUNDS = "written backwards", "letters moved along the alphabet", "written as it sounds"
ALIKE, ADDED = "look-alike letters", "added letters"
HOWS = frozenset({SHUFFLED, SWAPPED, DROPPED, REPLACED, BACKWARDS, MOVED, SOUNDS, ALIKE, ADDED})


class Listed(Protocol):
    """What is needed of a term: how it stands in the list."""

    @property
    def text(self) -> str: ...


_VOWELS = frozenset("aeiou")
_AROUND = {
    "q": "wa", "w": "qeas", "e": "wrsd", "r": "etdf", "t": "rygf", "y": "tuhg", "u": "yijh", "i": "uokj",
    "o": "iplk", "p": "ol", "a": "qwsz", "s": "weadzx", "d": "ersfxc", "f": "rtdgcv", "g": "tyfhvb",
    "h": "yugjbn", "j": "uihknm", "k": "iojlm", "l": "okp", "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb",
    "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
"""The keys next to each key."""

_LOOKS = (("vv", "w"), ("rn", "m"), ("nn", "m"), ("cl", "d"), ("uu", "w"), ("ii", "u"))
_CONSONANTS = tuple(
    (regex.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"wh", "w"),
        (r"gh(?=[aeiou])", "g"),
        (r"^kn", "n"),
        (r"^wr", "r"),
        (r"(?:s?ci|ti|si)(?=on)", "shi"),
        (r"sch", "sh"),
        (r"ck|cq|qu|q|kh", "k"),
        (r"c(?=[eiy])", "s"),
        (r"ch", "C"),
        (r"c", "k"),
        (r"C", "ch"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"dg|j", "g"),
        (r"(?<=[^aeiou])y", "i"),
        (r"(.)\1+", r"\1"),
    )
)
_VOWEL_SOUNDS = tuple(
    (regex.compile(pattern), sound)
    for pattern, sound in (
        (r"igh|ie", "i"),
        (r"ee|ea|ei|e$", "i"),
        (r"oo|ou|ew|ue|u", "u"),
        (r"au|aw|or(?=[^aeiou]|$)", "o"),
        (r"ai|ay|ey", "a"),
        (r"(?:er|or|re|ah|uh|a)$", "a"),
        (r"i$", ""),
    )
)
_TELLING = 4


@lru_cache(maxsize=16384)
def sounds(word: str) -> tuple[str, ...]:
    """Rough English pronunciations, by consonants only and, if that leaves enough, by vowels too."""
    for pattern, heard in _CONSONANTS:
        word = pattern.sub(heard, word)
    loose = word
    for pattern, heard in _VOWEL_SOUNDS:
        loose = pattern.sub(heard, loose)
    return (word, f"~{loose}") if len(loose) >= _TELLING else (word,)


class Near:
    """Look-ups around the terms of one list, by spelling (`dildo` → the term as listed)."""

    def __init__(self, terms: Mapping[str, Listed]) -> None:
        self._terms = {word: term.text for word, term in terms.items() if word.isalpha() and word.isascii()}
        self._sizes = frozenset(
            len(word) + by for word in self._terms if len(word) > 2 for by in (-3, -2, -1, 0, 1, 2)
        )

    @cached_property
    def _known(self) -> Mapping[str, tuple[str, str]]:
        """Everything that needs no guessing: made from the terms once."""
        known: dict[str, tuple[str, str]] = {}
        for word, text in self._terms.items():
            size = len(word)
            if size < 4:
                continue
            for i in range(size - 1):
                known.setdefault(word[:i] + word[i + 1] + word[i] + word[i + 2 :], (text, SWAPPED))
            known.setdefault(word[::-1], (text, BACKWARDS))
            for moved in (rot13(word), *_moved(word)):
                known.setdefault(moved, (text, MOVED))
            bare = word[0] + "".join(c for c in word[1:] if c not in _VOWELS)
            if len(bare) > 2:
                known.setdefault(bare, (text, DROPPED))
            for i in range(1, size):
                if size > 5 or (size == 5 and word[i] in _VOWELS):
                    known.setdefault(word[:i] + word[i + 1 :], (text, DROPPED))
                if size > 5 and i < size - 1:
                    known.setdefault(word[:i] + word[i + 2 :], (text, DROPPED))
                if word[i] in _VOWELS:
                    for other in "aeiouyxv":
                        if size > 4 or other in "xv":
                            known.setdefault(word[:i] + other + word[i + 1 :], (text, REPLACED))
                for other in _AROUND[word[i]] if size > 4 else ():
                    known.setdefault(word[:i] + other + word[i + 1 :], (text, REPLACED))
        for word in self._terms:
            known.pop(word, None)
        return known

    @cached_property
    def _shuffled(self) -> Mapping[tuple[str, str], str]:
        """Long terms by their first letter, the letters between in order, and the last one."""
        return {_bag(word): text for word, text in self._terms.items() if len(word) > 6}

    @cached_property
    def _framed(self) -> Mapping[tuple[str, str, int], list[tuple[str, str]]]:
        """Long terms by first letter, last letter and length."""
        framed: dict[tuple[str, str, int], list[tuple[str, str]]] = {}
        for word, text in self._terms.items():
            if len(word) > 7:
                framed.setdefault((word[0], word[-1], len(word)), []).append((word, text))
        return framed

    @cached_property
    def _sounds(self) -> Mapping[str, tuple[str, str]]:
        return {
            heard: (text, SOUNDS)
            for word, text in self._terms.items()
            if len(word) > 3
            for heard in sounds(word)
        }

    def find(self, word: str) -> tuple[str, str] | None:
        """The term that `word` (lower case) is near to, and how; None for terms and for real words."""
        if len(word) not in self._sizes or word in self._terms:
            return None
        found = self._known.get(word)
        if found and _slip(word):
            return None
        if found:
            sure = found[1] == SWAPPED and len(word) > 4
            return None if english(word) or (not sure and len(word) > 3 and foreign(word)) else found
        if common(word) or english(word):
            return None
        return self._guessed(word)

    def _guessed(self, word: str) -> tuple[str, str] | None:
        found: tuple[str, str] | None = None
        for pair, letter in _LOOKS:
            if pair in word and word.replace(pair, letter) in self._terms:
                found = self._terms[word.replace(pair, letter)], ALIKE
        if not found and len(word) > 3:
            found = next((self._sounds[heard] for heard in sounds(word) if heard in self._sounds), None)
        if not found and len(word) > 6:
            for i in range(1, len(word)):
                less = self._terms.get(word[:i] + word[i + 1 :])
                if less:
                    found = less, ADDED
                    break
        if not found and len(word) > 6 and _bag(word) in self._shuffled:
            found = self._shuffled[_bag(word)], SHUFFLED
        if not found and len(word) > 5:
            for whole, text in self._framed.get((word[0], word[-1], len(word) + 2), ()):
                if _within(word, whole):
                    found = text, DROPPED
                    break
        return found if found and not foreign(word) else None


def _bag(word: str) -> tuple[str, str]:
    return word[0] + word[-1], "".join(sorted(word[1:-1]))


def _within(part: str, whole: str) -> bool:
    """Whether the letters of `part` stand in `whole` in this order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_CIPHERS = tuple(
    str.maketrans(_ALPHABET, to) for to in (_ALPHABET[1:] + "a", "z" + _ALPHABET[:-1], _ALPHABET[::-1])
)


def _moved(word: str) -> Iterator[str]:
    """The word one letter on, one back, and in the alphabet turned round."""
    return (word.translate(cipher) for cipher in _CIPHERS)


def _slip(word: str) -> bool:
    """Whether two letters of one of the commonest words were swapped in haste (`tihs`)."""
    swaps = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
    return any(ranks().get(swap, 1_000) < 300 for swap in swaps)


_LETTER = regex.compile(r"\p{L}")
_OTHER_SCRIPT = regex.compile(r"[\p{L}--[\p{Latin}\p{Common}]]", regex.V1)


class Scripts(NamedTuple):
    """How many letters of a text are Latin, and how many of another script."""

    latin: int
    other: int

    @classmethod
    def of(cls, text: str) -> "Scripts":
        other = len(_OTHER_SCRIPT.findall(text))
        return cls(len(_LETTER.findall(text)) - other, other)


def of_another_language(typed: str, whole: Scripts) -> bool:
    """Whether `typed` is an ordinary word of another language in a text with the letters `whole`.

    That is: a word all in one other script, unless everything around it is in Latin letters; or a word
    of another language with its own accents.
    """
    own = Scripts.of(typed)
    if own.other and not own.latin:
        return whole.other > own.other or not whole.latin
    marked = [c for c in typed if not c.isascii()]
    return not own.other and len(marked) < 3 and typed.isalpha() and foreign(typed.lower())
