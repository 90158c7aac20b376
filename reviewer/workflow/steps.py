"""The steps of a review as one table: in which states, by whom, with what effect; `act` applies one.

`STEPS` is the only place that knows the steps.
"""

# ruff: noqa: E501  # the table is read as a table, one row a line

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer.errors import (
    NotAllowed,
    NotApproved,
    NotFound,
    Refusal,
    StaleContent,
    WrongState,
)
from reviewer.model import (
    Actor,
    Brand,
    Draft,
    Review,
    State,
    Version,
)
from reviewer.workflow import objecting, releasing, signing, writing
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
    Command,
    Confirm,
    Consent,
    Dismiss,
    Edit,
    Except,
    Issue,
    IssueUse,
    Lift,
    NewSlot,
    OpenEmergency,
    PostedByHand,
    ReadWithout,
    Redeem,
    Reject,
    Report,
    RequestChanges,
    Respond,
    Resume,
    Revoke,
    Submit,
    Suggest,
    TakeSuggestion,
    Withdraw,
)
from reviewer.workflow.facts import (
    Case,
)
from reviewer.workflow.state import state, wanting
from reviewer.workflow.who import (
    Who,
    a_contributor,
    a_member,
    colleague_of_objector,
    consenting,
    freshly_proven,
    independent_member,
    may_ask_removal,
    may_revoke,
    objector,
    recipient,
    subjects,
    takes_suggestion,
    the_audience,
    the_author,
    the_named,
)


def _present(case: Case, command: Any) -> None:
    """Every digest must be of the present version, and its verdict the one that was shown (law 13)."""
    about = subjects(case, command)
    if not about:
        raise StaleContent("Nothing was shown to you that this could be about: open the post again.")
    gone = [d for d in about if d not in case.review.draft.by_digest]
    if gone:
        raise StaleContent("The post changed after you opened it. Read it again.", changed=("the text",))
    shown = getattr(command, "seen", None)
    if shown is None and hasattr(command, "verdict"):
        shown = {command.content_sha256: command.verdict}
    for content_sha256, verdict in (shown or {}).items():
        current = case.verdicts.get(content_sha256)
        if current is None or current.sha256 != verdict:
            raise StaleContent(
                "The findings changed after you opened the post. Read them again.", changed=("the findings",)
            )


# --- the table -----------------------------------------------------------------------------------------

UNDER_REVIEW = frozenset({State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED})
OPEN = frozenset(State) - {State.WITHDRAWN}
OBJECTABLE = UNDER_REVIEW | {State.RELEASED}
WITHDRAWABLE = OPEN - {State.RELEASED, State.PUBLISHED, State.REMOVED}
BY_HAND = frozenset({State.APPROVED, State.RELEASED})
UNAPPROVED = frozenset(State) - {State.APPROVED, State.RELEASED, State.PUBLISHED, State.REMOVED}


@dataclass(frozen=True)
class Step:
    """One row: in which states of its subjects, by whom, with what effect, and the state that follows.

    `to` is the state that the step aims at, None where it stays or depends on what else stands.
    """

    action: str
    command: type
    states: frozenset[State]
    who: Who
    then: Callable[[Case, Actor, Any], Review]
    to: State | None
    noun: str
    done: str
    verb: str

    @property
    def event(self) -> str:
        """Its name in the audit log."""
        return f"{self.noun}.{self.done}"

    @property
    def refusal(self) -> str:
        """The name of the event when it was refused."""
        return f"{self.noun}.{self.verb}_refused"


