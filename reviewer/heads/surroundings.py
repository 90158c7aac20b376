"""What stands around the n-grams: harsh words by severity, VADER's parts, and the shape of the text."""

from collections.abc import Mapping
from math import log1p

import numpy as np
import regex
from numpy.typing import NDArray

SEVERITIES = ("mild", "strong", "slur", "threat", "insult", "doubtful", "dismissal", "side")
"""The kinds of `models/severity.txt`, in its order."""

NAMES = (
    *SEVERITIES,
    "negative",
    "neutral",
    "positive",
    "compound",
    "capitals",
    "exclamations",
    "questions",
    "length",
)

_WORD = regex.compile(r"\p{L}{2,}")
_FEW = 4


def surroundings(text: str, severity: tuple[int, ...], valence: Mapping[str, float]) -> NDArray[np.float32]:
    """One number for each of `NAMES`; `valence` is VADER's `neg`, `neu`, `pos`, `compound`."""
    words = _WORD.findall(text)
    loud = sum(word.isupper() for word in words) / len(words) if words else 0.0
    return np.array(
        [
            *(log1p(count) for count in severity),
            valence["neg"],
            valence["neu"],
            valence["pos"],
            valence["compound"],
            loud,
            min(text.count("!"), _FEW) / _FEW,
            min(text.count("?"), _FEW) / _FEW,
            log1p(len(words)) / 5,
        ],
        np.float32,
    )
