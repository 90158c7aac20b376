"""Values for the tests of the store: a brand with people, and reviews with everything in them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reviewer.model import (
    Approvals,
    Brand,
    Confirmation,
    Dismissal,
    Draft,
    Emergency,
    GroupRule,
    Link,
    Media,
    Objection,
    Part,
    Permit,
    Publication,
    Reissue,
    Reslot,
    Review,
    Schedule,
    SignOff,
    Source,
    Standing,
    State,
    Suggestion,
    Variant,
    Version,
    Window,
)
from reviewer.store import Person, Projection, Store, Tx

NOW = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PEOPLE = ("ada", "bob", "cleo", "dan")
PICTURE = b"\x89PNG and so on"
PICTURE_SHA256 = hashlib.sha256(PICTURE).hexdigest()
IN_REVIEW = Projection(state=State.IN_REVIEW)
ACME = Brand(
    slug="acme",
    name="Acme",
    approvals=Approvals(
        groups={"marketing": GroupRule(1, ("comms",), "4h"), "legal": GroupRule(2)},
        accounts={"x:acme": ("comms",)},
        service_levels={"post": "1d"},
    ),
    accounts=frozenset({"x:acme", "linkedin:company/acme"}),
    timezone="Europe/Vienna",
)


def open_brand(store: Store, brand: Brand = ACME) -> None:
    """Keep a brand with Ada and Bob in marketing, Cleo in legal, and Dan an author."""

    def run(tx: Tx) -> None:
        tx.add_brand(brand, NOW)
        for person in PEOPLE:
            if tx.person_by_email(f"{person}@example.org") is None:
                tx.add_person(Person(person, person.capitalize(), f"{person}@example.org"))
        for person, group in (("ada", "marketing"), ("bob", "marketing"), ("cleo", "legal")):
            tx.add_member(brand.slug, person, group, NOW)
        tx.set_roles(brand.slug, "dan", {"author"})
        tx.put_media(brand.slug, PICTURE, "image/png", NOW)

    store.write(run)


def post(text: str = "We moved to Graz.", account: str = "x:acme") -> Variant:
    return Variant("post", account.partition(":")[0], account, (Part(text),))


def draft_of(*variants: Variant) -> Draft:
    return Draft(variants or (post(),))


def review_of(draft_id: str = "d1", *variants: Variant, author: str = "dan", brand: str = "acme") -> Review:
    """A submitted review without any sign-off."""
    version = Version(1, draft_of(*variants), author, NOW, frozenset(), author, NOW)
    return Review(draft_id, brand, author, (version,))


def sign_off(digest: str, by: str = "ada", at: datetime = NOW) -> SignOff:
    return SignOff(
        by, "marketing", "approve", digest, "v" * 64, frozenset({"k1", "k2"}), at, Window(at, at + MINUTE)
    )


def permit(digest: str, jti: str, at: datetime = NOW) -> Permit:
    return Permit(
        jti=jti,
        content_sha256=digest,
        version=1,
        audience="service:tool",
        kind="post",
        channel="x",
        account="x:acme",
        window=Window(at, at + 60 * MINUTE),
        issued_at=at,
        expires_at=at + 15 * MINUTE,
        issued_to="service:tool",
        policy_sha256="p" * 64,
        signers=(("ada", "marketing", at),),
        epochs={"brand:acme": 0},
    )


def objection(digest: str, objection_id: str, draft: str = "d1", at: datetime = NOW) -> Objection:
    return Objection(objection_id, "cleo", "legal", "reject", digest, "Says “free” – it isn’t.", at, draft)


def saved(store: Store, before: Review, after: Review, projection: Projection = IN_REVIEW) -> Review:
    """Save a step of a review and read it again."""

    def run(tx: Tx) -> None:
        present = tx.review(before.id)
        assert present == before
        tx.save_review(present, after, projection)

    store.write(run)
    with store.read() as tx:
        return tx.review(before.id)


def full_life(picture_sha256: str) -> list[Review]:
    """One review at each stage of its life; together they hold every kind of fact."""
    rich = Variant(
        "reply",
        "x",
        "x:acme",
        (
            Part("Grüße 👋🏽 aus\nGraz", media=(Media(picture_sha256, "Haus"), Media(picture_sha256))),
            Part("<b>two</b>", "html"),
        ),
        target="https://example.org/1",
        first_comment="first",
        link=Link("https://example.org", "Title", ""),
        content_warning="food",
        visibility="unlisted",
        sensitive=True,
        settings={"poll": {"options": ["a", "b"], "hours": 24}, "quiet": None},
        tool={"integration": "17"},
    )
    second = post("Second.", "linkedin:company/acme")
    draft = Draft(
        (rich, second),
        Schedule("at", NOW + 99 * MINUTE, "Europe/Vienna"),
        goal="leads",
        audience="builders",
        campaign="move",
        tags=("graz", "office"),
        brief="not public",
        language="de",
        ai_assisted=True,
        source=Source("postiz", "17", "https://postiz.example.org/17"),
        on_behalf_of="bob",
        target_author="somebody",
        target_text="a question",
    )
    one = Version(1, draft, "service:tool", NOW, frozenset({"dan", "ada"}))
    begun = Review("d1", "acme", "service:tool", (one,))
    confirmed = replace(begun, confirmations=(Confirmation("bob", rich.content_sha256, NOW + MINUTE),))
    submitted = replace(
        confirmed, versions=(replace(one, submitted_by="bob", submitted_at=NOW + 2 * MINUTE),)
    )
    objected = replace(submitted, objections=(objection(second.content_sha256, "o1", at=NOW + 3 * MINUTE),))
    dismissal = Dismissal("ada", "legal", "It is free.", NOW + 4 * MINUTE)
    dismissed = replace(objected, objections=(replace(objected.objections[0], dismissals=(dismissal,)),))
    edited = replace(
        dismissed,
        versions=(
            *dismissed.versions,
            Version(2, draft_of(rich), "dan", NOW + 5 * MINUTE, frozenset(), "dan", NOW + 6 * MINUTE),
        ),
    )
    signed = replace(
        edited,
        sign_offs=(
            sign_off(rich.content_sha256, at=NOW + 7 * MINUTE),
            replace(sign_off(rich.content_sha256, "cleo"), act="accept", finding="f" * 64, reason="ok"),
        ),
    )
    issued = replace(signed, permits=(permit(rich.content_sha256, "j1", NOW + 8 * MINUTE),))
    redeemed = replace(issued, permits=(replace(issued.permits[0], redeemed_at=NOW + 9 * MINUTE),))
    allowed = replace(redeemed, reissues=(Reissue("ada", "j1", "The tool crashed.", NOW + 10 * MINUTE),))
    again = permit(rich.content_sha256, "j2", NOW + 11 * MINUTE)
    released = replace(allowed, permits=(*allowed.permits, again))
    used = replace(released, permits=(allowed.permits[0], replace(again, redeemed_at=NOW + 12 * MINUTE)))
    reported = replace(
        used,
        publications=(
            Publication(
                "p1",
                "x:acme",
                "x",
                "https://x.example/1",
                NOW + 13 * MINUTE,
                "service:tool",
                "j2",
                rich.content_sha256,
                "Grüße",
                "report",
            ),
        ),
    )
    wording = post("Ours, shorter.")
    suggestion = Suggestion("s1", "ada", rich.content_sha256, wording, "Shorter", NOW + 13 * MINUTE)
    suggested = replace(
        reported,
        suggestions=(suggestion,),
        emergency=Emergency("ada", "Fire", NOW + 13 * MINUTE),
        responds_to="h1",
        reslots=(Reslot("ada", NOW, NOW + 99 * MINUTE, NOW + 13 * MINUTE),),
    )
    taken = replace(
        suggested,
        suggestions=(replace(suggestion, accepted_by="dan", accepted_at=NOW + 14 * MINUTE),),
        versions=(
            *suggested.versions,
            Version(
                3,
                replace(
                    draft_of(rich),
                    standing=Standing(("x:acme",), NOW + 99 * MINUTE, 3, ("dan",), ("x",), True),
                ),
                "dan",
                NOW + 14 * MINUTE,
                suggested_by="ada",
            ),
        ),
        objections=(
            *suggested.objections,
            replace(
                objection(rich.content_sha256, "o9", at=NOW + 14 * MINUTE),
                act="reject",
                near_sha256=rich.near_sha256,
            ),
        ),
        sign_offs=(*suggested.sign_offs, replace(sign_off(rich.content_sha256, "bob"), terms="t" * 64)),
    )
    use = replace(
        permit(rich.content_sha256, "j3", NOW + 14 * MINUTE),
        standing_sha256="s" * 64,
        variant=rich,
        revoked_at=NOW + 15 * MINUTE,
        revoked_by="ada",
    )
    reported = replace(taken, permits=(*taken.permits, use))
    withdrawn = replace(reported, withdrawn_by="dan", withdrawn_at=NOW + 16 * MINUTE)
    return [
        begun,
        confirmed,
        submitted,
        objected,
        dismissed,
        edited,
        signed,
        issued,
        redeemed,
        allowed,
        released,
        used,
        suggested,
        taken,
        reported,
        withdrawn,
    ]
