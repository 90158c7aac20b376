"""Vale's extension points mean here what they mean there."""

import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reviewer import language, rules
from reviewer.checks import metric
from reviewer.engine import Engine
from reviewer.errors import RuleError
from reviewer.model import Context
from reviewer.policy import proof
from reviewer.rules.loading import gathered
from reviewer.text import read_text

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", Path(__file__).parents[2] / "shared" / "data"))
VALE = DATA / "vale-conformance"
needs_data = pytest.mark.skipif(not VALE.is_dir(), reason="needs the development data of Vale's cases")


def found(text: str, **keys: Any) -> list[str]:
    """What one rule finds, as `start-end message`."""
    written = json.dumps({"message": "%s|%s", **keys}).encode()
    engine = Engine(rules.load({"P/R.yml": written}))
    result = engine.find([language.annotate(read_text(text))], Context())
    assert not result.failures
    return [f"{m.hit.start}-{m.hit.end} {m.rule.words(m.hit.arguments)}" for m in result.matches]


def bench() -> ModuleType:
    path = Path(__file__).parents[1] / "bench" / "vale_conformance.py"
    spec = importlib.util.spec_from_file_location("vale_conformance", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# --- the cases of Vale itself --------------------------------------------------------------------


@needs_data
def test_every_post_and_almost_every_file_of_vales_own_cases_comes_out_exactly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench().main(VALE / "dev", VALE / "styles")

    exact = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert exact["posts"] == [189, 189]
    assert exact["files"][0] >= 27


@needs_data
def test_cases_embedded_in_vales_rules_pass() -> None:
    results = proof.run_tests(rules.load(VALE / "embedded-tests"))

    assert len(results) == 16
    assert [result for result in results if not result.passed] == []


@needs_data
def test_the_golden_file_comes_out_as_vale_prints_it() -> None:
    own = {
        k: v for k, v in gathered(VALE / "embedded-tests").items() if k.split("/")[0] in ("Voices", "Direct")
    }

    alerts = bench().lint((VALE / "embedded-tests" / "before.md").read_text("utf-8"), "md", rules.load(own))

    printed = [":".join(map(str, alert)) for alert in sorted(alerts)]
    assert printed == json.loads((VALE / "embedded-tests" / "before.expected.json").read_text("utf-8"))


@needs_data
@pytest.mark.parametrize("folder", ["Google", "Joblint", "Microsoft", "alex", "proselint", "write-good"])
def test_official_packages_load_unchanged(folder: str) -> None:
    found = rules.load(VALE / "styles" / f"pkg-{folder}")

    assert len(found.rules) == len(list((VALE / "styles" / f"pkg-{folder}").rglob("*.yml")))
    assert not found.refused


@needs_data
def test_rule_files_of_vales_own_tests_load() -> None:
    assert len(rules.load(VALE / "styles" / "vale-testdata").rules) == 53


# --- existence, substitution ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({"tokens": ["foo"]}, "foo food Foo", ["0-3 foo|"]),
        ({"tokens": ["foo"], "ignorecase": "true"}, "Foo", ["0-3 Foo|"]),
        ({"tokens": ["foo"], "nonword": "true"}, "food", ["0-3 foo|"]),
        ({"tokens": ["a b", "a b c"]}, "a b c", ["0-3 a b|"]),
        ({"tokens": ["fo+"], "raw": ["(?:is|are) "]}, "is foo, foo", ["0-6 is foo|"]),
        ({"tokens": ["fo+"], "raw": [" bar"], "append": "true"}, "foo bar, foo", ["0-7 foo bar|"]),
        ({"raw": ["a", "b"]}, "cab", ["1-3 ab|"]),
        ({"tokens": ["[a-z]+ foo"], "exceptions": ["big"]}, "big foo, red foo", ["9-16 red foo|"]),
        ({"tokens": ["x(?-i)Y"], "ignorecase": "true"}, "XY xy", ["0-2 XY|"]),
        ({"tokens": ["^foo$"]}, "bar\nfoo\n", ["4-7 foo|"]),
        ({"tokens": [r"foo\Z"], "nonword": "true"}, "foo\n", ["0-3 foo|"]),
        ({"tokens": [r"foo\z"], "nonword": "true"}, "foo\n", []),
    ],
)
def test_existence(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="existence", **keys) == expected


