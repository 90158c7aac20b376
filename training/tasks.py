"""What each head is trained on: texts, labels, weights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from reviewer.heads import FOLDER, Lexicon
from reviewer.heads.features import listed
from training import contrast, ordinary
from training.corpora import Corpora

EMOTIONS = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
MOST = 9000
SENTIMENTS = ("negative", "neutral", "positive")
_SEVERITY = Lexicon.read((FOLDER / "severity.txt").read_text())
_CLASS = {"joy": 2, "neutral": 1, "anger": 0, "disgust": 0, "sadness": 0, "fear": 0}


@dataclass
class Task:
    """Rows of one head.

    `groups` keep what belongs together in one fold; `mentions` are harmless rows of which the threshold
    may flag no more than a share.
    """

    name: str
    labels: tuple[str, ...]
    texts: list[str] = field(default_factory=list)
    truth: list[int] = field(default_factory=list)
    weight: list[float] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)

    @property
    def exclusive(self) -> bool:
        return len(self.labels) > 1

    def add(self, text: str, truth: int, weight: float = 1.0, group: str | None = None) -> None:
        self.texts.append(text)
        self.truth.append(truth)
        self.weight.append(weight)
        self.groups.append(f"{self.name}{len(self.texts)}" if group is None else group)


def offensive(data: Corpora, seed: int) -> Task:
    """Anger and disgust in harsh words, and harsh words at all, against what is neither.

    davidson alone teaches a few words of one dialect, so it is heard softly.
    """
    task = Task("offensive", ("offensive",))
    for row in data.sets["davidson"]:
        task.add(row.text, int(row.label != "neither"), 0.1 if row.label == "offensive" else 0.3)
    for text in _some(data, "ekman", len(data.sets["ekman"]), seed, "anger", "disgust"):
        if any(_harsh(text)[:3]):
            task.add(text, 1)
    others = _some(data, "ekman", len(data.sets["ekman"]), seed, *(set(EMOTIONS) - {"anger", "disgust"}))
    for text in [text for text in others if any(_harsh(text)[1:3])][:3000]:
        task.add(text, 1)
    for text in [text for text in others if not any(_harsh(text)[1:3])][:8000]:
        task.add(text, 0)
    for sentence in contrast.rows("train"):
        task.add(sentence.text, int(sentence.offensive), 0.5, sentence.template)
    for row in data.sets.get("offensive", []):
        task.add(row.text, int(row.label == "offensive"))
    return task


def _harsh(text: str) -> tuple[int, ...]:
    """How many mild, strong, hateful and threatening words the severity lexicon finds."""
    counts = [0] * len(_SEVERITY.kinds)
    for _, _, kind in _SEVERITY.find(listed(text)):
        counts[kind] += 1
    return tuple(counts)


def hate(data: Corpora, seed: int) -> Task:
    task = Task("hate", ("hate",))
    for row in data.sets["hatemojibuild"]:
        task.add(row.text, int(row.label == "hate"))
    for row in data.sets["davidson"]:
        task.add(row.text, int(row.label == "hate"), 0.5 if row.label == "hate" else 0.1)
    for row in _some(data, "ekman", 4000, seed, *EMOTIONS):
        task.add(row, 0, 0.3)
    for sentence in contrast.rows("train"):
        if not sentence.hate:
            task.mentions.append(len(task.texts))
        task.add(sentence.text, int(sentence.hate), 2.0, sentence.template)
    for row in data.sets.get("hate", []):
        task.add(row.text, int(row.label == "hate"))
    return task


def emotion(data: Corpora, seed: int) -> Task:
    task = Task("emotion", tuple(f"emotion/{name}" for name in EMOTIONS))
    for label, text, weight in _felt(data, seed):
        task.add(text, EMOTIONS.index(label), weight)
    return task


def polite(data: Corpora, seed: int) -> Task:  # noqa: ARG001
    task = Task("polite", ("polite",))
    for name in ("politeness-wiki", "politeness-se"):
        for row in data.sets[name]:
            task.add(row.text, int(row.label == "polite"), 1.0 if name == "politeness-wiki" else 0.1)
    return task


def hype(data: Corpora, seed: int) -> Task:
    task = Task("hype", ("hype",))
    for row in data.sets["clickbait"]:
        task.add(row.text, int(row.label == "clickbait"), 0.5)
    for pair in data.pairs:
        loud = pair.label == "bad" and pair.area in ("voice/hype", "voice/clickbait")
        if loud or pair.label != "bad":
            task.add(pair.text, int(loud), 6.0 if loud else 1.0, pair.author)
    for text in (*_some(data, "ekman", 3000, seed, "neutral", "joy"), *ordinary.posts(1000, seed)):
        task.add(text, 0, 0.5)
    return task


def sentiment(data: Corpora, seed: int) -> Task:
    task = Task("sentiment", tuple(f"sentiment/{name}" for name in SENTIMENTS))
    for label, text, weight in _felt(data, seed):
        if label in _CLASS:
            task.add(text, _CLASS[label], weight)
    # Each class counts the same: posts are not as cheerful as the set that this is learned from.
    totals = [sum(w for w, t in zip(task.weight, task.truth, strict=True) if t == c) for c in range(3)]
    task.weight = [w * len(task.weight) / 3 / totals[t] for w, t in zip(task.weight, task.truth, strict=True)]
    for row in data.sets.get("sentiment", []):
        task.add(row.text, SENTIMENTS.index(row.label))
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
