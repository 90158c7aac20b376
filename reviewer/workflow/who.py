"""Who may take a step: one predicate each, raising the refusal that names the reason and whom to ask."""

from collections.abc import Callable
from typing import Any

from reviewer.errors import (
    NotAllowed,
    NotFound,
    OwnDraft,
    PermitRefused,
)
from reviewer.model import (
    Actor,
    Objection,
    Permit,
)
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    Confirm,
    Dismiss,
    Issue,
    Lift,
    PostedByHand,
    ReadWithout,
    Redeem,
    Reject,
    Report,
    RequestChanges,
    Revoke,
)
from reviewer.workflow.facts import (
    Case,
    authors,
    began_here,
    contributors,
    everybody_who_wrote,
    signing_groups,
)

# --- what a command is about --------------------------------------------------------------------------


def permit_of(case: Case, jti: str | None) -> Permit:
    for permit in case.review.permits:
        if permit.jti == jti:
            return permit
    raise NotFound("There is no such go-ahead: ask for one.")


def objection_of(case: Case, objection_id: str) -> Objection:
    for objection in case.review.objections:
        if objection.id == objection_id:
            return objection
    raise NotFound("There is no such objection on this version: read it again.")


def subjects(case: Case, command: Any) -> tuple[str, ...]:
    """The digests that a command is about; for edit, submit and withdraw the whole version."""
    match command:
        case Approve() | RequestChanges() | Reject():
            return tuple(command.seen)
        case Accept() | ReadWithout() | Issue():
            return (command.content_sha256,)
        case Confirm():
            return command.digests
        case Lift() | Dismiss():
            return (objection_of(case, command.objection).content_sha256,)
        case Redeem() | Revoke() | AllowReissue():
            return (permit_of(case, command.jti).content_sha256,)
        case Report():
            return (permit_of(case, command.publication.jti).content_sha256,)
        case PostedByHand():
            return (command.publication.content_sha256 or "",)
        case _:
            return case.review.draft.digests


# --- the predicates ------------------------------------------------

Who = Callable[[Case, Actor, Any], None]


def a_contributor(case: Case, actor: Actor, _command: Any) -> None:
    if began_here(case, actor) and "draft:write" in actor.scopes:
        return
    if actor.service or actor.id not in everybody_who_wrote(case.review):
        raise NotAllowed("Only the people who write this post may do that. Comment on it instead.")


def the_named(case: Case, actor: Actor, _command: Any) -> None:
    if actor.service or actor.id != case.review.draft.on_behalf_of:
        raise NotAllowed("Only the person in whose name this was written can confirm it.")


def a_member(case: Case, actor: Actor, command: Any) -> None:
    """A present member of the command's group; of any signing group where it names none."""
    if actor.service:
        raise NotAllowed("A tool has no vote: a person must decide this, signed in.")
    groups = case.brand.groups_of(actor.id) & signing_groups(case.brand)
    group = getattr(command, "group", None)
    if not groups or (group is not None and group not in groups):
        whom = group.capitalize() if group else "a signing group"
        raise NotAllowed(f"{actor.name} is not in {whom}: ask somebody who is.")


def independent_member(case: Case, actor: Actor, command: Any) -> None:
    a_member(case, actor, command)
    for content_sha256 in subjects(case, command):
        if actor.id in contributors(case.review, content_sha256):
            raise OwnDraft("Nobody signs off a post that they helped to write: ask a colleague.")


def objector(case: Case, actor: Actor, command: Any) -> None:
    if actor.service or actor.id != objection_of(case, command.objection).by:
        raise NotAllowed("Only the person who objected can take it back; a colleague can dismiss it.")


def colleague_of_objector(case: Case, actor: Actor, command: Any) -> None:
    objection = objection_of(case, command.objection)
    independent_member(case, actor, command)
    if command.group != objection.group:
        raise NotAllowed(f"Only {objection.group.capitalize()} can dismiss its own objection.")
    if actor.id == objection.by:
        raise NotAllowed("You can't dismiss your own objection: a colleague can.")


def recipient(case: Case, actor: Actor, command: Any) -> None:
    """A tool with the right to ask for permits, for itself; or the author, to post by hand."""
    if actor.service and "permit" in actor.scopes and command.audience == actor.id:
        return
    if not actor.service and actor.id in authors(case.review) and command.audience == f"person:{actor.id}":
        return
    raise NotAllowed("Only the publishing tool itself, or the author posting by hand, gets a go-ahead.")


def the_author(case: Case, actor: Actor, _command: Any) -> None:
    if actor.service or actor.id not in authors(case.review):
        raise NotAllowed("Only the author posts this by hand.")


def the_audience(case: Case, actor: Actor, command: Any) -> None:
    jti = command.jti if hasattr(command, "jti") else command.publication.jti
    if permit_of(case, jti).audience not in (actor.id, f"person:{actor.id}"):
        raise PermitRefused("This go-ahead was given to another tool: ask for your own.", "audience")


def may_revoke(case: Case, actor: Actor, command: Any) -> None:
    permit = permit_of(case, command.jti)
    member = not actor.service and case.brand.groups_of(actor.id) & signing_groups(case.brand)
    holder = permit.audience in (actor.id, f"person:{actor.id}")
    if not (member or holder or actor.id in authors(case.review)):
        raise NotAllowed("Only the author, a signing group or the tool itself can take a go-ahead back.")
