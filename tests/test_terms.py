"""Listed terms are found however they are dressed up, and words that only look like them are let go."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reviewer.checks import embargo, terms
from reviewer.model import Context, Hit
from reviewer.text import read_text
from reviewer.text.words import ranks

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", Path(__file__).parents[1] / "../shared/data"))
EVASION = DATA / "evasion"
needs_data = pytest.mark.skipif(not EVASION.is_dir(), reason=f"no {EVASION}; set REVIEWER_DEV_DATA")

TERMS = ("dealio", "whistleblower", "casino", "layoffs", "breach", "scam", "Project Falcon", "assassin")


def hits(text: str, *listed: str, **more: object) -> list[Hit]:
    params = terms.Params.model_validate({"terms": listed or TERMS, **more})
    return list(terms.check(read_text(text), params, Context()))


def quotes(text: str, *listed: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in hits(text, *listed)]


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("casino", None),
        ("CaSiNo", None),
        ("c\u200ba\u200bs\u00adi\u200bno", "invisible characters"),
        ("саѕіno", "look-alike letters"),
        ("𝐜𝐚𝐬𝐢𝐧𝐨", "fancy letters"),
        ("cas&#105;n&#x6f;", "HTML entities"),
        ("\u202eonisac\u202c", "bidi controls"),
        ("c4s1n0", "digits or signs for letters"),
        ("c a s i n o", "spaced letters"),
        ("c.a-s.i-n.o", "separated letters"),
        ("caaaasinoooo", "stretched letters"),
        ("c*s*no", "masked letters"),
        ("c*s*n*", "masked letters"),
        ("\\000063\\000061sino", "escaped letters"),
        ("csaino", "swapped letters"),
        ("casno", "dropped letters"),
        ("cazzino", "written as it sounds"),
        ("onisac", "written backwards"),
        ("pnfvab", "letters moved along the alphabet"),
        ("Y2FzaW5v", "base64"),
        ("-.-. .- ... .. -. ---", "Morse code"),
        ("charlie alfa sierra india november oscar", "spelling alphabet"),
        ("63 61 73 69 6e 6f", "hexadecimal code"),
        ("%63asino", "escaped letters"),
        ("ca<b>si</b>no", "mark-up inside"),
        ("#lovecasinonight", "glued to other words"),
        ("@the_casino", None),
        ("https://casino-shop.example/now", None),
        ("ouısɐɔ", "upside-down letters"),
        ("ca🎰sino", "separated letters"),
        ("c4\u200bs. 1 n 0", "spaced letters, digits or signs for letters, invisible characters"),
    ],
)
def test_a_term_is_found_whole_and_its_disguise_is_named(typed: str, how: str | None) -> None:
    text = f"Our view on {typed} has not changed"
    found = hits(text, "casino")
    assert [(text[hit.start : hit.end], hit.how) for hit in found] == [(typed, how)]


@pytest.mark.parametrize(
    "text",
    [
        "our beach house, an assassinated plan, assess the class",
        "it's cam footage",
        "a scampi dish for the scamper",
        "layoff-free year, casino-free town",
        "the curé of Cézanne",
        "сам по себе",
        "4th of July 2024, version 5.1.0, $ca",
        "breaching whales",
        "https://bit.ly/5CaM1 and https://youtu.be/cAs1nO_x",
        "I, as in other years, no",
    ],
)
def test_words_that_only_look_like_a_term_are_let_go(text: str) -> None:
    assert quotes(text) == []


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("wihtselbolwer", "shuffled letters"),
        ("wistlblower", "dropped letters"),
        ("wh-stl-bl-w-r", "masked letters"),
        ("whi********er", "masked letters"),
    ],
)
def test_a_long_term_is_found_where_much_of_it_is_wrong(typed: str, how: str) -> None:
    assert [hit.how for hit in hits(f"the {typed} again")] == [how]


def test_a_phrase_is_found_across_spaces_hashtags_and_case() -> None:
    for typed in ("Project Falcon", "project  falcon", "#ProjectFalcon", "PROJECT-FALCON"):
        assert quotes(f"news: {typed}!", "Project Falcon") == [typed]


def test_endings_count_only_where_the_rule_asks_for_stems() -> None:
    assert not hits("three breaches", "breach")
    assert [hit.arguments[0] for hit in hits("three breaches", "breach", matching="stem")] == ["breaches"]


def test_an_exception_lets_a_term_go_inside_it() -> None:
    assert not hits("the data breach drill", "breach", exceptions=["breach drill"])
    assert hits("the data breach", "breach", exceptions=["breach drill"])


def test_the_brands_own_lists_are_looked_for() -> None:
    context = Context(lists={"code_names": ("Orchid",)})
    params = terms.Params(lists=("code_names",))
    assert [h.arguments for h in terms.check(read_text("the 0rchid line"), params, context)] == [
        ("0rchid", "Orchid")
    ]
    assert not list(terms.check(read_text("the orchid line"), params, Context()))


def test_an_embargo_ends_at_its_moment() -> None:
    params = embargo.Params()
    lists = {"embargoes": ("Orchid line | 2027-03-01", "Lily | 2027-03-01T09:00:00+01:00", "Rose | soon")}

    def found(text: str, at: datetime | None) -> list[str]:
        context = Context(lists=lists, at=at)
        return [hit.arguments[2] for hit in embargo.check(read_text(text), params, context)]

    before, after = datetime(2027, 2, 28, 23, tzinfo=UTC), datetime(2027, 3, 1, 8, tzinfo=UTC)
    assert found("the orchid line", before) == ["2027-03-01 00:00 UTC"]
    assert found("the orchid line", None) == ["2027-03-01 00:00 UTC"]
    assert found("the orchid line, the lily", after) == []
    assert found("the rose", after) == ["further notice"]


@needs_data
def test_the_known_kinds_of_disguise_are_found_at_their_span() -> None:
    rows = [json.loads(line) for line in (EVASION / "dev.jsonl").read_text().splitlines()]
    params = terms.Params(terms=tuple(dict.fromkeys(row["term"] for row in rows)))
    found = exact = 0
    for row in rows:
        start, end = row["span"]
        near = [
            h
            for h in terms.check(read_text(row["text"]), params, Context())
            if h.start < end and start < h.end
        ]
        found += bool(near)
        exact += any((hit.start, hit.end) == (start, end) for hit in near)
    assert found / len(rows) >= 0.985
    assert exact / len(rows) >= 0.98


@needs_data
def test_clean_texts_and_dictionary_words_are_not_flagged() -> None:
    listed = tuple(entry[0] for entry in json.loads((EVASION / "terms-dev.json").read_text()))
    clean = [line for line in (EVASION / "clean.txt").read_text().splitlines() if line and line[0] != "#"]
    assert sum(bool(hits(text, *listed)) for text in clean) / len(clean) <= 0.01
    dictionary = [word for word in list(ranks())[2_000:42_000:5] if word not in listed]
    assert [word for word in dictionary if hits(word, *listed)] == []
