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
)
from reviewer.workflow.facts import (
    Case,
    could_block,
    signing_groups,
    state,
)
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
    groups = sorted(case.brand.groups_of(actor.id) & signing_groups(case.brand))
    for digest in review.draft.digests:
        verdict = case.verdicts.get(digest)
        seen = {digest: verdict.sha256 if verdict else ""}
        match step.action:
            case "approve":
                if verdict and not verdict.of(Decision.BLOCK) and not any(map(could_block, verdict.findings)):
                    yield from (Approve(g, seen) for g in groups)
            case "request_changes":
                yield from (RequestChanges(g, "", seen, ()) for g in groups)
            case "reject":
                yield from (Reject(g, "", seen, ()) for g in groups)
            case "accept" | "read":
                yield from _finding_examples(step.action, verdict, groups)
            case "confirm":
                if (actor.id, digest) not in {(c.by, c.content_sha256) for c in review.confirmations}:
                    yield Confirm((digest,))
            case "issue":
                yield Issue(digest, actor.id if actor.service else f"person:{actor.id}", "")
            case "post_by_hand":
                by_hand = Publication("", "", "", "", case.now, actor.id, content_sha256=digest)
                yield PostedByHand(by_hand, "")
    if step.action in ("edit", "submit", "withdraw"):
        yield {"edit": Edit(review.version.number, review.draft), "submit": Submit(), "withdraw": Withdraw()}[
            step.action
        ]
    yield from _record_examples(step.action, case, groups)


def _finding_examples(action: str, verdict: Verdict | None, groups: list[str]) -> Iterator[Any]:
    for finding in verdict.findings if verdict else ():
        of = (finding.key, "", verdict.sha256 if verdict else "")
        if action == "accept" and finding.decision is Decision.NEEDS_APPROVAL and finding.owner in groups:
            yield Accept(finding.owner, verdict.content_sha256, *of)  # type: ignore[union-attr]  # has findings
        if action == "read" and finding.decision is Decision.UNCHECKED and not could_block(finding):
            for group in {"marketing", finding.owner} & set(groups):
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