# fmt: off
STEPS: tuple[Step, ...] = (
    #    action, command,             in these states,               by whom,               with what effect,           leading to,              on record as
    Step("edit", Edit,                OPEN,                          a_contributor,         writing.edit,               State.DRAFT,             "draft", "edited", "edit"),
    Step("submit", Submit,            OPEN,                          a_contributor,         writing.submit,             State.IN_REVIEW,         "draft", "submitted", "submit"),
    Step("confirm", Confirm,          OPEN,                          the_named,             writing.confirm,            None,                    "draft", "confirmed", "confirm"),
    Step("suggest", Suggest,          UNDER_REVIEW,                  a_member,              writing.suggest,            None,                    "suggestion", "made", "make"),
    Step("take", TakeSuggestion,      OPEN,                          takes_suggestion,      writing.take_suggestion,    State.DRAFT,             "suggestion", "taken", "take"),
    Step("approve", Approve,          UNDER_REVIEW,                  independent_member,    signing.approve,            State.APPROVED,          "variant", "signed", "sign"),
    Step("accept", Accept,            UNDER_REVIEW,                  independent_member,    signing.accept,             None,                    "finding", "accepted", "accept"),
    Step("read", ReadWithout,         UNDER_REVIEW,                  independent_member,    signing.read_without,       None,                    "finding", "read_without", "read"),
    Step("except", Except,            UNDER_REVIEW,                  independent_member,    signing.grant_exception,    None,                    "finding", "excepted", "except"),
    Step("consent", Consent,          UNDER_REVIEW,                  consenting,            signing.consent,            None,                    "variant", "consented", "consent"),
    Step("emergency", OpenEmergency,  OPEN,                          a_member,              signing.open_emergency,     None,                    "emergency", "opened", "open"),
    Step("respond", Respond,          OPEN,                          a_member,              signing.respond,            None,                    "draft", "responds", "respond"),
    Step("resume", Resume,            UNDER_REVIEW,                  independent_member,    signing.resume,             None,                    "variant", "resumed", "resume"),
    Step("new_slot", NewSlot,         frozenset({State.EXPIRED}),    independent_member,    releasing.new_slot,         State.APPROVED,          "variant", "reslotted", "reslot"),
    Step("request_changes", RequestChanges, OBJECTABLE,              a_member,              objecting.raise_objection,  State.CHANGES_REQUESTED, "variant", "changes_requested", "object"),
    Step("reject", Reject,            OBJECTABLE,                    a_member,              objecting.raise_objection,  State.REJECTED,          "variant", "rejected", "object"),
    Step("lift", Lift,                OPEN,                          objector,              objecting.lift,             None,                    "objection", "lifted", "lift"),
    Step("dismiss", Dismiss,          OPEN,                          colleague_of_objector, objecting.dismiss,          None,                    "objection", "dismissed", "dismiss"),
    Step("withdraw", Withdraw,        WITHDRAWABLE,                  a_contributor,         objecting.withdraw,         State.WITHDRAWN,         "draft", "withdrawn", "withdraw"),
    Step("remove", AskRemoval,        OPEN,                          may_ask_removal,       signing.ask_removal,        State.APPROVED,          "removal", "asked", "ask"),
    Step("issue", Issue,              frozenset({State.APPROVED}),   recipient,             releasing.issue,            State.RELEASED,          "permit", "issued", "issue"),
    Step("issue_use", IssueUse,       frozenset({State.APPROVED}),   recipient,             releasing.issue_use,        State.APPROVED,          "permit", "issued", "issue"),
    Step("redeem", Redeem,            OPEN,                          the_audience,          releasing.redeem,           State.RELEASED,          "permit", "redeemed", "redeem"),
    Step("revoke", Revoke,            OPEN,                          may_revoke,            releasing.revoke,           State.APPROVED,          "permit", "revoked", "revoke"),
    Step("report", Report,            frozenset(State),              the_audience,          releasing.report,           State.PUBLISHED,         "publication", "reported", "report"),
    Step("post_by_hand", PostedByHand, BY_HAND,                      the_author,            releasing.posted_by_hand,   State.PUBLISHED,         "publication", "reported", "report"),
    Step("reissue", AllowReissue,     frozenset({State.RELEASED}),   independent_member,    releasing.allow_reissue,    State.APPROVED,          "permit", "reissue_allowed", "reissue"),
)
# fmt: on
BY_COMMAND: Mapping[type, Step] = {step.command: step for step in STEPS}


WHOLE = (Edit, Submit, Withdraw, Report, OpenEmergency, Respond, NewSlot, Lift, Dismiss, Revoke)
"""Commands about the draft as a whole, or about a record that outlives the text."""

SIGNING = (Approve, Accept, ReadWithout, Except, Dismiss)
"""Commands that let something out; a brand may ask for a fresh proof of who gives them."""


def begin(brand: Brand, actor: Actor, review_id: str, draft: Draft, now: datetime) -> Review:
    """Start a draft: anybody who belongs to the brand, or its tool with the scope for it."""
    if actor.brand != brand.slug:
        raise NotAllowed(f"You act for another brand than {brand.name}: switch to it first.")
    if actor.service and "draft:write" not in actor.scopes:
        raise NotAllowed("This key can't make drafts: ask for one with the scope draft:write.")
    if not actor.service and actor.id not in brand.people:
        raise NotAllowed(f"You don't belong to {brand.name}: ask its brand admin to add you.")
    writing.check_draft(brand, draft)
    version = Version(1, draft, actor.id, now, actor.answerable)
    return Review(review_id, brand.slug, actor.id, (version,))


def act(case: Case, actor: Actor, command: Command) -> Review:
    """Apply one command, or raise the refusal that names the reason and the next step."""
    step = BY_COMMAND[type(command)]
    if actor.brand != case.brand.slug:
        raise NotFound("There is no such post in your brand.")
    step.who(case, actor, command)
    if isinstance(command, SIGNING):
        freshly_proven(case, actor)
    if not isinstance(command, WHOLE):
        _present(case, command)
    for content_sha256 in subjects(case, command):
        if content_sha256 in case.review.draft.by_digest:
            now_in = state(case, content_sha256)
            if now_in not in step.states:
                raise _wrong_state(case, step, content_sha256, now_in)
    return step.then(case, actor, command)


def _wrong_state(case: Case, step: Step, content_sha256: str, now_in: State) -> Refusal:
    """Say what is in the way; a permit for what is not approved is `not-approved`."""
    if step.action in ("issue", "issue_use", "post_by_hand") and now_in in UNAPPROVED:
        return NotApproved("This is not signed off.", wanting(case, content_sha256))
    words = now_in.replace("_", " ")
    return WrongState(f"That can't be done while the post is {words}. Open it again to see what can.")
