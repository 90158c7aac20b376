"""Which steps a person has now, for pages; `act` decides in the end."""

from collections.abc import Iterator
from typing import Any

from reviewer.errors import (
    Refusal,
)
from reviewer.model import (
    Actor,
    Decision,
    Publication,
    Verdict,
)
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
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
    counting,
    holds_on,
    may_sign_for,
    schedule,
    signing_groups,
    to_resume,
)
from reviewer.workflow.state import could_block, excepted, state, stops
from reviewer.workflow.steps import STEPS, Step
from reviewer.workflow.who import subjects


def actions(case: Case, actor: Actor) -> frozenset[str]:
    """The actions that this actor has on the present version, for pages; `act` decides in the end."""
    return frozenset(step.action for step in STEPS if _has(step, case, actor))


def _has(step: Step, case: Case, actor: Actor) -> bool:
    for command in _examples(step, case, actor):
        present = [d for d in subjects(case, command) if d in case.review.draft.by_digest]
        states = [state(case, d) in step.states for d in present]
        fits = all(states) if step.action in ("edit", "submit", "withdraw") else any(states)
        if not fits or (step.action == "submit" and case.review.version.submitted_at is not None):
            continue
        try:
            step.who(case, actor, command)
        except Refusal:
            continue
        return True
    return False


def _examples(step: Step, case: Case, actor: Actor) -> Iterator[Any]:
    """Commands of one kind that could make sense here, one for each group, digest, permit, objection."""
    review = case.review
    for digest in review.draft.digests:
        groups = _groups(case, actor, digest)
        verdict = case.verdicts.get(digest)
        seen = {digest: verdict.sha256 if verdict else ""}
        match step.action:
            case "approve":
                if verdict and all(excepted(case, f, digest) for f in verdict.findings if stops(f)):
                    yield from (Approve(g, seen) for g in groups)
            case "request_changes":
                yield from (RequestChanges(g, "", seen, ()) for g in groups)
            case "reject":
                yield from (Reject(g, "", seen, ()) for g in groups)
            case "accept" | "read" | "except":
                yield from _finding_examples(step.action, verdict, groups)
            case "confirm":
                if (actor.id, digest) not in {(c.by, c.content_sha256) for c in review.confirmations}:
                    yield Confirm((digest,))
            case "consent":
                if (actor.id, digest, "consent") not in _said(case):
                    yield Consent(seen)
            case "remove":
                if review.draft.by_digest[digest].kind == "removal":
                    yield AskRemoval((digest,), "")
            case "suggest":
                yield Suggest("", digest, review.draft.by_digest[digest], "")
            case "resume":
                if to_resume(case, digest) and not holds_on(case, digest):
                    yield Resume((digest,), "")
            case "issue" if review.draft.standing is None:
                yield Issue(digest, actor.id if actor.service else f"person:{actor.id}", "")
            case "issue_use" if review.draft.standing is not None:
                audience = actor.id if actor.service else f"person:{actor.id}"
                yield IssueUse(digest, review.draft.by_digest[digest], audience, "")
            case "post_by_hand" if review.draft.standing is None:
                by_hand = Publication("", "", "", "", case.now, actor.id, content_sha256=digest)
                yield PostedByHand(by_hand, "")
    yield from _draft_examples(step.action, case)
    yield from _record_examples(step.action, case, _groups(case, actor, *review.draft.digests))


def _groups(case: Case, actor: Actor, *digests: str) -> list[str]:
    """The groups for which this actor may sign these digests now, as a member or standing in."""
    return [
        group
        for group in sorted(signing_groups(case.brand))
        if all(may_sign_for(case, actor.id, group, d, case.now) for d in digests)
    ]


def _said(case: Case) -> set[tuple[str, str, str]]:
    """What still counts of what was said."""
    digests = case.review.draft.digests
    return {(s.by, d, s.act) for d in digests for s in counting(case, d)}


def _draft_examples(action: str, case: Case) -> Iterator[Any]:
    """Commands about the draft as a whole."""
    review = case.review
    match action:
        case "edit":
            yield Edit(review.version.number, review.draft)
        case "submit":
            yield Submit()
        case "withdraw":
            yield Withdraw()
        case "emergency" if review.emergency is None and review.submitted:
            yield OpenEmergency("")
        case "respond" if review.responds_to is None:
            yield from (Respond(h.id) for h in case.brand.holds if h.lifted_at is None)
        case "new_slot" if schedule(review).at is not None:
            yield NewSlot(case.now)
        case "take":
            yield from (
                TakeSuggestion(s.id, review.version.number) for s in review.suggestions if not s.accepted_at
            )


def _finding_examples(action: str, verdict: Verdict | None, groups: list[str]) -> Iterator[Any]:
    for finding in verdict.findings if verdict else ():
        of = (finding.key, "", verdict.sha256 if verdict else "")
        if action == "accept" and finding.decision is Decision.NEEDS_APPROVAL and finding.owner in groups:
            yield Accept(finding.owner, verdict.content_sha256, *of)  # type: ignore[union-attr]  # has findings
        if action == "except" and stops(finding):
            for group in groups:
                yield Except(group, verdict.content_sha256, *of)  # type: ignore[union-attr]  # has findings
        if action == "read" and finding.decision is Decision.UNCHECKED and not could_block(finding):
            for group in sorted({"marketing", finding.owner} & set(groups)):
                yield ReadWithout(group, verdict.content_sha256, *of)  # type: ignore[union-attr]


def _record_examples(action: str, case: Case, groups: list[str]) -> Iterator[Any]:
    for objection in case.review.objections:
        if objection.stands and action == "lift" and objection.act == "request_changes":
            yield Lift(objection.id)
        if objection.stands and action == "dismiss" and objection.group in groups:
            yield Dismiss(objection.id, objection.group, "")
    reported = {p.jti for p in case.review.publications}
    for permit in case.review.permits:
        if permit.alive(case.now) and action in ("redeem", "revoke"):
            yield Redeem(permit.jti) if action == "redeem" else Revoke(permit.jti, "")
        if permit.redeemed_at is not None and permit.jti not in reported:
            if action == "report":
                yield Report(Publication("", "", "", "", case.now, "", jti=permit.jti))
            if action == "reissue":
                yield AllowReissue(permit.jti, "")
