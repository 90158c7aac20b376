"""Which words there are, how common they are, and how words glued together come apart.

The list is that of the package `wordninja` (English by frequency, MIT). Words that only look like a
listed term are let go by it, so it is asked before anything is called a disguise.
"""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.metadata import distribution
from math import log
from pathlib import Path
from types import MappingProxyType

import simplemma

LONGEST_WORD = 24
LONGEST_GLUED = 140
_LANGUAGES = ("fr",)
_SHORT = frozenset(
    [
        "a", "i", "am", "an", "as", "at", "be", "by", "do", "go", "ha", "he", "hi", "if", "in", "is", "it",
        "la", "le", "me", "my", "no", "of", "oh", "ok", "on", "or", "ox", "pa", "pi", "re", "so", "to",
        "tv", "uk", "um", "up", "us", "vs", "we", "ye", "yo", "ad", "ah", "ex", "id", "la", "ma", "mr",
        "ms", "pm", "dr", "st", "co", "eu", "un",
    ]
)  # fmt: skip


@cache
def ranks() -> Mapping[str, int]:
    """English words by how common they are, from 0; some 126,000."""
    source = Path(str(distribution("wordninja").locate_file("wordninja/wordninja_words.txt.gz")))
    words = gzip.decompress(source.read_bytes()).decode().split()
    return MappingProxyType({word: rank for rank, word in enumerate(words)})


def english(word: str) -> bool:
    """Whether `word` (lower case) is English, inflections included."""
    return word in ranks() or simplemma.is_known(word, lang="en")


def common(word: str) -> bool:
    """Whether a reader would take `word` (lower case) for a word when it stands alone."""
    if len(word) < 3:
        return word in _SHORT
    return ranks().get(word, 1_000_000) < (8_000 if len(word) == 3 else 40_000)


@lru_cache(maxsize=4096)
def foreign(word: str) -> bool:
    """Whether `word` (lower case, with its marks) is of another language that lends words to English.

    French only: each further list takes up to 100 MB, and let go hardly any more of 28,000 stop words
    of 76 languages.
    """
    return bool(simplemma.is_known(word, lang=_LANGUAGES))


def pieces(glued: str, terms: Mapping[str, float]) -> Iterator[tuple[int, int]]:
    """The words of `glued` (lower case), as spans, by the cheapest split; `terms` may cost less.

    A word costs the logarithm of its rank (Zipf), as in Norvig's "Beautiful Data"; unknown letters
    cost much. Linear: words are at most 24 letters long, and only the first 140 letters are looked at.
    """
    known, glued = ranks(), glued[:LONGEST_GLUED]
    scale = log(len(known))
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(glued) + 1):
        cheapest = (best[end - 1][0] + 25.0, end - 1)
        for start in range(max(0, end - LONGEST_WORD), end):
            word = glued[start:end]
            rank = known.get(word)
            cost = terms.get(word, 99.0)
            if rank is not None and (end - start > 2 or word in _SHORT):
                cost = min(cost, log((rank + 1) * scale))
            if cost < 99.0 and best[start][0] + cost < cheapest[0]:
                cheapest = (best[start][0] + cost, start)
        best.append(cheapest)
    spans: list[tuple[int, int]] = []
    end = len(glued)
    while end:
        start = best[end][1]
        spans.append((start, end))
        end = start
    return reversed(spans)
