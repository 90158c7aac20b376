"""Text -> weighted n-grams of one shared vocabulary, found by hashing whole arrays at once.

Four groups, each tf-idf weighted and of unit length: words (1 and 2 in a row), characters (2 to 5 in a
row, across words), kinds of words (`lexicon`) and the parts that words play (`stance`). Addresses and
mentions count as one sign each, so that nobody is judged by whom they name; letters typed apart are read
as the word that they spell. An n-gram is known by 32 bits of a polynomial hash.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import regex
from numpy.typing import NDArray

from reviewer.heads.lexicon import Lexicon
from reviewer.heads.stance import Run, Stance

CHARACTERS = (2, 3, 4, 5)
ADDRESS, MENTION = "\ue000", "\ue001"
LONGEST = 20_000
"""Characters of a text that are looked at; callers cut longer texts into pieces."""

Hashes = NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
_FOLDED = regex.compile(
    r"(?P<address>https?://\S+|www\.\S+|\b\w+\.example\b\S*)|(?P<mention>(?<!\w)@\w+)"
    r"|(?P<apart>(?<![\w'])(?!i )\p{L}(?:[ .-]\p{L}){2,}(?![\w']))"
    r"|\s{2,}|[^\S ]"
)
_TOKEN = regex.compile(r"[\w']+|[^\w\s]")
_LISTED = regex.compile(r"#?[\w*%&-]+(?:['!@$]\w+)*|[^\w\s]")
"""Words as word lists write them: `#ad`, `100%`, `risk-free`, `f*ck`, `l@zy`."""


@dataclass(frozen=True, slots=True)
class Features:
    """Indices into the vocabulary, their values, and counts of harsh words by severity."""

    index: NDArray[np.int32]
    value: NDArray[np.float32]
    severity: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence of an n-gram, in code points of the text; `count` is how often it occurs."""

    index: int
    start: int
    end: int
    count: int


@dataclass(frozen=True, slots=True)
class _Folded:
    """Lower-case text, and where each character of it was."""

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


