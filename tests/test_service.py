"""The use cases on real databases: one transaction each, refusals on record, nothing half-written."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from reviewer import policy, release
from reviewer.errors import (
    AlreadyRedeemed,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OwnDraft,
    Refusal,
    StaleContent,
    TooLarge,
    UnsupportedMedia,
)
from reviewer.model import Actor, Brand, Draft, Media, Part, Schedule, State, Variant
from reviewer.policy import Policy
from reviewer.reconcile import Outcome
from reviewer.service.audit import Audit
from reviewer.service.checking import Checking
from reviewer.service.drafts import Drafts, DraftView
from reviewer.service.media import LARGEST, MediaStore
from reviewer.service.pauses import Pauses
from reviewer.service.people import Founder, People
from reviewer.service.permits import Permits
from reviewer.service.publications import Publications
from reviewer.service.talk import Talk
from reviewer.store import PolicyVersion, Store
from reviewer.workflow import Approve, Dismiss, Edit, Reject, RequestChanges, Submit

PASSWORD = "seven kind words in a row"
ISSUER = "http://127.0.0.1:8000"
PICTURE = b"\x89PNG\r\n\x1a\n and the rest"


@pytest.fixture(scope="module")
def base() -> Policy:
    return policy.load_base()


@dataclass
class Desk:
    """The services over one database, with a clock that is set by hand, and the people of one brand."""

    store: Store
    base: Policy
    now: datetime

    def __post_init__(self) -> None:
        def clock() -> datetime:
            return self.now

        self.people = People(self.store, clock)
        self.checking = Checking(self.store, self.base, clock)
        self.drafts = Drafts(self.store, self.checking, clock)
        self.permits = Permits(self.store, self.drafts, clock, ISSUER)
        self.media = MediaStore(self.store, clock)
        self.publications = Publications(self.store, clock)
        self.audit = Audit(self.store, self.drafts, self.permits)
        self.pauses = Pauses(self.store, self.checking, clock)
        self.talk = Talk(self.store, self.drafts, clock)
        accounts = frozenset({"x:acme", "mastodon:acme@social.example"})
        self.people.add_brand(Brand("acme", "Acme", self.base.approvals, accounts=accounts))
        groups = {"eve": (), "ada": ("marketing",), "ben": ("marketing",), "lea": ("legal",)}
        founders = [
            Founder(name.capitalize(), f"{name}@acme.example", PASSWORD, may) for name, may in groups.items()
        ]
        self.people.found("acme", founders)
        self.people.add_service("acme", "tool", "Scheduler")
        self.key = self.people.make_key("acme", "tool", ["draft:write", "permit"], "eve@acme.example")

    def __getattr__(self, name: str) -> Actor:
        if name not in ("eve", "ada", "ben", "lea"):
            raise AttributeError(name)
        return self.people.actor_for(self.people.person_by_email(f"{name}@acme.example").id, "acme")

    @property
    def tool(self) -> Actor:
        return self.people.actor_for_key(self.key)

    def submitted(self, text: str = "We open on Monday at nine.", **draft: object) -> DraftView:
        made = self.drafts.create(self.eve, "acme", Draft((post(text),), **draft))  # type: ignore[arg-type]
        return self.drafts.act(self.eve, made.review.id, Submit())

    def approved(self, text: str = "We open on Monday at nine.") -> DraftView:
        view = self.submitted(text)
        return self.drafts.act(self.ada, view.review.id, yes(view))

    def actions(self) -> list[str]:
        return [event.action for event in self.audit.events(self.ada, "acme")]


def post(text: str, account: str = "x:acme") -> Variant:
    return Variant("post", account.partition(":")[0], account, (Part(text),))


def yes(view: DraftView, group: str = "marketing") -> Approve:
    return Approve(group, {d: v.sha256 for d, v in view.verdicts.items()})


@pytest.fixture
def desk(store: Store, base: Policy) -> Desk:
    return Desk(store, base, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))


def test_a_post_goes_the_whole_way_and_every_step_is_on_record(desk: Desk) -> None:
    view = desk.approved()
    digest = view.review.draft.digests[0]

    issued = desk.permits.issue(desk.tool, view.review.id, digest)
    claims = release.check(
        issued.token,
        view.review.draft.variants[0],
        desk.permits.jwks(),
        desk.permits.status(),
        audience=desk.tool.id,
        brand="acme",
        now=desk.now,
    )
    redeemed = desk.permits.redeem(desk.tool, issued.token)
    desk.permits.report(desk.tool, claims["jti"], "https://x.com/acme/1", desk.now)

    assert redeemed.variant.text == "We open on Monday at nine."
    assert desk.drafts.view(desk.eve, view.review.id).state is State.PUBLISHED
    assert [m.outcome for m in desk.publications.reconcile(desk.ada, "acme")] == [Outcome.PUBLISHED]
    assert desk.actions()[-6:] == [
        "draft.created",
        "draft.submitted",
        "variant.signed",
        "permit.issued",
        "permit.redeemed",
        "publication.reported",
    ]


def test_a_refused_act_changes_nothing_and_is_on_record(desk: Desk) -> None:
    view = desk.submitted()

    with pytest.raises(NotAllowed):
        desk.drafts.act(desk.lea, view.review.id, yes(view))

    assert desk.drafts.view(desk.eve, view.review.id).review == view.review
    refused = desk.audit.events(desk.ada, "acme")[-1]
    assert (refused.action, refused.actor) == ("variant.sign_refused", desk.lea.id)
    assert refused.detail["code"] == "not-allowed"
    assert refused.seen == tuple(yes(view).seen.values())
    assert refused.digests == tuple(yes(view).seen)


def test_several_commands_are_one_act(desk: Desk) -> None:
    view = desk.submitted()
    stale = Approve("marketing", dict.fromkeys(view.review.draft.digests, "0" * 64))

    with pytest.raises(StaleContent):
        desk.drafts.act(desk.ada, view.review.id, yes(view), stale)

    assert desk.drafts.view(desk.eve, view.review.id).review.sign_offs == ()
    assert "variant.signed" not in desk.actions()
    refused = desk.audit.events(desk.ada, "acme")[-1]
    assert (refused.action, refused.seen) == ("variant.sign_refused", ("0" * 64,))


def test_an_objection_stands_in_every_draft_of_the_brand_that_holds_the_same_words(desk: Desk) -> None:
    first = desk.submitted("The same words.")
    seen = {d: v.sha256 for d, v in first.verdicts.items()}
    desk.drafts.act(desk.ada, first.review.id, RequestChanges("marketing", "Not these.", seen, ("o1",)))

    second = desk.submitted("The same words.")

    assert second.state is State.CHANGES_REQUESTED


def test_who_wrote_rejected_words_does_not_set_the_rejection_aside_in_nearly_the_same_ones(
    desk: Desk,
) -> None:
    desk.store.write(lambda tx: tx.add_member("acme", desk.eve.id, "marketing", desk.now))
    first = desk.submitted("Eve wrote this.")
    seen = {d: v.sha256 for d, v in first.verdicts.items()}
    desk.drafts.act(desk.ada, first.review.id, Reject("marketing", "Not these.", seen, ("o1",)))
    near = desk.drafts.create(desk.ben, "acme", Draft((post("EVE wrote this!"),)))
    assert near.state is State.REJECTED

    with pytest.raises(OwnDraft):
        desk.drafts.act(desk.eve, near.review.id, Dismiss("o1", "marketing", "I like it."))


def test_copying_a_post_does_not_wash_its_contributors(desk: Desk) -> None:
    desk.submitted("Words of Eve.")
    desk.store.write(lambda tx: tx.add_member("acme", desk.eve.id, "marketing", desk.now))
    copied = desk.drafts.create(desk.ben, "acme", Draft((post("Words of Eve."),)))
    view = desk.drafts.act(desk.ben, copied.review.id, Submit())

    with pytest.raises(Refusal, match="helped to write"):
        desk.drafts.act(desk.eve, view.review.id, yes(view))


def test_a_removed_member_stops_counting_at_once(desk: Desk) -> None:
    view = desk.approved()

    desk.people.revoke("acme", "ada@acme.example", "marketing", kind="group")

    assert desk.drafts.view(desk.eve, view.review.id).state is State.IN_REVIEW


def test_a_person_who_left_is_out_with_their_keys(desk: Desk) -> None:
    desk.people.deactivate("eve@acme.example")

    with pytest.raises(NotSignedIn):
        desk.people.actor_for_key(desk.key)
    with pytest.raises(NotAllowed):
        _ = desk.eve


def test_a_new_rule_reopens_only_what_it_touches(desk: Desk) -> None:
    """A verdict under another policy is another verdict; sign-offs that it does not touch stand."""
    touched, untouched = desk.approved("Ask for the zebra."), desk.approved("We open on Monday.")
    rule = b"""extends: existence
