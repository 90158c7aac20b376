"""Two stages find what one would; what can't be looked at is a failure, never silence."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reviewer import language, rules
from reviewer.checks import _bounds, _patterns, existence
from reviewer.checks._patterns import Entry, border, scan
from reviewer.engine import Engine, Match, prefilter
from reviewer.engine.prefilter import Prefilter
from reviewer.model import Context, Hit
from reviewer.rules import RuleSet
from reviewer.text import Document, read_text

DATA = Path(os.environ.get("REVIEWER_DEV_DATA", Path(__file__).parents[2] / "shared" / "data"))
PARTS = (
    *("risk", "free", "is", "a", "no", " ", "-", "(?:s|ed)?", r"\b", r"\d+", r"\w+", "[a-z]", "[^.!?]{0,25}"),
    *(".", "(?:win|lose)", "(?<!not )", "(?= now)", "(?i:Free)", "(?-i:USA)", "^", "$", r"\s", "x{2,3}"),
    *("(?:ab)+", "é", "ß", "ı", "k", "[ſs]", "[[:alpha:]]", r"\p{L}+", "(?>ab|a)", "a*+", r"(a|b)\1", r"\."),
    *(r"[^\W\d]", "ffi", "\u0307"),
)
WORDS = (
    *(
        "risk",
        "free",
        "is",
        "a",
        "no",
        "win",
        "lose",
        "not free",
        " now",
        "USA",
        "usa",
        "xx",
        "abab",
        "é",
        "É",
    ),
    *("ß", "SS", "ẞ", "İ", "I", "ı", "K", "k", "ſ", "ﬃ", "ffi", "7", "٧", ".", "!", "\n", "\n\n", " ", "-"),
    *("'", "…", "i\u0307", "👍🏽", "\u00a0", "_", "\x1c", "\u0307", "aab", "bb", "#free", "@risk"),
    "https://risk.example/free",
)
patterns = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)
texts = st.lists(st.sampled_from(WORDS), max_size=14).map("".join)


def ruleset(*written: dict[str, Any]) -> RuleSet:
    """Third-party rules, one for each mapping of keys."""
    return rules.load(
        {
            f"Pack/R{number}.yml": json.dumps({"message": "'%s'", **keys}).encode()
            for number, keys in enumerate(written)
        }
    )


def words(*tokens: str, **keys: Any) -> dict[str, Any]:
    return {"extends": "existence", "tokens": list(tokens), **keys}


def stance(**keys: Any) -> dict[str, Any]:
    return {"id": "T", "decision": "warn", "owner": "legal", "reason": "because", "status": "shadow", **keys}


def find(found: RuleSet, text: str, context: Context | None = None) -> list[tuple[str, int, int]]:
    result = Engine(found).find([read_text(text)], context or Context())
    assert not result.failures
    return [(match.rule.name, match.hit.start, match.hit.end) for match in result.matches]


def compiles(pattern: str) -> bool:
    try:
        return Entry(pattern).pattern is not None
    except regex.error:
        return False


def by_brute_force(engine: Engine, documents: Sequence[Document]) -> list[Match]:
    result = engine.find(documents, Context(), rules=engine.ruleset.rules)
    assert not result.failures
    return sorted(result.matches, key=place)


def place(match: Match) -> tuple[str, str, int, int]:
    return (match.rule.name, match.pointer, match.hit.start, match.hit.end)


# --- nothing is lost -----------------------------------------------------------------------------


@settings(max_examples=400, deadline=None)
@given(st.lists(patterns, min_size=1, max_size=4), texts, st.booleans(), st.booleans())
@example(["(?:^|a)no$"], "x\na no", True, False)
@example(["ß"], "SS ẞ ß", True, True)
@example(["ı"], "I i İ", True, False)
@example(["k"], "K", True, True)
@example(["\u0307"], "i\u0307", True, False)
@example(["[^.!?]{0,25}free"], "ﬃfree", False, False)
def test_prefiltered_runs_find_what_brute_force_finds_with_and_without_re2(
    tokens: list[str], text: str, ignorecase: bool, nonword: bool
) -> None:
    tokens = list(filter(compiles, tokens)) or ["free"]
    keys = {"ignorecase": str(ignorecase).lower(), "nonword": str(nonword).lower()}
    grains = ("text", "sentence", "paragraph")
    found = ruleset(*(words(*tokens, scope=grain, **keys) for grain in grains))
    document = language.annotate(read_text(text))
    for re2 in (prefilter.RE2, None):
        engine = Engine(found)
        engine._prefilter = Prefilter(
            [entry for rule in found.rules for entry in rule.entries or ()],
            {n for n, owner in enumerate(engine._owners) if found.rules[owner].grain != "text"},
            re2=re2,
        )
        result = engine.find([document], Context())

        assert not result.failures
        assert sorted(result.matches, key=place) == by_brute_force(engine, [document])


@pytest.mark.skipif(not (DATA / "vale-conformance").is_dir(), reason="needs the development data")
def test_prefiltered_runs_find_what_brute_force_finds_in_every_post_by_every_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reviewer.engine.BUDGET", 60)  # brute force compiles five thousand patterns
    monkeypatch.setattr(_patterns, "TIMEOUT", 60)
    styles = DATA / "vale-conformance" / "styles"
    files = {
        f"{path.parent.parent.name}-{path.parent.name}/{path.name}": path.read_bytes()
        for path in sorted(styles.glob("*/*/*.yml"))
    }
    engine = Engine(rules.load(files))
    posts = [
        json.loads(line)["text"]
        for line in (DATA / "corporate" / "posts-dev.jsonl").read_text("utf-8").splitlines()
    ]
    hits = 0
    for post in posts[::6]:
        document = language.annotate(read_text(post))
        matches = sorted(engine.find([document], Context()).matches, key=place)

        assert matches == by_brute_force(engine, [document]), post
        hits += len(matches)
    assert hits > 500


@given(st.lists(patterns, min_size=1, max_size=5, unique=True), texts, st.booleans())
@settings(max_examples=400, deadline=None)
def test_entries_run_one_by_one_are_one_alternation(tokens: list[str], text: str, ignorecase: bool) -> None:
    """Vale's pattern for a list is one alternation of all its entries."""
    tokens = [token for token in tokens if "\\1" not in token and compiles(token)] or ["free"]
    entries = [Entry(token, ignorecase) for token in tokens]
    joined = "|".join(_patterns.translated(token) for token in tokens)
    flags = regex.MULTILINE | (regex.IGNORECASE if ignorecase else 0)
    whole = regex.compile(rf"\b(?:{joined})\b", flags)

    assume(all(one.start < one.end for entry in entries for one in scan(text, [entry])))

    found = [(one.start, one.end) for one in scan(text, entries)]

    assert found == [match.span() for match in whole.finditer(text)]


