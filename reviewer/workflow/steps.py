"""The steps of a review as one table: in which states, by whom, with what effect; `act` applies one.

`STEPS` is the only place that knows the steps.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reviewer.errors import (
    AlreadyRedeemed,
    Blocked,
    EditConflict,
    Invalid,
    NotAllowed,
    NotApproved,
    NotFound,
    PermitRefused,
    Problem,
    Refusal,
    StaleContent,
    WrongState,
)
from reviewer.model import (
    Actor,
    Brand,
    Confirmation,
    Decision,
    Dismissal,
    Draft,
    Finding,
    Objection,
    Permit,
    Reissue,
    Review,
    SignOff,
    State,
    Variant,
    Version,
)
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
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
)
from reviewer.workflow.facts import (
    Case,
    could_block,
    counting,
    holding_permit,
    permit_window,
    signed_window,
    standing_objections,
    state,
    wanting,
)
from reviewer.workflow.who import (
    Who,
    a_contributor,
    a_member,
    colleague_of_objector,
    independent_member,
    may_revoke,
    objection_of,
    objector,
    permit_of,
    recipient,
    subjects,
    the_audience,
    the_author,
    the_named,
)

PERMIT_LIFE = timedelta(minutes=15)


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


def _finding(case: Case, content_sha256: str, key: str, decision: Decision) -> Finding:
    for finding in case.verdicts[content_sha256].findings:
        if finding.key == key and finding.decision is decision:
            return finding
    raise StaleContent("That finding is not there any more. Read the post again.", changed=("the findings",))


# --- effects: a new review, or a refusal that names the way out ----------------------------------------


def _check_draft(brand: Brand, draft: Draft) -> None:
    problems = [
        Problem(
            f"/variants/{n}/account",
            f"{v.account} is not an account of {brand.name}: choose one of its accounts.",
            "unknown-account",
        )
        for n, v in enumerate(draft.variants)
        if v.account not in brand.accounts
    ]
    if not draft.variants:
        problems.append(Problem("/variants", "A post needs at least one account to go to.", "no-variant"))
    if len(set(draft.digests)) != len(draft.variants):
        problems.append(
            Problem("/variants", "Two variants are the same: the same words, same account.", "same-variant")
        )
    if draft.on_behalf_of is not None and draft.on_behalf_of not in brand.people:
        problems.append(
            Problem("/on_behalf_of", f"Nobody of that name belongs to {brand.name}.", "unknown-person")
        )
    if problems:
        raise Invalid("This post can't be kept as it is.", problems)


def _edit(case: Case, actor: Actor, command: Edit) -> Review:
    review = case.review
    if command.base != review.version.number:
        raise EditConflict(
            f"Somebody saved version {review.version.number} after you opened version {command.base}. "
            "Your text is kept: compare, then save again."
        )
    _check_draft(case.brand, command.draft)
    for content_sha256, variant in review.draft.by_digest.items():
        fixed = state(case, content_sha256) in (State.RELEASED, State.PUBLISHED)
        if fixed and content_sha256 not in command.draft.by_digest:
            raise WrongState(
                f"The version for {variant.account} has its go-ahead or is published: take that back first."
            )
    return replace(review, versions=(*review.versions, _version(actor, command.draft, case)))


def _version(actor: Actor, draft: Draft, case: Case) -> Version:
    return Version(case.review.version.number + 1, draft, actor.id, case.now, actor.answerable)


def _submit(case: Case, actor: Actor, _command: Submit) -> Review:
    if case.review.version.submitted_at is not None:
        raise WrongState("This version is with the reviewers already.")
    present = replace(case.review.version, submitted_by=actor.id, submitted_at=case.now)
    return replace(case.review, versions=(*case.review.versions[:-1], present))


def _confirm(case: Case, actor: Actor, command: Confirm) -> Review:
    known = {c.content_sha256 for c in case.review.confirmations if c.by == actor.id}
    new = tuple(Confirmation(actor.id, d, case.now) for d in command.digests if d not in known)
    return replace(case.review, confirmations=case.review.confirmations + new)


def _sign(case: Case, actor: Actor, command: Approve | Accept | ReadWithout, **of: Any) -> Review:
    """Add sign-offs to what stands; the same yes twice is one yes."""
    review = case.review
    for content_sha256 in subjects(case, command):
        verdict = case.verdicts[content_sha256]
        new = SignOff(
            by=actor.id,
            group=command.group,
            content_sha256=content_sha256,
            verdict=verdict.sha256,
            seen=frozenset(f.key for f in verdict.findings),
            at=case.now,
            window=signed_window(review.draft.schedule, case.now),
            **of,
        )
        if not any(_same_yes(new, old) for old in counting(case, content_sha256)):
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


def _approve(case: Case, actor: Actor, command: Approve) -> Review:
    for content_sha256 in command.seen:
        verdict = case.verdicts[content_sha256]
        if verdict.of(Decision.BLOCK):
            raise Blocked("A rule stops this text: it has to be edited before anybody can sign it off.")
        if any(could_block(f) for f in verdict.of(Decision.UNCHECKED)):
            raise Blocked("A check that could stop this text did not run: check it again first.")
    return _sign(case, actor, command, act="approve")


def _reasoned(reason: str) -> str:
    if not reason.strip():
        raise Invalid(
            "Say why: the author and the log need your reason.",
            [Problem("/reason", "A reason is needed.", "empty")],
        )
    return reason.strip()


def _accept(case: Case, actor: Actor, command: Accept) -> Review:
    finding = _finding(case, command.content_sha256, command.finding, Decision.NEEDS_APPROVAL)
    if command.group != finding.owner:
        raise NotAllowed(f"{finding.owner.capitalize()} decides about this finding.")
    return _sign(
        case, actor, command, act="accept", finding=command.finding, reason=_reasoned(command.reason)
    )


def _read_without(case: Case, actor: Actor, command: ReadWithout) -> Review:
    finding = _finding(case, command.content_sha256, command.finding, Decision.UNCHECKED)
    if could_block(finding):
        raise Blocked("This check could have stopped the text: it must run before anybody signs.")
    if command.group not in ("marketing", finding.owner):
        raise NotAllowed(f"Marketing and {finding.owner.capitalize()} read a post without this check.")
    return _sign(case, actor, command, act="read", finding=command.finding, reason=_reasoned(command.reason))


def _object(case: Case, actor: Actor, command: RequestChanges | Reject) -> Review:
    comment = _reasoned(command.comment)
    for content_sha256 in command.seen:
        holding = holding_permit(case, content_sha256)
        if holding is not None and holding.redeemed_at is not None:
            raise WrongState("A tool is publishing this already: ask for its removal instead.")
    new = tuple(
        Objection(
            id=objection_id,
            by=actor.id,
            group=command.group,
            act="reject" if isinstance(command, Reject) else "request_changes",
            content_sha256=content_sha256,
            comment=comment,
            at=case.now,
            draft=case.review.id,
        )
        for objection_id, content_sha256 in zip(command.ids, command.seen, strict=True)
    )
    permits = tuple(
        replace(p, revoked_at=case.now, revoked_by=actor.id)
        if p.content_sha256 in command.seen and p.alive(case.now)
        else p
        for p in case.review.permits
    )
    return replace(case.review, objections=case.review.objections + new, permits=permits)


def _changed_objection(case: Case, changed: Objection) -> Review:
    return replace(
        case.review,
        objections=tuple(changed if o.id == changed.id else o for o in case.review.objections),
    )


def _lift(case: Case, _actor: Actor, command: Lift) -> Review:
    objection = objection_of(case, command.objection)
    if objection.act == "reject":
        raise NotAllowed("A rejection is only set aside by two colleagues who dismiss it.")
    if not objection.stands:
        raise WrongState("This objection does not stand any more.")
    return _changed_objection(case, replace(objection, lifted_at=case.now))


def _dismiss(case: Case, actor: Actor, command: Dismiss) -> Review:
    objection = objection_of(case, command.objection)
    if not objection.stands:
        raise WrongState("This objection does not stand any more.")
    if actor.id in {d.by for d in objection.dismissals}:
        raise WrongState("You dismissed this already: a second colleague has to agree.")
    dismissal = Dismissal(actor.id, command.group, _reasoned(command.reason), case.now)
    return _changed_objection(case, replace(objection, dismissals=(*objection.dismissals, dismissal)))


def _withdraw(case: Case, actor: Actor, _command: Withdraw) -> Review:
    return replace(case.review, withdrawn_by=actor.id, withdrawn_at=case.now)


def _issue(case: Case, actor: Actor, command: Issue) -> Review:
    content_sha256 = command.content_sha256
    missing = wanting(case, content_sha256)
    window = permit_window(case, content_sha256)
    if missing or window is None:
        raise NotApproved("This is not signed off.", missing)
    if case.now not in window:
        raise NotApproved("Its time has not come: ask again in its window.", ("The window is not open.",))
    variant = case.review.draft.by_digest[content_sha256]
    permit = Permit(
        jti=command.jti,
        content_sha256=content_sha256,
        version=case.review.version.number,
        audience=command.audience,
        kind=variant.kind,
        channel=variant.channel,
        account=variant.account,
        window=window,
        issued_at=case.now,
        expires_at=min(case.now + PERMIT_LIFE, window.end),
        issued_to=actor.id,
        policy_sha256=case.verdicts[content_sha256].policy_sha256,
        signers=tuple((s.by, s.group, s.at) for s in counting(case, content_sha256) if s.act == "approve"),
        epochs=concerned_epochs(case.brand, variant),
    )
    return replace(case.review, permits=(*case.review.permits, permit))


def concerned_epochs(brand: Brand, variant: Variant) -> dict[str, int]:
    """The hold epochs of the scopes that concern a variant; 0 where it was never held."""
    scopes = (f"brand:{brand.slug}", f"account:{variant.account}", f"channel:{variant.channel}")
    return {scope: brand.epochs.get(scope, 0) for scope in scopes}


def _redeem(case: Case, _actor: Actor, command: Redeem) -> Review:
    permit = permit_of(case, command.jti)
    if permit.redeemed_at is not None:
        raise AlreadyRedeemed("This go-ahead was used already; each is used once.")
    if permit.revoked_at is not None:
        raise PermitRefused("This go-ahead was taken back: do not publish.", "revoked")
    if not permit.alive(case.now) or case.now not in permit.window:
        raise PermitRefused("This go-ahead has ended: ask for a new one.", "expired")
    variant = case.review.draft.by_digest[permit.content_sha256]
    if concerned_epochs(case.brand, variant) != dict(permit.epochs):
        raise PermitRefused("A pause was placed after this go-ahead: do not publish.", "epoch")
    if standing_objections(case, permit.content_sha256):
        raise PermitRefused("Somebody objects to this text: do not publish.", "objection")
    return _changed_permit(case, replace(permit, redeemed_at=case.now))


def _changed_permit(case: Case, changed: Permit) -> Review:
    permits = tuple(changed if p.jti == changed.jti else p for p in case.review.permits)
    return replace(case.review, permits=permits)


def _revoke(case: Case, actor: Actor, command: Revoke) -> Review:
    permit = permit_of(case, command.jti)
    if not permit.alive(case.now):
        raise WrongState("This go-ahead was used or has ended: there is nothing to take back.")
    return _changed_permit(case, replace(permit, revoked_at=case.now, revoked_by=actor.id))


def _report(case: Case, _actor: Actor, command: Report) -> Review:
    permit = permit_of(case, command.publication.jti)
    if permit.redeemed_at is None:
        raise WrongState("Use the go-ahead before you report what was published with it.")
    if any(p.jti == permit.jti for p in case.review.publications):
        raise WrongState("What was published with this go-ahead is reported already.")
    return replace(case.review, publications=(*case.review.publications, command.publication))


def _posted_by_hand(case: Case, actor: Actor, command: PostedByHand) -> Review:
    """Use the author's own permit, or a new one where that has ended, and report, in one act."""
    content_sha256 = command.publication.content_sha256 or ""
    audience = f"person:{actor.id}"
    holding = holding_permit(case, content_sha256)
    if holding is not None and (holding.audience != audience or holding.redeemed_at is not None):
        raise WrongState("A tool holds the go-ahead for this: it publishes, or take it back first.")
    review, jti = case.review, command.jti
    if holding is not None:
        jti = holding.jti
    else:
        review = _issue(case, actor, Issue(content_sha256, audience, jti))
    review = _redeem(replace(case, review=review), actor, Redeem(jti))
    return _report(replace(case, review=review), actor, Report(replace(command.publication, jti=jti)))


