"""Rule files are read whole or refused, with the place and what to do."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reviewer import rules
from reviewer.errors import RuleError
from reviewer.model import Decision

GOOD = """extends: existence
message: "Not '%s'."
level: error
ignorecase: true
tokens:
  - guaranteed
policy:
  id: TST-001
  decision: block
  owner: legal
  reason: Nobody can promise that.
tests:
"""
FIRES = """  - name: fires
    input: A guaranteed win.
    want: "1:3:Pack.Rule:Not 'guaranteed'."
"""
NEAR_MISS = """  - name: near miss
    input: A guarantee card.
    want: ""
"""
GOOD += FIRES + NEAR_MISS
FOREIGN = """extends: existence
message: "Not '%s'."
level: error
tokens: [foo]
"""


def refused(files: dict[str, str]) -> RuleError:
    with pytest.raises(RuleError) as caught:
        rules.load({name: data.encode() for name, data in files.items()})
    return caught.value


def loaded(**files: str) -> rules.RuleSet:
    return rules.load({name.replace("__", "/") + ".yml": data.encode() for name, data in files.items()})


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("ignorecase: true", "ignorecsae: true"), 4, "`ignorecsae` is not a key here"),
        (("  owner: legal", "  onwer: legal"), 10, "`policy.onwer` is not a key here"),
        (("ignorecase: true", "ignorecase: perhaps"), 4, "ignorecase"),
        (("  decision: block", "  decision: maybe"), 9, "decision"),
        (("  reason: Nobody can promise that.\n", ""), 7, "no `reason`"),
        (("  id: TST-001\n", ""), 7, "no `id`"),
        (("extends: existence", "extends: exitsence"), 1, "is no check"),
        (("extends: existence", "extends: spelling"), 1, "not supported yet"),
        (("extends: existence", "extends: Other.Rule"), 1, "there is no such rule"),
        (("extends: existence\n", ""), 1, "`extends` is missing"),
        (("message: \"Not '%s'.\"\n", ""), 1, "no `message`"),
        (("level: error", "level: loud"), 3, "`level: loud`"),
        (("level: error", "level: error\nlevel: warning"), 4, "already on line 3"),
        (("  - guaranteed", "  - 'guaranteed('"), 6, "not a regular expression"),
        (("  - guaranteed", "  - '[z-a]'"), 6, "not a regular expression"),
        (("  - guaranteed", "  - 'a{1000000000}'"), 6, "write out to more than"),
        (("  - guaranteed", "  - '(?:(?:ab{900}){900}){900}'"), 6, "write out to more than"),
        (("  - guaranteed", "  - '" + "(" * 4000 + ")" * 4000 + "'"), 6, "not a regular expression"),
        (("  - guaranteed", '  - ""'), 1, "match everywhere"),
        (("tokens:\n  - guaranteed\n", ""), 1, "neither `tokens` nor `raw`"),
        (("  - guaranteed", "  - &a guaranteed\n  - *a"), 7, "Aliases"),
        (("  - guaranteed", "  - !!python/name:os.system x"), 6, "Tags"),
        ((FIRES, ""), 12, "no case that fires"),
        ((NEAR_MISS, ""), 12, "no near miss"),
        (("    input: A guaranteed win.\n", ""), 13, "missing"),
        (("tests:", "tests: [\n"), 14, "not YAML"),
        (("  owner: legal", "  owner: legal\n  area: a/b\n  support: 0.1"), 12, "waits for no trained model"),
        (("decision: block\n", "decision: warn\n  support: 0.1\n"), 10, "without an `area`"),
        (("decision: block\n", "decision: warn\n  area: a/b\n  support: 2\n"), 11, "support"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_said_with_path_and_line(
    change: tuple[str, str], line: int, said: str
) -> None:
    assert change[0] in GOOD

    error = refused({"Pack/Rule.yml": GOOD.replace(change[0], change[1], 1)})

    assert str(error).startswith(f"Pack/Rule.yml:{line}: ")
    assert said in str(error)


def test_one_bad_file_refuses_the_whole_set() -> None:
    error = refused({"Pack/Rule.yml": GOOD, "Pack/Other.yml": FOREIGN + "colour: red\n"})

    assert error.path == "Pack/Other.yml"


def test_two_rules_do_not_share_an_id() -> None:
    error = refused({"Pack/Rule.yml": GOOD, "Pack/Second.yml": GOOD})

    assert str(error).startswith("Pack/Second.yml:8: ")
    assert "already Pack.Rule's" in str(error)


@pytest.mark.parametrize(
    "keys",
    [
        {"extends": "conditional", "first": "a", "second": "(b"},
        {"extends": "conditional", "first": "(a", "second": "b"},
        {"extends": "occurrence", "token": "[z-a]", "min": "1"},
        {"extends": "repetition", "tokens": ["(a"]},
        {"extends": "consistency", "either": {"a": "b("}},
        {"extends": "substitution", "swap": {"(a": "b"}},
        {"extends": "capitalization", "match": "^[A-Z"},
        {"extends": "capitalization", "match": "$title", "prefix": "(a"},
        {"extends": "existence", "tokens": ["a"], "exceptions": ["(b"]},
        {"extends": "existence", "raw": ["(a"]},
    ],
    ids=lambda keys: " ".join(map(str, keys.values())),
)
def test_a_broken_pattern_is_refused_wherever_it_stands(keys: dict[str, object]) -> None:
    error = refused({"Pack/Rule.yml": json.dumps({"message": "m", **keys})})

    assert "Pack.Rule" in str(error)
    assert "pattern" in str(error) or "regular expression" in str(error)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"tokens: [" + b"a, " * 100_000 + b"a]", "split it"),
        (b"[" * 100_000, "Nested deeper"),
        (b"a: &x [1]\nb: [" + b"*x, " * 50 + b"]", "Aliases"),
        (b"extends: \xff", "UTF-8"),
        (b"- just\n- a list\n", "not a mapping"),
        (b"a: 1\n---\nb: 2\n", "one document"),
        (b"? [a, b]\n: c\n", "plain word"),
    ],
)
def test_bombs_and_other_yaml_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        rules.load({"Pack/Rule.yml": data})


def test_a_missing_folder_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="rules folder is missing"):
        rules.load(tmp_path / "gone")


def test_words_of_a_list_stay_words() -> None:
    written = (
        "extends: existence\nmessage: '%s'\ntokens: [no, on, yes, 12:30, 1e3, ~, null, 0x1F, 2027-01-31]\n"
    )

    (rule,) = loaded(Pack__Rule=written).rules

    assert [entry.source for entry in rule.entries or ()] == [
        "no", "on", "yes", "12:30", "1e3", "~", "null", "0x1F", "2027-01-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "decision"),
    [("error", Decision.WARN), ("warning", Decision.SUGGEST), ("suggestion", Decision.SUGGEST)],
)
def test_a_third_party_rule_counts_as_its_author_meant(level: str, decision: Decision) -> None:
    (rule,) = loaded(Pack__Rule=FOREIGN.replace("error", level)).rules

    assert (rule.decision, rule.stance.owner, rule.ours) == (decision, "marketing", False)


def test_an_overlay_says_otherwise() -> None:
    overlay = (
        "defaults: {owner: comms}\nrules:\n  Rule: {decision: needs_approval, reason: We had trouble.}\n"
    )

    (rule,) = loaded(Pack__Rule=FOREIGN, Pack__policy=overlay).rules

    assert (rule.decision, rule.stance.owner) == (Decision.NEEDS_APPROVAL, "comms")
    assert rule.stance.reason == "We had trouble."


def test_an_overlay_for_a_rule_that_is_not_there_is_refused() -> None:
    error = refused({"Pack/Rule.yml": FOREIGN, "Pack/policy.yml": "rules:\n  Gone: {status: off}\n"})

    assert str(error) == "Pack/policy.yml:2: There is no rule Pack.Gone."


@pytest.mark.parametrize("check", ["spelling", "sequence", "script"])
def test_what_is_not_supported_is_named_and_the_rest_of_the_pack_runs(check: str) -> None:
    found = loaded(Pack__Rule=FOREIGN, Pack__Odd=f"extends: {check}\nmessage: x\n")

    assert [rule.name for rule in found.rules] == ["Pack.Rule"]
    (error,) = found.refused
    assert str(error).startswith("Pack/Odd.yml:1: Pack.Odd: `extends: " + check)


def test_a_rule_may_extend_another_and_change_its_entries() -> None:
    base = "extends: substitution\nmessage: '%s, %s'\nswap: {a: b, c: d}\n"
    child = "extends: Base.Swap\nmessage: Now '%s'.\nswap-: [a]\nswap+: {e: f}\n"

    found = loaded(Base__Swap=base, Mine__Swap=child).by_name["Mine.Swap"]

    assert found.check == "substitution"
    assert getattr(found.params, "swap") == {"c": "d", "e": "f"}  # noqa: B009  # the model differs by check
    assert found.message == "Now '%s'."


@pytest.mark.parametrize(
    ("child", "said"),
    [
        ("extends: Base.List\ntokens-: [z]\n", "is not in the rule"),
        ("extends: Mine.List\n", "goes round in a circle"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(child: str, said: str) -> None:
    base = "extends: existence\nmessage: x\ntokens: [a, b]\n"

    assert said in str(refused({"Base/List.yml": base, "Mine/List.yml": child}))


def test_rules_that_extend_each_other_are_refused() -> None:
    error = refused({"A/A.yml": "extends: B.B\n", "B/B.yml": "extends: A.A\n"})

    assert "goes round in a circle" in str(error)


def test_a_vocabulary_becomes_rules_and_exceptions() -> None:
    files = {
        "Pack/Rule.yml": FOREIGN.replace("foo", "very").encode(),
        "vocabulary/accept.txt": b"# ours\nGitHub\nvery\n",
        "vocabulary/reject.txt": b"Mac OS X\n",
    }

    found = rules.load(files).by_name

    assert set(found) == {"Pack.Rule", "Vale.Terms", "Vale.Avoid"}
    assert getattr(found["Pack.Rule"].params, "exceptions") == ("GitHub", "very")  # noqa: B009


def test_an_accepted_word_does_not_open_what_blocks() -> None:
    found = rules.load({"Pack/Rule.yml": GOOD.encode(), "vocabulary/accept.txt": b"guaranteed\n"})

    assert getattr(found.by_name["Pack.Rule"].params, "exceptions") == ()  # noqa: B009


def test_only_deterministic_rules_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 8."""
    from reviewer.checks import existence

    monkeypatch.setattr(existence, "TRAINED", True, raising=False)

    assert "only deterministic rules block" in str(refused({"Trained/Rule.yml": GOOD}))


