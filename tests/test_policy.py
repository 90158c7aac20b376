"""A verdict says what was found, what was not looked at, and who must sign."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reviewer import policy
from reviewer.checks import existence
from reviewer.checks._masked import covered, masked
from reviewer.errors import RuleError
from reviewer.model import Approvals, Decision, Hit, Link, Media, Part, Place, Span, Variant
from reviewer.policy import Policy

APPROVALS = Approvals(accounts={"linkedin:company/acme": ("comms",)})


def rule(token: str, sample: str = "", **stance: Any) -> bytes:
    """A rule of ours that finds one word, with a case that fires and one that is silent."""
    keys = {
        "decision": "warn",
        "owner": "marketing",
        "reason": "because",
        "id": f"T-{sample or token}",
        **stance,
    }
    cases = [
        {"name": "fires", "input": sample or token, "contains": sample or token},
        {"name": "near miss", "input": "Nothing of it.", "want": ""},
    ]
    return json.dumps(
        {"extends": "existence", "message": "Not '%s'.", "tokens": [token], "policy": keys, "tests": cases}
    ).encode()


def in_force(**written: bytes) -> Policy:
    return policy.load_files(
        {f"Pack/{name}.yml": data for name, data in written.items()}, approvals=APPROVALS
    )


def post(text: str, **fields: Any) -> Variant:
    keys = {"kind": "post", "channel": "x", "account": "x:acme", **fields}
    return Variant(**{"parts": (Part(text),), **keys})


# --- findings ------------------------------------------------------------------------------------


def test_a_finding_says_where_what_why_and_who() -> None:
    found = in_force(A=rule("free", owner="legal", instead="Say what it costs.", area="claims/free"))

    verdict = policy.judge(post("It is free."), found)

    (finding,) = verdict.findings
    assert finding.at == Place("/parts/0/text", 6, 10)
    assert (finding.rule, finding.id, finding.quote) == ("Pack.A", "T-free", "free")
    assert (finding.decision, finding.owner, finding.area) == (Decision.WARN, "legal", ("claims/free",))
    assert (finding.message, finding.reason, finding.instead) == (
        "Not 'free'.",
        "because",
        "Say what it costs.",
    )
    assert (verdict.ran, verdict.failed) == (1, ())


def test_every_field_that_people_read_is_looked_at() -> None:
    variant = post(
        "free",
        parts=(Part("free", media=(Media("0" * 64, "free"),)), Part("free")),
        first_comment="free",
        link=Link("https://free.example", "free", "free"),
        content_warning="free",
    )

    verdict = policy.judge(variant, in_force(A=rule("free")))

    assert {finding.at.pointer for finding in verdict.findings} == {
        "/parts/0/text", "/parts/0/media/0/alt", "/parts/1/text", "/first_comment", "/link/title",
        "/link/description", "/content_warning",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "owner", "account", "requires"),
    [
        ("suggest", "legal", "x:acme", ("marketing",)),
        ("warn", "legal", "x:acme", ("marketing",)),
        ("block", "legal", "x:acme", ("marketing",)),
        ("needs_approval", "legal", "x:acme", ("marketing", "legal")),
        ("needs_approval", "marketing", "x:acme", ("marketing",)),
        ("needs_approval", "legal", "linkedin:company/acme", ("marketing", "comms", "legal")),
        ("warn", "legal", "linkedin:company/acme", ("marketing", "comms")),
    ],
)
def test_who_must_sign_follows_from_findings_and_account(
    decision: str, owner: str, account: str, requires: tuple[str, ...]
) -> None:
    found = in_force(A=rule("free", decision=decision, owner=owner))

    assert policy.judge(post("free", account=account), found).requires == requires


def test_the_same_text_under_the_same_policy_has_the_same_verdict() -> None:
    variant = post("It is free, and guaranteed to stay so. Terrible service though!")

    assert policy.judge(variant, policy.load_base()) == policy.judge(variant, policy.load_base())


def test_what_is_not_checked_is_never_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Law 9: marketing and the check's owner read without it; what could block stays shut."""

    def broken(*_: object) -> Iterator[Hit]:
        raise RuntimeError

    monkeypatch.setattr(existence, "find", broken)

    verdict = policy.judge(post("free"), in_force(A=rule("free", decision="block", owner="legal")))

    (finding,) = verdict.findings
    assert (finding.decision, finding.would) == (Decision.UNCHECKED, Decision.BLOCK)
    assert finding.message == "Pack.A broke on this text (RuntimeError)."
    assert verdict.failed == ("Pack.A",)
    assert verdict.requires == ("marketing", "legal")


def test_a_shadow_rule_disturbs_nobody_and_is_recorded() -> None:
    found = in_force(A=rule("free", status="shadow"))

    assert policy.judge(post("free"), found).findings == ()
    assert [finding.quote for finding in policy.shadow(post("free"), found)] == ["free"]