def test_letters_that_are_equal_ignoring_case_fold_to_the_same() -> None:
    """What the first stage compares must hold whatever the second one takes for equal."""
    for code in range(0x110000):
        character = chr(code)
        for other in {character.lower(), character.upper(), character.title(), character.casefold()}:
            if (
                len(other) == 1
                and other != character
                and regex.fullmatch(regex.escape(other), character, regex.IGNORECASE)
            ):
                assert _bounds.fold(other) == _bounds.fold(character)
    for turkic in "iIİı":
        assert _bounds.fold(turkic) == "i"


@given(st.text(alphabet="aZ_9 -'é\u0301…٧👍\u200d\n", max_size=8))
def test_borders_are_where_the_pattern_has_them(text: str) -> None:
    expected = {match.start() for match in regex.finditer(r"\b", text)}

    assert {at for at in range(len(text) + 1) if border(text, at)} == expected


def test_support_holds_back_what_the_head_of_its_area_does_not_bear_out() -> None:
    asks = stance(area=["crisis/blame", "crisis/vague"], support=0.1)
    engine = Engine(ruleset(words("incident", policy=asks, tests=[])))

    def found(**tone: float) -> int:
        document = replace(read_text("An incident."), tone={f"policy/crisis/{n}": p for n, p in tone.items()})
        return len(engine.find([document], Context()).matches)

    assert found(blame=0.02, vague=0.1) == 1
    assert found(blame=0.02, vague=0.09) == 0
    assert found(blame=0.09) == 0
    assert found() == 1, "a head that is missing holds nothing back"


def test_most_entries_of_a_list_are_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = existence.find

    def counting(text: str, params: Any, entries: Sequence[Entry]) -> Iterator[Hit]:
        asked.append(len(entries))
        return original(text, params, entries)

    monkeypatch.setattr(existence, "find", counting)
    found = ruleset(words(*(f"word{number}" for number in range(2_000)), ignorecase="true"))

    assert find(found, "Say Word7 and word1999.") == [("Pack.R0", 4, 9), ("Pack.R0", 14, 22)]
    assert asked == [2]


# --- guards --------------------------------------------------------------------------------------


