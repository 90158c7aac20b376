"""Who attacks whom, and is it denied, quoted or condemned: the words of a sentence by the part they play.

A text becomes the row of the kinds of its words (`models/stance.txt`, then `models/severity.txt`), words of
no kind left out: "People who say that Poles are thieves are wrong" reads `cause cause say group be bad be
wrong`. Runs of up to four kinds, and every two kinds that stand in this order in one sentence, are what the
heads learn from: the same for groups and insults that no training text named. A word that English does not
have is read as the listed words that it may stand for: run together, in the wrong order, a letter short.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import simplemma
from numpy.typing import NDArray

from reviewer.heads.lexicon import Lexicon

RUNS = (1, 2, 3, 4)
FARTHEST = 14
"""Kinds between two that still count as one sentence's pair."""

_BITS = 7
_PAIR = 1 << 40
_ENDS = ("stop", "ask")
_MISTYPED = 5
"""Letters that a word needs, for a mistyped form of it to be told from another word."""
_LONGEST = 30
"""Letters of a run that is still looked at."""
_LAST = 3
"""Letters of the last word of a run at least."""
_PARTS = 4
"""Words at most that a run of letters is cut into."""


@dataclass(frozen=True, slots=True)
class Run:
    """Codes of runs and pairs of kinds, each with the first and the last of its tokens."""

    codes: NDArray[np.uint64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


class Stance:
    """Reads rows of kinds; a word that `stance` does not know may be one that `severity` does."""

    def __init__(self, stance: Lexicon, severity: Lexicon) -> None:
        self._stance, self._severity = stance, severity
        self._after = len(stance.kinds)
        if self._after + len(severity.kinds) >= 1 << _BITS:
            raise ValueError("too many kinds of words for one code")
        self._whole = frozenset([*_whole(stance), *_whole(severity)])
        self._meant = dict(reversed([*_mistyped(stance), *_mistyped(severity)]))
        self._ends = [stance.kinds.index(name) for name in _ENDS if name in stance.kinds]

    def read(self, tokens: Sequence[str]) -> Run:
        """Every run and pair of a text's words, as word lists write them."""
        kinds, first, last = self._row(tokens)
        codes, starts, ends = [], [], []
        for size in RUNS:
            if len(kinds) < size:
                break
            count = len(kinds) - size + 1
            code = np.full(count, size << (_BITS * 4), np.uint64)
            for step in range(size):
                code = code + (kinds[step : step + count] << np.uint64(_BITS * step))
            codes.append(code)
            starts.append(first[:count])
            ends.append(last[size - 1 :])
        sentence = np.cumsum(np.isin(kinds, self._ends))
        for apart in range(2, min(FARTHEST, len(kinds) - 1) + 1):
            same = np.flatnonzero(sentence[apart:] == sentence[:-apart])
            codes.append(_PAIR + kinds[same] + (kinds[same + apart] << np.uint64(_BITS)))
            starts.append(first[same])
            ends.append(last[same + apart])
        if not codes:
            return Run(kinds, first, last)
        return Run(np.concatenate(codes), np.concatenate(starts), np.concatenate(ends))

    def names(self, tokens: Sequence[str]) -> tuple[str, ...]:
        """The row of a text in words."""
        known = (*self._stance.kinds, *self._severity.kinds)
        return tuple(known[kind] for kind in self._row(tokens)[0].tolist())

    def _row(self, tokens: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        """Kinds in order, no word twice: the longest words in a row first, then the kind listed first."""
        words: list[str] = []
        place: list[int] = []
        for at, token in enumerate(tokens):
            meant = self._words(token)
            words += meant
            place += [at] * len(meant)
        found = [(kind, start, end) for start, end, kind in self._stance.find(words)]
        found += [(kind + self._after, start, end) for start, end, kind in self._severity.find(words)]
        row: list[tuple[int, int, int]] = []
        end_of_last = 0
        for kind, start, end in sorted(found, key=lambda one: (one[1], one[1] - one[2], one[0])):
            if start >= end_of_last:
                row.append((kind, place[start], place[end - 1]))
                end_of_last = end
        table = np.array(row, np.int64).reshape(-1, 3)
        return table[:, 0].astype(np.uint64), table[:, 1], table[:, 2]

    @lru_cache(maxsize=20_000)  # noqa: B019 - the heads live as long as the process
    def _words(self, token: str) -> tuple[str, ...]:
        """The token, or the listed words that a token which English does not have may stand for."""
        if self._listed(token) or not token.isalpha() or simplemma.is_known(token, lang="en"):
            return (token,)
        if meant := self._meant.get(token):
            return (meant,)
        return (self._cut(token, _PARTS) if len(token) <= _LONGEST else ()) or (token,)

    def _listed(self, token: str) -> bool:
        return bool(self._stance.of(token) or self._severity.of(token))

    def _cut(self, token: str, parts: int) -> tuple[str, ...]:
        """Listed words that make up the token, the longest first; empty where there are none."""
        for size in range(len(token) - _LAST, 0, -1):
            if token[:size] in self._whole:
                rest = token[size:]
                if rest in self._whole:
                    return token[:size], rest
                if parts > 2 and (more := self._cut(rest, parts - 1)):
                    return token[:size], *more
        return ()


def _whole(lexicon: Lexicon) -> Iterator[str]:
    yield from lexicon.words
    yield from (stem + end for stem in lexicon.stems for end in ("", "s"))


def _mistyped(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """(form, word): a letter left out, or two in the wrong order, the first one always right."""
    for word in _whole(lexicon):
        if len(word) < _MISTYPED or not word.isalpha():
            continue
        for at in range(1, len(word)):
            yield word[:at] + word[at + 1 :], word
            yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :], word
