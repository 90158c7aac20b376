"""Contents go when their time is over, and never under a legal hold; the record stays whole."""

# ruff: noqa: F811  # fixtures of another module, asked for by name

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from test_service import PICTURE, Desk, base, desk, post, yes  # noqa: F401  # fixtures among them

from reviewer import transcript
from reviewer.errors import Gone, Invalid, NotAllowed, NotFound
from reviewer.model import Actor, Draft, Media, Part, Schedule, Variant
from reviewer.reconcile import Outcome
from reviewer.service.drafts import DraftView
from reviewer.service.retention import Retention
from reviewer.store import Comment
from reviewer.store.keeping import ERASABLE
from reviewer.workflow import Edit, Issue, RequestChanges, Submit, Withdraw

SECRET_WORDS = "Our quokka opens on Monday."
DAY = timedelta(days=1)


@pytest.fixture
def retention(desk: Desk) -> Retention:
    return Retention(desk.store, lambda: desk.now, {"sign_ins": 90})


def admin(desk: Desk, name: str = "ada", *roles: str) -> Actor:
    return replace(getattr(desk, name), roles=frozenset(roles or ("brand_admin",)))


def published(desk: Desk, words: str, account: str = "x:acme") -> DraftView:
    view = desk.approved(words)
    issued = desk.permits.issue(desk.tool, view.review.id, view.review.draft.digests[0])
    desk.permits.redeem(desk.tool, issued.token)
    desk.permits.report(desk.tool, issued.permit.jti, "https://x.com/acme/1", desk.now, text=words)
    return desk.drafts.view(desk.ada, view.review.id)