class Silent:
    """A google-re2 whose sets answer nothing, as real ones do when their memory runs out."""

    error = ValueError

    class Options(SimpleNamespace):
        pass

    class Set:
        @classmethod
        def SearchSet(cls, _: object) -> "Silent.Set":
            made = cls()
            made.size = 0
            return made

        size: int

        def Add(self, _: str) -> int:
            self.size += 1
            return self.size - 1

        def Compile(self) -> None:
            pass

        def Match(self, _: str) -> list[int]:
            return []

    @staticmethod
    def compile(pattern: str, options: object) -> None:
        pass


def test_a_set_that_gives_up_in_silence_loses_nothing() -> None:
    """The canary did not come back, so every entry of the set is a candidate."""
    entries = [Entry(r"\d\d?", word=False), Entry(";", word=False)]

    assert Prefilter(entries, re2=Silent).candidates(["5;"]) == {0, 1}  # type: ignore[arg-type]


@pytest.mark.skipif(prefilter.RE2 is None, reason="google-re2 is not installed")
def test_a_set_that_works_holds_entries_back() -> None:
    entries = [Entry(r"\d\d?", word=False), Entry(";", word=False)]

    assert Prefilter(entries).candidates(["a;b"]) == {1}
    assert Prefilter(entries).candidates(["İ"]) == {0, 1}
    assert Prefilter(entries).candidates(["\ud800"]) == {0, 1}


CATASTROPHES = (
    r"^(a+)+$", r"^(a|aa)+$", r"^(a|a?)+$", r"^(a*)*$", r"(a+)+b", r"^(\w+\s?)*$", r"(.*)*x", r"^((a+)*)+$",
    r"(a|b|ab)*c", r"^(?:a?){60}a{60}$",
)  # fmt: skip


@pytest.mark.parametrize("pattern", CATASTROPHES)
@pytest.mark.parametrize("whole", [False, True], ids=["prefiltered", "brute force"])
def test_a_pattern_that_explodes_takes_no_time_from_others_and_finds_nothing_false(
    pattern: str, whole: bool
) -> None:
    found = ruleset(words(pattern, nonword="true"), words("needle"))
    engine = Engine(found)

    started = time.monotonic()
    text = "a" * 999_990 + "! needle"  # none of them matches this
    result = engine.find([read_text(text)], Context(), rules=found.rules if whole else None)

    assert time.monotonic() - started < 5
    assert [match.rule.name for match in result.matches] == ["Pack.R1"]
    assert {failure.rule.name for failure in result.failures} <= {"Pack.R0"}


def test_a_pattern_that_took_too_long_is_named() -> None:
    found = ruleset(words("^(a+)+$", nonword="true"))

    result = Engine(found).find([read_text("a" * 5_000 + "!")], Context(), rules=found.rules)

    (failure,) = result.failures
    assert (failure.rule.name, failure.pointer) == ("Pack.R0", "/parts/0/text")
    assert failure.why == "took too long on this text"


def test_a_short_text_can_make_no_pattern_slow() -> None:
    """No clock is asked for patterns that are cheap by their form; these are not, so it is."""
    for pattern in CATASTROPHES[:7]:
        entry = Entry(pattern, word=False)
        assert entry.quick < 200, pattern
        started = time.monotonic()
        with suppress(TimeoutError):
            list(scan("a" * 150 + "!", [entry]))
        assert time.monotonic() - started < 1


def test_the_whole_post_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviewer.engine.BUDGET", 0.2)
    found = ruleset(*(words(rf"^(a+)+{number}$", nonword="true") for number in range(30)))

    started = time.monotonic()
    result = Engine(found).find([read_text("a" * 5_000 + "!")], Context(), rules=found.rules)

    assert time.monotonic() - started < 2
    assert len(result.failures) == 30


def test_a_check_that_breaks_is_named_and_the_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    from reviewer.checks import repetition

    def broken(*_: object) -> Iterator[Hit]:
        yield Hit(0, 1)
        raise ZeroDivisionError

    monkeypatch.setattr(repetition, "find", broken)
    engine = Engine(ruleset({"extends": "repetition"}, words("here")))

    result = engine.find([read_text("here here")], Context())

    assert [match.rule.name for match in result.matches] == ["Pack.R0", "Pack.R1", "Pack.R1"]
    (failure,) = result.failures
    assert (failure.rule.name, failure.why) == ("Pack.R0", "broke on this text (ZeroDivisionError)")


def test_a_check_that_breaks_before_its_first_hit_is_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from reviewer.checks import sentiment

    def broken(*_: object) -> list[Hit]:
        raise KeyError("x")

    monkeypatch.setattr(sentiment, "check", broken)

    result = Engine(ruleset({"extends": "sentiment", "below": "-1"})).find([read_text("here")], Context())

    assert [failure.why for failure in result.failures] == ["broke on this text (KeyError)"]


