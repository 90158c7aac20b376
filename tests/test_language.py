"""Sentences, words, valence and language of any text, in bounded time."""

import importlib
import random
import sys
import time
from pathlib import Path
from subprocess import run

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from reviewer import language
from reviewer.heads import HEADS, Heads
from reviewer.text import Document, read_text


def annotated(text: str) -> Document:
    return language.annotate(read_text(text))


def pieces(document: Document, which: str) -> list[str]:
    return [document.text[span.start : span.end] for span in getattr(document, which)]


def test_sentences_and_words_point_at_what_was_typed():
    document = annotated("We l\u200bove it! Sad 😂 news.  Why?\n\nno stop here\nnext line")

    assert pieces(document, "sentences") == [
        "We l\u200bove it!",
        "Sad 😂 news.",
        "Why?",
        "no stop here",
        "next line",
    ]
    assert pieces(document, "words")[:4] == ["We", "l\u200bove", "it", "!"]
    assert len(document.valence) == len(document.sentences)
    assert document.valence[0] > 0.5 > 0 > document.valence[1]


@given(st.text())
def test_any_text_has_spans_in_order_within_it(text: str):
    document = annotated(text)

    for spans in (document.sentences, document.words):
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert sorted(spans, key=lambda span: span.start) == list(spans)
    assert -1 <= document.compound <= 1
    assert all(0 <= probability <= 1 for probability in document.tone.values())


LONG = {
    "emoji": "😂" * 25_000,
    "buts": "but good bad " * 7_700,
    "brackets": "(" * 100_000,
    "one word": "a" * 100_000,
    "an address": "http://" + "a.b/" * 25_000,
    "marks": "a" + "\u0301" * 50_000,
    "dots": "a. " * 33_000,
    "any letters": "".join(chr(random.Random(1).randrange(0x20, 0xD7FF)) for _ in range(33_000)),  # noqa: S311
    "lone surrogates": "\ud800 x" * 20_000,
    "letters apart": "a b " * 25_000,
    "words run together": "ihatewomenyou" * 7_700,
    "insults": "you idiot " * 10_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_hundred_kilobytes_of_anything_are_read_in_bounded_time(text: str):
    annotated("warm up")
    start = time.thread_time()

    document = annotated(text)
    language.foreign(text)

    assert document.words
    assert time.thread_time() - start < 10


@pytest.mark.parametrize("text", ["", " \n ", "😂", "!", "\ud800", "\u200b"])
def test_a_text_without_words_is_neutral_and_of_no_tone_that_alarms(text: str):
    document = annotated(text)

    assert all(0 <= probability <= 1 for probability in document.tone.values())
    assert document.tone.get("policy", 0.0) < language.threshold("policy")
    assert not language.foreign(text)


def test_valence_of_a_long_text_is_that_of_its_parts_together():
    kind, cruel = "What a lovely, wonderful day. " * 60, "This is a horrible disaster. " * 60

    assert language.valence(kind) > 0.9
    assert language.valence(cruel) < -0.9
    assert abs(language.valence(kind + cruel)) < 0.99


ENGLISH = (
    "We open at nine, and the coffee is on us.",
    "ok lol",
    "Thanks @jo_müller! 🎉 #Dankeschön",
    "Meet Agnieszka Wójcik, who runs our lab in Kraków.",
    "New blog post: http://t.co/x",
    "OMG yesss, so proud of u all",
)
OTHER = (
    "Wir freuen uns auf das neue Jahr mit euch",
    "Nuestro equipo ya está listo para empezar",
    "La ville est très belle au printemps",
    "今日はいい天気ですね",
    "Сегодня хорошая погода",
    "Great day with the team. Das war ein wirklich schöner Tag für uns alle.",
    "مرحبا بكم في متجرنا",
)


MIXED = (
    "Our summer menu is here! Komm vorbei und probier die neue Limonade mit uns.",
    "Join us on Friday. Te esperamos en la plaza con música y comida para todos.",
    "Open until nine. 今日はいい天気ですね。",
)


@pytest.mark.parametrize("text", MIXED)
def test_a_post_in_two_languages_is_read_and_still_goes_to_a_person(text: str):
    assert annotated(text).tone
    assert any("person decides" in line for line in language.reduced([read_text(text)]))


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_names_and_tags_is_read(text: str):
    assert not language.foreign(text)


@pytest.mark.parametrize("text", OTHER)
def test_another_language_even_in_one_sentence_goes_to_a_person(text: str):
    assert language.foreign(text)
    assert any("person decides" in line for line in language.reduced([read_text(text)]))


def test_most_sentences_of_many_languages_are_told_from_english():
    """spaCy ships example sentences for its languages."""
    names = ("de", "fr", "es", "it", "nl", "pl", "pt", "sv", "tr", "fi", "cs", "hu", "ru", "uk", "el", "ko")
    examples = [s for name in names for s in importlib.import_module(f"spacy.lang.{name}.examples").sentences]

    found = sum(map(language.foreign, examples))

    assert found / len(examples) > 0.9


def test_the_heads_are_a_component_that_any_spacy_pipeline_can_have(tmp_path: Path):
    language.register()
    nlp = spacy.blank("en")
    nlp.add_pipe(language.COMPONENT)
    text = "You are a complete idiot, shut up."

    assert nlp(text)._.tone == language.tone(text) == annotated(text).tone
    nlp.to_disk(tmp_path / "pipeline")
    assert spacy.load(tmp_path / "pipeline")(text)._.tone == language.tone(text)


def test_a_stored_pipeline_with_other_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    language.register()
    nlp = spacy.blank("en")
    nlp.add_pipe(language.COMPONENT)
    nlp.to_disk(tmp_path / "pipeline")
    stored = nlp.to_bytes()
    monkeypatch.setattr(language, "heads", lambda: Heads(None, {}, HEADS, sha256="of other weights"))

    with pytest.raises(language.WrongWeights):
        spacy.load(tmp_path / "pipeline")
    with pytest.raises(language.WrongWeights):
        nlp.from_bytes(stored)


def test_nobody_waits_for_spacy_who_reads_no_text():
    code = "import reviewer.language, sys; print('spacy' in sys.modules, 'vaderSentiment' in sys.modules)"

    printed = run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert printed.split() == ["False", "False"]