class Extractor:
    """Finds the n-grams of a vocabulary: sorted 32-bit `hashes`, and `idf` by hash in steps of 1/16."""

    def __init__(
        self,
        hashes: NDArray[np.uint32],
        idf: NDArray[np.generic],
        lexicon: Lexicon,
        severity: Lexicon,
        stance: Lexicon,
    ) -> None:
        self._hashes, self._idf = hashes, np.asarray(idf, np.float32) / 16
        self._lexicon, self._severity = lexicon, severity
        self._stance = Stance(stance, severity)
        self._kinds = np.array([_named(kind) for kind in lexicon.kinds], np.uint32)

    def __len__(self) -> int:
        return len(self._hashes)

    def read(self, text: str, *, stance: bool = True) -> Features:
        """The n-grams of a text, at most its first `LONGEST` characters; `stance` says whether its fourth
        group is among them."""
        folded = _fold(text[:LONGEST]).text
        words, characters = grams(folded)
        tokens = _LISTED.findall(folded)
        kinds = self._kinds[[kind for _, _, kind in self._lexicon.find(tokens)]]
        harsh = list(self._severity.find(tokens))
        index, value = [], []
        groups = [words, np.concatenate(list(characters)), kinds]
        if stance:
            groups.append(stance_hashes(self._stance.read(tokens)))
        for group in groups:
            known, weight = self._weighted(group)
            index.append(known)
            value.append(weight)
        severity = [0] * len(self._severity.kinds)
        for _, _, kind in harsh:
            severity[kind] += 1
        return Features(np.concatenate(index), np.concatenate(value), tuple(severity))

    def _weighted(self, group: NDArray[np.uint32]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        found, counts = np.unique(group, return_counts=True)
        at, known = self._look_up(found)
        weight = ((1 + np.log(counts[known])) * self._idf[at[known]]).astype(np.float32)
        length = float(np.sqrt(weight @ weight))
        return at[known].astype(np.int32), weight / length if length else weight

    def _look_up(self, found: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        at = np.searchsorted(self._hashes, found)
        at[at == len(self._hashes)] = 0
        return at, self._hashes[at] == found

    def places(self, text: str) -> Iterator[Place]:
        """Where each n-gram of the text stands, in code points of the text."""
        folded = _fold(text[:LONGEST])
        tokens = [match.span() for match in _TOKEN.finditer(folded.text)]
        words, characters = grams(folded.text)
        spans = [*tokens, *((first[0], second[1]) for first, second in pairwise(tokens))]
        for size, hashes in zip(CHARACTERS, characters, strict=True):
            # grams() pads the text with one space at each end
            spans += [(max(at - 1, 0), min(at + size - 1, len(folded.text))) for at in range(len(hashes))]
        listed = [match.span() for match in _LISTED.finditer(folded.text)]
        written = [folded.text[start:end] for start, end in listed]
        kinds = list(self._lexicon.find(written))
        spans += [(listed[first][0], listed[last - 1][1]) for first, last, _ in kinds]
        run = self._stance.read(written)
        # A pair or run is told at both its ends; what lies between has runs of its own.
        for ends in (run.first, run.last):
            spans += [listed[token] for token in ends.tolist()]
        stances = stance_hashes(run)
        of_kinds = self._kinds[[kind for _, _, kind in kinds]]
        hashes = np.concatenate([words, *characters, of_kinds, stances, stances])
        at, known = self._look_up(hashes)
        counts = dict(zip(*(part.tolist() for part in np.unique(at[known], return_counts=True)), strict=True))
        for index, (start, end), seen in zip(at.tolist(), spans, known.tolist(), strict=True):
            if seen and start < end:
                first, last = int(folded.starts[start]), int(folded.ends[end - 1])
                yield Place(index, first, last, counts[index])

    def words(self, text: str) -> Iterator[tuple[int, int]]:
        """The half-open spans of the words of a text."""
        for match in regex.finditer(r"[\w'’#@*-]*\w[\w'’*-]*|\p{Emoji_Presentation}", text[:LONGEST]):
            yield match.span()


def grams(folded: str) -> tuple[NDArray[np.uint32], tuple[NDArray[np.uint32], ...]]:
    """The hashes of all word and character n-grams of folded text, in the order of their places."""
    sums, powers = _sums(f" {folded} ")
    spans = np.array([match.span() for match in _TOKEN.finditer(folded)], np.int64).reshape(-1, 2) + 1
    single = (sums[spans[:, 1]] - sums[spans[:, 0]]) * powers[spans[:, 0]]
    words = np.concatenate([_mixed(single, 1), _mixed(single[:-1] * np.uint64(31) + single[1:], 2)])
    count = len(folded) + 2
    characters = tuple(
        _mixed((sums[size:] - sums[:-size]) * powers[: count - size + 1], 10 + size)
        if count >= size
        else np.zeros(0, np.uint32)
        for size in CHARACTERS
    )
    return words, characters


def folded(text: str) -> str:
    """The text as n-grams are taken from it."""
    return _fold(text[:LONGEST]).text


def listed(text: str) -> list[str]:
    """The words of a text as word lists write them."""
    return _LISTED.findall(folded(text))


def kind_hashes(lexicon: Lexicon) -> NDArray[np.uint32]:
    """The hash of each kind of words, as the vocabulary holds it."""
    return np.array([_named(kind) for kind in lexicon.kinds], np.uint32)


def stance_hashes(run: Run) -> NDArray[np.uint32]:
    """The hashes of runs and pairs of kinds, as the vocabulary holds them."""
    return _mixed(run.codes, 4)


def _named(kind: str) -> int:
    sums, _ = _sums(kind)
    return int(_mixed(sums[-1:], 3)[0])


def _sums(text: str) -> tuple[Hashes, Hashes]:
    """Running sums whose differences, times a power, are the hashes of all pieces of the text."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    powers, inverses = _powers(len(codes) + 1)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes + np.uint64(1)) * inverses[:-1], out=sums[1:])
    return sums, powers


def _powers(count: int) -> tuple[Hashes, Hashes]:
    return _POWERS[:count], _INVERSES[:count]


def _table(base: int) -> Hashes:
    steps = np.full(LONGEST + 3, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


_POWERS, _INVERSES = _table(_BASE), _table(_INVERSE)


def _mixed(hashes: Hashes, salt: int) -> NDArray[np.uint32]:
    """Finalised as in splitmix64, so that every bit counts; the upper half is kept."""
    mixed = hashes + np.uint64(salt * 0xD1B54A32D192ED03 & (1 << 64) - 1)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)).astype(np.uint32)


def _fold(text: str) -> _Folded:
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    lower = lower.replace("’", "'")
    pieces: list[str] = []
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    at = 0
    for match in _FOLDED.finditer(lower):
        if match.start() > at:
            pieces.append(lower[at : match.start()])
            starts.append(np.arange(at, match.start()))
            ends.append(np.arange(at + 1, match.start() + 1))
        if match["apart"]:
            letters = np.array([match.start() + k for k, c in enumerate(match[0]) if c.isalpha()])
            pieces.append("".join(c for c in match[0] if c.isalpha()))
            starts.append(letters)
            ends.append(letters + 1)
            at = match.end()
            continue
        sign = ADDRESS if match["address"] else MENTION if match["mention"] else " "
        written = sign if sign == " " else f" {sign} "
        pieces.append(written)
        starts.append(np.full(len(written), match.start()))
        ends.append(np.full(len(written), match.end()))
        at = match.end()
    pieces.append(lower[at:])
    starts.append(np.arange(at, len(lower)))
    ends.append(np.arange(at + 1, len(lower) + 1))
    text = "".join(pieces)
    lead = len(text) - len(text.lstrip(" "))
    tail = len(text.rstrip(" "))
    keep = slice(lead, max(tail, lead))
    return _Folded(text[keep], np.concatenate(starts)[keep], np.concatenate(ends)[keep])