def _allow_reissue(case: Case, actor: Actor, command: AllowReissue) -> Review:
    permit = permit_of(case, command.jti)
    unreported = permit.jti not in {p.jti for p in case.review.publications}
    if permit.redeemed_at is None or not unreported:
        raise WrongState("Only a go-ahead that was used and never reported can be given once more.")
    if any(r.jti == permit.jti for r in case.review.reissues):
        raise WrongState("One more go-ahead was allowed for this already.")
    leave = Reissue(actor.id, permit.jti, _reasoned(command.reason), case.now)
    return replace(case.review, reissues=(*case.review.reissues, leave))


# --- the table -----------------------------------------------------------------------------------------

UNDER_REVIEW = frozenset({State.IN_REVIEW, State.CHANGES_REQUESTED, State.APPROVED})
OPEN = frozenset(State) - {State.WITHDRAWN}
UNAPPROVED = frozenset(State) - {State.APPROVED, State.RELEASED, State.PUBLISHED}


@dataclass(frozen=True)
class Step:
    """One row: in which states of its subjects, by whom, with what effect, and the state that follows.

    `to` is the state that the step aims at, None where it stays or depends on what else stands.
    `event` and `refusal` are its names in the audit log.
    """

    action: str
    command: type
    states: frozenset[State]
    who: Who
    then: Callable[[Case, Actor, Any], Review]
    to: State | None
    event: str
    refusal: str


