"""What authors read: the three that matter first, and never a promise."""

import pytest

from reviewer.advice import explain, headline, label
from reviewer.model import Decision, Finding, Media, Part, Place, Variant, Verdict


def finding(decision: Decision = Decision.WARN, start: int = 0, **keys: object) -> Finding:
    written = {
        "rule": "Pack.Rule",
        "id": f"T-{start}",
        "rule_sha256": "0" * 64,
        "owner": "legal",
        "at": Place("/parts/0/text", start, start + 4),
        "quote": "free",
        "message": "Not 'free'.",
        "reason": "Nothing is.",
        **keys,
    }
    return Finding(decision=decision, **written)  # type: ignore[arg-type]  # a table of keywords


def verdict(*findings: Finding, ran: int = 41) -> Verdict:
    return Verdict("0" * 64, "0" * 64, findings, ran=ran)


POST = Variant("post", "x", "x:acme", (Part("free free free free"),))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (verdict(), "Nothing found in 41 checks"),
        (verdict(ran=1), "Nothing found in 1 check"),
        (verdict(finding()), "1 finding"),
        (verdict(finding(), finding(start=5)), "2 findings"),
    ],
)
def test_the_headline_counts_and_promises_nothing(found: Verdict, said: str) -> None:
    assert headline(found) == said


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Decision.BLOCK, "Can't go out"),
        (Decision.NEEDS_APPROVAL, "Legal must agree"),
        (Decision.UNCHECKED, "Not checked"),
        (Decision.WARN, "Should fix"),
        (Decision.SUGGEST, "Tip"),
    ],
)
def test_decisions_are_said_as_on_the_page(decision: Decision, said: str) -> None:
    assert label(finding(decision)) == said


def test_the_three_most_serious_come_first() -> None:
    found = verdict(
        finding(Decision.SUGGEST, 0),
        finding(Decision.WARN, 5),
        finding(Decision.BLOCK, 10),
        finding(Decision.NEEDS_APPROVAL, 15),
    )

    advice = explain(found, POST)

    assert [note.finding.decision for note in advice.first] == ["block", "needs_approval", "warn"]
    assert [note.finding.decision for note in advice.rest] == ["suggest"]


def test_a_note_says_what_why_and_what_to_write_instead() -> None:
    (note,) = explain(verdict(finding(instead="Say what it costs.")), POST).notes

    assert (note.what, note.why, note.instead) == ("Not 'free'.", "Nothing is.", "Say what it costs.")


def test_a_reason_that_only_repeats_the_message_is_not_said_twice() -> None:
    (note,) = explain(verdict(finding(reason="Not 'free'.", replacement="included")), POST).notes

    assert (note.why, note.instead) == ("", "Write “included”.")


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("/parts/0/text", "part 1"),
        ("/parts/1/media/0/alt", "alternative text of picture 1 in part 2"),
        ("/first_comment", "first comment"),
        ("/link/title", "title of the link"),
        ("/content_warning", "content warning"),
    ],
)
def test_a_note_says_where(pointer: str, said: str) -> None:
    thread = Variant("post", "x", "x:acme", (Part("free"), Part("", media=(Media("0" * 64, "free"),))))

    (note,) = explain(verdict(finding(at=Place(pointer, 0, 4))), thread).notes

    assert note.where == said


def test_a_rewrite_puts_every_replacement_in_its_place() -> None:
    found = verdict(
        finding(start=12, replacement="starts inside the one before"),
        finding(start=0, replacement="no charge"),
        finding(start=10, replacement=""),
        finding(start=15),
    )

    assert explain(found, POST).rewrites == {"/parts/0/text": "no charge free  free"}


def test_where_nothing_is_offered_nothing_is_rewritten() -> None:
    assert explain(verdict(finding()), POST).rewrites == {}