REPLACE = {"action": {"name": "replace"}}


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({"swap": {"foo": "bar", "foo baz": "qux"}}, "foo baz foo", ["0-7 qux|foo baz", "8-11 bar|foo"]),
        ({"swap": {"github": "GitHub"}, "ignorecase": "true"}, "GitHub Github", ["7-13 GitHub|Github"]),
        ({"swap": {"foo(?:s)?": "bar|baz"}}, "foos", ["0-4 bar|baz|foos"]),
        ({"swap": {"foo": "a|b|c"}, **REPLACE}, "foo", ["0-3 'a', 'b', or 'c'|foo"]),
        ({"swap": {"foo": "a|b"}, **REPLACE}, "foo", ["0-3 'a' or 'b'|foo"]),
        ({"swap": {"foo": "a"}, "capitalize": "on", "ignorecase": "on", **REPLACE}, "Foo", ["0-3 'A'|Foo"]),
        ({"swap": {r"(\w+)-ly": "$1ly"}}, "near-ly", ["0-7 nearly|near-ly"]),
        ({"swap": {"(a)(b)": "${2}${1}"}}, "ab", ["0-2 ba|ab"]),
        ({"swap": {"foo": "bar"}, "exceptions": ["foo"]}, "foo", []),
    ],
)  # fmt: skip
def test_substitution(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="substitution", **keys) == expected


def test_a_message_does_not_quote_options_twice() -> None:
    keys = {"extends": "substitution", "message": "Use '%s', not '%s'.", "swap": {"foo": "a|b"}, **REPLACE}

    assert found("foo", **keys) == ["0-3 Use 'a' or 'b', not 'foo'."]


# --- the others ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({"token": ",", "max": "2"}, "a, b, c, d", ["1-2 3|"]),
        ({"token": ",", "max": "3"}, "a, b, c, d", []),
        ({"token": r"\w+", "min": "3"}, "two words", ["0-3 2|"]),
        ({"token": "intro", "min": "1"}, "nothing", ["0-0 0|"]),
        ({"token": "A", "max": "1", "ignorecase": "true"}, "a A", ["0-1 2|"]),
    ],
)
def test_occurrence(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="occurrence", **keys) == expected


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({}, "the the end", ["0-7 the|"]),
        ({}, "The the end", []),
        ({"ignorecase": "true"}, "The the end", ["0-7 the|"]),
        ({"tokens": [r"[^\s.!?]+"]}, "It is so. So what? what", []),
        ({"tokens": [r"[^\s.!?]+"], "ignorecase": "true"}, "had. Had had", ["5-12 had|"]),
        ({"alpha": "true"}, "1 1 a a", ["4-7 a|"]),
        ({"max": "1"}, "no no, very very very", ["12-21 very|"]),
        ({"exceptions": ["that"]}, "that that is is", ["10-15 is|"]),
    ],
)
def test_repetition(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="repetition", **keys) == expected


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        ({"either": {"colour": "color"}}, "colour and color", ["11-16 color|"]),
        ({"either": {"colour": "color"}}, "color, colour, color", ["15-20 color|"]),
        ({"either": {"colour": "color"}}, "colour and colour", []),
        ({"either": {"a": "b", "c": "d"}}, "a d", []),
        ({"either": {'"': "[“”]"}, "nonword": "true"}, 'a "b" “c', ["6-7 “|"]),
    ],
)
def test_consistency(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="consistency", **keys) == expected


ACRONYM = {"first": r"\b([A-Z]{3,5})\b", "second": r"(?:\b[A-Z][a-z]+ )+\(([A-Z]{3,5})\)"}


@pytest.mark.parametrize(
    ("keys", "text", "expected"),
    [
        (ACRONYM, "Ask the WHO.", ["8-11 WHO|"]),
        (ACRONYM, "The World Health Organization (WHO). Ask the WHO.", []),
        (ACRONYM, "The World Health Organization (WHO) and the ILO.", ["44-47 ILO|"]),
        ({**ACRONYM, "exceptions": ["WHO"]}, "Ask the WHO.", []),
        ({"first": r"\bAd\b", "second": "#ad"}, "Ad here", ["0-2 Ad|"]),
        ({"first": r"\bAd\b", "second": "#ad"}, "Ad here #ad", []),
    ],
)
def test_conditional(keys: dict[str, Any], text: str, expected: list[str]) -> None:
    assert found(text, extends="conditional", **keys) == expected