def words_in(desk: Desk, words: str) -> list[str]:
    """table.column of every place in the database that holds these words, the record included."""
    found = []
    with desk.store.read() as tx:
        postgres = tx.session.get_bind().dialect.name == "postgresql"
        tables = tx.session.execute(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                if postgres
                else "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ).scalars()
        for table in list(tables):
            rows = tx.session.execute(text(f"SELECT * FROM {table}"))  # noqa: S608
            columns = list(rows.keys())
            found += [
                f"{table}.{column}"
                for row in rows
                for column, value in zip(columns, row, strict=True)
                if value is not None and words.lower() in _read(value).lower()
            ]
    return sorted(set(found))


def _read(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value).encode().decode("unicode_escape", "replace") if "\\u" in str(value) else str(value)


def whole(desk: Desk) -> int:
    """How many events the exported record proves."""
    lines = [line + b"\n" for line in desk.audit.export()]
    return transcript.verify(lines, desk.permits.jwks()).events


def test_a_post_that_never_went_out_loses_its_words_and_keeps_its_decisions(
    desk: Desk, retention: Retention
) -> None:
    retention.set(admin(desk), "drafts", 60)
    view = desk.submitted(SECRET_WORDS)
    seen = {d: v.sha256 for d, v in view.verdicts.items()}
    asked = RequestChanges("marketing", "No quokka, please.", seen, ("o1",))
    desk.drafts.act(desk.ada, view.review.id, asked)
    desk.store.write(
        lambda tx: tx.add_comment(
            "acme", view.review.id, Comment(desk.eve.id, "author", "A quokka!", desk.now)
        )
    )
    before = whole(desk)
    assert retention.run(desk.now + 59 * DAY).total == 0
    assert words_in(desk, "quokka")

    assert retention.run(desk.now + 61 * DAY).counts == {("acme", "drafts"): 1}

    assert words_in(desk, "quokka") == []
    assert whole(desk) == before + 1
    with pytest.raises(Gone, match="stays in the record"):
        desk.drafts.view(desk.ada, view.review.id)
    with desk.store.read() as tx:
        review = tx.review(view.review.id)
    assert review.draft.digests == view.review.draft.digests
    assert [o.by for o in review.objections] == [desk.ada.id]
    assert retention.run(desk.now + 61 * DAY).total == 0
    again = desk.submitted(SECRET_WORDS)
    assert [o.id for o in again.review.objections] == ["o1"]  # law 6: it binds the digest, not the draft


def test_whoever_wrote_deleted_words_does_not_approve_them_when_somebody_copies_them(
    desk: Desk, retention: Retention
) -> None:
    eve = desk.eve.id
    desk.store.write(lambda tx: tx.add_member("acme", eve, "marketing", desk.now))
    first = desk.submitted(SECRET_WORDS)
    retention.set(admin(desk), "drafts", 60)
    retention.run(desk.now + 61 * DAY)

    copied = desk.drafts.create(desk.ben, "acme", Draft((post(SECRET_WORDS),)))

    digest = first.review.draft.digests[0]
    assert desk.eve.id in copied.contributors[digest]


@pytest.mark.parametrize("of_one", [True, False])
def test_nothing_is_deleted_while_a_legal_hold_stands_and_lifting_takes_another_person(
    desk: Desk, retention: Retention, of_one: bool
) -> None:
    for kind in ("drafts", "published", "comments", "media"):
        retention.set(admin(desk), kind, 30)
    held = desk.submitted(SECRET_WORDS)
    free = desk.submitted("Another post.")
    stored = desk.media.put(desk.eve, "acme", PICTURE)
    hold = retention.hold(admin(desk, "ben", "auditor"), "A claim.", held.review.id if of_one else None)
    late = desk.now + 400 * DAY

    retention.run(late)

    assert desk.drafts.view(desk.ada, held.review.id).review.draft.variants[0].text == SECRET_WORDS
    if not of_one:
        assert desk.drafts.view(desk.ada, free.review.id)
        assert desk.media.get(desk.ada, "acme", stored.sha256)
    with pytest.raises(NotAllowed, match="another"):
        retention.lift(admin(desk, "ben", "auditor"), hold.id)
    retention.lift(admin(desk), hold.id)
    with pytest.raises(NotFound):
        retention.lift(admin(desk), hold.id)
    retention.run(late)
    with pytest.raises(Gone):
        desk.drafts.view(desk.ada, held.review.id)


def test_a_post_with_something_ahead_of_it_is_not_deleted(desk: Desk, retention: Retention) -> None:
    retention.set(admin(desk), "drafts", 30)
    retention.set(admin(desk), "published", 30)
    later = desk.submitted(schedule=Schedule("at", desk.now + 300 * DAY))
    gone_out = published(desk, "We are open.")

    retention.run(desk.now + 200 * DAY)

    assert desk.drafts.view(desk.ada, later.review.id)
    with pytest.raises(Gone):
        desk.drafts.view(desk.ada, gone_out.review.id)


def test_how_it_compared_with_what_was_signed_outlives_the_words(desk: Desk, retention: Retention) -> None:
    retention.set(admin(desk), "published", 30)
    published(desk, "We open on Monday at nine, with kumquats.")
    view = desk.approved("We open on Tuesday at nine, with kumquats and with cake.")
    issued = desk.permits.issue(desk.tool, view.review.id, view.review.draft.digests[0])
    desk.permits.redeem(desk.tool, issued.token)
    changed = "We open on Tuesday at nine, with kumquats and with beer."
    desk.permits.report(desk.tool, issued.permit.jti, "https://x.com/acme/2", desk.now, text=changed)
    before = sorted(m.outcome for m in desk.publications.reconcile(desk.ada, "acme"))
    assert before == [Outcome.ALTERED, Outcome.PUBLISHED]

    assert retention.run(desk.now + 31 * DAY).counts == {("acme", "published"): 2}

    assert desk.publications.reconcile(desk.ada, "acme") == ()
    with desk.store.read() as tx:
        assert sorted(tx.settled("acme").values()) == before
    assert words_in(desk, "kumquats") == []
    events = desk.audit.events(desk.ada, "acme")
    told = [e.detail["outcomes"] for e in events if e.action == "contents.deleted"]
    assert sorted(o for outcomes in told for o in outcomes.values()) == before  # type: ignore[union-attr]


def test_comments_and_files_go_by_their_own_time(desk: Desk, retention: Retention) -> None:
    stored, unused = (
        desk.media.put(desk.eve, "acme", PICTURE),
        desk.media.put(desk.eve, "acme", PICTURE + b"2"),
    )
    shown = Variant("post", "x", "x:acme", (Part("Look", media=(Media(stored.sha256, "A quokka"),)),))
    made = desk.drafts.create(desk.eve, "acme", Draft((shown,)))
    said = Comment(desk.ada.id, "reviewers", "Which quokka?", desk.now)
    desk.store.write(lambda tx: tx.add_comment("acme", made.review.id, said))
    retention.set(admin(desk), "comments", 30)
    retention.set(admin(desk), "media", 30)

    counts = retention.run(desk.now + 31 * DAY).counts

    assert counts == {("acme", "comments"): 1, ("acme", "media"): 1}
    assert desk.media.get(desk.ada, "acme", stored.sha256)[1] == PICTURE
    with pytest.raises(Gone):
        desk.media.get(desk.ada, "acme", unused.sha256)
    assert words_in(desk, "Which quokka") == []
    assert "parts.text" in words_in(desk, "Look")


def test_sign_ins_are_forgotten_and_present_sessions_are_not(desk: Desk, retention: Retention) -> None:
    desk.store.write(lambda tx: tx.fail_login("eve@acme.example", "203.0.113.9", desk.now))

    assert retention.run(desk.now + 89 * DAY).total == 0
    assert retention.run(desk.now + 91 * DAY).counts == {("", "sign_ins"): 1}
    assert "failed_logins.address" not in words_in(desk, "203.0.113.9")


def test_who_decides_and_for_how_long(desk: Desk, retention: Retention) -> None:
    for actor in (desk.ada, admin(desk, "ada", "auditor"), desk.tool):
        with pytest.raises(NotAllowed):
            retention.set(actor, "drafts", 60)
    for actor in (desk.ada, desk.tool):
        with pytest.raises(NotAllowed):
            retention.hold(actor, "A claim.")
        with pytest.raises(NotAllowed):
            retention.kept(actor)
    for kind, days in (("drafts", 29), ("drafts", 40_000), ("cats", 60), ("sign_ins", 60)):
        with pytest.raises(Invalid):
            retention.set(admin(desk), kind, days)
    with pytest.raises(Invalid):
        retention.hold(admin(desk), "  ")
    with pytest.raises(NotFound):
        retention.hold(admin(desk), "A claim.", "nothing")
    retention.set(admin(desk), "drafts", None)
    kept = {k.kind: (k.days, k.own) for k in retention.kept(admin(desk))}
    assert (kept["drafts"], kept["published"], kept["sign_ins"]) == ((None, True), (None, False), (90, False))
    assert desk.actions()[-1] == "retention.set"


def test_an_edit_that_comes_too_late_changes_nothing(desk: Desk, retention: Retention) -> None:
    view = desk.submitted(SECRET_WORDS)
    retention.set(admin(desk), "drafts", 60)
    retention.run(desk.now + 61 * DAY)

    for actor, command in (
        (desk.eve, Edit(1, Draft((post("Other words."),)))),
        (desk.ada, yes(view)),
        (desk.tool, Issue(view.review.draft.digests[0], desk.tool.id, "j1")),
        (desk.eve, Submit()),
        (desk.eve, Withdraw()),
    ):
        with pytest.raises(Gone):
            desk.drafts.act(actor, view.review.id, command)  # type: ignore[arg-type]


def test_every_text_that_a_draft_leaves_is_emptied(desk: Desk, retention: Retention) -> None:
    """Of each table that can be emptied, either a row of the draft is empty, or it has none."""
    view = published(desk, SECRET_WORDS)
    retention.set(admin(desk), "published", 30)
    retention.run(desk.now + 31 * DAY)

    with desk.store.read() as tx:
        for table in sorted(set(ERASABLE) - {"media", "holds", "verdicts", "dismissals", "publications"}):
            columns = ", ".join(ERASABLE[table])
            rows = tx.session.execute(
                text(f"SELECT {columns} FROM {table} WHERE draft_id = :d"),  # noqa: S608
                {"d": view.review.id},
            )
            assert not any(any(row) for row in rows), table
