"""One person's data: all of it is handed out; erasing it leaves no trace but an id, and a whole record."""

# ruff: noqa: F811  # fixtures of another module, asked for by name

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from test_retention import admin, published, whole, words_in
from test_service import PASSWORD, Desk, base, desk, post, yes  # noqa: F401  # fixtures among them

from reviewer.errors import Conflict, Gone, NotAllowed
from reviewer.model import Draft, Hold
from reviewer.service.personal import PersonalData, pattern
from reviewer.service.retention import Retention
from reviewer.store import Comment, Person
from reviewer.store.persons import ERASED
from reviewer.workflow import Reject, RequestChanges, Submit

NAME, EMAIL = "Zoë Quimby-Adler", "zoe.quimby@acme.example"


@pytest.fixture
def personal(desk: Desk) -> PersonalData:
    return PersonalData(desk.store, lambda: desk.now)


@pytest.fixture
def zoe(desk: Desk) -> Person:
    """Somebody with traces everywhere: posts, comments, reasons, sign-ins, and words of others."""
    person = desk.people.add_person("acme", EMAIL, NAME, PASSWORD)
    desk.store.write(lambda tx: tx.add_member("acme", person.id, "marketing", desk.now))
    actor = desk.people.actor_for(person.id, "acme")
    own = desk.drafts.create(actor, "acme", Draft((post("I am ZOË QUIMBY ADLER, and I say hello."),)))
    desk.drafts.act(actor, own.review.id, Submit())
    view = desk.submitted(f"Ask {NAME} for a seat.")
    seen = {d: v.sha256 for d, v in view.verdicts.items()}
    desk.drafts.act(actor, view.review.id, RequestChanges("marketing", f"{NAME} says no.", seen, ("o1",)))
    other = desk.submitted("A plain post.")
    seen = {d: v.sha256 for d, v in other.verdicts.items()}
    desk.drafts.act(desk.ben, other.review.id, Reject("marketing", f"Ask {EMAIL}!", seen, ("o2",)))
    for by, said in ((person.id, "My own words."), (desk.ada.id, f"Thanks, zoë quimby-adler <{EMAIL}>")):
        comment = Comment(by, "author", said, desk.now)
        desk.store.write(lambda tx, c=comment: tx.add_comment("acme", other.review.id, c))  # type: ignore[misc]
    desk.store.write(lambda tx: tx.fail_login(EMAIL, "203.0.113.9", desk.now))
    desk.store.write(lambda tx: tx.enqueue("mail", "m1", {"to": EMAIL, "name": NAME}, desk.now, now=desk.now))
    desk.store.write(lambda tx: tx.prove(person.id, "email", EMAIL, desk.now))
    desk.people.suspend_vote(person.id, "The password was reset by somebody else.")
    return desk.people.person_by_email(EMAIL)


def shut_out(desk: Desk) -> None:
    desk.people.deactivate(EMAIL)


