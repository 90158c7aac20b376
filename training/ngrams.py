"""The shared vocabulary, and texts as sparse rows over it."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray

from reviewer.heads import Extractor, Lexicon
from reviewer.heads.features import folded, grams, kind_hashes, listed, stance_hashes
from reviewer.heads.stance import Stance

MOST_IDF = 15.0


def vocabulary(
    corpora: Mapping[str, Sequence[str]],
    lexicon: Lexicon,
    severity: Lexicon,
    stance: Lexicon,
    sizes: Mapping[str, int],
) -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Sorted hashes of the n-grams that are worth keeping, and their idf in steps of 1/16.

    An n-gram's worth is the sum over corpora of (texts that hold it) / sqrt(texts), so that a small
    set is heard beside a large one.
    """
    total = sum(map(len, corpora.values()))
    chosen = [kind_hashes(lexicon)]
    frequency: dict[int, int] = {}
    parts = Stance(stance, severity)
    counted = {name: _counted(texts, parts) for name, texts in corpora.items()}
    for group in range(3):
        worth: list[tuple[NDArray[np.uint32], NDArray[np.int64], float]] = []
        for name, texts in corpora.items():
            hashes, counts = counted[name][group]
            worth.append((hashes, counts, len(texts) ** -0.5))
        everything, place = np.unique(np.concatenate([hashes for hashes, _, _ in worth]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([c for _, c, _ in worth]))
        value = np.bincount(place, np.concatenate([c * w for _, c, w in worth]))
        value[counts < sizes["least"]] = 0
        best = np.argsort(-value, kind="stable")[: sizes[("words", "characters", "stances")[group]]]
        best = best[value[best] > 0]
        chosen.append(everything[best])
        frequency |= dict(zip(everything[best].tolist(), counts[best].astype(int).tolist(), strict=True))
    hashes = np.unique(np.concatenate(chosen))
    idf = [1 + np.log((1 + total) / (1 + frequency.get(h, total // 20))) for h in hashes.tolist()]
    return hashes, np.round(np.minimum(idf, MOST_IDF) * 16).astype(np.uint8)


def _counted(texts: Sequence[str], parts: Stance) -> tuple[tuple[NDArray[np.uint32], NDArray[np.int64]], ...]:
    """In how many texts each n-gram occurs: words, then characters, then runs of kinds."""
    seen: tuple[list[NDArray[np.uint32]], ...] = ([], [], [])
    for text in texts:
        words, characters = grams(folded(text))
        run = parts.read(listed(text))
        for group, hashes in zip(seen, (words, np.concatenate(characters), stance_hashes(run)), strict=True):
            group.append(np.unique(hashes))
    return tuple(
        (found, counts.astype(np.int64))
        for found, counts in (np.unique(np.concatenate(group), return_counts=True) for group in seen)
    )


def matrix(
    extractor: Extractor, texts: Sequence[str], *, stance: bool = True
) -> tuple[sparse.csr_matrix, list[tuple[int, ...]]]:
    """One row by text, with or without runs of kinds, and the counts of harsh words by severity."""
    found = [extractor.read(text, stance=stance) for text in texts]
    starts = np.cumsum([0, *(len(one.index) for one in found)])
    data = (
        np.concatenate([one.value for one in found]),
        np.concatenate([one.index for one in found]),
        starts,
    )
    return sparse.csr_matrix(data, shape=(len(texts), len(extractor))), [one.severity for one in found]
