"""The steps of whoever signs: approve, agree to a finding, read without a check, except, resume, remove."""

from dataclasses import replace
from typing import Any

from reviewer.errors import (
    Blocked,
    Held,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    StaleContent,
    WrongState,
)
from reviewer.model import (
    Actor,
    Decision,
    Emergency,
    Finding,
    Review,
    SignOff,
)
from reviewer.workflow.commands import (
    Accept,
    Approve,
    AskRemoval,
    Consent,
    Except,
    OpenEmergency,
    ReadWithout,
    Respond,
    Resume,
)
from reviewer.workflow.facts import (
    Case,
    counting,
    holds_on,
    signed_window,
    to_resume,
)
from reviewer.workflow.state import could_block, excepted, stops
from reviewer.workflow.who import (
    subjects,
)


def reasoned(reason: str) -> str:
    if not reason.strip():
        raise Invalid(
            "Say why: the author and the log need your reason.",
            [Problem("/reason", "A reason is needed.", "empty")],
        )
    return reason.strip()


def _finding(case: Case, content_sha256: str, key: str, decision: Decision) -> Finding:
    for finding in case.verdicts[content_sha256].findings:
        if finding.key == key and finding.decision is decision:
            return finding
    raise StaleContent("That finding is not there any more. Read the post again.", changed=("the findings",))


def _sign(case: Case, actor: Actor, command: Any, **of: Any) -> Review:
    """Add sign-offs to what stands; the same yes twice is one yes."""
    review = case.review
    for content_sha256 in subjects(case, command):
        verdict = case.verdicts[content_sha256]
        new = SignOff(
            by=actor.id,
            group=getattr(command, "group", ""),
            content_sha256=content_sha256,
            verdict=verdict.sha256,
            seen=frozenset(f.key for f in verdict.findings),
            at=case.now,
            window=signed_window(review, case.now),
            terms=review.draft.standing.sha256 if review.draft.standing else "",
            **of,
        )
        again = new.act == "resume"  # each pause is confirmed anew
        if again or not any(_same_yes(new, old) for old in counting(case, content_sha256)):
            review = replace(review, sign_offs=(*review.sign_offs, new))
    return review


def _same_yes(new: SignOff, old: SignOff) -> bool:
    return (new.by, new.group, new.act, new.finding, new.verdict) == (
        old.by,
        old.group,
        old.act,
        old.finding,
        old.verdict,
    )


def approve(case: Case, actor: Actor, command: Approve) -> Review:
    for content_sha256 in command.seen:
        for finding in filter(stops, case.verdicts[content_sha256].findings):
            if excepted(case, finding, content_sha256):
                continue
            if could_block(finding):
                raise Blocked("A check that could stop this text did not run: check it again first.")
            raise Blocked("A rule stops this text: edit it, or ask for an exception, before anybody signs.")
    return _sign(case, actor, command, act="approve")


def accept(case: Case, actor: Actor, command: Accept) -> Review:
    finding = _finding(case, command.content_sha256, command.finding, Decision.NEEDS_APPROVAL)
    if command.group != finding.owner:
        raise NotAllowed(f"{finding.owner.capitalize()} decides about this finding.")
    return _sign(case, actor, command, act="accept", finding=command.finding, reason=reasoned(command.reason))


def read_without(case: Case, actor: Actor, command: ReadWithout) -> Review:
    finding = _finding(case, command.content_sha256, command.finding, Decision.UNCHECKED)
    if could_block(finding):
        raise Blocked("This check could have stopped the text: it must run before anybody signs.")
    if command.group not in ("marketing", finding.owner):
        raise NotAllowed(f"Marketing and {finding.owner.capitalize()} read a post without this check.")
    return _sign(case, actor, command, act="read", finding=command.finding, reason=reasoned(command.reason))


def grant_exception(case: Case, actor: Actor, command: Except) -> Review:
    """One person's half of an exception; the other half is another group's (law 8)."""
    findings = case.verdicts[command.content_sha256].findings
    if not any(stops(f) and f.key == command.finding for f in findings):
        raise StaleContent(
            "That finding is not there any more. Read the post again.", changed=("the findings",)
        )
    return _sign(case, actor, command, act="except", finding=command.finding, reason=reasoned(command.reason))


def resume(case: Case, actor: Actor, command: Resume) -> Review:
    """What was held back may go on; somebody who did not write it says so, item by item (law 11)."""
    for content_sha256 in command.digests:
        if holds_on(case, content_sha256):
            raise Held("A pause is still on: two members of signing groups can lift it.")
        if not to_resume(case, content_sha256):
            raise WrongState("Nothing holds this back: there is nothing to confirm.")
    return _sign(case, actor, command, act="resume", reason=reasoned(command.reason))


def consent(case: Case, actor: Actor, command: Consent) -> Review:
    """The person in whose name an account speaks agrees to these words."""
    return _sign(case, actor, command, act="consent")


def ask_removal(case: Case, actor: Actor, command: AskRemoval) -> Review:
    """One person has something taken down, with a reason; it is looked at afterwards (law 16)."""
    for content_sha256 in command.digests:
        if case.review.draft.by_digest[content_sha256].kind != "removal":
            raise WrongState("This is no removal: it needs the usual sign-offs.")
    asked = _sign(case, actor, command, act="remove", reason=reasoned(command.reason))
    alone = all(v.kind == "removal" for v in asked.draft.variants)  # what stands beside it is not handed in
    if alone and asked.version.submitted_at is None:
        present = replace(asked.version, submitted_by=actor.id, submitted_at=case.now)
        asked = replace(asked, versions=(*asked.versions[:-1], present))
    return asked


def open_emergency(case: Case, actor: Actor, command: OpenEmergency) -> Review:
    """Stand-ins may act at once from now on; who signs and how many stays as it is (law 3)."""
    if case.review.emergency is not None:
        raise WrongState("The emergency lane is open for this post already.")
    return replace(case.review, emergency=Emergency(actor.id, reasoned(command.reason), case.now))


def respond(case: Case, _actor: Actor, command: Respond) -> Review:
    """Mark this draft as the response to a pause that stands."""
    if not any(h.id == command.hold and h.lifted_at is None for h in case.brand.holds):
        raise NotFound("There is no such pause now: choose one that stands.")
    return replace(case.review, responds_to=command.hold)
