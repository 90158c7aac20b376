"""Faults that the walk of the law must catch: each breaks one rule of the code, and names its walk."""

# ruff: noqa: ARG005  # what is put in a function's place asks what that asks

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import pytest

from reviewer.model import Actor, Brand, Decision, Finding, Objection, Permit, Review, SignOff, State, Window
from reviewer.workflow import (
    BY_COMMAND,
    Case,
    facts,
    hours,
    objecting,
    releasing,
    signing,
    steps,
    who,
    writing,
)
from reviewer.workflow.commands import (
    AllowReissue,
    Approve,
    AskRemoval,
    Dismiss,
    Edit,
    Issue,
    IssueUse,
    NewSlot,
    Redeem,
    RequestChanges,
    Revoke,
    TakeSuggestion,
)

states: Any = import_module("reviewer.workflow.state")  # the package names a function like it


class Workshop:
    """Tools for planting a fault; all is put right again after the test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def swap(self, old: Any, new: Any) -> None:
        """Replace a function wherever the workflow, or the walk, has imported it."""
        names = [n for n in sys.modules if n.startswith("reviewer.workflow") or n.endswith("test_law_walk")]
        modules = [sys.modules[name] for name in names]
        for module in modules:
            for name, value in list(vars(module).items()):
                if value is old:
                    self.patch.setattr(module, name, new)

    def row(self, command: type, **changed: Any) -> None:
        """Change one row of the table of steps."""
        self.patch.setitem(BY_COMMAND, command, replace(BY_COMMAND[command], **changed))


@dataclass(frozen=True)
class Fault:
    name: str
    walk: str
    plant: Callable[[Workshop], None]


FAULTS: list[Fault] = []
Plant = Callable[[Workshop], None]


def fault(walk: str) -> Callable[[Plant], Plant]:
    """Enter a fault in the list; its name is the function's, in words."""

    def enter(plant: Plant) -> Plant:
        FAULTS.append(Fault(plant.__name__.replace("_", " "), walk, plant))
        return plant

    return enter


def anybody(*_: Any) -> None:
    """No predicate at all."""


EVERY_STATE = frozenset(State)
EDITING, TWO, PERMITS = (
    "an edit, a revert, and who may sign", "two of marketing, and what others wrote", "permits",
)  # fmt: skip
LATER, PAUSE, USES = "permits in time", "a pause of the account", "uses of a text"


# --- who signs ---


@fault(EDITING)
def self_sign_off(shop: Workshop) -> None:
    shop.swap(facts.wrote, lambda *_: False)


@fault(EDITING)
def an_administrator_signs(shop: Workshop) -> None:
    def administrators_too(case: Case, actor: Actor, command: Any) -> None:
        if "system_admin" not in actor.roles:
            who.independent_member(case, actor, command)

    shop.row(Approve, who=administrators_too)


@fault(EDITING)
def a_tool_signs(shop: Workshop) -> None:
    member = who.a_member
    shop.swap(member, lambda case, actor, command: member(case, replace(actor, service=False), command))


@fault(EDITING)
def any_group_signs_for_marketing(shop: Workshop) -> None:
    may_sign = facts.may_sign_for

    def any_group(case: Case, person: str, group: str, on: str, at: Any) -> bool:
        return any(may_sign(case, person, g, on, at) for g in case.brand.members)

    shop.swap(may_sign, any_group)


@fault(EDITING)
def a_removed_member_still_counts(shop: Workshop) -> None:
    def entitled(case: Case, s: SignOff) -> bool:
        return not facts.wrote(case, s.by, s.content_sha256)

    shop.swap(facts._entitled, entitled)


@fault(EDITING)
def another_brand_acts(shop: Workshop) -> None:
    act = steps.act
    shop.swap(act, lambda case, actor, c: act(case, replace(actor, brand=case.brand.slug), c))


@fault(TWO)
def copies_do_not_inherit_their_contributors(shop: Workshop) -> None:
    contributors = facts.contributors
    shop.swap(contributors, lambda review, on: contributors(replace(review, inherited={}), on))