def test_the_digest_covers_names_and_contents() -> None:
    one = loaded(Pack__Rule=FOREIGN)

    assert one.sha256 == loaded(Pack__Rule=FOREIGN).sha256
    assert one.sha256 != loaded(Pack__Role=FOREIGN).sha256
    assert one.sha256 != loaded(Pack__Rule=FOREIGN + "# seen\n").sha256


def test_a_shadow_rule_stands_beside_the_digest_not_in_it() -> None:
    shadow = GOOD.replace("TST-001", "TST-002").replace("  owner: legal", "  owner: legal\n  status: shadow")
    one, two = loaded(Pack__Rule=GOOD), loaded(Pack__Rule=GOOD, Pack__New=shadow)

    assert one.sha256 == two.sha256
    assert one.shadow_sha256 != two.shadow_sha256


def test_a_new_case_leaves_the_rule_what_it_was_and_another_reason_does_not() -> None:
    """Acceptances of a finding hang on the rule's digest (law 1)."""

    def sha256(data: str) -> str:
        return loaded(Pack__Rule=data).rules[0].sha256

    case = "  - name: more\n    input: Guaranteed!\n    contains: Guaranteed\n"

    assert sha256(GOOD) == sha256(GOOD + case)
    assert sha256(GOOD) != sha256(GOOD.replace("promise", "swear"))
    assert sha256(GOOD) != sha256(GOOD.replace("- guaranteed", "- warranted"))