@pytest.mark.parametrize(
    ("keys", "text", "right"),
    [
        ({"match": "$title"}, "The Lord of the Rings", True),
        ({"match": "$title"}, "The lord of the rings", False),
        ({"match": "$title", "style": "AP", "threshold": "0.9"}, "A Walk With Ada Through Rome", True),
        ({"match": "$title", "style": "Chicago", "threshold": "0.9"}, "A Walk with Ada through Rome", True),
        ({"match": "$sentence"}, "A new kitchen for everyone", True),
        ({"match": "$sentence"}, "A New Kitchen For Everyone", False),
        ({"match": "$sentence", "exceptions": ["Rome"], "threshold": "0.95"}, "We go to Rome", True),
        ({"match": "$sentence", "threshold": "0.95"}, "We use NASA and iPhone", True),
        ({"match": "$sentence", "indicators": [":"], "threshold": "0.95"}, "Note: Read this", True),
        ({"match": "$sentence", "prefix": r"\d+\. "}, "1. a new start", False),
        ({"match": "$lower"}, "all small", True),
        ({"match": "$lower"}, "Not small", False),
        ({"match": "$upper"}, "LOUD", True),
        ({"match": "$upper"}, "LOUd", False),
        ({"match": r"^[A-Z]\w+$"}, "Word", True),
        ({"match": r"^[A-Z]\w+$"}, "two words", False),
    ],
)
def test_capitalization(keys: dict[str, Any], text: str, right: bool) -> None:
    assert (found(text, extends="capitalization", **keys) == []) is right


def test_capitalization_says_what_it_expects() -> None:
    keys = {"extends": "capitalization", "match": "$title", "message": "'%s' should be '%s'"}

    assert found("the lord of the rings", **keys) == [
        "0-21 'the lord of the rings' should be 'The Lord of the Rings'"
    ]


GRADE = "(0.39 * (words / sentences)) + (11.8 * (syllables / words)) - 15.59"


@pytest.mark.parametrize(
    ("formula", "condition", "expected"),
    [
        ("words", "> 5", ["0-0 9.00|"]),
        ("words", "> 9", []),
        ("sentences", "== 3", ["0-0 3.00|"]),
        ("characters / words", "< 4", ["0-0 2.78|"]),
        ("long_words + polysyllabic_words + complex_words", "< 1", ["0-0 0.00|"]),
        ("math.sqrt(words) + math.pow(2, 3)", ">= 11", ["0-0 11.00|"]),
        ("-paragraphs % 3", "!= 0", ["0-0 -2.00|"]),
        (GRADE, "< 3", ["0-0 -2.62|"]),
    ],
)
def test_metric(formula: str, condition: str, expected: list[str]) -> None:
    text = "The cat sat down. It saw a dog.\n\n@ada https://example.org/many/words #tag run"

    assert found(text, extends="metric", formula=formula, condition=condition) == expected


@pytest.mark.parametrize(
    ("formula", "condition"),
    [
        ("__import__('os').system('x')", "> 1"),
        ("words.__class__", "> 1"),
        ("math.exit(1)", "> 1"),
        ("wrods / 2", "> 1"),
        ("words **", "> 1"),
        ("words", "1"),
        ("words", "> 1 > 0"),
        ("words", "in sentences"),
        ("(" * 500 + "words" + ")" * 500, "> 1"),
    ],
)
def test_a_formula_is_arithmetic_or_refused(formula: str, condition: str) -> None:
    with pytest.raises(RuleError):
        found("text", extends="metric", formula=formula, condition=condition)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1), ("table", 2), ("made", 1), ("wanted", 2), ("walked", 1), ("horses", 2), ("names", 1),
        ("readability", 5), ("beautiful", 3), ("the", 1), ("rhythm", 1),
        ("area", 3), ("company's", 3), ("idea", 3), ("tea", 1),
    ],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert metric.syllables(word) == count


@pytest.mark.parametrize(
    ("keys", "text", "spans"),
    [
        ({"below": "-0.5"}, "I love it. I hate this terrible mess.", ["11-37"]),
        ({"above": "0.5"}, "I love it. I hate this terrible mess.", ["0-10"]),
        ({"below": "-0.3", "scope": "text"}, "I hate this terrible mess.", ["0-26"]),
        ({"below": "-0.3", "words": "9"}, "I hate this terrible mess.", []),
        ({"below": "-0.5"}, "", []),
    ],
)
def test_sentiment(keys: dict[str, Any], text: str, spans: list[str]) -> None:
    assert [one.split()[0] for one in found(text, extends="sentiment", **keys)] == spans
