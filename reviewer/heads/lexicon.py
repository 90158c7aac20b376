"""Word lists of our own, by kind: what posts turn on, and how harsh a word is.

One kind a line, `name: words`; `stem*` stands for every word that begins so, `two_words` for words in
a row. Lines that begin with `#` are comments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

_ENDINGS = (
    ("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("'s", ""),
)  # fmt: skip
_SHORTEST = 3
_LETTERS = str.maketrans("013457@$!", "oieastasi")
_DRAWN = regex.compile(r"(\p{L})\1{2,}")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Kinds by word, stem and phrase, each kind by its place in `kinds`."""

    kinds: tuple[str, ...]
    words: dict[str, frozenset[int]]
    stems: dict[str, frozenset[int]]
    phrases: dict[str, dict[tuple[str, ...], frozenset[int]]]

    @classmethod
    def read(cls, text: str) -> "Lexicon":
        """Raises ValueError for a line that is neither a comment nor `name: words`."""
        kinds: list[str] = []
        words: dict[str, set[int]] = {}
        stems: dict[str, set[int]] = {}
        phrases: dict[str, dict[tuple[str, ...], set[int]]] = {}
        for line in text.splitlines():
            if not line or line.startswith("#"):
                continue
            name, colon, listed = line.partition(":")
            if not colon:
                raise ValueError(f"not `name: words`: {line[:40]}")
            for word in listed.lower().split():
                if "_" in word:
                    phrase = tuple(word.split("_"))
                    phrases.setdefault(phrase[0], {}).setdefault(phrase, set()).add(len(kinds))
                elif word.endswith("*"):
                    stems.setdefault(word[:-1], set()).add(len(kinds))
                else:
                    words.setdefault(word, set()).add(len(kinds))
            kinds.append(name)
        return cls(
            tuple(kinds),
            {word: frozenset(found) for word, found in words.items()},
            {stem: frozenset(found) for stem, found in stems.items()},
            {
                first: {phrase: frozenset(found) for phrase, found in rest.items()}
                for first, rest in phrases.items()
            },
        )

    def find(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, int]]:
        """(first token, token after the last, kind) of each word and phrase of the lists."""
        for at, token in enumerate(tokens):
            for kind in self.of(token):
                yield at, at + 1, kind
            for phrase, kinds in self.phrases.get(token, {}).items():
                if tuple(tokens[at : at + len(phrase)]) == phrase:
                    for kind in kinds:
                        yield at, at + len(phrase), kind

    @lru_cache(maxsize=20_000)  # noqa: B019 - a lexicon lives as long as the process
    def of(self, token: str) -> tuple[int, ...]:
        """The kinds of one word, as it is written or, where that is unknown, as it may be meant."""
        return self._known(token) or self._known(_respelt(token))

    def _known(self, token: str) -> tuple[int, ...]:
        found = set(self.words.get(token, ()))
        if not found:
            found.update(next((self.words[form] for form in _forms(token) if form in self.words), ()))
        for end in range(_SHORTEST, len(token) + 1):
            found.update(self.stems.get(token[:end], ()))
        return tuple(sorted(found))


def _respelt(token: str) -> str:
    """The word behind digits, signs and drawn-out letters; a token of digits only stays what it is."""
    if any(map(str.isalpha, token)):
        token = token.translate(_LETTERS)
    return _DRAWN.sub(r"\1", token.lstrip("#"))


def _forms(token: str) -> Iterator[str]:
    """What the word may be an inflected form of."""
    for ending, instead in _ENDINGS:
        if token.endswith(ending) and len(token) - len(ending) >= _SHORTEST:
            yield token[: -len(ending)] + instead