STEPS: tuple[Step, ...] = (
    Step("edit", Edit, OPEN, a_contributor, _edit, State.DRAFT, "draft.edited", "draft.edit_refused"),
    Step(
        "submit",
        Submit,
        OPEN,
        a_contributor,
        _submit,
        State.IN_REVIEW,
        "draft.submitted",
        "draft.submit_refused",
    ),
    Step("confirm", Confirm, OPEN, the_named, _confirm, None, "draft.confirmed", "draft.confirm_refused"),
    Step(
        "approve",
        Approve,
        UNDER_REVIEW,
        independent_member,
        _approve,
        State.APPROVED,
        "variant.signed",
        "variant.sign_refused",
    ),
    Step(
        "accept",
        Accept,
        UNDER_REVIEW,
        independent_member,
        _accept,
        None,
        "finding.accepted",
        "finding.accept_refused",
    ),
    Step(
        "read",
        ReadWithout,
        UNDER_REVIEW,
        independent_member,
        _read_without,
        None,
        "finding.read_without",
        "finding.read_refused",
    ),
    Step(
        "request_changes",
        RequestChanges,
        UNDER_REVIEW | {State.RELEASED},
        a_member,
        _object,
        State.CHANGES_REQUESTED,
        "variant.changes_requested",
        "variant.object_refused",
    ),
    Step(
        "reject",
        Reject,
        UNDER_REVIEW | {State.RELEASED},
        a_member,
        _object,
        State.REJECTED,
        "variant.rejected",
        "variant.object_refused",
    ),
    Step("lift", Lift, OPEN, objector, _lift, None, "objection.lifted", "objection.lift_refused"),
    Step(
        "dismiss",
        Dismiss,
        OPEN,
        colleague_of_objector,
        _dismiss,
        None,
        "objection.dismissed",
        "objection.dismiss_refused",
    ),
    Step(
        "withdraw",
        Withdraw,
        OPEN - {State.RELEASED, State.PUBLISHED},
        a_contributor,
        _withdraw,
        State.WITHDRAWN,
        "draft.withdrawn",
        "draft.withdraw_refused",
    ),
    Step(
        "issue",
        Issue,
        frozenset({State.APPROVED}),
        recipient,
        _issue,
        State.RELEASED,
        "permit.issued",
        "permit.issue_refused",
    ),
    Step(
        "redeem",
        Redeem,
        OPEN,
        the_audience,
        _redeem,
        State.RELEASED,
        "permit.redeemed",
        "permit.redeem_refused",
    ),
    Step(
        "revoke",
        Revoke,
        OPEN,
        may_revoke,
        _revoke,
        State.APPROVED,
        "permit.revoked",
        "permit.revoke_refused",
    ),
    Step(
        "report",
        Report,
        frozenset(State),
        the_audience,
        _report,
        State.PUBLISHED,
        "publication.reported",
        "publication.report_refused",
    ),
    Step(
        "post_by_hand",
        PostedByHand,
        frozenset({State.APPROVED, State.RELEASED}),
        the_author,
        _posted_by_hand,
        State.PUBLISHED,
        "publication.reported",
        "publication.report_refused",
    ),
    Step(
        "reissue",
        AllowReissue,
        frozenset({State.RELEASED}),
        independent_member,
        _allow_reissue,
        State.APPROVED,
        "permit.reissue_allowed",
        "permit.reissue_refused",
    ),
)
BY_COMMAND: Mapping[type, Step] = {step.command: step for step in STEPS}