def test_a_rule_expires_on_its_day() -> None:
    (rule,) = loaded(Pack__Rule=GOOD.replace("  owner: legal", "  owner: legal\n  expires: 2027-01-31")).rules

    assert rule.live(datetime(2027, 1, 30, 23, tzinfo=UTC))
    assert not rule.live(datetime(2027, 1, 31, tzinfo=UTC))


def test_messages_are_filled_as_go_fills_them() -> None:
    (rule,) = loaded(Pack__Rule=FOREIGN.replace("Not '%s'.", "100%% %[2]s, %s and %s")).rules

    assert rule.words(["a", "b", "c"]) == "100% b, c and "
    assert rule.words(["x\ny", "b\nb"]) == "100% b b,  and "


def test_every_rule_file_of_the_base_is_found_by_its_name() -> None:
    from reviewer import policy

    found = policy.load_base().ruleset

    assert len(found.rules) >= 40
    assert len({rule.pack for rule in found.rules}) >= 8
    assert not found.refused
    assert json.dumps(sorted(found.by_name)) == json.dumps(sorted({rule.name for rule in found.rules}))


def test_rules_in_common_are_compiled_once_for_all_brands() -> None:
    one, two = loaded(Pack__Rule=GOOD), loaded(Pack__Rule=GOOD, Other__Rule=FOREIGN)
    overlaid = loaded(Pack__Rule=GOOD, Pack__policy="defaults: {owner: comms}\n")

    assert one.by_name["Pack.Rule"] is two.by_name["Pack.Rule"]
    assert overlaid.by_name["Pack.Rule"].stance.owner == "comms"
    assert loaded(Pack__Rule=GOOD).by_name["Pack.Rule"].stance.owner == "legal"
