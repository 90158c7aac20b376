"""The steps of release: a permit, its use, its end, and the report of what was published."""

from dataclasses import replace
from datetime import datetime, timedelta

from reviewer.errors import (
    AlreadyRedeemed,
    Held,
    Invalid,
    NotApproved,
    PermitRefused,
    Problem,
    WrongState,
)
from reviewer.model import (
    Actor,
    Permit,
    Reissue,
    Reslot,
    Review,
    Standing,
    State,
    Variant,
)
from reviewer.workflow.commands import (
    AllowReissue,
    Issue,
    IssueUse,
    NewSlot,
    PostedByHand,
    Redeem,
    Report,
    Revoke,
)
from reviewer.workflow.facts import (
    GRACE,
    Case,
    concerned_epochs,
    counting,
    holds_on,
    permit_window,
    schedule,
    standing_objections,
)
from reviewer.workflow.signing import reasoned
from reviewer.workflow.state import holding_permit, state, wanting
from reviewer.workflow.who import (
    permit_of,
    signed_digest,
)

PERMIT_LIFE = timedelta(minutes=15)


def issue(case: Case, actor: Actor, command: Issue) -> Review:
    if case.review.draft.standing is not None:
        raise WrongState("This text is for repeated use: ask for one use of it, with its target.")
    variant = case.review.draft.by_digest[command.content_sha256]
    return _granted(case, actor, command, variant, None)


def issue_use(case: Case, actor: Actor, command: IssueUse) -> Review:
    """One use of a standing text: the same words, on an account and for a target that its terms allow."""
    terms = case.review.draft.standing
    if terms is None:
        raise WrongState("This text is for one use: ask for its go-ahead.")
    signed = case.review.draft.by_digest[command.content_sha256]
    use = command.variant
    if replace(use, target=None, account=signed.account, channel=signed.channel) != signed:
        raise NotApproved("This is not the text that was signed: submit it.", ("These words are others.",))
    ours = use.account in case.brand.accounts and use.channel == use.account.partition(":")[0]
    if not ours or use.account not in terms.accounts or not _target_allowed(use, terms):
        raise NotApproved("This text was not signed for this place.", ("Another account or target.",))
    spent = [
        p
        for p in case.review.permits
        if p.standing_sha256 == command.content_sha256 and (p.redeemed_at is not None or p.alive(case.now))
    ]
    if any(p.content_sha256 == use.content_sha256 for p in spent):
        raise AlreadyRedeemed("This text has its go-ahead for this target already.")
    if len(spent) >= terms.uses:
        raise NotApproved("This text has been used as often as was signed.", ("No use is left.",))
    return _granted(case, actor, command, use, command.content_sha256)


def _target_allowed(use: Variant, terms: Standing) -> bool:
    return not terms.targets or (use.target or "").startswith(terms.targets)


def _granted(
    case: Case, actor: Actor, command: Issue | IssueUse, variant: Variant, standing_sha256: str | None
) -> Review:
    """A permit for a variant on the strength of the sign-offs of `command.content_sha256` (law 1)."""
    content_sha256 = command.content_sha256
    if holds_on(case, content_sha256):
        raise Held("A pause is on: nothing new gets a go-ahead until two members of signing groups lift it.")
    missing = wanting(case, content_sha256)
    window = permit_window(case, content_sha256)
    if missing or window is None:
        raise NotApproved("This is not signed off.", missing)
    if case.now not in window:
        raise NotApproved("Its time has not come: ask again in its window.", ("The window is not open.",))
    permit = Permit(
        jti=command.jti,
        content_sha256=variant.content_sha256,
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
        epochs=concerned_epochs(case, content_sha256),
        standing_sha256=standing_sha256,
        variant=variant if standing_sha256 else None,
    )
    return replace(case.review, permits=(*case.review.permits, permit))