message: "'%s' is a code name."
ignorecase: true
tokens: [zebra]
policy:
  id: ACME-001
  decision: needs_approval
  owner: legal
  reason: It is not public yet.
tests:
  - {name: fires, input: a zebra, want: "1:3:Acme.Zebra:'zebra' is a code name."}
  - {name: near miss, input: a horse, want: ""}
"""
    overlay = PolicyVersion(desk.base.approvals, {"Acme/Zebra.yml": rule})
    desk.store.write(lambda tx: tx.activate_policy("acme", overlay, desk.now))

    assert desk.drafts.view(desk.eve, touched.review.id).state is State.IN_REVIEW
    assert desk.drafts.view(desk.eve, untouched.review.id).state is State.APPROVED


def test_eight_tools_that_redeem_at_the_same_moment_get_it_once(desk: Desk) -> None:
    view = desk.approved()
    issued = desk.permits.issue(desk.tool, view.review.id, view.review.draft.digests[0])
    tool = desk.tool

    answers = at_once(8, lambda: desk.permits.redeem(tool, issued.token))

    assert sum(not isinstance(a, Exception) for a in answers) == 1
    assert sum(isinstance(a, AlreadyRedeemed) for a in answers) == 7


def test_two_signers_at_the_same_moment_both_count(desk: Desk) -> None:
    view = desk.submitted()
    actors = iter([desk.ada, desk.ben])

    answers = at_once(2, lambda: desk.drafts.act(next(actors), view.review.id, yes(view)))

    assert not [a for a in answers if isinstance(a, Exception)]
    assert len(desk.drafts.view(desk.eve, view.review.id).review.sign_offs) == 2


def test_an_edit_and_a_sign_off_at_the_same_moment_never_approve_unseen_words(desk: Desk) -> None:
    view = desk.submitted()
    edit = Edit(1, Draft((post("Quite other words."),)))
    acts = iter([(desk.eve, edit), (desk.ada, yes(view))])

    def take() -> DraftView:
        actor, command = next(acts)
        return desk.drafts.act(actor, view.review.id, command)

    at_once(2, take)

    after = desk.drafts.view(desk.eve, view.review.id)
    assert after.review.draft.variants[0].text == "Quite other words."
    assert after.state is State.DRAFT


def at_once(many: int, work: Callable[[], object]) -> list[object]:
    """What `many` threads got that began together."""
    start, answers = threading.Barrier(many), []

    def run() -> None:
        start.wait()
        try:
            answers.append(work())
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=run) for _ in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_inbox_asks_whoever_can_sign_now_riskiest_first(desk: Desk) -> None:
    calm = desk.submitted("We open on Monday at nine.")
    risky = desk.submitted("Our fund guarantees a 12% return with zero risk.")

    rows = desk.drafts.inbox(desk.ada, "acme", "needs_you")

    assert [row.id for row in rows] == [risky.review.id, calm.review.id]
    assert desk.drafts.inbox(desk.eve, "acme", "needs_you") == []
    assert {row.id for row in desk.drafts.inbox(desk.eve, "acme", "mine")} == {
        calm.review.id,
        risky.review.id,
    }


def test_what_time_moves_on_is_found_where_it_belongs_now(desk: Desk) -> None:
    """Lists read a stored state that time makes old: the box is decided anew."""
    view = desk.approved()

    desk.now += timedelta(hours=25)

    assert [row.id for row in desk.drafts.inbox(desk.ben, "acme", "needs_you")] == [view.review.id]
    assert desk.drafts.inbox(desk.ben, "acme", "approved") == []


def test_a_draft_is_hidden_from_whoever_has_no_part_in_it(desk: Desk) -> None:
    view = desk.submitted()
    desk.people.add_person("acme", "joe@acme.example", "Joe", PASSWORD)
    joe = desk.people.actor_for(desk.people.person_by_email("joe@acme.example").id, "acme")

    with pytest.raises(NotFound):
        desk.drafts.view(joe, view.review.id)


def test_a_slot_in_the_past_expires(desk: Desk) -> None:
    view = desk.submitted(schedule=Schedule("at", desk.now + timedelta(minutes=30)))

    desk.now += timedelta(minutes=45)

    assert desk.drafts.view(desk.eve, view.review.id).state is State.EXPIRED


def test_media_are_hashed_on_arrival_and_belong_to_the_content(desk: Desk) -> None:
    stored = desk.media.put(desk.eve, "acme", PICTURE)
    assert desk.media.put(desk.eve, "acme", PICTURE) == stored
    shown, data = desk.media.get(desk.ada, "acme", stored.sha256)
    assert (shown.mime, data) == ("image/png", PICTURE)

    variant = Variant("post", "x", "x:acme", (Part("Look", media=(Media(stored.sha256, "A door"),)),))
    made = desk.drafts.create(desk.eve, "acme", Draft((variant,)))

    assert made.review.draft.variants[0].parts[0].media[0].sha256 == stored.sha256


def test_a_picture_that_was_never_uploaded_is_refused(desk: Desk) -> None:
    variant = Variant("post", "x", "x:acme", (Part("Look", media=(Media("a" * 64, "A door"),)),))

    with pytest.raises(Invalid):
        desk.drafts.create(desk.eve, "acme", Draft((variant,)))


def test_files_that_no_browser_should_open_are_refused(desk: Desk) -> None:
    with pytest.raises(UnsupportedMedia):
        desk.media.put(desk.eve, "acme", b"<svg onload=alert(1)>")
    with pytest.raises(TooLarge):
        desk.media.put(desk.eve, "acme", PICTURE + bytes(LARGEST))


def test_another_brands_tool_gets_nothing(desk: Desk) -> None:
    view = desk.approved()
    desk.people.add_brand(Brand("rival", "Rival", desk.base.approvals))
    desk.people.add_person("rival", "mia@rival.example", "Mia", PASSWORD)
    desk.people.add_service("rival", "spy", "Spy")
    spy = desk.people.actor_for_key(desk.people.make_key("rival", "spy", ["permit"], "mia@rival.example"))

    with pytest.raises(NotFound):
        desk.permits.issue(spy, view.review.id, view.review.draft.digests[0])