def test_secrets_are_masked_in_quote_and_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(existence, "SENSITIVE", True, raising=False)

    (finding,) = policy.judge(
        post("4111111111111111"), in_force(A=rule(r"\d{16}", "4111111111111111"))
    ).findings

    assert finding.quote == "••••••••••••1111"
    assert finding.message == "Not '••••••••••••1111'."


def test_no_other_rule_quotes_what_is_secret() -> None:
    password = "Hunter2!x" + "Qz81"
    found = policy.judge(post(f"See http://user:{password}@acne.example/x now"), policy.load_base()).findings

    assert {"Leaks.Secret", "Links.HiddenHost"} <= {finding.rule for finding in found}
    assert not any(password in repr(finding) for finding in found)


def test_a_quote_around_something_secret_masks_that_part() -> None:
    text = "ask 4111111111111111 now"

    assert covered(text, 0, 24, [Span(4, 20)]) == "ask ••••••••••••1111 now"
    assert covered(text, 10, 24, [Span(4, 20)]) == "•••••••••• now"
    assert masked("PIN is 6482") == "•" * 11
    assert masked("password: Tr0ub4dor") == "•" * 19


def test_an_unknown_channel_is_said_to_reduce_the_check() -> None:
    verdict = policy.judge(
        post("free", channel="friendica", account="friendica:acme"), in_force(A=rule("free"))
    )

    assert len(verdict.reduced) == 1
    assert "friendica" in verdict.reduced[0]


def test_sentiment_is_told_by_sentence_and_for_the_whole() -> None:
    verdict = policy.judge(post("We love it. It is a terrible mess."), in_force(A=rule("free")))

    assert len(verdict.sentences) == 2
    assert verdict.sentences[0] > 0 > verdict.sentences[1]
    assert -1 <= verdict.sentiment <= 1


def test_a_rule_that_expired_is_silent() -> None:
    found = in_force(A=rule("free", expires="2027-01-31"))

    assert policy.judge(post("free"), found, at=datetime(2027, 1, 30, tzinfo=UTC)).findings
    assert not policy.judge(post("free"), found, at=datetime(2027, 2, 1, tzinfo=UTC)).findings


# --- policies ------------------------------------------------------------------------------------


def test_the_digest_of_a_policy_covers_rules_approvals_and_lists() -> None:
    files = {"Pack/A.yml": rule("free")}
    known = {
        policy.load_files(files).sha256,
        policy.load_files({"Pack/B.yml": rule("free")}).sha256,
        policy.load_files(files, approvals=APPROVALS).sha256,
        policy.load_files(files, lists={"names": ("Ada",)}).sha256,
    }

    assert len(known) == 4
    assert policy.load_files(files).sha256 in known


def test_a_brands_overlay_switches_a_built_in_rule_off_and_hardens_another() -> None:
    from reviewer.rules.loading import gathered

    base = gathered(policy.folder())
    own = b"rules:\n  Gendered: {status: off}\n  Ableist: {decision: needs_approval, owner: people}\n"

    found = policy.load_files({**base, "Inclusive/policy.yml": own})

    said = policy.judge(post("Our chairman will be there."), found).findings
    assert "Inclusive.Gendered" not in {finding.rule for finding in said}
    hardened = found.ruleset.by_name["Inclusive.Ableist"]
    assert (hardened.decision, hardened.stance.owner) == (Decision.NEEDS_APPROVAL, "people")
    assert hardened.stance.reason


def test_the_built_in_approvals_have_the_four_groups() -> None:
    approvals = policy.load_base().approvals

    assert approvals.always == ("marketing",)
    assert set(approvals.groups) == {"marketing", "legal", "people", "comms"}
    assert approvals.groups["marketing"].after == "4h"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("always: [comms]\ngroups: {comms: {signs: 1}}\n", "Marketing always signs"),
        ("groups: {marketing: {signs: 0}}\n", "signs"),
        ("groups: {marketing: {signs: 1, stand_in: [comms]}}\n", "names comms"),
        ("groups: {marketing: {after: soon}}\n", "after"),
        ("profile: huge\ngroups: {marketing: {}}\n", "profile"),
        ("skip: true\ngroups: {marketing: {}}\n", "skip"),
        ("always: []\n", "Marketing always signs"),
        ("groups: {marketing: {}}\naccounts: {'x:acme': [legal]}\n", "names legal"),
    ],
)
def test_approvals_that_could_weaken_the_law_are_refused(written: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        policy.load_approvals(written.encode())


def test_a_missing_rules_folder_is_said() -> None:
    with pytest.raises(RuleError, match="rules folder is missing"):
        policy.load_base(Path("/nowhere/rules"))