def test_erasing_somebody_leaves_no_word_of_them_in_any_table_and_the_record_whole(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    kept = published(desk, "We open on Monday.")
    before, events = whole(desk), desk.audit.events(desk.ada, "acme")
    assert {"users.name", "parts.text", "versions.content", "objections.comment"} <= set(words_in(desk, NAME))
    assert {"users.email", "comments.text", "jobs.payload"} <= set(words_in(desk, EMAIL))
    shut_out(desk)

    planned = personal.plan(admin(desk, "ada", "system_admin"), zoe.id)
    assert words_in(desk, EMAIL)
    erased = personal.erase(admin(desk, "ada", "system_admin"), zoe.id)

    assert planned == erased
    assert erased.remains == ()
    for trace in (NAME, "quimby", EMAIL, "My own words", "203.0.113.9"):
        assert words_in(desk, trace) == [], trace
    assert whole(desk) > before
    assert desk.audit.events(desk.ada, "acme")[: len(events)] == events
    assert zoe.id in {e.actor for e in events}
    assert desk.people.names([zoe.id]) == {zoe.id: ERASED}
    assert desk.drafts.view(desk.ada, kept.review.id).review.draft.variants[0].text == "We open on Monday."
    assert len(erased.drafts) == 2
    for draft in erased.drafts:
        with pytest.raises(Gone):
            desk.drafts.view(desk.ada, draft)
    if (file := desk.store._file) is not None:
        for part in (Path(file), Path(f"{file}-wal")):
            assert not re.search(rb"(?i)quimby", part.read_bytes()), part


def test_what_somebody_objected_to_still_stands_after_their_name_is_gone(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    shut_out(desk)
    personal.erase(admin(desk, "ada", "system_admin"), zoe.id)

    again = desk.submitted(f"Ask {NAME} for a seat.")

    assert [(o.id, o.by, o.comment) for o in again.review.objections] == [("o1", zoe.id, "")]


def test_erasure_takes_a_system_admin_who_is_somebody_else_and_a_person_who_is_shut_out(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    root = admin(desk, "ada", "system_admin")
    with pytest.raises(Conflict, match="shut them out"):
        personal.erase(root, zoe.id)
    shut_out(desk)
    for actor in (
        desk.ada,
        admin(desk, "ada", "brand_admin", "auditor"),
        admin(desk, "tool", "system_admin"),
        replace(root, id=zoe.id),
    ):
        with pytest.raises(NotAllowed):
            personal.erase(actor, zoe.id)
    assert words_in(desk, EMAIL)


@pytest.mark.parametrize("of_one", [True, False])
def test_nothing_is_erased_while_a_legal_hold_stands(
    desk: Desk, personal: PersonalData, zoe: Person, of_one: bool
) -> None:
    shut_out(desk)
    root, keeping = admin(desk, "ada", "system_admin"), Retention(desk.store, lambda: desk.now, {})
    with desk.store.read() as tx:
        draft = tx.drafts_of(zoe.id)[0][1]
    before = words_in(desk, EMAIL)
    hold = keeping.hold(admin(desk, "ben", "auditor"), "A claim.", draft if of_one else None)

    with pytest.raises(Conflict, match="legal hold"):
        personal.erase(root, zoe.id)

    assert words_in(desk, EMAIL) == before
    keeping.lift(admin(desk, "lea", "auditor"), hold.id)
    assert personal.erase(root, zoe.id).drafts


def test_a_pause_that_names_somebody_and_a_go_ahead_that_is_alive_come_first(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    view = desk.approved(f"With {NAME}.")
    desk.permits.issue(desk.tool, view.review.id, view.review.draft.digests[0])
    shut_out(desk)
    root = admin(desk, "ada", "system_admin")
    with pytest.raises(Conflict, match="go-ahead"):
        personal.erase(root, zoe.id)
    desk.now += timedelta(minutes=16)
    desk.store.write(
        lambda tx: tx.add_hold("acme", Hold("h1", "brand:acme", f"{NAME} left.", desk.ada.id, desk.now))
    )
    with pytest.raises(Conflict, match="pause"):
        personal.erase(root, zoe.id)


def test_texts_that_name_somebody_stay_where_that_is_asked_for(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    shut_out(desk)

    erased = personal.erase(admin(desk, "ada", "system_admin"), zoe.id, mentions=False)

    assert words_in(desk, EMAIL) == []
    assert "users.name" not in words_in(desk, NAME)
    assert "parts.text" in words_in(desk, NAME)
    assert len(erased.drafts) == 1


def test_an_export_holds_what_is_theirs_and_nothing_that_opens_an_account(
    desk: Desk, personal: PersonalData, zoe: Person
) -> None:
    actor = desk.people.actor_for(zoe.id, "acme")

    found = json.loads(json.dumps(personal.export(actor, zoe.id)))

    assert found["person"] == {"id": zoe.id, "name": NAME, "email": EMAIL}
    tables = found["tables"]
    assert {
        "users",
        "versions",
        "comments",
        "objections",
        "memberships",
        "roles",
        "events",
        "known_as",
    } <= set(tables)
    assert "I am ZOË" in json.dumps(tables["versions"], ensure_ascii=False)
    assert [c["text"] for c in tables["comments"]] == ["My own words."]
    assert "argon2" not in json.dumps(found)
    assert "password" not in tables["users"][0]
    assert desk.audit.events(desk.ada, "acme")[-1].action == "person.exported"
    assert personal.export(admin(desk, "ada", "system_admin"), zoe.id)["tables"].keys() == tables.keys()
    for stranger in (desk.ada, admin(desk, "ada", "brand_admin", "auditor"), desk.tool):
        with pytest.raises(NotAllowed):
            personal.export(stranger, zoe.id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Zoë Quimby-Adler.", True),
        ("by ZOË QUIMBY ADLER!", True),
        ("zoë.quimby.adler", True),
        ("see https://example.org/in/zoë-quimby-adler", True),
        ("Zoë and Quimby and Adler", False),
        ("Zoëtte Quimby-Adler", False),
        ("zoe.quimby@acme.example", True),
        ("ZOE.QUIMBY@ACME.EXAMPLE", True),
        ("not.zoe.quimby@acme.example", False),
        ("zoe.quimby@acme.example.org", True),
    ],
)
def test_somebody_is_found_by_whole_words_however_they_are_joined(text: str, found: bool) -> None:
    assert (pattern([NAME], [EMAIL]).search(text) is not None) is found


def test_a_name_of_one_word_is_found_only_as_it_is_written() -> None:
    will = pattern(["Will"], [])

    assert will.search("Ask Will.")
    assert not will.search("We will open. Willow.")
    assert not pattern([], []).search("anything")
