"""Our own trained heads: linear n-gram models in numpy, calibrated, each score with the terms behind it.

`Heads.load()` reads `reviewer/models/`; `scores` gives probabilities by name:

- `offensive`, `hate`, `hype`, `polite`: of one question each;
- `emotion/<anger …>`, `sentiment/<negative | neutral | positive>`: of one class each, summing to 1;
- `policy`: that the post breaks the policy somewhere; `policy/<area>`: that it does so in this area.

A head whose file is missing or is not the one that the manifest names is left out and listed in
`missing`: nobody takes silence for a low score.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reviewer.heads.features import Extractor, Features
from reviewer.heads.lexicon import Lexicon
from reviewer.heads.surroundings import NAMES, surroundings

__all__ = [
    "EXCLUSIVE",
    "FOLDER",
    "NAMES",
    "Driver",
    "Extractor",
    "Features",
    "Head",
    "Heads",
    "Lexicon",
    "surroundings",
]

FOLDER = Path(__file__).parent.parent / "models"
MANIFEST = "manifest.json"
EXCLUSIVE = ("emotion", "sentiment")
"""Heads whose labels exclude each other; the others answer each question for itself."""
HEADS = ("offensive", "hate", "emotion", "polite", "hype", "sentiment", "policy")


@dataclass(frozen=True, slots=True)
class Driver:
    """A piece of the text, half-open in code points, and what it adds to a score (log-odds)."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Head:
    """One trained question.

    `rows` says where the weights of each n-gram of the shared vocabulary stand (0: nowhere, a row of
    zeros); `weights` is int8, (rows, outputs), `scale` and `bias` by output. `mix` turns outputs and
    surroundings into log-odds by label: `outputs @ mix[:k] + surroundings @ mix[k:-1] + mix[-1]`.
    """

    name: str
    labels: tuple[str, ...]
    rows: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    mix: NDArray[np.float64]

    def outputs(self, found: Features) -> NDArray[np.float32]:
        """The linear scores, one by output."""
        weights = self.weights[self.rows[found.index]].astype(np.float32)
        return np.asarray(found.value @ weights * self.scale + self.bias, np.float32)

    def probabilities(self, found: Features, around: NDArray[np.float32]) -> dict[str, float]:
        """Calibrated, by full name."""
        outputs = self.outputs(found)
        odds = np.concatenate([outputs, around, [1.0]]) @ self.mix
        if self.name in EXCLUSIVE:
            shares = np.exp(odds - odds.max())
            values = shares / shares.sum()
        else:
            values = 1 / (1 + np.exp(-odds.clip(-30, 30)))
        return {label: float(value) for label, value in zip(self.labels, values, strict=True)}

    def push(self, label: str) -> NDArray[np.float32]:
        """What one unit of each output adds to the log-odds of a label."""
        return (self.scale * self.mix[: len(self.scale), self.labels.index(label)]).astype(np.float32)


@dataclass(frozen=True)
class Heads:
    """All heads that could be read, and the names of those that could not."""

    extractor: Extractor | None
    heads: Mapping[str, Head]
    missing: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    sha256: str = ""

    @classmethod
    def load(cls, folder: Path = FOLDER) -> "Heads":
        """The heads of a folder. Never fails: what can't be read or trusted is in `missing`."""
        try:
            raw = (folder / MANIFEST).read_bytes()
            manifest = json.loads(raw)
            files = {name: str(entry["sha256"]) for name, entry in manifest["files"].items()}
            thresholds = {name: float(value) for name, value in manifest["thresholds"].items()}
            vocabulary = _arrays(folder, "vocabulary.npz", files)
            lexicon = Lexicon.read(_trusted(folder, "concepts.txt", files).decode())
            severity = Lexicon.read(_trusted(folder, "severity.txt", files).decode())
            stance = Lexicon.read(_trusted(folder, "stance.txt", files).decode())
            extractor = Extractor(vocabulary["hashes"], vocabulary["idf"], lexicon, severity, stance)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(None, {}, HEADS)
        heads, missing = {}, []
        for name in HEADS:
            try:
                heads[name] = _head(name, folder, files, len(extractor))
            except (OSError, ValueError, KeyError):
                missing.append(name)
        return cls(extractor, heads, tuple(missing), thresholds, hashlib.sha256(raw).hexdigest())

    def scores(self, text: str, valence: Mapping[str, float]) -> dict[str, float]:
        """Probabilities in [0, 1] by name; empty for a text without words. `valence` is VADER's."""
        if self.extractor is None or not any(map(str.isalnum, text)):  # a lone emoji says nothing
            return {}
        if not (found := self.extractor.read(text)).index.size:
            return {}
        around = surroundings(text, found.severity, valence)
        scores: dict[str, float] = {}
        for head in self.heads.values():
            scores |= head.probabilities(found, around)
        return scores

    def drivers(self, text: str, name: str, most: int = 5) -> tuple[Driver, ...]:
        """The pieces of the text that add most to a score, strongest first, not overlapping."""
        head = next((head for head in self.heads.values() if name in head.labels), None)
        if self.extractor is None or head is None:
            return ()
        found = self.extractor.read(text)
        values = dict(zip(found.index.tolist(), found.value.tolist(), strict=True))
        push = head.push(name)
        gained = np.zeros(len(text), np.float32)
        for place in self.extractor.places(text):
            if (value := values.get(place.index)) is not None and place.start < place.end:
                weight = float(head.weights[head.rows[place.index]].astype(np.float32) @ push) * value
                gained[place.start : place.end] += weight / place.count / (place.end - place.start)
        terms = (
            Driver(start, end, round(float(gained[start:end].sum()), 3))
            for start, end in self.extractor.words(text)
        )
        best = sorted((term for term in terms if term.weight > 0), key=lambda term: -term.weight)
        return tuple(best[:most])


def _head(name: str, folder: Path, files: Mapping[str, str], size: int) -> Head:
    stored = _arrays(folder, f"{name}.npz", files)
    calibration = json.loads(_trusted(folder, f"{name}.json", files))
    rows = np.zeros(size, np.int32)
    rows[stored["index"]] = np.arange(1, len(stored["index"]) + 1)
    weights = np.vstack([np.zeros((1, stored["weights"].shape[1]), np.int8), stored["weights"]])
    mix = np.array(calibration["mix"], np.float64)
    labels = tuple(calibration["labels"])
    if mix.shape != (weights.shape[1] + len(NAMES) + 1, len(labels)):
        raise ValueError(f"{name}.json does not fit {name}.npz")
    return Head(name, labels, rows, weights, stored["scale"], stored["bias"], mix)


def _arrays(folder: Path, name: str, files: Mapping[str, str]) -> dict[str, NDArray[Any]]:
    with np.load(BytesIO(_trusted(folder, name, files)), allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def _trusted(folder: Path, name: str, files: Mapping[str, str]) -> bytes:
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != files[name]:
        raise ValueError(f"{name} is not the file that the manifest names")
    return data