def test_a_rule_that_disturbs_nobody_takes_nobodys_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shadow rule that uses the budget up comes after those that count."""
    monkeypatch.setattr("reviewer.engine.BUDGET", 0.05)
    slow = words("^(a|a)*$", nonword="true", policy=stance())
    engine = Engine(ruleset(slow, words("needle")))
    monkeypatch.setattr(engine, "_prefilter", Prefilter([Entry("x"), Entry("x")], re2=None))
    monkeypatch.setattr(engine._prefilter, "_always", [0, 1])

    result = engine.find([read_text("a" * 9_000 + "! needle")], Context())

    assert [match.rule.name for match in result.matches] == ["Pack.R1"]
    assert [failure.rule.name for failure in result.failures] == ["Pack.R0"]
    assert result.ran == 1


# --- what a rule looks at ------------------------------------------------------------------------


def test_addresses_names_and_tags_are_hidden_unless_a_rule_reads_them() -> None:
    text = "free #free @free https://free.example/free free.com (@free)"
    blind = ruleset(words("free", policy=stance()))
    seeing = ruleset(words("free", policy=stance(reads=["hashtags", "handles"])))

    assert [start for _, start, _ in find(blind, text)] == [0]
    assert [start for _, start, _ in find(seeing, text)] == [0, 6, 12, 54]


def test_what_is_hidden_keeps_its_shape() -> None:
    found = ruleset(words(r"thanks to @\w+ for", policy=stance()))

    assert find(found, "thanks to @free_beer for") == [("Pack.R0", 0, 24)]


def test_our_rules_read_plain_letters_and_point_at_what_was_typed() -> None:
    ours, theirs = ruleset(words("can't lose", policy=stance())), ruleset(words("can't lose"))

    assert find(ours, "You can’t\u00a0lose") == [("Pack.R0", 4, 14)]
    assert find(theirs, "You can’t\u00a0lose") == []


def test_a_hit_never_cuts_a_grapheme() -> None:
    assert find(ruleset(words("cafe", nonword="true")), "a cafe\u0301") == [("Pack.R0", 2, 7)]


@pytest.mark.parametrize(
    ("keys", "context", "hits"),
    [
        ({"channels": ["x"]}, Context(channel="linkedin"), 0),
        ({"channels": ["x"]}, Context(channel="x"), 1),
        ({"kinds": ["reply"]}, Context(kind="post"), 0),
        ({"kinds": ["reply"]}, Context(kind="reply"), 1),
        ({"fields": ["alt"]}, Context(), 0),
        ({"fields": ["text"]}, Context(), 1),
        ({"status": "off"}, Context(), 0),
        ({"expires": "2027-01-31"}, Context(at=datetime(2027, 1, 31, tzinfo=UTC)), 0),
        ({"expires": "2027-01-31"}, Context(at=datetime(2027, 1, 30, tzinfo=UTC)), 1),
    ],
)
def test_a_rule_looks_where_and_while_it_says(keys: dict[str, Any], context: Context, hits: int) -> None:
    assert len(find(ruleset(words("free", policy=stance(**keys))), "free", context)) == hits


def test_a_sentence_is_a_piece_of_its_own() -> None:
    document = language.annotate(read_text("One, two, three. Four, five."))
    engine = Engine(ruleset({"extends": "occurrence", "token": ",", "max": 1, "scope": "sentence"}))

    assert [match.hit.start for match in engine.find([document], Context()).matches] == [3]


def test_scopes_that_posts_do_not_have_find_nothing() -> None:
    assert find(ruleset(words("free", scope="heading & ~heading.h1")), "# free\n\nfree") == []
    assert len(find(ruleset(words("free", scope=["heading", "paragraph"])), "# free\n\nfree")) == 2


def test_limit_is_the_number_of_findings_in_a_field() -> None:
    assert len(find(ruleset(words("free", limit="2")), "free free free")) == 2


def test_loading_and_matching_need_no_spacy() -> None:
    import subprocess
    import sys

    script = (
        "import sys\n"
        "from reviewer import rules, text\n"
        "from reviewer.engine import Engine\n"
        "from reviewer.model import Context\n"
        "files = {'P/R.yml': b'extends: existence\\nmessage: m\\ntokens: [free]\\n'}\n"
        "found = Engine(rules.load(files)).find([text.read_text('free')], Context())\n"
        "assert len(found.matches) == 1\n"
        "assert not {'spacy', 'vaderSentiment', 'flask', 'sqlalchemy'} & set(sys.modules)\n"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
