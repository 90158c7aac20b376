"""The trained heads: trusted only whole, explained by words, asked for by rules, never blocking."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import run

import numpy as np
import pytest

from reviewer import language
from reviewer.checks import tone
from reviewer.heads import FOLDER, HEADS, Heads, Lexicon
from reviewer.heads.features import listed
from reviewer.heads.stance import Stance
from reviewer.model import Context, Span
from reviewer.text import Document, read_text
from training import contrast, corpora, ordinary

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


@pytest.mark.parametrize("name", ["manifest.json", "vocabulary.npz", "severity.txt", "stance.txt"])
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
PERSONAL = ("person", "harmless about a person")
"""Kinds about one person: what counts is whether it offends."""
FLOORS = {"negated praise": 0.5, "slur homonym": 0.5}
"""Where the heads are weak today; every other kind holds at .6 or better."""


def test_the_contrast_parts_share_no_sentence_and_are_many():
    train = {row.text for row in contrast.rows("train")}
    test = {row.text for row in contrast.rows("test")}

    assert not train & test
    assert len(train) + len(test) >= 2_000


def right(row: contrast.Row, name: str) -> bool:
    return (scores(row.text)[name] >= language.threshold(name)) == getattr(row, name)


@pytest.mark.parametrize("kind", sorted(CONTRAST))
def test_mentioning_is_not_attacking(kind: str):
    """Templates and names that training never saw."""
    found = [right(row, "hate") for row in contrast.rows("test") if row.kind == kind]

    assert sum(found) / len(found) >= FLOORS.get(kind, 0.6)


@pytest.mark.parametrize("kind", PERSONAL)
def test_an_insult_is_told_from_praise_in_the_same_words(kind: str):
    found = [right(row, "offensive") for row in contrast.rows("test") if row.kind == kind]

    assert sum(found) / len(found) >= 0.6


def test_hate_is_told_from_its_look_alikes_over_all_kinds():
    rows = list(contrast.rows("test"))
    found = np.array([right(row, "hate") for row in rows])
    hateful = np.array([row.hate for row in rows])
    caught, quiet = found[hateful], found[~hateful]

    # F1 of each class from how many of it are right and how many of the other are not
    f1 = [
        2 * one.sum() / (2 * one.sum() + (~one).sum() + (~other).sum())
        for one, other in ((caught, quiet), (quiet, caught))
    ]
    assert np.mean(f1) >= 0.7
    assert found.mean() >= 0.76


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Poles are thieves.", ("group", "be", "bad", "stop")),
        ("P o l e s are th1eves.", ("group", "be", "bad", "stop")),
        ("ihatewomen", ("me", "hate", "group")),
        ("Those mulsims", ("they", "group")),
        ("No, Poles are not vermin", ("no", "comma", "group", "be", "no", "bad")),
        ("We open at nine", ("me",)),
    ],
)
def test_words_are_read_by_the_part_they_play_however_they_are_typed(text: str, parts: tuple[str, ...]):
    stance, severity = (Lexicon.read((FOLDER / f"{name}.txt").read_text()) for name in ("stance", "severity"))

    assert Stance(stance, severity).names(listed(text)) == parts


def test_letters_typed_apart_are_explained_where_they_stand():
    document = annotated("You are an i d i o t and a pathetic liar, shut up.")

    found = language.drivers(document, Span(0, len(document.text)), "offensive")

    assert all(document.text[span.start : span.end] == word for word, _, span in found)
    assert found


def test_posts_written_here_are_read_line_by_line_and_a_wrong_line_is_named(tmp_path: Path):
    (tmp_path / "a.tsv").write_text("# ours\nconduct/insult\tbad\tYou fool.\nnone\tclean\tWe open at nine.\n")
    hashes: dict[str, str] = {}

    posts = corpora.written(tmp_path, hashes)

    assert [(post.area, post.label, post.text) for post in posts] == [
        ("conduct/insult", "bad", "You fool."),
        ("none", "clean", "We open at nine."),
    ]
    assert list(hashes) == ["own/a.tsv"]
    (tmp_path / "b.tsv").write_text("none\tfine\tWe open at nine.\n")
    with pytest.raises(ValueError, match=r"b\.tsv, line 1"):
        corpora.written(tmp_path, hashes)


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
    assert set(manifest["trained_on"]) == set(HEADS)
    assert not {"offensive", "hate", "sentiment"} & {
        source for rows in manifest["trained_on"].values() for source in rows
    }


@needs_data
@pytest.mark.parametrize(
    ("head", "task", "yes", "floor"),
    [
        ("polite", "politeness-wiki", "polite", 0.84),
        ("hype", "clickbait", "clickbait", 0.93),
        ("offensive", "offensive", "offensive", 0.75),
    ],
)
def test_validation_texts_are_told_apart(head: str, task: str, yes: str, floor: float):
    """`offensive` is out of domain: its set trained nothing; a guess would be right for 65 %."""
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


@needs_data
def test_a_file_of_training_texts_is_known_as_one_however_it_is_typed(tmp_path: Path):
    """The bench leaves such rows out of its figures."""
    sentence = next(iter(contrast.rows("train"))).text
    held = next(iter(contrast.rows("test"))).text
    rows = [
        {"id": "typed", "text": f"@user {sentence.upper()}!! http://t.co/x", "label": "not-hate"},
        {"id": "held", "text": held, "label": "not-hate"},
        {"id": "other", "text": "They are all vermin and should be driven out of town.", "label": "hate"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    bench = Path(__file__).parents[1] / "bench" / "tone.py"

    done = run(
        [sys.executable, bench, "--task", "hate", "--data", file, "--trained", DATA],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["n"], told["seen_in_training"]) == (2, 1)
    assert "contrast" in told["trained_on"]
    assert "alt-profanity-check is not installed" in done.stdout
