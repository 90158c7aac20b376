"""The trained heads: trusted only whole, explained by words, asked for by rules, never blocking."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from reviewer import language
from reviewer.checks import tone
from reviewer.heads import FOLDER, HEADS, Heads
from reviewer.model import Context
from reviewer.text import Document, read_text
from training import contrast, ordinary

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", "../shared/data"))
needs_data = pytest.mark.skipif(
    not (DATA / "tone").is_dir(), reason="no development data: set REVIEWER_DEV_DATA to its folder"
)
RUDE = "You are a complete idiot and your stupid shop is a pathetic joke, shut up."
BLOCKING = tuple(
    f"policy/{pack}/"
    for pack in ("confidential", "finance", "health", "promotions", "conduct", "advertising", "crisis")
)
KIND = "Thank you for the lovely evening, it was a pleasure to have you here."


def annotated(text: str) -> Document:
    return language.annotate(read_text(text))


def scores(text: str) -> Mapping[str, float]:
    return language.heads().scores(text, language.valences(text))


def test_every_head_ships_and_answers():
    heads = Heads.load()
    found = annotated(KIND).tone

    assert heads.missing == ()
    assert {name.partition("/")[0] for name in found} == set(HEADS)
    assert sum(name.startswith("policy/") for name in found) == 66
    assert sum(p for name, p in found.items() if name.startswith("emotion/")) == pytest.approx(1)
    assert sum(p for name, p in found.items() if name.startswith("sentiment/")) == pytest.approx(1)


def test_an_insult_and_a_thank_you_are_told_apart():
    rude, kind = annotated(RUDE).tone, annotated(KIND).tone

    assert rude["offensive"] > language.threshold("offensive") > kind["offensive"]
    assert rude["sentiment/negative"] > 0.5 > kind["sentiment/negative"]
    assert kind["emotion/joy"] > rude["emotion/joy"]
    assert kind["polite"] > rude["polite"]


def test_the_words_behind_a_score_stand_in_the_text_as_typed():
    document = annotated(f"Hello there. 😀 {RUDE}")

    found = language.drivers(document, document.sentences[-1], "offensive")

    assert [document.text[span.start : span.end] for _, _, span in found] == [word for word, _, _ in found]
    assert {"idiot", "pathetic"} & {word for word, _, _ in found}
    assert all(weight > 0 for _, weight, _ in found)
    assert all(span.start >= document.sentences[-1].start for _, _, span in found)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "models"))


def test_a_head_with_the_wrong_weights_is_missing_and_the_others_answer(models: Path):
    weights = bytearray((models / "hate.npz").read_bytes())
    weights[len(weights) // 2] ^= 1
    (models / "hate.npz").write_bytes(bytes(weights))

    heads = Heads.load(models)

    assert heads.missing == ("hate",)
    assert "offensive" in heads.scores(KIND, language.valences(KIND))
    assert "hate" not in heads.scores(KIND, language.valences(KIND))


@pytest.mark.parametrize("name", ["manifest.json", "vocabulary.npz", "severity.txt"])
def test_without_what_all_heads_share_all_are_missing(models: Path, name: str):
    (models / name).unlink()

    heads = Heads.load(models)

    assert heads.missing == HEADS
    assert heads.scores(KIND, language.valences(KIND)) == {}


def test_a_manifest_that_is_no_manifest_is_trusted_in_nothing(models: Path):
    for content in ("", "[]", "{}", '{"files": {}, "thresholds": {}}', '{"files": 3}'):
        (models / "manifest.json").write_text(content)
        assert Heads.load(models).missing == HEADS


def test_weights_hold_numbers_only():
    for path in FOLDER.glob("*.npz"):
        with np.load(path, allow_pickle=False) as stored:
            assert all(stored[name].dtype.kind in "iuf" for name in stored.files), path.name


def test_the_shipped_weights_are_small():
    total = sum(path.stat().st_size for path in FOLDER.iterdir())

    assert total < 8_000_000


def test_a_missing_head_is_said_on_every_verdict(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "heads", lambda: Heads(None, {}, HEADS))

    lines = list(language.reduced([read_text(KIND)]))

    assert len(lines) == 1
    assert "policy" in lines[0]


def test_a_rule_whose_head_is_missing_has_not_looked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(language, "heads", lambda: Heads(None, {}, HEADS))

    with pytest.raises(tone.HeadMissing):
        list(tone.check(read_text(RUDE), tone.Params(head=("offensive",)), Context()))


def test_a_rule_finds_the_telling_sentence_and_its_words():
    document = annotated(f"We had a nice time at the fair today. {RUDE}")

    [hit] = tone.check(document, tone.Params(head=("offensive",), above=0.5), Context())

    assert document.text[hit.start : hit.end] == RUDE
    assert hit.arguments[0].endswith("%")
    assert hit.drivers[0][1] >= hit.drivers[-1][1] > 0


def test_a_rule_may_ask_for_a_cue_or_an_exception_or_many_words():
    def hits(**keys: object) -> int:
        params = tone.Params.model_validate({"head": "offensive", "above": 0.5, **keys})
        return len(list(tone.check(annotated(RUDE), params, Context())))

    assert hits() == 1
    assert hits(cues=["shop"]) == 1
    assert hits(cues=["refund"]) == 0
    assert hits(unless=["idiot"]) == 0
    assert hits(words=40) == 0
    assert hits(scope="sentence") == 1
    assert hits(above=1.0) == 0


def test_a_rule_with_a_pattern_that_is_none_or_two_ways_is_refused():
    for keys in ({"cues": ["("]}, {"above": 0.5, "below": 0.1}, {"above": 2}, {"wrong": 1}, {"head": []}):
        with pytest.raises(ValueError, match="validation error"):
            tone.Params.model_validate({"head": "offensive", **keys})


def test_trained_heads_say_that_they_are_trained():
    assert tone.TRAINED


CONTRAST = {row.kind for row in contrast.rows("test")}
FLOORS = {"hate": 0.5, "insult to a person": 0.5}
"""Where the heads are weak today; every other kind holds at .55 or better."""


def test_the_contrast_parts_share_no_sentence_and_are_many():
    train = {row.text for row in contrast.rows("train")}
    test = {row.text for row in contrast.rows("test")}

    assert not train & test
    assert len(train) + len(test) >= 2_000


@pytest.mark.parametrize("kind", sorted(CONTRAST))
def test_mentioning_is_not_attacking(kind: str):
    """Templates and names that training never saw."""
    rows = [row for row in contrast.rows("test") if row.kind == kind]
    name = "offensive" if kind in ("insult to a person", "harmless about a person") else "hate"

    right = [
        (scores(row.text)[name] >= language.threshold(name))
        == (row.offensive if name == "offensive" else row.hate)
        for row in rows
    ]

    assert sum(right) / len(right) >= FLOORS.get(kind, 0.55)


def test_ordinary_posts_are_left_alone():
    posts = list(ordinary.posts(300, seed=99))

    flagged = sum(
        max(p for name, p in scores(post).items() if name.startswith("policy/"))
        >= language.threshold("policy/area")
        for post in posts
    )

    assert flagged / len(posts) <= 0.02


def test_the_manifest_names_licences_data_and_figures():
    manifest = json.loads((FOLDER / "manifest.json").read_text())

    assert all(len(sha256) == 64 for sha256 in manifest["data"].values())
    assert not any("offensive.train" in path or "hate.train" in path for path in manifest["data"])
    assert all(manifest["licences"].values())
    assert all(0 < value <= 1 for value in manifest["thresholds"].values())


@needs_data
@pytest.mark.parametrize(
    ("head", "task", "yes", "floor"),
    [
        ("polite", "politeness-wiki", "polite", 0.84),
        ("hype", "clickbait", "clickbait", 0.93),
        ("offensive", "offensive", "offensive", 0.7),
    ],
)
def test_validation_texts_are_told_apart(head: str, task: str, yes: str, floor: float):
    """`offensive` is out of domain: its set trained nothing, and a guess would be right less often."""
    rows = [json.loads(line) for line in (DATA / "tone" / f"{task}.val.jsonl").read_text().splitlines()]

    right = [(scores(row["text"])[head] >= language.threshold(head)) == (row["label"] == yes) for row in rows]

    assert sum(right) / len(right) >= floor


@needs_data
def test_companies_posts_are_mostly_left_alone():
    """The half that set the thresholds; the other half is looked at by hand, once."""
    rows = [json.loads(line) for line in (DATA / "corporate" / "posts-dev.jsonl").read_text().splitlines()]
    half = [row for row in rows if hashlib.sha256(row["id"].encode()).digest()[0] % 2 == 0]

    at = language.threshold("policy/area")
    flagged = [
        row
        for row in half
        if any(p >= at for name, p in scores(row["text"]).items() if name.startswith(BLOCKING))
    ]

    assert len(flagged) / len(half) <= 0.04