@fault(TWO)
def one_person_counts_twice(shop: Workshop) -> None:
    def every_yes(case: Case, signed: tuple[SignOff, ...], act: str, group: str | None = None) -> set[Any]:
        return {n for n, s in enumerate(signed) if s.act == act and group in (None, s.group)}

    shop.swap(states._humans, every_yes)
    shop.swap(signing._same_yes, lambda *_: False)


@fault("two accounts of one human")
def two_accounts_of_one_human_count_twice(shop: Workshop) -> None:
    shop.patch.setattr(Brand, "human", lambda self, person: person)


@fault("a second account of the author")
def the_author_signs_with_a_second_account(shop: Workshop) -> None:
    shop.patch.setattr(Brand, "human", lambda self, person: person)


@fault("what a tool brings")
def the_owner_of_the_key_is_independent(shop: Workshop) -> None:
    contributors = facts.contributors

    def nobody_answers(review: Review, on: str) -> frozenset[str]:
        return contributors(
            replace(review, versions=tuple(replace(v, answerable=frozenset()) for v in review.versions)), on
        )

    shop.swap(contributors, nobody_answers)


@fault("what a tool brings")
def being_named_counts_as_having_confirmed(shop: Workshop) -> None:
    contributors = facts.contributors

    def named_is_enough(review: Review, on: str) -> frozenset[str]:
        def owned(version: Any) -> Any:
            named = version.draft.on_behalf_of
            return replace(version, answerable=frozenset({named} - {None}) or version.answerable)

        return contributors(replace(review, versions=tuple(map(owned, review.versions))), on)

    shop.swap(contributors, named_is_enough)


@fault("what a tool brings")
def a_confirmation_is_for_every_text(shop: Workshop) -> None:
    contributors = facts.contributors

    def for_all(review: Review, on: str) -> frozenset[str]:
        said = tuple(replace(c, content_sha256=on) for c in review.confirmations)
        return contributors(replace(review, confirmations=said), on)

    shop.swap(contributors, for_all)


@fault("one capacity each")
def one_person_signs_in_two_capacities(shop: Workshop) -> None:
    shop.swap(facts.CAPACITIES, frozenset())


@fault("stand-ins")
def a_stand_in_signs_before_the_time(shop: Workshop) -> None:
    shop.swap(facts._stand_in_open, lambda *_: True)


@fault("stand-ins over a night")
def the_night_counts_as_working_time(shop: Workshop) -> None:
    shop.patch.setattr(hours, "after", lambda brand, since, wait: since + wait)


@fault("stand-ins")
def an_emergency_needs_nobody(shop: Workshop) -> None:
    required = states.required_groups
    shop.swap(required, lambda case, on: () if case.review.emergency else required(case, on))


@fault("stand-ins")
def a_stand_in_who_left_still_counts(shop: Workshop) -> None:
    may_sign = facts.may_sign_for

    def once_a_stand_in(case: Case, person: str, group: str, on: str, at: Any) -> bool:
        return may_sign(case, person, group, on, at) or any(
            s.by == person and s.at == at and s.group == group for s in case.review.sign_offs
        )

    shop.swap(may_sign, once_a_stand_in)


# --- what is signed ---


@fault(EDITING)
def an_edit_forgets_to_reset(shop: Workshop) -> None:
    """Sign-offs of any version count for the present one."""
    counting = facts.counting

    def of_any_version(case: Case, on: str) -> tuple[SignOff, ...]:
        every = {d for v in case.review.versions for d in v.draft.digests} | {on}
        return tuple(s for d in sorted(every) for s in counting(case, d))

    shop.swap(counting, of_any_version)


@fault(EDITING)
def a_stale_text_is_signed(shop: Workshop) -> None:
    """A decision about an older text is taken for one about the present text."""

    def as_it_stands(case: Case, actor: Actor, command: Approve) -> Review:
        seen = {on: case.verdicts[on].sha256 for on in case.review.draft.digests}
        return signing.approve(case, actor, replace(command, seen=seen))

    shop.patch.setattr(steps, "_present", anybody)
    shop.row(Approve, then=as_it_stands)


@fault("something that needs approval")
def stale_findings_are_signed(shop: Workshop) -> None:
    present = steps._present

    def text_only(case: Case, command: Any) -> None:
        seen = getattr(command, "seen", None)
        if seen is None or not set(seen) <= set(case.review.draft.digests):
            present(case, command)

    shop.patch.setattr(steps, "_present", text_only)


