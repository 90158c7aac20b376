"""The steps against: objections, how they end, and taking a draft back."""

from dataclasses import replace

from reviewer.errors import (
    NotAllowed,
    WrongState,
)
from reviewer.model import (
    Actor,
    Dismissal,
    Objection,
    Review,
)
from reviewer.workflow.commands import (
    Dismiss,
    Lift,
    Reject,
    RequestChanges,
    Withdraw,
)
from reviewer.workflow.facts import (
    Case,
)
from reviewer.workflow.signing import reasoned
from reviewer.workflow.state import holding_permit
from reviewer.workflow.who import (
    objection_of,
    signed_digest,
)


def raise_objection(case: Case, actor: Actor, command: RequestChanges | Reject) -> Review:
    comment = reasoned(command.comment)
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
            near_sha256=_near(case, command, content_sha256),
        )
        for objection_id, content_sha256 in zip(command.ids, command.seen, strict=True)
    )
    permits = tuple(
        replace(p, revoked_at=case.now, revoked_by=actor.id)
        if signed_digest(p) in command.seen and p.alive(case.now)
        else p
        for p in case.review.permits
    )
    return replace(case.review, objections=case.review.objections + new, permits=permits)


def _changed_objection(case: Case, changed: Objection) -> Review:
    return replace(
        case.review,
        objections=tuple(changed if o.id == changed.id else o for o in case.review.objections),
    )


def lift(case: Case, _actor: Actor, command: Lift) -> Review:
    objection = objection_of(case, command.objection)
    if objection.act == "reject":
        raise NotAllowed("A rejection is only set aside by two colleagues who dismiss it.")
    if not objection.stands:
        raise WrongState("This objection does not stand any more.")
    return _changed_objection(case, replace(objection, lifted_at=case.now))


def dismiss(case: Case, actor: Actor, command: Dismiss) -> Review:
    objection = objection_of(case, command.objection)
    if not objection.stands:
        raise WrongState("This objection does not stand any more.")
    if case.brand.human(actor.id) in {case.brand.human(d.by) for d in objection.dismissals}:
        raise WrongState("You dismissed this already: a second colleague has to agree.")
    dismissal = Dismissal(actor.id, command.group, reasoned(command.reason), case.now)
    return _changed_objection(case, replace(objection, dismissals=(*objection.dismissals, dismissal)))


def withdraw(case: Case, actor: Actor, _command: Withdraw) -> Review:
    return replace(case.review, withdrawn_by=actor.id, withdrawn_at=case.now)


def _near(case: Case, command: RequestChanges | Reject, content_sha256: str) -> str:
    """A rejection binds near-equal words too; a request for changes binds these alone."""
    return case.review.draft.by_digest[content_sha256].near_sha256 if isinstance(command, Reject) else ""