def begin(brand: Brand, actor: Actor, review_id: str, draft: Draft, now: datetime) -> Review:
    """Start a draft: anybody who belongs to the brand, or its tool with the scope for it."""
    if actor.brand != brand.slug:
        raise NotAllowed(f"You act for another brand than {brand.name}: switch to it first.")
    if actor.service and "draft:write" not in actor.scopes:
        raise NotAllowed("This key can't make drafts: ask for one with the scope draft:write.")
    if not actor.service and actor.id not in brand.people:
        raise NotAllowed(f"You don't belong to {brand.name}: ask its brand admin to add you.")
    _check_draft(brand, draft)
    version = Version(1, draft, actor.id, now, actor.answerable)
    return Review(review_id, brand.slug, actor.id, (version,))


def act(case: Case, actor: Actor, command: Command) -> Review:
    """Apply one command, or raise the refusal that names the reason and the next step."""
    step = BY_COMMAND[type(command)]
    if actor.brand != case.brand.slug:
        raise NotFound("There is no such post in your brand.")
    step.who(case, actor, command)
    if not isinstance(command, Edit | Submit | Withdraw | Report):
        _present(case, command)
    for content_sha256 in subjects(case, command):
        if content_sha256 in case.review.draft.by_digest:
            now_in = state(case, content_sha256)
            if now_in not in step.states:
                raise _wrong_state(case, step, content_sha256, now_in)
    return step.then(case, actor, command)


def _wrong_state(case: Case, step: Step, content_sha256: str, now_in: State) -> Refusal:
    """Say what is in the way; a permit for what is not approved is `not-approved`."""
    if step.action in ("issue", "post_by_hand") and now_in in UNAPPROVED:
        return NotApproved("This is not signed off.", wanting(case, content_sha256))
    words = now_in.replace("_", " ")
    return WrongState(f"That can't be done while the post is {words}. Open it again to see what can.")
