"""The law of sign-off in sentences; the walk in `test_law_walk.py` proves it over every reachable review."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reviewer.errors import (
    AlreadyRedeemed,
    Blocked,
    EditConflict,
    Invalid,
    NotAllowed,
    NotApproved,
    NotFound,
    OwnDraft,
    PermitRefused,
    Refusal,
    StaleContent,
    WrongState,
)
from reviewer.model import (
    Actor,
    Approvals,
    Brand,
    Decision,
    Draft,
    Finding,
    GroupRule,
    Part,
    Place,
    Publication,
    Review,
    Schedule,
    State,
    Variant,
    Verdict,
)
from reviewer.workflow import (
    Accept,
    AllowReissue,
    Approve,
    Case,
    Command,
    Confirm,
    Dismiss,
    Edit,
    Issue,
    Lift,
    PostedByHand,
    ReadWithout,
    Redeem,
    Reject,
    Report,
    RequestChanges,
    Revoke,
    Submit,
    Withdraw,
    act,
    actions,
    begin,
    contributors,
    may_see,
    state,
    unmeetable,
    wanting,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GROUPS = {"marketing": GroupRule(), "legal": GroupRule(), "people": GroupRule(), "comms": GroupRule()}
MEMBERS = {
    "marketing": frozenset({"ada", "ben", "ceo"}),
    "legal": frozenset({"lea", "ada"}),
    "comms": frozenset({"cleo"}),
}
PEOPLE = {p: p.capitalize() for p in ("ada", "ben", "lea", "cleo", "eve", "ceo", "joe")}
BRAND = Brand("acme", "Acme", Approvals(groups=GROUPS), MEMBERS, PEOPLE, frozenset({"x:acme", "x:shop"}))


def person(name: str, *roles: str) -> Actor:
    return Actor(name, name.capitalize(), "acme", frozenset(roles))


ADA, BEN, LEA, CLEO, EVE, CEO = map(person, ("ada", "ben", "lea", "cleo", "eve", "ceo"))
TOOL = Actor(
    "service:tool",
    "Scheduler",
    "acme",
    service=True,
    scopes=frozenset({"draft:write", "permit"}),
    answerable=frozenset({"ben"}),
)


def variant(text: str = "We open at nine.", account: str = "x:acme") -> Variant:
    return Variant("post", "x", account, (Part(text),))


def finding(decision: Decision, owner: str = "legal", would: Decision | None = None) -> Finding:
    return Finding(
        "Pack.Rule",
        "P-1",
        "0" * 64,
        decision,
        owner,
        Place("/parts/0/text", 0, 2),
        "We",
        "m",
        "r",
        would=would,
    )


class Desk:
    """A review on its way: `do` applies a command as somebody, or raises; findings are set by hand."""

    def __init__(self, *variants: Variant, by: Actor = EVE, **draft: object) -> None:
        self.brand, self.now, self.findings = BRAND, NOW, ()
        self.review: Review = begin(self.brand, by, "d1", Draft(variants or (variant(),), **draft), NOW)  # type: ignore[arg-type]

    @property
    def verdicts(self) -> dict[str, Verdict]:
        owners = [
            f.owner for f in self.findings if f.decision in (Decision.NEEDS_APPROVAL, Decision.UNCHECKED)
        ]
        groups = tuple(dict.fromkeys(["marketing", *owners]))
        return {d: Verdict(d, "p", tuple(self.findings), groups) for d in self.review.draft.digests}

    @property
    def case(self) -> Case:
        return Case(self.review, self.brand, self.verdicts, self.now)

    @property
    def digest(self) -> str:
        return self.review.draft.digests[0]

    @property
    def seen(self) -> dict[str, str]:
        return {d: v.sha256 for d, v in self.verdicts.items()}

    @property
    def state(self) -> State:
        return state(self.case, self.digest)

    def do(self, actor: Actor, command: Command) -> "Desk":
        self.review = act(self.case, actor, command)
        return self

    def refused(self, why: type[Refusal], actor: Actor, command: Command) -> Refusal:
        with pytest.raises(why) as refusal:
            act(self.case, actor, command)
        assert refusal.type is why
        return refusal.value

    def submitted(self) -> "Desk":
        return self.do(EVE if self.review.author == "eve" else TOOL, Submit())

    def approved(self) -> "Desk":
        return self.submitted().do(ADA, Approve("marketing", self.seen))

    def released(self, jti: str = "j1") -> "Desk":
        return self.approved().do(TOOL, Issue(self.digest, TOOL.id, jti))

    def edited(self, *variants: Variant, **draft: object) -> "Desk":
        new = replace(self.review.draft, variants=variants or self.review.draft.variants, **draft)  # type: ignore[arg-type]
        return self.do(EVE, Edit(self.review.version.number, new))


def publication(desk: Desk, jti: str | None = "j1") -> Publication:
    return Publication("p1", "x:acme", "x", "https://x.com/1", desk.now, "by", jti, desk.digest)


# --- law 1: a permit needs everything ---


def test_a_signed_post_is_released_redeemed_and_published() -> None:
    desk = Desk().released()
    assert desk.state is State.RELEASED

    desk.do(TOOL, Redeem("j1")).do(TOOL, Report(publication(desk)))

    assert desk.state is State.PUBLISHED


def test_nothing_unsigned_gets_a_permit() -> None:
    refusal = Desk().submitted().refused(NotApproved, TOOL, Issue(Desk().digest, TOOL.id, "j"))

    assert refusal.missing == ("Marketing must sign off.",)  # type: ignore[attr-defined]


def test_a_finding_that_needs_approval_needs_its_owner_twice_over() -> None:
    """Legal signs the text, and agrees to the finding with a reason."""
    desk = Desk()
    desk.findings = (finding(Decision.NEEDS_APPROVAL),)
    desk.approved().do(LEA, Approve("legal", desk.seen))
    assert wanting(desk.case, desk.digest) == ("Legal must agree: m",)

    key, verdict = desk.findings[0].key, desk.seen[desk.digest]
    desk.refused(Invalid, LEA, Accept("legal", desk.digest, key, "  ", verdict))
    desk.refused(NotAllowed, ADA, Accept("marketing", desk.digest, key, "fine", verdict))
    desk.do(LEA, Accept("legal", desk.digest, key, "The contract says so.", verdict))

    assert desk.state is State.APPROVED


def test_a_warning_that_came_after_the_sign_off_must_be_seen_by_marketing() -> None:
    desk = Desk().approved()
    desk.findings = (finding(Decision.WARN, "marketing"),)
    assert desk.state is State.IN_REVIEW

    desk.do(BEN, Approve("marketing", desk.seen))

    assert desk.state is State.APPROVED


def test_a_policy_change_that_touches_nothing_leaves_the_sign_off() -> None:
    desk = Desk()
    desk.findings = (finding(Decision.WARN, "marketing"),)
    desk.approved()

    desk.findings = ()

    assert desk.state is State.APPROVED


# --- law 2: independence ---


def test_nobody_signs_off_what_they_wrote_however_senior() -> None:
    desk = Desk(by=person("ceo", "brand_admin", "system_admin")).do(CEO, Submit())

    desk.refused(OwnDraft, CEO, Approve("marketing", desk.seen))


def test_an_editor_becomes_a_contributor_and_their_earlier_yes_stops_counting() -> None:
    desk = (
        Desk(by=ADA)
        .do(ADA, Submit())
        .do(BEN, Approve("marketing", {Desk().digest: Desk().seen[Desk().digest]}))
    )
    assert desk.state is State.APPROVED

    desk.review = replace(desk.review, inherited={desk.digest: frozenset({"ben"})})

    assert desk.state is State.IN_REVIEW


def test_the_owner_of_the_key_wrote_it_until_the_named_person_confirms() -> None:
    desk = Desk(by=TOOL, on_behalf_of="joe").do(TOOL, Submit())
    assert contributors(desk.review, desk.digest) == {"ben"}
    desk.refused(OwnDraft, BEN, Approve("marketing", desk.seen))
    desk.refused(NotAllowed, EVE, Confirm((desk.digest,)))

    desk.do(person("joe"), Confirm((desk.digest,)))

    assert contributors(desk.review, desk.digest) == {"joe"}
    desk.do(BEN, Approve("marketing", desk.seen))


def test_being_named_makes_nobody_a_contributor() -> None:
    """Else a strict reviewer could be disqualified by naming them."""
    desk = Desk(by=TOOL, on_behalf_of="ada").do(TOOL, Submit())

    desk.do(ADA, Approve("marketing", desk.seen))

    assert desk.state is State.APPROVED


# --- law 3: no way around ---


@pytest.mark.parametrize("role", ["system_admin", "brand_admin", "auditor", "policy_owner", "author"])
def test_no_role_signs(role: str) -> None:
    desk = Desk().submitted()

    desk.refused(NotAllowed, person("joe", role), Approve("marketing", desk.seen))


def test_a_tool_has_no_vote() -> None:
    desk = Desk().submitted()
    in_marketing = replace(BRAND, members={"marketing": frozenset({TOOL.id})})
    desk.brand = in_marketing

    desk.refused(NotAllowed, TOOL, Approve("marketing", desk.seen))


def test_another_brands_people_and_tools_find_nothing() -> None:
    desk = Desk().approved()
    stranger = replace(TOOL, brand="other")

    desk.refused(NotFound, stranger, Issue(desk.digest, stranger.id, "j"))
    assert not may_see(desk.case, replace(ADA, brand="other"))


# --- law 4: sign-offs belong to digests ---


def test_an_edit_costs_only_the_variants_that_it_touches() -> None:
    other = variant("We open at nine.", "x:shop")
    desk = Desk(variant(), other).approved()

    desk.edited(variant("We open at ten."), other)

    assert [state(desk.case, d) for d in desk.review.draft.digests] == [State.DRAFT, State.APPROVED]


def test_going_back_to_signed_words_finds_the_sign_off_again() -> None:
    desk = Desk().approved().edited(variant("Other words.")).edited(variant())

    assert desk.state is State.APPROVED


def test_brief_and_tags_change_nothing() -> None:
    desk = Desk().approved().edited(brief="For Monday", tags=("shop",))

    assert desk.state is State.APPROVED


def test_the_same_words_are_published_once() -> None:
    desk = Desk().released()
    desk.do(TOOL, Redeem("j1"))
    desk.refused(WrongState, TOOL, Issue(desk.digest, TOOL.id, "j2"))

    desk.do(TOOL, Report(publication(desk)))

    desk.refused(WrongState, TOOL, Issue(desk.digest, TOOL.id, "j2"))


# --- law 6: objections ---


def test_an_objection_outlives_another_persons_yes() -> None:
    desk = Desk().submitted().do(CLEO, RequestChanges("comms", "Too loud", Desk().seen, ("o1",)))

    desk.do(ADA, Approve("marketing", desk.seen))

    assert desk.state is State.CHANGES_REQUESTED
    assert wanting(desk.case, desk.digest) == ("Comms asked for changes: Too loud",)


def test_a_contributor_may_object_and_only_lift_their_own() -> None:
    desk = Desk(by=ADA).do(ADA, Submit())
    desk.do(ADA, RequestChanges("marketing", "I was wrong", desk.seen, ("o1",)))
    desk.refused(NotAllowed, BEN, Lift("o1"))

    desk.do(ADA, Lift("o1"))

    assert desk.state is State.IN_REVIEW


def test_a_colleague_dismisses_a_request_and_two_dismiss_a_rejection() -> None:
    desk = Desk().submitted().do(CEO, Reject("marketing", "Never", Desk().seen, ("o1",)))
    desk.refused(NotAllowed, CEO, Dismiss("o1", "marketing", "changed my mind"))
    desk.refused(NotAllowed, CEO, Lift("o1"))
    desk.refused(NotAllowed, CLEO, Dismiss("o1", "comms", "fine"))

    desk.do(ADA, Dismiss("o1", "marketing", "fine"))
    assert desk.state is State.REJECTED
    desk.refused(WrongState, ADA, Dismiss("o1", "marketing", "fine"))
    desk.do(BEN, Dismiss("o1", "marketing", "fine too"))

    assert desk.state is State.IN_REVIEW


def test_a_contributor_dismisses_nothing() -> None:
    desk = Desk(by=BEN).do(BEN, Submit()).do(ADA, RequestChanges("marketing", "no", Desk().seen, ("o1",)))

    desk.refused(OwnDraft, BEN, Dismiss("o1", "marketing", "mine is fine"))


def test_an_objection_takes_an_unused_permit_back() -> None:
    desk = Desk().released().do(CLEO, RequestChanges("comms", "Stop", Desk().seen, ("o1",)))

    assert desk.state is State.CHANGES_REQUESTED
    desk.refused(PermitRefused, TOOL, Redeem("j1"))


# --- law 7, 8, 9 ---


def test_one_person_alone_is_told_that_nothing_can_be_signed_off() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, people={"eve": "Eve"}, members={"marketing": frozenset({"eve"})})

    assert "Only one person" in unmeetable(desk.case, desk.digest)[0]


def test_what_nobody_can_sign_is_said_with_whom_to_ask() -> None:
    desk = Desk()
    desk.findings = (finding(Decision.NEEDS_APPROVAL, "people"),)

    assert "has 0 of 1 people" in unmeetable(desk.case, desk.digest)[0]


def test_two_signatures_are_two_people() -> None:
    desk = Desk()
    two = replace(BRAND.approvals, groups={**GROUPS, "marketing": GroupRule(signs=2)})
    desk.brand = replace(BRAND, approvals=two)
    desk.approved().do(ADA, Approve("marketing", desk.seen))
    assert len(desk.review.sign_offs) == 1
    assert desk.state is State.IN_REVIEW

    assert desk.do(BEN, Approve("marketing", desk.seen)).state is State.APPROVED


def test_one_person_signs_in_several_capacities_only_where_the_brand_says_so() -> None:
    desk = Desk()
    desk.findings = (finding(Decision.NEEDS_APPROVAL),)
    key = desk.findings[0].key
    desk.approved().do(ADA, Approve("legal", desk.seen))
    desk.do(ADA, Accept("legal", desk.digest, key, "ok", desk.seen[desk.digest]))
    assert desk.state is State.APPROVED

    desk.brand = replace(BRAND, approvals=replace(BRAND.approvals, capacities="distinct"))

    assert desk.state is State.IN_REVIEW


def test_what_a_rule_stops_cannot_be_signed() -> None:
    desk = Desk().submitted()
    desk.findings = (finding(Decision.BLOCK),)

    desk.refused(Blocked, ADA, Approve("marketing", desk.seen))


def test_a_check_that_did_not_run_is_read_without_by_marketing_and_its_owner() -> None:
    desk = Desk()
    desk.findings = (finding(Decision.UNCHECKED, would=Decision.WARN),)
    key = desk.findings[0].key
    desk.approved().do(LEA, Approve("legal", desk.seen))
    desk.do(LEA, ReadWithout("legal", desk.digest, key, "read", desk.seen[desk.digest]))
    assert desk.state is State.IN_REVIEW

    desk.do(BEN, ReadWithout("marketing", desk.digest, key, "read", desk.seen[desk.digest]))

    assert desk.state is State.APPROVED


def test_a_check_that_could_have_stopped_it_must_run() -> None:
    desk = Desk().submitted()
    desk.findings = (finding(Decision.UNCHECKED, would=Decision.BLOCK),)
    verdict = desk.seen[desk.digest]

    desk.refused(Blocked, ADA, Approve("marketing", desk.seen))
    desk.refused(Blocked, LEA, ReadWithout("legal", desk.digest, desk.findings[0].key, "x", verdict))


# --- law 12: windows ---


def test_a_sign_off_for_now_ends_after_a_day() -> None:
    desk = Desk().approved()

    desk.now += timedelta(hours=24)

    assert desk.state is State.IN_REVIEW


def test_a_slot_that_passes_unapproved_expires_after_the_grace() -> None:
    desk = Desk(schedule=Schedule("at", NOW + timedelta(hours=1))).submitted()
    desk.now += timedelta(hours=1, minutes=14)
    assert desk.state is State.IN_REVIEW

    desk.now += timedelta(minutes=1)

    assert desk.state is State.EXPIRED


def test_a_permit_waits_for_its_window_and_ends_with_it() -> None:
    slot = NOW + timedelta(hours=1)
    desk = Desk(schedule=Schedule("at", slot)).approved()
    desk.refused(NotApproved, TOOL, Issue(desk.digest, TOOL.id, "j"))

    desk.now = slot + timedelta(minutes=10)
    desk.do(TOOL, Issue(desk.digest, TOOL.id, "j"))

    assert desk.review.permits[0].expires_at == slot + timedelta(minutes=15)


def test_a_new_time_outside_what_was_signed_must_be_signed_again() -> None:
    desk = Desk(schedule=Schedule("at", NOW + timedelta(hours=1))).approved()
    assert desk.state is State.APPROVED

    desk.edited(schedule=Schedule("at", NOW + timedelta(hours=9)))

    assert desk.state is State.IN_REVIEW


# --- law 13: what was seen ---


def test_a_stale_page_signs_nothing() -> None:
    desk = Desk().submitted()
    old = desk.seen
    desk.findings = (finding(Decision.WARN, "marketing"),)
    assert desk.refused(StaleContent, ADA, Approve("marketing", old)).changed == ("the findings",)  # type: ignore[attr-defined]

    desk.edited(variant("Other words.")).submitted()

    assert desk.refused(StaleContent, ADA, Approve("marketing", old)).changed == ("the text",)  # type: ignore[attr-defined]


def test_of_two_edits_one_wins() -> None:
    desk = Desk().edited(variant("One"))

    desk.refused(EditConflict, EVE, Edit(1, Draft((variant("Two"),))))


# --- law 14: once ---


def test_a_permit_is_used_once_by_its_tool() -> None:
    desk = Desk().released()
    desk.refused(PermitRefused, replace(TOOL, id="service:other"), Redeem("j1"))

    desk.do(TOOL, Redeem("j1"))

    desk.refused(AlreadyRedeemed, TOOL, Redeem("j1"))


def test_one_more_permit_after_one_that_was_never_reported() -> None:
    desk = Desk().released().do(TOOL, Redeem("j1"))
    desk.refused(NotAllowed, EVE, AllowReissue("j1", "lost"))

    desk.do(BEN, AllowReissue("j1", "The tool crashed.")).do(TOOL, Issue(desk.digest, TOOL.id, "j2"))

    assert desk.state is State.RELEASED
    desk.refused(WrongState, BEN, AllowReissue("j1", "again"))


def test_a_permit_that_ends_unused_gives_the_variant_back() -> None:
    desk = Desk().released()
    desk.now += timedelta(minutes=15)
    assert desk.state is State.APPROVED
    desk.refused(PermitRefused, TOOL, Redeem("j1"))

    desk.now -= timedelta(minutes=15)
    desk.do(BEN, Revoke("j1", "wait"))

    assert desk.state is State.APPROVED


def test_a_raised_epoch_ends_a_permit() -> None:
    desk = Desk().released()
    desk.brand = replace(BRAND, epochs={"channel:x": 1})

    desk.refused(PermitRefused, TOOL, Redeem("j1"))


def test_posting_by_hand_uses_up_a_permit() -> None:
    desk = Desk().approved()
    desk.refused(NotAllowed, ADA, PostedByHand(publication(desk, None), "j1"))

    desk.do(EVE, PostedByHand(publication(desk, None), "j1"))

    assert desk.state is State.PUBLISHED
    assert desk.review.permits[0].audience == "person:eve"
    assert desk.review.permits[0].redeemed_at == desk.now


def test_what_a_tool_holds_is_not_posted_by_hand_too() -> None:
    desk = Desk().released()

    desk.refused(WrongState, EVE, PostedByHand(publication(desk, None), "j9"))


# --- edits around release ---


def test_what_is_released_is_not_edited_or_withdrawn_under_the_tools_hands() -> None:
    desk = Desk().released()

    desk.refused(WrongState, EVE, Edit(1, Draft((variant("Other"),))))
    desk.refused(WrongState, EVE, Withdraw())


def test_a_withdrawn_post_is_over() -> None:
    desk = Desk().approved().do(EVE, Withdraw())

    assert desk.state is State.WITHDRAWN
    desk.refused(NotApproved, TOOL, Issue(desk.digest, TOOL.id, "j"))


def test_another_brands_account_is_refused() -> None:
    desk = Desk()
    foreign = Draft((variant(account="x:rival"),))

    problems = desk.refused(Invalid, EVE, Edit(1, foreign)).problems  # type: ignore[attr-defined]

    assert [p.pointer for p in problems] == ["/variants/0/account"]


def test_pages_offer_just_what_would_be_accepted() -> None:
    desk = Desk()
    assert actions(desk.case, EVE) == {"edit", "submit", "withdraw"}
    desk.submitted()
    assert actions(desk.case, ADA) == {"approve", "request_changes", "reject", "suggest", "emergency"}
    desk.do(ADA, Approve("marketing", desk.seen))
    assert actions(desk.case, TOOL) == {"issue"}
    assert "post_by_hand" in actions(desk.case, EVE)
    assert actions(desk.case, person("joe")) == frozenset()