def redeem(case: Case, _actor: Actor, command: Redeem) -> Review:
    permit = permit_of(case, command.jti)
    if permit.redeemed_at is not None:
        raise AlreadyRedeemed("This go-ahead was used already; each is used once.")
    if permit.revoked_at is not None:
        raise PermitRefused("This go-ahead was taken back: do not publish.", "revoked")
    if not permit.alive(case.now) or case.now not in permit.window:
        raise PermitRefused("This go-ahead has ended: ask for a new one.", "expired")
    signed = signed_digest(permit)
    if holds_on(case, signed) or concerned_epochs(case, signed) != dict(permit.epochs):
        raise PermitRefused("A pause was placed after this go-ahead: do not publish.", "epoch")
    if standing_objections(case, signed):
        raise PermitRefused("Somebody objects to this text: do not publish.", "objection")
    if state(case, signed) in (State.PUBLISHED, State.REMOVED):
        raise PermitRefused("The earlier go-ahead was reported after all: this is published.", "published")
    return _changed_permit(case, replace(permit, redeemed_at=case.now))


def _changed_permit(case: Case, changed: Permit) -> Review:
    permits = tuple(changed if p.jti == changed.jti else p for p in case.review.permits)
    return replace(case.review, permits=permits)


def revoke(case: Case, actor: Actor, command: Revoke) -> Review:
    permit = permit_of(case, command.jti)
    if not permit.alive(case.now):
        raise WrongState("This go-ahead was used or has ended: there is nothing to take back.")
    return _changed_permit(case, replace(permit, revoked_at=case.now, revoked_by=actor.id))


def report(case: Case, _actor: Actor, command: Report) -> Review:
    permit = permit_of(case, command.publication.jti)
    if permit.redeemed_at is None:
        raise WrongState("Use the go-ahead before you report what was published with it.")
    if any(p.jti == permit.jti for p in case.review.publications):
        raise WrongState("What was published with this go-ahead is reported already.")
    return replace(case.review, publications=(*case.review.publications, command.publication))


def posted_by_hand(case: Case, actor: Actor, command: PostedByHand) -> Review:
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
        review = issue(case, actor, Issue(content_sha256, audience, jti))
    review = redeem(replace(case, review=review), actor, Redeem(jti))
    return report(replace(case, review=review), actor, Report(replace(command.publication, jti=jti)))


def allow_reissue(case: Case, actor: Actor, command: AllowReissue) -> Review:
    permit = permit_of(case, command.jti)
    unreported = permit.jti not in {p.jti for p in case.review.publications}
    if permit.redeemed_at is None or not unreported:
        raise WrongState("Only a go-ahead that was used and never reported can be given once more.")
    if any(r.jti == permit.jti for r in case.review.reissues):
        raise WrongState("One more go-ahead was allowed for this already.")
    leave = Reissue(actor.id, permit.jti, reasoned(command.reason), case.now)
    return replace(case.review, reissues=(*case.review.reissues, leave))


def _as_of(review: Review, at: datetime) -> Review:
    """What had been signed and said against it by then."""
    objections = tuple(
        replace(
            o,
            lifted_at=o.lifted_at if o.lifted_at and o.lifted_at <= at else None,
            dismissals=tuple(d for d in o.dismissals if d.at <= at),
        )
        for o in review.objections
        if o.at <= at
    )
    return replace(review, objections=objections, sign_offs=tuple(s for s in review.sign_offs if s.at <= at))


def _was_signed(case: Case, slot: datetime) -> bool:
    """Was everything that has expired since signed off when its time came."""
    then = replace(case, now=slot, review=_as_of(case.review, slot))
    expired = [d for d in case.review.draft.digests if state(case, d) is State.EXPIRED]
    return not any(wanting(then, d) for d in expired)


def missed(case: Case) -> bool:
    """Did its slot pass while everything was signed: it waits for a new time."""
    slot = schedule(case.review).at
    expired = any(state(case, d) is State.EXPIRED for d in case.review.draft.digests)
    return slot is not None and expired and _was_signed(case, slot)


def new_slot(case: Case, actor: Actor, command: NewSlot) -> Review:
    """A slot that passed while everything was signed goes out at a new time, sign-offs kept (law 12)."""
    missed = schedule(case.review).at
    if missed is None or command.at - GRACE <= case.now:
        raise Invalid("Choose a time that lies ahead.", [Problem("/at", "In the past.", "past")])
    if not _was_signed(case, missed):
        raise WrongState("It was not signed off when its time came: edit its time and sign it again.")
    slot = Reslot(actor.id, missed, command.at, case.now)
    return replace(case.review, reslots=(*case.review.reslots, slot))
