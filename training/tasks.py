"""What each head is trained on: texts, labels, weights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from reviewer.heads import FOLDER, Lexicon
from reviewer.heads.features import listed
from training import contrast, ordinary
from training.corpora import Corpora, Row

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
MOST = 9000
SENTIMENTS = ("negative", "neutral", "positive")
_SEVERITY = Lexicon.read((FOLDER / "severity.txt").read_text())
ANGER = ("anger", "disgust")
COARSE = {"strong", "slur", "insult"}
HARSH = {*COARSE, "mild"}
_CLASS = {"joy": 2, "neutral": 1, "anger": 0, "disgust": 0, "sadness": 0, "fear": 0}


@dataclass
class Task:
    """Rows of one head.

    `groups` keep what belongs together in one fold. Where rows are of `kinds` (places by kind), each
    kind counts the same for the threshold. `sources` names the set of each row; `held`
    are rows of a set with the labels that people gave, where those of the fit were changed: they calibrate.
    """

    name: str
    labels: tuple[str, ...]
    texts: list[str] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    kinds: dict[str, list[int]] = field(default_factory=dict)
    sources: list[str] = field(default_factory=list)
    held: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    @property
    def exclusive(self) -> bool:
        return len(self.labels) > 1

    def add(self, source: str, text: str, truth: int, weight: float = 1.0, group: str | None = None) -> None:
        self.sources.append(source)
        self.texts.append(text)
        self.truth.append(truth)
        self.weight.append(weight)
        self.groups.append(f"{self.name}{len(self.texts)}" if group is None else group)


def offensive(data: Corpora, seed: int) -> Task:
    """Anger and disgust in harsh words, and coarse words and insults at all, against what is neither.

    davidson alone teaches a few words of one dialect, so it is heard softly. Calibrated on what people said
    of davidson, on anger and disgust in ekman whatever the words, and on sentences of our own.
    """
    task = Task("offensive", ("offensive",))
    for row in data.sets["davidson"]:
        weight = {"offensive": 0.1, "hate": 0.3, "neither": 0.3}[row.label]
        task.add("davidson", row.text, int(row.label != "neither"), weight)
    felt = [(row.text, row.label in ANGER) for row in _shuffled(data, "ekman", seed)]
    harsh = [_harsh(text) for text, _ in felt]
    coarse = [bool(counts & COARSE) for counts in harsh]
    for (text, angry), counts in zip(felt, harsh, strict=True):
        if angry and counts & HARSH:
            task.add("ekman", text, 1)
    others = [(text, bad) for (text, angry), bad in zip(felt, coarse, strict=True) if not angry]
    for text in [text for text, bad in others if bad][:3000]:
        task.add("ekman", text, 1)
    for text in [text for text, bad in others if not bad][:8000]:
        task.add("ekman", text, 0)
    task.held["ekman"] = [(text, int(angry)) for text, angry in felt]
    for sentence in contrast.rows("train"):
        task.add("contrast", sentence.text, int(sentence.offensive), 0.1, sentence.template)
    for sentence in contrast.rows("train", 12, contrast.TALK):
        task.add("talk", sentence.text, int(sentence.offensive), 1.0, sentence.template)
    for post in data.pairs:
        if post.label == "clean":
            task.add("own", post.text, 0, 0.3)
    for row in data.sets.get("offensive", []):
        task.add("offensive", row.text, int(row.label == "offensive"))
    return task


def _harsh(text: str) -> set[str]:
    """The kinds of harsh words that the severity lexicon finds."""
    return {_SEVERITY.kinds[kind] for _, _, kind in _SEVERITY.find(listed(text))}


def hate(data: Corpora, seed: int) -> Task:
    task = Task("hate", ("hate",))
    for row in data.sets["hatemojibuild"]:
        task.add("hatemojibuild", row.text, int(row.label == "hate"))
    for row in data.sets["davidson"]:
        task.add("davidson", row.text, int(row.label == "hate"), 1.0 if row.label == "hate" else 0.2)
    for text in _some(data, "ekman", 6000, seed, *EMOTIONS):
        task.add("ekman", text, 0)
    for sentence in contrast.rows("train"):
        task.kinds.setdefault(sentence.kind, []).append(len(task.texts))
        task.add("contrast", sentence.text, int(sentence.hate), 1.0, sentence.template)
    for post in data.pairs:
        if post.label == "clean":
            task.add("own", post.text, 0)
    for row in data.sets.get("hate", []):
        task.add("hate", row.text, int(row.label == "hate"))
    return task


def emotion(data: Corpora, seed: int) -> Task:
    task = Task("emotion", tuple(f"emotion/{name}" for name in EMOTIONS))
    for label, text, weight in _felt(data, seed):
        task.add("ekman", text, EMOTIONS.index(label), weight)
    return task


def polite(data: Corpora, seed: int) -> Task:  # noqa: ARG001
    task = Task("polite", ("polite",))
    for name in ("politeness-wiki", "politeness-se"):
        for row in data.sets[name]:
            task.add(name, row.text, int(row.label == "polite"), 1.0 if name == "politeness-wiki" else 0.1)
    return task


def hype(data: Corpora, seed: int) -> Task:
    task = Task("hype", ("hype",))
    for row in data.sets["clickbait"]:
        task.add("clickbait", row.text, int(row.label == "clickbait"), 0.5)
    for pair in data.pairs:
        loud = pair.label == "bad" and pair.area in ("voice/hype", "voice/clickbait")
        if loud or pair.label != "bad":
            task.add("pairs", pair.text, int(loud), 6.0 if loud else 1.0, pair.author)
    for text in (*_some(data, "ekman", 3000, seed, "neutral", "joy"), *ordinary.posts(1000, seed)):
        task.add("ordinary", text, 0, 0.5)
    return task


def sentiment(data: Corpora, seed: int) -> Task:
    task = Task("sentiment", tuple(f"sentiment/{name}" for name in SENTIMENTS))
    for label, text, weight in _felt(data, seed):
        if label in _CLASS:
            task.add("ekman", text, _CLASS[label], weight)
    # Each class counts the same: posts are not as cheerful as the set that this is learned from.
    totals = [sum(w for w, t in zip(task.weight, task.truth, strict=True) if t == c) for c in range(3)]
    task.weight = [w * len(task.weight) / 3 / totals[t] for w, t in zip(task.weight, task.truth, strict=True)]
    for row in data.sets.get("sentiment", []):
        task.add("sentiment", row.text, SENTIMENTS.index(row.label))
    return task


def _felt(data: Corpora, seed: int) -> Iterator[tuple[str, str, float]]:
    """(emotion, text, weight): at most `MOST` of one emotion, who then stand for all of it."""
    for name in EMOTIONS:
        count = sum(row.label == name for row in data.sets["ekman"])
        for text in _some(data, "ekman", MOST, seed, name):
            yield name, text, max(1.0, count / MOST)


TASKS: tuple[Callable[[Corpora, int], Task], ...] = (offensive, hate, emotion, polite, hype, sentiment)


def negatives(data: Corpora, counts: dict[str, int], seed: int) -> list[str]:
    """Texts that break no policy: from public sets, and of our own."""
    found = [
        *_some(data, "ekman", counts["ekman"], seed, "joy", "neutral", "surprise", "sadness"),
        *_some(data, "clickbait", counts["clickbait"], seed, "plain"),
        *_some(data, "davidson", counts["davidson"], seed, "neither"),
        *_some(data, "politeness-wiki", counts["politeness-wiki"], seed, "polite", "impolite"),
        *_some(data, "politeness-se", counts["politeness-se"], seed, "polite", "impolite"),
        *ordinary.posts(counts["ordinary"], seed),
    ]
    harmless = [sentence.text for sentence in contrast.rows("train") if not sentence.offensive]
    order = np.random.RandomState(seed).permutation(len(harmless))[: counts["contrast"]]
    return found + [harmless[place] for place in order]


def _some(data: Corpora, name: str, count: int, seed: int, *labels: str) -> list[str]:
    texts = [row.text for row in data.sets[name] if row.label in labels]
    order = np.random.RandomState(seed).permutation(len(texts))[:count]
    return [texts[place] for place in order]


def _shuffled(data: Corpora, name: str, seed: int) -> list[Row]:
    rows = data.sets[name]
    return [rows[place] for place in np.random.RandomState(seed).permutation(len(rows))]
