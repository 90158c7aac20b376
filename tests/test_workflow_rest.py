"""The rest of the law in sentences: suggestions, exceptions, pauses, stand-ins, repeated use, removal."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reviewer.errors import (
    AlreadyRedeemed,
    Blocked,
    Held,
    Invalid,
    NotAllowed,
    NotApproved,
    NotFound,
    OwnDraft,
    PermitRefused,
    WrongState,
)
from reviewer.model import (
    Approvals,
    Calendar,
    Decision,
    GroupRule,
    Hold,
    Lift,
    Objection,
    Part,
    Schedule,
    Standing,
    State,
    Variant,
)
from reviewer.workflow import (
    Approve,
    AskRemoval,
    Consent,
    Dismiss,
    Except,
    Issue,
    IssueUse,
    NewSlot,
    OpenEmergency,
    Redeem,
    Reject,
    Report,
    Respond,
    Resume,
    Submit,
    Suggest,
    TakeSuggestion,
    act,
    actions,
    contributors,
    holds_on,
    hours,
    unmeetable,
    wanting,
)
from reviewer.workflow import holds as pauses
from reviewer.workflow.proposals import Membership, Proposal, propose, second
from tests.test_workflow import (
    ADA,
    BEN,
    BRAND,
    CEO,
    CLEO,
    EVE,
    GROUPS,
    LEA,
    NOW,
    TOOL,
    Desk,
    finding,
    person,
    publication,
    variant,
)


def profile(**changed: object) -> Approvals:
    return replace(BRAND.approvals, **changed)  # type: ignore[arg-type]


# --- law 5: suggestions ---


def suggested(desk: Desk) -> Desk:
    return desk.submitted().do(ADA, Suggest("s1", desk.digest, variant("Ada's words."), "shorter"))


def test_a_suggestion_taken_over_leaves_the_reviewer_their_vote() -> None:
    desk = suggested(Desk()).do(EVE, TakeSuggestion("s1", 1)).submitted()

    desk.do(ADA, Approve("marketing", desk.seen))

    assert desk.review.draft.variants[0].text == "Ada's words."
    assert desk.state is State.APPROVED


def test_in_a_regulated_brand_it_costs_the_vote() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, approvals=profile(suggestion_costs_vote=True))
    suggested(desk).do(EVE, TakeSuggestion("s1", 1)).submitted()

    desk.refused(OwnDraft, ADA, Approve("marketing", desk.seen))
    assert contributors(desk.review, desk.digest) == {"ada", "eve"}


def test_nobody_takes_their_own_suggestion_over() -> None:
    desk = suggested(Desk())

    desk.refused(NotAllowed, ADA, TakeSuggestion("s1", 1))
    desk.refused(NotAllowed, BEN, TakeSuggestion("s1", 1))
    desk.refused(NotFound, EVE, TakeSuggestion("other", 1))


def test_a_suggestion_stays_on_its_account() -> None:
    desk = Desk().submitted()

    desk.refused(Invalid, ADA, Suggest("s1", desk.digest, variant("x", "x:shop"), ""))


# --- law 6: near-equal words, two accounts of one human ---


def test_a_rejection_binds_the_same_words_in_another_dress() -> None:
    old = variant("Buy NOW at https://a.example!")
    desk = Desk(variant("buy now … at https://b.example"))
    assert old.near_sha256 == desk.review.draft.variants[0].near_sha256
    rejection = Objection(
        "o1", "ada", "marketing", "reject", old.content_sha256, "No", NOW, "d0", old.near_sha256
    )
    request = replace(rejection, id="o2", act="request_changes")

    desk.review = replace(desk.review, objections=(request,))
    assert desk.submitted().state is State.IN_REVIEW
    desk.review = replace(desk.review, objections=(request, rejection))

    assert desk.state is State.REJECTED


def test_words_that_are_only_signs_are_only_like_themselves() -> None:
    assert variant("!!!").near_sha256 == variant("???").near_sha256 == ""


def test_two_accounts_of_one_human_are_one() -> None:
    desk = Desk().submitted().do(ADA, Reject("marketing", "no", Desk().seen, ("o1",)))
    desk.brand = replace(BRAND, same_person={"ben": "ceo"})
    desk.do(BEN, Dismiss("o1", "marketing", "fine"))

    desk.refused(WrongState, CEO, Dismiss("o1", "marketing", "fine"))
    assert desk.state is State.REJECTED


def test_a_second_account_of_the_author_signs_nothing() -> None:
    desk = Desk().submitted()
    desk.brand = replace(BRAND, same_person={"ben": "eve"})

    desk.refused(OwnDraft, BEN, Approve("marketing", desk.seen))


def test_two_accounts_of_one_human_are_one_signature() -> None:
    desk = Desk()
    two = profile(groups={**GROUPS, "marketing": GroupRule(signs=2)})
    desk.brand = replace(BRAND, approvals=two, same_person={"ben": "ada"})
    desk.approved().do(BEN, Approve("marketing", desk.seen))
    assert desk.state is State.IN_REVIEW

    assert desk.do(CEO, Approve("marketing", desk.seen)).state is State.APPROVED


# --- law 7: stand-ins, working time, consent ---


def stand_in_brand() -> Approvals:
    return profile(groups={**GROUPS, "marketing": GroupRule(1, ("comms",), "4h")})


def test_a_stand_in_signs_after_the_working_time_has_passed_and_not_before() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, approvals=stand_in_brand())
    desk.submitted()
    desk.now = NOW + timedelta(hours=3, minutes=59)
    desk.refused(NotAllowed, CLEO, Approve("marketing", desk.seen))

    desk.now = NOW + timedelta(hours=4)

    assert desk.do(CLEO, Approve("marketing", desk.seen)).state is State.APPROVED


def test_the_time_of_a_stand_in_is_the_brands_working_time() -> None:
    """Submitted on Friday at four: four working hours are over on Monday at noon."""
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    assert hours.after(BRAND, friday, timedelta(hours=4)) == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def test_working_time_keeps_holidays_time_zones_and_clock_changes() -> None:
    brand = replace(
        BRAND, timezone="Europe/Berlin", calendar=Calendar(holidays=frozenset({date(2026, 3, 30)}))
    )
    friday = datetime(
        2026, 3, 27, 16, 0, tzinfo=UTC
    )  # five in the afternoon: closed; clocks change on Sunday

    assert hours.next_open(brand, friday) == datetime(2026, 3, 31, 7, 0, tzinfo=UTC)
    assert hours.worked(brand, friday, datetime(2026, 3, 31, 8, 0, tzinfo=UTC)) == timedelta(hours=1)
    assert hours.duration("2d", brand) == timedelta(hours=16)
    assert (
        hours.after(replace(brand, calendar=Calendar(hours=((0, 0),) * 7)), friday, timedelta(hours=1))
        is None
    )
    with pytest.raises(ValueError, match="write 15m"):
        hours.duration("soon", brand)


def test_the_emergency_lane_lets_stand_ins_act_and_never_needs_fewer_people() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, approvals=stand_in_brand())
    desk.submitted().refused(NotAllowed, EVE, OpenEmergency("fire"))

    desk.do(CLEO, OpenEmergency("The shop is flooded."))
    assert wanting(desk.case, desk.digest) == ("Marketing must sign off.",)
    desk.do(CLEO, Approve("marketing", desk.seen))

    assert desk.state is State.APPROVED


def test_a_stand_in_who_leaves_stops_counting() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, approvals=stand_in_brand())
    desk.submitted().do(CLEO, OpenEmergency("fire")).do(CLEO, Approve("marketing", desk.seen))

    desk.brand = replace(desk.brand, members={**BRAND.members, "comms": frozenset()})

    assert desk.state is State.IN_REVIEW


def test_a_ghostwritten_account_asks_for_its_owners_consent_which_signs_nothing() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, consents={"x:acme": "ceo"})
    desk.approved()
    assert wanting(desk.case, desk.digest) == ("Ceo, in whose name this appears, must consent.",)
    desk.refused(NotAllowed, ADA, Consent(desk.seen))

    desk.do(CEO, Consent(desk.seen))

    assert desk.state is State.APPROVED
    desk.brand = replace(desk.brand, members={"marketing": frozenset({"ceo"})})
    assert desk.state is State.IN_REVIEW


# --- law 8: exceptions ---


def blocked() -> Desk:
    desk = Desk()
    desk.findings = (finding(Decision.BLOCK, "legal"),)
    return desk.submitted()


def half(desk: Desk, group: str, reason: str = "The contract says so.") -> Except:
    return Except(group, desk.digest, desk.findings[0].key, reason, desk.seen[desk.digest])


def test_an_exception_takes_the_owner_and_another_group() -> None:
    desk = blocked()
    desk.refused(Blocked, BEN, Approve("marketing", desk.seen))
    desk.do(LEA, half(desk, "legal"))
    desk.refused(Blocked, BEN, Approve("marketing", desk.seen))

    desk.do(CLEO, half(desk, "comms")).do(BEN, Approve("marketing", desk.seen))

    assert desk.state is State.APPROVED


def test_one_person_in_two_groups_is_not_two_people() -> None:
    desk = blocked()
    desk.do(ADA, half(desk, "legal")).do(ADA, half(desk, "marketing"))
    desk.refused(Blocked, BEN, Approve("marketing", desk.seen))

    desk.do(LEA, half(desk, "legal"))

    desk.do(BEN, Approve("marketing", desk.seen))


def test_two_owners_do_where_there_is_no_other_group() -> None:
    desk = Desk()
    desk.brand = replace(BRAND, members={"marketing": frozenset({"ada", "ben"})})
    desk.findings = (finding(Decision.BLOCK, "marketing"),)
    desk.submitted().do(ADA, half(desk, "marketing"))
    desk.refused(Blocked, ADA, Approve("marketing", desk.seen))

    desk.do(BEN, half(desk, "marketing"))

    assert desk.do(ADA, Approve("marketing", desk.seen)).state is State.APPROVED


def test_the_author_excepts_nothing_and_a_reason_is_needed() -> None:
    desk = Desk(by=LEA)
    desk.findings = (finding(Decision.BLOCK, "legal"),)
    desk.do(LEA, Submit())

    desk.refused(OwnDraft, LEA, half(desk, "legal"))
    desk.refused(Invalid, ADA, half(desk, "legal", " "))


def test_a_check_that_could_have_stopped_it_has_the_same_exit() -> None:
    desk = Desk()
    desk.findings = (finding(Decision.UNCHECKED, "legal", would=Decision.BLOCK),)
    desk.submitted().do(LEA, half(desk, "legal")).do(CLEO, half(desk, "comms"))

    desk.do(BEN, Approve("marketing", desk.seen)).do(LEA, Approve("legal", desk.seen))

    assert desk.state is State.APPROVED


# --- law 10: two people change the rules ---

PROPOSAL = Proposal("p1", "acme", "lists", {}, "A new code name", "pat", NOW, groups=frozenset({"marketing"}))
SINCE = {"marketing": Membership(NOW - timedelta(days=9), "root")}
PAT = person("pat", "policy_owner")


def with_pat() -> object:
    return replace(BRAND, people={**BRAND.people, "pat": "Pat"})


def test_a_change_needs_its_proposer_and_a_member_who_was_there_before() -> None:
    brand = with_pat()
    made = propose(brand, PAT, PROPOSAL)  # type: ignore[arg-type]

    seconded = second(brand, ADA, made, {"ada": SINCE}, NOW, proposer_roles=PAT.roles)  # type: ignore[arg-type]

    assert (seconded.by, seconded.seconded_by, seconded.waits) == ("pat", "ada", False)


@pytest.mark.parametrize(
    ("why", "actor", "proposal", "since"),
    [
        ("own proposal", replace(PAT, roles=frozenset()), PROPOSAL, SINCE),
        ("not in the group", LEA, PROPOSAL, SINCE),
        ("about them", ADA, replace(PROPOSAL, subjects=frozenset({"ada"})), SINCE),
        ("eases their post", ADA, replace(PROPOSAL, eases=frozenset({"ada"})), SINCE),
        ("joined after", ADA, PROPOSAL, {"marketing": Membership(NOW, "root")}),
        ("brought in by the proposer", ADA, PROPOSAL, {"marketing": Membership(NOW - timedelta(9), "pat")}),
        ("decided", ADA, replace(PROPOSAL, withdrawn_at=NOW), SINCE),
        ("a tool", TOOL, PROPOSAL, SINCE),
        ("another brand", replace(ADA, brand="other"), PROPOSAL, SINCE),
    ],
)
def test_who_may_not_second(why: str, actor: object, proposal: Proposal, since: object) -> None:
    with pytest.raises((NotAllowed, WrongState)):
        second(with_pat(), actor, proposal, {actor.id: since}, NOW, proposer_roles=PAT.roles)  # type: ignore


def test_who_may_not_propose() -> None:
    for actor, proposal in (
        (ADA, PROPOSAL),
        (PAT, replace(PROPOSAL, kind="group")),
        (PAT, replace(PROPOSAL, eases=frozenset({"pat"}))),
        (TOOL, PROPOSAL),
    ):
        with pytest.raises(NotAllowed):
            propose(with_pat(), actor, proposal)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        propose(with_pat(), PAT, replace(PROPOSAL, reason=" "))  # type: ignore[arg-type]


# --- law 11: pauses ---


def paused(desk: Desk, scope: str = "brand:acme", **hold: object) -> Desk:
    stands = Hold("h1", scope, "Fire", "cleo", desk.now, **hold)  # type: ignore[arg-type]
    desk.brand = replace(desk.brand, holds=(stands,), epochs={scope: 1})
    return desk


def lifted(desk: Desk) -> Desk:
    (hold,) = desk.brand.holds
    ends = (Lift("ada", desk.now), Lift("cleo", desk.now))
    desk.brand = replace(desk.brand, holds=(replace(hold, lifts=ends),))
    return desk


@pytest.mark.parametrize("scope", ["brand:acme", "account:x:acme", "channel:x"])
def test_a_pause_stops_new_permits_and_those_that_are_out(scope: str) -> None:
    desk = paused(Desk().released(), scope)
    desk.refused(PermitRefused, TOOL, Redeem("j1"))

    desk = paused(Desk().approved(), scope)

    desk.refused(Held, TOOL, Issue(desk.digest, TOOL.id, "j"))


def test_a_pause_of_another_scope_stops_nothing() -> None:
    desk = paused(Desk().approved(), "channel:linkedin")

    desk.do(TOOL, Issue(desk.digest, TOOL.id, "j"))


def test_what_was_signed_before_a_pause_waits_for_somebody_independent() -> None:
    desk = paused(Desk().approved())
    desk.now += timedelta(minutes=5)
    lifted(desk)
    assert desk.state is State.IN_REVIEW
    desk.refused(NotApproved, TOOL, Issue(desk.digest, TOOL.id, "j"))
    desk.refused(NotAllowed, EVE, Resume((desk.digest,), "go"))

    desk.do(CLEO, Resume((desk.digest,), "It still fits."))

    assert desk.state is State.APPROVED


def test_nothing_is_resumed_while_the_pause_is_on_or_where_there_was_none() -> None:
    desk = paused(Desk().approved())
    desk.refused(Held, CLEO, Resume((desk.digest,), "go"))

    desk = Desk().submitted()

    desk.refused(WrongState, CLEO, Resume((desk.digest,), "go"))


def test_whoever_signs_after_the_pause_has_confirmed_by_that() -> None:
    desk = paused(Desk().submitted())
    desk.now += timedelta(minutes=5)
    lifted(desk).now += timedelta(minutes=1)

    assert desk.do(ADA, Approve("marketing", desk.seen)).state is State.APPROVED


def test_the_response_goes_out_through_its_pause_with_comms() -> None:
    desk = paused(Desk()).do(EVE, Submit())
    desk.refused(NotAllowed, EVE, Respond("h1"))
    desk.do(ADA, Respond("h1")).do(ADA, Approve("marketing", desk.seen))
    assert wanting(desk.case, desk.digest) == ("Comms must sign off.",)

    desk.do(CLEO, Approve("comms", desk.seen)).do(TOOL, Issue(desk.digest, TOOL.id, "j")).do(
        TOOL, Redeem("j")
    )


def test_the_response_asks_for_comms_even_where_there_is_none() -> None:
    desk = paused(Desk()).do(EVE, Submit()).do(ADA, Respond("h1")).do(ADA, Approve("marketing", Desk().seen))
    desk.brand = replace(desk.brand, approvals=Approvals(groups={"marketing": GroupRule()}))

    desk.refused(NotApproved, TOOL, Issue(desk.digest, TOOL.id, "j"))
    assert wanting(desk.case, desk.digest) == ("Comms must sign off.",)


def test_a_topic_pause_stops_what_its_rule_finds() -> None:
    desk = paused(Desk().approved(), "topic:fire", topic="extends: existence")
    desk.do(TOOL, Issue(desk.digest, TOOL.id, "j"))
    held = replace(desk.case, on_topic={desk.digest: frozenset({"h1"})})
    assert holds_on(held, desk.digest)
    with pytest.raises(PermitRefused):
        act(held, TOOL, Redeem("j"))


def test_one_places_a_pause_and_two_lift_it() -> None:
    hold = pauses.place(BRAND, ADA, "h1", "channel:x", "Fire", NOW)
    brand = replace(BRAND, holds=(hold,))
    once = pauses.lift(brand, ADA, "h1", NOW)
    assert once.lifted_at is None
    brand = replace(BRAND, holds=(once,))
    with pytest.raises(WrongState):
        pauses.lift(brand, ADA, "h1", NOW)
    with pytest.raises(WrongState):
        pauses.lift(replace(brand, same_person={"ben": "ada"}), BEN, "h1", NOW)

    assert pauses.lift(brand, CLEO, "h1", NOW).lifted_at == NOW


def test_who_signs_for_nothing_pauses_nothing() -> None:
    for actor in (EVE, TOOL, replace(ADA, brand="other")):
        with pytest.raises(NotAllowed):
            pauses.place(BRAND, actor, "h1", "brand:acme", "Fire", NOW)
    for scope, topic in (
        ("brand:other", ""),
        ("account:x:rival", ""),
        ("world", ""),
        ("channel:linkdin", ""),
        ("topic:x", ""),
    ):
        with pytest.raises(Invalid):
            pauses.place(BRAND, ADA, "h1", scope, "Fire", NOW, topic=topic)


# --- law 12: missed slots ---


def test_a_slot_missed_while_approved_gets_a_new_time_and_keeps_its_sign_offs() -> None:
    slot = NOW + timedelta(hours=1)
    desk = Desk(schedule=Schedule("at", slot)).approved()
    desk.now = slot + timedelta(hours=5)
    assert desk.state is State.EXPIRED
    desk.refused(NotAllowed, EVE, NewSlot(desk.now + timedelta(hours=1)))
    desk.refused(Invalid, BEN, NewSlot(desk.now))

    desk.do(BEN, NewSlot(desk.now + timedelta(hours=1)))
    assert desk.state is State.APPROVED
    desk.now += timedelta(hours=1)

    desk.do(TOOL, Issue(desk.digest, TOOL.id, "j"))


def test_a_slot_missed_unapproved_is_not_saved_by_a_new_time() -> None:
    desk = Desk(schedule=Schedule("at", NOW + timedelta(hours=1))).submitted()
    desk.now += timedelta(hours=5)

    desk.refused(WrongState, BEN, NewSlot(desk.now + timedelta(hours=1)))


# --- law 15: texts for repeated use ---

TERMS = Standing(("x:acme", "x:shop"), NOW + timedelta(days=30), uses=2, targets=("https://x.com/",))


def reply(target: str | None = None, account: str = "x:acme", text: str = "We are on it.") -> Variant:
    return Variant("reply", "x", account, (Part(text),), target=target)


def library(**terms: object) -> Desk:
    return Desk(reply(), standing=replace(TERMS, **terms)).submitted()  # type: ignore[arg-type]


def both(desk: Desk) -> Desk:
    return desk.do(ADA, Approve("marketing", desk.seen)).do(BEN, Approve("marketing", desk.seen))


def use(desk: Desk, variant: Variant, jti: str = "u1") -> IssueUse:
    return IssueUse(desk.digest, variant, TOOL.id, jti)


def test_a_standing_text_needs_two_people_and_is_used_as_often_as_was_signed() -> None:
    desk = library().do(ADA, Approve("marketing", library().seen))
    assert desk.state is State.IN_REVIEW
    both(desk)

    for n in (1, 2):
        desk.do(TOOL, use(desk, reply(f"https://x.com/{n}"), f"u{n}")).do(TOOL, Redeem(f"u{n}"))
        desk.do(TOOL, Report(replace(publication(desk, f"u{n}"), id=f"p{n}")))

    assert desk.review.permits[0].standing_sha256 == desk.digest != desk.review.permits[0].content_sha256
    desk.refused(NotApproved, TOOL, use(desk, reply("https://x.com/3"), "u3"))


@pytest.mark.parametrize(
    "other",
    [
        reply("https://x.com/1", text="We are on it!"),
        reply("https://y.example/1"),
        reply("https://x.com/1", account="x:rival"),
    ],
)
def test_a_use_is_the_same_words_where_the_terms_allow(other: Variant) -> None:
    desk = both(library())

    desk.refused(NotApproved, TOOL, use(desk, other))


def test_one_target_is_answered_once() -> None:
    desk = both(library())
    desk.do(TOOL, use(desk, reply("https://x.com/1")))

    desk.refused(AlreadyRedeemed, TOOL, use(desk, reply("https://x.com/1"), "u2"))
    desk.refused(WrongState, TOOL, Issue(desk.digest, TOOL.id, "j"))


def test_new_terms_are_signed_anew_and_an_end_ends() -> None:
    desk = both(library())
    desk.now = TERMS.until
    assert desk.state is State.EXPIRED

    desk = both(library()).edited(standing=replace(TERMS, uses=500))

    assert desk.state is State.IN_REVIEW


def test_the_groups_of_every_account_sign_what_may_appear_there() -> None:
    desk = both(library())
    assert desk.state is State.APPROVED
    desk.brand = replace(BRAND, approvals=replace(BRAND.approvals, accounts={"x:shop": ("comms",)}))

    assert wanting(desk.case, desk.digest) == ("Comms must sign off.",)


@pytest.mark.parametrize("account", ["linkedin:company/acme", "x:shop"])
def test_a_text_is_read_for_one_network_and_borrows_nobodys_name(account: str) -> None:
    desk = both(library(accounts=("x:acme", account)))
    desk.brand = replace(BRAND, accounts=BRAND.accounts | {account}, consents={"x:shop": "ceo"})

    assert desk.state is State.IN_REVIEW
    desk.refused(NotApproved, TOOL, use(desk, replace(reply("https://x.com/1"), account=account)))
    assert account in " ".join(wanting(desk.case, desk.digest))


def test_only_named_users_use_it() -> None:
    desk = both(library(users=("joe",)))

    desk.refused(NotAllowed, TOOL, use(desk, reply("https://x.com/1")))
    desk.do(person("joe"), replace(use(desk, reply("https://x.com/1")), audience="person:joe"))


def test_a_pause_ends_uses_unless_comms_signed_a_crisis_line() -> None:
    desk = paused(both(library(crisis=True)))
    desk.refused(Held, TOOL, use(desk, reply("https://x.com/1")))

    desk.do(CLEO, Approve("comms", desk.seen)).do(TOOL, use(desk, reply("https://x.com/1")))

    assert desk.review.permits


# --- law 16: removal ---


def removal(by: object = EVE, **review: object) -> Desk:
    desk = Desk(Variant("removal", "x", "x:acme", (), target="https://x.com/1"), by=by)  # type: ignore[arg-type]
    desk.review = replace(desk.review, **review)  # type: ignore[arg-type]
    return desk


def test_one_person_of_marketing_removes_at_once_and_through_a_pause() -> None:
    desk = paused(removal(by=ADA)).do(ADA, AskRemoval((removal().digest,), "It is wrong."))
    assert desk.state is State.APPROVED

    desk.do(TOOL, Issue(desk.digest, TOOL.id, "j")).do(TOOL, Redeem("j"))
    desk.do(TOOL, Report(publication(desk, "j")))

    assert desk.state is State.REMOVED


def test_the_author_removes_their_post_and_a_stranger_does_not() -> None:
    desk = removal()
    desk.refused(NotAllowed, EVE, AskRemoval((desk.digest,), "Mine."))
    desk.refused(NotAllowed, LEA, AskRemoval((desk.digest,), "Mine."))

    desk = removal(target_authors=frozenset({"eve"})).do(EVE, AskRemoval((desk.digest,), "Mine."))

    assert desk.state is State.APPROVED


def test_a_post_is_not_removed_into_being_published() -> None:
    desk = Desk().submitted()

    desk.refused(WrongState, ADA, AskRemoval((desk.digest,), "sneaky"))


def test_a_post_whose_removal_was_carried_out_is_removed() -> None:
    desk = Desk().released().do(TOOL, Redeem("j1"))
    desk.do(TOOL, Report(publication(desk)))
    assert desk.state is State.PUBLISHED

    desk.review = replace(desk.review, removed=frozenset({"p1"}))

    assert desk.state is State.REMOVED


# --- what pages offer ---


def test_pages_offer_the_new_steps_where_they_would_be_accepted() -> None:
    desk = blocked()
    assert "except" in actions(desk.case, LEA)
    assert "approve" not in actions(desk.case, ADA)
    assert "remove" in actions(removal().case, ADA)
    desk = paused(Desk().approved())
    desk.now += timedelta(minutes=5)
    lifted(desk)
    assert "resume" in actions(desk.case, CLEO)
    assert "resume" not in actions(desk.case, EVE)
    assert "take" in actions(suggested(Desk()).case, EVE)
    assert "issue_use" in actions(both(library()).case, TOOL)


def test_an_unmeetable_requirement_counts_humans_and_stand_ins() -> None:
    desk = Desk().submitted()
    desk.brand = replace(BRAND, approvals=stand_in_brand(), members={"comms": frozenset({"cleo"})})
    assert "has 0 of 1" in unmeetable(desk.case, desk.digest)[0]

    desk.now += timedelta(hours=5)

    assert unmeetable(desk.case, desk.digest) == ()