@fault(EDITING)
def what_was_never_handed_in_is_signed(shop: Workshop) -> None:
    shop.row(Approve, states=EVERY_STATE)


@fault(EDITING)
def the_second_of_two_edits_wins(shop: Workshop) -> None:
    def over(case: Case, actor: Actor, command: Edit) -> Review:
        return writing.edit(case, actor, replace(command, base=case.review.version.number))

    shop.row(Edit, then=over)


@fault(EDITING)
def another_brands_account_is_written_for(shop: Workshop) -> None:
    shop.swap(writing.check_draft, anybody)


@fault("something that needs approval")
def an_owner_group_is_not_asked(shop: Workshop) -> None:
    shop.swap(states.required_groups, lambda *_: ("marketing",))


def without(shop: Workshop, *decisions: Decision) -> None:
    """Findings of these decisions ask for nothing."""
    wanting_for = states._wanting_for

    def quietly(case: Case, finding: Finding, on: str, signed: tuple[SignOff, ...]) -> Iterator[str]:
        if finding.decision not in decisions:
            yield from wanting_for(case, finding, on, signed)

    shop.swap(wanting_for, quietly)


@fault("something that needs approval")
def a_finding_needs_nobodys_agreement(shop: Workshop) -> None:
    without(shop, Decision.NEEDS_APPROVAL)


@fault("a warning")
def a_warning_that_nobody_saw(shop: Workshop) -> None:
    without(shop, Decision.WARN)


@fault("a check that did not run")
def what_was_not_checked_is_clean(shop: Workshop) -> None:
    without(shop, Decision.UNCHECKED)


@fault("a check that could have stopped it")
def a_check_that_could_have_stopped_it_is_only_read_without(shop: Workshop) -> None:
    shop.swap(states.could_block, lambda finding: False)


@fault("something that can't go out")
def a_block_is_signed_without_an_exception(shop: Workshop) -> None:
    shop.swap(states.excepted, lambda *_: True)


@fault("something that can't go out")
def one_person_makes_an_exception(shop: Workshop) -> None:
    def one_half(case: Case, finding: Finding, on: str) -> bool:
        return any(s.act == "except" and s.finding == finding.key for s in facts.counting(case, on))

    shop.swap(states.excepted, one_half)


@fault("something that can't go out")
def the_owner_group_alone_makes_an_exception(shop: Workshop) -> None:
    """Two of the owner group do, though another group has somebody independent."""
    shop.swap(states._another_group, lambda *_: False)


@fault("a ghostwritten account")
def consent_is_not_asked_for(shop: Workshop) -> None:
    shop.swap(states._consent, lambda *_: iter(()))


@fault("a ghostwritten account")
def consent_counts_as_a_signature(shop: Workshop) -> None:
    humans = states._humans

    def with_consents(
        case: Case, signed: tuple[SignOff, ...], act: str, group: str | None = None
    ) -> set[str]:
        also = {s.by for s in signed if s.act == "consent"} if act == "approve" else set()
        return {*also, *humans(case, signed, act, group)}

    shop.swap(humans, with_consents)


@fault("a ghostwritten account whose owner writes too")
def whoever_wrote_once_consents_to_everything(shop: Workshop) -> None:
    shop.swap(states._own_words, facts.wrote)


@fault("suggestions that cost the vote")
def a_suggestion_costs_nothing(shop: Workshop) -> None:
    version = writing._version
    shop.patch.setattr(
        writing, "_version", lambda actor, draft, case, _cost=None: version(actor, draft, case)
    )


@fault("suggestions")
def a_suggestion_is_taken_over_by_anybody(shop: Workshop) -> None:
    shop.row(TakeSuggestion, who=anybody)


# --- what is said against it ---


@fault("requests for changes")
def a_newer_approval_lifts_an_objection(shop: Workshop) -> None:
    standing = facts.standing_objections

    def unless_approved(case: Case, on: str) -> tuple[Objection, ...]:
        approved = any(s.act == "approve" for s in facts.counting(case, on))
        return () if approved else standing(case, on)

    shop.swap(standing, unless_approved)


