"""A review comes out of the store as it went in, and nothing that was said can be unsaid."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_examples import (
    ACME,
    IN_REVIEW,
    MINUTE,
    NOW,
    PICTURE_SHA256,
    draft_of,
    full_life,
    objection,
    open_brand,
    permit,
    post,
    review_of,
    saved,
    sign_off,
)

from reviewer.errors import Conflict, Invalid, NotFound, Unavailable
from reviewer.model import (
    Dismissal,
    Draft,
    Link,
    Media,
    Part,
    Schedule,
    Source,
    State,
    Variant,
    Version,
)
from reviewer.store import Projection, Store
from reviewer.store.codec import draft_from_json, draft_to_json

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
VARIANTS = st.builds(
    Variant,
    kind=st.sampled_from(["post", "reply"]),
    channel=st.just("x"),
    account=WORDS,
    parts=st.lists(
        st.builds(
            Part,
            WORDS,
            st.sampled_from(["plain", "html"]),
            st.lists(st.builds(Media, WORDS, WORDS)).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    target=st.none() | WORDS,
    first_comment=st.none() | WORDS,
    link=st.none() | st.builds(Link, WORDS, WORDS, WORDS),
    content_warning=st.none() | WORDS,
    visibility=WORDS,
    sensitive=st.booleans(),
    settings=st.dictionaries(WORDS, JSON, max_size=3),
    tool=st.dictionaries(WORDS, WORDS, max_size=2),
)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
DRAFTS = st.builds(
    Draft,
    variants=st.lists(VARIANTS, max_size=2).map(tuple),
    schedule=st.builds(Schedule, st.sampled_from(["now", "at", "queue"]), st.none() | TIMES, WORDS),
    goal=WORDS,
    tags=st.lists(WORDS).map(tuple),
    brief=WORDS,
    ai_assisted=st.booleans(),
    source=st.none() | st.builds(Source, WORDS, WORDS, WORDS),
    on_behalf_of=st.none() | WORDS,
)


@given(DRAFTS)
def test_any_draft_is_the_same_after_json_its_digests_and_the_tools_data_included(draft: Draft) -> None:
    again = draft_from_json(draft_to_json(draft))
    assert again == draft
    assert again.digests == draft.digests
    assert [dict(v.tool) for v in again.variants] == [dict(v.tool) for v in draft.variants]


def test_every_stage_of_a_review_comes_back_as_it_was_saved(store: Store) -> None:
    open_brand(store)
    stages = full_life(PICTURE_SHA256)
    store.write(lambda tx: tx.add_review(stages[0], IN_REVIEW))
    for before, after in pairwise(stages):
        assert saved(store, before, after) == after
    with store.read() as tx:
        [alone] = tx.reviews("acme")
        assert alone == stages[-1]
        assert [(draft, p.jti) for draft, p in tx.permits("acme")] == [("d1", f"j{n}") for n in (1, 2, 3)]
        assert tx.permit("j2") == ("d1", stages[-1].permits[1])
        assert tx.publications("acme") == [("d1", stages[-1].publications[0])]


def test_a_review_that_is_added_with_a_whole_life_keeps_it(store: Store) -> None:
    open_brand(store)
    whole = full_life(PICTURE_SHA256)[-1]
    store.write(lambda tx: tx.add_review(whole, IN_REVIEW))
    with store.read() as tx:
        assert tx.review("d1") == whole


def test_what_was_said_cannot_be_unsaid_or_altered(store: Store) -> None:
    open_brand(store)
    review = full_life(PICTURE_SHA256)[-1]
    store.write(lambda tx: tx.add_review(review, IN_REVIEW))
    rewritten = replace(review.versions[0], draft=draft_of(post("Other words.")))
    resubmitted = replace(review.versions[0], submitted_by="cleo")
    unsubmitted = replace(review.versions[0], submitted_by=None, submitted_at=None)
    altered = [
        replace(review, versions=(rewritten, *review.versions[1:])),
        replace(review, versions=review.versions[1:]),
        replace(review, versions=(resubmitted, *review.versions[1:])),
        replace(review, versions=(unsubmitted, *review.versions[1:])),
        replace(review, sign_offs=review.sign_offs[1:]),
        replace(review, sign_offs=(replace(review.sign_offs[0], by="bob"), *review.sign_offs[1:])),
        replace(review, confirmations=()),
        replace(review, reissues=()),
        replace(review, publications=()),
        replace(review, permits=review.permits[:1]),
        replace(review, permits=(replace(review.permits[0], redeemed_at=None), *review.permits[1:])),
        replace(review, objections=(replace(review.objections[0], dismissals=()),)),
        replace(review, objections=(replace(review.objections[0], comment="Fine."),)),
        replace(review, withdrawn_at=None, withdrawn_by=None),
        replace(review, author="cleo"),
    ]
    for wrong in altered:
        with pytest.raises(ValueError, match=r"immutable|once|stays s|forgotten|saved in"):
            store.write(lambda tx, wrong=wrong: tx.save_review(tx.review("d1"), wrong, IN_REVIEW))
    with store.read() as tx:
        assert tx.review("d1") == review


def test_a_review_is_only_saved_by_the_transaction_that_read_it(store: Store) -> None:
    open_brand(store)
    review = review_of()
    store.write(lambda tx: tx.add_review(review, IN_REVIEW))
    with pytest.raises(ValueError, match="saved in the transaction that read it"):
        store.write(lambda tx: tx.save_review(review, review, IN_REVIEW))


def test_an_objection_stands_in_every_draft_of_the_brand_that_holds_the_digest(store: Store) -> None:
    open_brand(store)
    open_brand(store, replace(ACME, slug="other", name="Other", accounts=frozenset()))
    digest = post().content_sha256
    first = replace(review_of("d1"), objections=(objection(digest, "o1"),))
    store.write(lambda tx: tx.add_review(first, IN_REVIEW))
    for draft_id, brand in (("d2", "acme"), ("d3", "other")):
        store.write(lambda tx, d=draft_id, b=brand: tx.add_review(review_of(d, brand=b), IN_REVIEW))
    with store.read() as tx:
        second = tx.review("d2")
        assert second.objections == first.objections
        assert tx.review("d3").objections == ()
    dismissed = replace(second.objections[0], dismissals=(Dismissal("ada", "legal", "It is free.", NOW),))
    saved(store, second, replace(second, objections=(dismissed,)))
    with store.read() as tx:
        assert tx.review("d1").objections == (dismissed,)


def test_who_wrote_another_draft_with_the_same_digest_is_a_contributor_here(store: Store) -> None:
    open_brand(store)
    digest, rest = post().content_sha256, post("Something else.")
    tool = Version(1, draft_of(post()), "service:tool", NOW, frozenset({"cleo"}))
    by_tool = replace(review_of("d2"), author="service:tool", versions=(tool,))
    for review in (review_of("d1", post(), rest, author="dan"), by_tool, review_of("d3", author="ada")):
        store.write(lambda tx, review=review: tx.add_review(review, IN_REVIEW))
    with store.read() as tx:
        assert tx.review("d1").inherited == {digest: {"cleo", "ada"}}
        assert tx.review("d2").inherited == {digest: {"dan", "ada"}}
        assert [r.inherited for r in tx.reviews("acme")] == [
            tx.review(r.id).inherited for r in tx.reviews("acme")
        ]


def test_a_text_edited_in_this_transaction_meets_the_objections_of_the_brand(store: Store) -> None:
    open_brand(store)
    rejected = post("Rejected elsewhere.")
    other = replace(
        review_of("d1", rejected, author="ada"), objections=(objection(rejected.content_sha256, "o1"),)
    )
    for review in (other, review_of("d2")):
        store.write(lambda tx, review=review: tx.add_review(review, IN_REVIEW))

    def run(tx):  # type: ignore[no-untyped-def]
        before = tx.review("d2")
        edited = replace(before, versions=(*before.versions, Version(2, draft_of(rejected), "dan", NOW)))
        after = tx.in_context(edited)
        assert after.objections == other.objections
        assert after.inherited == {rejected.content_sha256: {"ada"}}
        tx.save_review(before, after, IN_REVIEW)
        return after

    assert store.write(run) == saved(store, (after := _read(store, "d2")), after)


def _read(store: Store, draft_id: str):  # type: ignore[no-untyped-def]
    with store.read() as tx:
        return tx.review(draft_id)


def test_at_most_one_permit_of_a_draft_and_digest_is_live(store: Store) -> None:
    open_brand(store)
    review, digest = review_of(), post().content_sha256
    store.write(lambda tx: tx.add_review(review, IN_REVIEW))
    first, beside = permit(digest, "j1"), permit(digest, "j2", NOW + MINUTE)
    after_it_ended = permit(digest, "j3", NOW + 15 * MINUTE)
    one = saved(store, review, replace(review, permits=(first,)))
    with pytest.raises((Conflict, Unavailable)):
        saved(store, one, replace(one, permits=(first, beside)))
    assert _read(store, "d1") == one
    two = saved(store, one, replace(one, permits=(first, after_it_ended)))
    revoked = replace(after_it_ended, revoked_at=NOW + 16 * MINUTE, revoked_by="ada")
    three = saved(store, two, replace(two, permits=(first, revoked, permit(digest, "j4", NOW + 16 * MINUTE))))
    assert [p.jti for p in three.permits] == ["j1", "j3", "j4"]
    with store.read() as tx:
        assert tx.revoked(NOW + 17 * MINUTE) == ("j3",)
        assert tx.revoked(NOW + 30 * MINUTE) == ()


def test_a_picture_that_was_not_uploaded_is_refused_with_its_place(store: Store) -> None:
    open_brand(store)
    other = replace(post(), parts=(Part("a", media=(Media(PICTURE_SHA256), Media("0" * 64))),))
    with pytest.raises(Invalid) as refused:
        store.write(lambda tx: tx.add_review(review_of("d1", post(), other), IN_REVIEW))
    assert [p.pointer for p in refused.value.problems] == ["/variants/1/parts/0/media/1"]
    with pytest.raises(NotFound):
        _read(store, "d1")


def test_a_character_that_postgresql_cannot_keep_is_refused_on_both(store: Store) -> None:
    open_brand(store)
    with pytest.raises(Invalid, match=r"U\+0000"):
        store.write(lambda tx: tx.add_review(review_of("d1", post("a\0b")), IN_REVIEW))
    kept = review_of("d1", post("the six letters \\u0000"))
    store.write(lambda tx: tx.add_review(kept, IN_REVIEW))
    assert _read(store, "d1") == kept


def test_lists_find_drafts_by_the_state_of_any_variant_and_by_who_wrote_them(store: Store) -> None:
    open_brand(store)
    one, two = post("One."), post("Two.")
    mixed = Projection(
        State.IN_REVIEW, {one.content_sha256: State.IN_REVIEW, two.content_sha256: State.PUBLISHED}
    )
    sent_back = Projection(State.REJECTED, {two.content_sha256: State.REJECTED})
    store.write(lambda tx: tx.add_review(review_of("d1", one, two), mixed))
    store.write(lambda tx: tx.add_review(review_of("d2", two, author="ada"), sent_back))

    def ids(**asked: object) -> list[str]:
        with store.read() as tx:
            return sorted(r.id for r in tx.reviews("acme", **asked))  # type: ignore[arg-type]

    assert ids() == ["d1", "d2"]
    assert ids(states={State.PUBLISHED}) == ["d1"]
    assert ids(states={State.REJECTED, State.IN_REVIEW}) == ["d1", "d2"]
    assert ids(states=set()) == []
    assert (ids(wrote="dan"), ids(wrote="ada"), ids(wrote="bob")) == (["d1"], ["d2"], [])
    store.write(lambda tx: tx.save_review(r := tx.review("d2"), r, replace(mixed, states={})))
    assert ids(states={State.REJECTED}) == []


def test_a_list_of_reviews_takes_the_same_number_of_queries_however_long_it_is(store: Store) -> None:
    from sqlalchemy import event

    open_brand(store)
    counts = []
    for n in range(1, 7):
        review = replace(review_of(f"d{n}"), sign_offs=(sign_off(post().content_sha256),))
        store.write(lambda tx, review=review: tx.add_review(review, IN_REVIEW))
        with store.read() as tx:
            asked: list[str] = []
            event.listen(tx.session.connection(), "before_cursor_execute", lambda *a: asked.append(a[2]))  # noqa: B023
            assert len(tx.reviews("acme")) == n
            counts.append(len(asked))
    assert counts[1:] == [counts[1]] * 5