@fault("rejections")
def one_person_dismisses_a_rejection(shop: Workshop) -> None:
    shop.patch.setattr(
        Objection, "stands", property(lambda self: self.lifted_at is None and not self.dismissals)
    )


@fault("rejections")
def a_rejection_is_shed_by_punctuation(shop: Workshop) -> None:
    def exact(case: Case, on: str) -> tuple[Objection, ...]:
        return tuple(o for o in case.review.objections if o.content_sha256 == on)

    shop.swap(facts.concerning, exact)


@fault("requests for changes")
def an_objection_is_shed_by_an_edit(shop: Workshop) -> None:
    """What was said to older words is set aside by anybody, then the words come back."""

    def present_only(case: Case, objection: Objection) -> tuple[str, ...]:
        return tuple(d for d in case.review.draft.digests if d == objection.content_sha256)

    shop.swap(who._objected, present_only)


@fault("requests for changes")
def the_author_dismisses_an_objection(shop: Workshop) -> None:
    shop.row(Dismiss, who=who.a_member)


@fault("permits and what changes under them")
def an_objection_leaves_the_permit(shop: Workshop) -> None:
    def said_only(case: Case, actor: Actor, command: Any) -> Review:
        return replace(objecting.raise_objection(case, actor, command), permits=case.review.permits)

    shop.row(RequestChanges, then=said_only)


# --- release ---


@fault(PERMITS)
def a_permit_is_issued_twice(shop: Workshop) -> None:
    shop.swap(states.holding_permit, lambda *_: None)


@fault(PERMITS)
def a_permit_is_redeemed_twice(shop: Workshop) -> None:
    redeem = releasing.redeem

    def again(case: Case, actor: Actor, command: Redeem) -> Review:
        permits = tuple(replace(p, redeemed_at=None) for p in case.review.permits)
        return redeem(replace(case, review=replace(case.review, permits=permits)), actor, command)

    shop.row(Redeem, then=again)


@fault(PERMITS)
def another_tool_redeems(shop: Workshop) -> None:
    shop.row(Redeem, who=anybody)


@fault(PERMITS)
def anybody_asks_for_a_permit(shop: Workshop) -> None:
    shop.row(Issue, who=anybody)


@fault(PERMITS)
def anybody_takes_a_permit_back(shop: Workshop) -> None:
    shop.row(Revoke, who=anybody)


@fault(PERMITS)
def a_permit_that_was_taken_back_is_redeemed(shop: Workshop) -> None:
    redeem = releasing.redeem

    def revived(case: Case, actor: Actor, command: Redeem) -> Review:
        permits = tuple(replace(p, revoked_at=None) for p in case.review.permits)
        return redeem(replace(case, review=replace(case.review, permits=permits)), actor, command)

    shop.row(Redeem, then=revived)


@fault(PERMITS)
def the_author_allows_one_more_permit(shop: Workshop) -> None:
    shop.row(AllowReissue, who=who.a_member)


@fault(PERMITS)
def a_lost_permit_that_turned_up_is_used_twice(shop: Workshop) -> None:
    shop.patch.setattr(releasing, "state", lambda *_: State.APPROVED)


@fault("an edit of one variant of two")
def what_is_released_is_edited(shop: Workshop) -> None:
    shop.patch.setattr(writing, "state", lambda *_: State.DRAFT)


@fault("an edit of one variant of two")
def what_was_withdrawn_is_released(shop: Workshop) -> None:
    shop.row(Issue, states=EVERY_STATE)


@fault(LATER)
def a_permit_never_ends(shop: Workshop) -> None:
    shop.patch.setattr(Permit, "alive", lambda self, at: self.redeemed_at is None and self.revoked_at is None)


@fault(LATER)
def a_sign_off_never_ends(shop: Workshop) -> None:
    shop.swap(facts._in_time, lambda *_: True)


@fault("a slot")
def the_window_is_ignored(shop: Workshop) -> None:
    def always(case: Case, on: str) -> Window:
        return Window(case.now, case.now + facts.GRACE)

    shop.patch.setattr(releasing, "permit_window", always)


@fault("a slot")
def a_slot_never_expires(shop: Workshop) -> None:
    shop.patch.setattr(states, "own_window", lambda review: None)


@fault("a slot")
def a_slot_signed_after_its_time_is_moved(shop: Workshop) -> None:
    shop.patch.setattr(releasing, "_as_of", lambda review, at: review)


@fault("a slot")
def the_author_confirms_a_missed_slot(shop: Workshop) -> None:
    shop.row(NewSlot, who=who.a_member)


@fault("another time")
def a_sign_off_is_good_for_any_time(shop: Workshop) -> None:
    shop.swap(facts._in_time, lambda case, s: case.now < facts.window_of(case.review, s).end)


# --- pauses ---


@fault(PAUSE)
def a_permit_is_issued_while_paused(shop: Workshop) -> None:
    shop.swap(facts.holds_on, lambda *_: ())


@fault(PAUSE)
def the_epoch_is_ignored(shop: Workshop) -> None:
    shop.swap(facts.concerned_epochs, lambda *_: {})


@fault(PAUSE)
def lifting_a_pause_releases(shop: Workshop) -> None:
    shop.swap(facts.to_resume, lambda *_: ())


@fault("a pause of a topic")
def a_topic_pauses_nothing(shop: Workshop) -> None:
    shop.patch.setattr(
        facts, "concerns", lambda case, hold, on: not hold.topic and hold.id != case.review.responds_to
    )


@fault("the response to a pause")
def the_response_goes_out_without_comms(shop: Workshop) -> None:
    shop.swap(states.required_groups, lambda case, on: case.verdicts[on].requires)


@fault("two pauses")
def one_confirmation_is_good_for_every_pause(shop: Workshop) -> None:
    def ever(case: Case, on: str) -> tuple[Any, ...]:
        said = any(s.act == "resume" for s in facts.counting(case, on))
        return () if said else to_resume(case, on)

    to_resume = facts.to_resume
    shop.swap(to_resume, ever)


# --- repeated use, removal ---


@fault("a text for repeated use")
def one_person_signs_for_repeated_use(shop: Workshop) -> None:
    shop.swap(states._for_repeated_use, lambda *_: iter(()))


@fault("a text for repeated use")
def new_terms_are_not_signed(shop: Workshop) -> None:
    in_time = facts._in_time

    def any_terms(case: Case, s: SignOff) -> bool:
        terms = case.review.draft.standing
        return in_time(case, replace(s, terms=terms.sha256 if terms else ""))

    shop.swap(in_time, any_terms)


@fault(USES)
def a_standing_text_goes_anywhere(shop: Workshop) -> None:
    shop.swap(releasing._target_allowed, lambda *_: True)


@fault(USES)
def a_standing_text_is_published_itself(shop: Workshop) -> None:
    def as_usual(case: Case, actor: Actor, command: IssueUse) -> Review:
        return releasing._granted(case, actor, command, command.variant, command.content_sha256)

    shop.row(IssueUse, then=as_usual)


@fault("a text for repeated use and a pause")
def a_pause_elsewhere_leaves_uses_there(shop: Workshop) -> None:
    shop.swap(facts._places, lambda case, variant: facts.scopes(case.brand, variant))


@fault("a crisis line")
def every_standing_text_outlives_a_pause(shop: Workshop) -> None:
    shop.swap(facts.outlives_pauses, lambda case, on: case.review.draft.standing is not None)


@fault("a removal")
def anybody_removes(shop: Workshop) -> None:
    shop.row(AskRemoval, who=anybody)


@fault("a removal")
def a_removal_says_something(shop: Workshop) -> None:
    shop.swap(writing.check_draft, anybody)


@fault("a removal beside a post")
def asking_for_a_removal_hands_in_the_post_beside_it(shop: Workshop) -> None:
    ask = signing.ask_removal

    def all_of_it(case: Case, actor: Actor, command: AskRemoval) -> Review:
        asked = ask(case, actor, command)
        version = replace(asked.version, submitted_by=actor.id, submitted_at=case.now)
        return replace(asked, versions=(*asked.versions[:-1], version))

    shop.row(AskRemoval, then=all_of_it)


@fault("a removal beside a post")
def a_post_goes_out_as_a_removal(shop: Workshop) -> None:
    def remove(case: Case, actor: Actor, command: AskRemoval) -> Review:
        return signing._sign(case, actor, command, act="remove", reason="It is wrong.")

    shop.row(AskRemoval, then=remove)
