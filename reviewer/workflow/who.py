"""Who may take a step: one predicate each, raising the refusal that names the reason and whom to ask."""

from collections.abc import Callable
from typing import Any

from reviewer.errors import (
    NotAllowed,
    NotFound,
    OwnDraft,
    PermitRefused,
    StaleSignIn,
)
from reviewer.model import (
    Actor,
    Objection,
    Permit,
    Suggestion,
)
from reviewer.workflow.commands import (
    Accept,
    AllowReissue,
    Approve,
    AskRemoval,
    Confirm,
    Consent,
    Dismiss,
    Except,
    Issue,
    IssueUse,
    Lift,
    PostedByHand,
    ReadWithout,
    Redeem,
    Reject,
    Report,
    RequestChanges,
    Resume,
    Revoke,
    Suggest,
    TakeSuggestion,
)
from reviewer.workflow.facts import (
    Case,
    authors,
    began_here,
    concerning,
    everybody_who_wrote,
    may_sign_for,
    reads,
    removes,
    signing_groups,
    wrote,
)

SIGNS = (Approve, Accept, ReadWithout, Except)
"""Commands that are a signature; no objection asks which languages one reads."""

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


def suggestion_of(case: Case, suggestion_id: str) -> Suggestion:
    for suggestion in case.review.suggestions:
        if suggestion.id == suggestion_id:
            return suggestion
    raise NotFound("There is no such suggestion: read the post again.")


def subjects(case: Case, command: Any) -> tuple[str, ...]:
    """The digests that a command is about; for what concerns the draft as a whole, the present version."""
    match command:
        case Approve() | RequestChanges() | Reject() | Consent():
            return tuple(command.seen)
        case Accept() | ReadWithout() | Except() | Issue() | IssueUse() | Suggest():
            return (command.content_sha256,)
        case Confirm() | Resume() | AskRemoval():
            return command.digests
        case Lift() | Dismiss():
            return _objected(case, objection_of(case, command.objection))
        case TakeSuggestion():
            return (suggestion_of(case, command.suggestion).content_sha256,)
        case Redeem() | Revoke() | AllowReissue():
            return (signed_digest(permit_of(case, command.jti)),)
        case Report():
            return (signed_digest(permit_of(case, command.publication.jti)),)
        case PostedByHand():
            return (command.publication.content_sha256 or "",)
        case _:
            return case.review.draft.digests


def signed_digest(permit: Permit) -> str:
    """What people signed: the content, or the standing text of which it is a use."""
    return permit.standing_sha256 or permit.content_sha256


def _objected(case: Case, objection: Objection) -> tuple[str, ...]:
    """The digests of the present version that an objection binds, near-equal ones too; where it binds
    none of them, the digest to which it was said, so that an edit doesn't open it to everybody."""
    bound = tuple(
        d for d in case.review.draft.digests if any(o.id == objection.id for o in concerning(case, d))
    )
    return bound or (objection.content_sha256,)


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
    """A present member of the command's group, or its stand-in; of any signing group where it names none."""
    if actor.service:
        raise NotAllowed("A tool has no vote: a person must decide this, signed in.")
    group = getattr(command, "group", None)
    if group is None:
        allowed = bool(case.brand.groups_of(actor.id) & signing_groups(case.brand))
    else:
        allowed = group in signing_groups(case.brand) and all(
            may_sign_for(case, actor.id, group, d, case.now) for d in subjects(case, command)
        )
    if not allowed:
        whom = group.capitalize() if group else "a signing group"
        raise NotAllowed(f"{actor.name} is not in {whom}: ask somebody who is.")


def freshly_proven(case: Case, actor: Actor) -> None:
    within = case.brand.prove_within
    if within is not None and (actor.proved_at is None or case.now - actor.proved_at > within):
        raise StaleSignIn(
            f"{case.brand.name} wants you to prove who you are before you sign: "
            "give your password or passkey again. What you typed is kept."
        )


def independent_member(case: Case, actor: Actor, command: Any) -> None:
    a_member(case, actor, command)
    for content_sha256 in subjects(case, command):
        if wrote(case, actor.id, content_sha256):
            raise OwnDraft("Nobody signs off a post that they helped to write: ask a colleague.")
    if isinstance(command, SIGNS) and not reads(case, actor.id):
        language = case.review.draft.language
        raise NotAllowed(
            f"This is written in {language}, which you don't read: ask a colleague who does."
            if language
            else "Nobody said which language this is written in: its author does that first."
        )


def takes_suggestion(case: Case, actor: Actor, command: Any) -> None:
    a_contributor(case, actor, command)
    suggestion = suggestion_of(case, command.suggestion)
    if actor.service or case.brand.human(actor.id) == case.brand.human(suggestion.by):
        raise NotAllowed("Somebody else who writes this post has to take your suggestion over.")


def consenting(case: Case, actor: Actor, command: Any) -> None:
    owners = {
        case.brand.consents.get(v.account)
        for d, v in case.review.draft.by_digest.items()
        if d in command.seen
    }
    if actor.service or owners - {actor.id}:
        raise NotAllowed("Only the person in whose name an account speaks can consent.")


def may_ask_removal(case: Case, actor: Actor, _command: Any) -> None:
    if actor.service or not removes(case, actor.id):
        raise NotAllowed("Marketing, Comms or the post's author can have it removed: ask one of them.")


def objector(case: Case, actor: Actor, command: Any) -> None:
    if actor.service or actor.id != objection_of(case, command.objection).by:
        raise NotAllowed("Only the person who objected can take it back; a colleague can dismiss it.")


def colleague_of_objector(case: Case, actor: Actor, command: Any) -> None:
    objection = objection_of(case, command.objection)
    independent_member(case, actor, command)
    if command.group != objection.group:
        raise NotAllowed(f"Only {objection.group.capitalize()} can dismiss its own objection.")
    if wrote(case, actor.id, objection.content_sha256):  # perhaps in another draft, in nearly these words
        raise OwnDraft("Nobody sets aside an objection to what they helped to write: ask a colleague.")
    if case.brand.human(actor.id) == case.brand.human(objection.by):
        raise NotAllowed("You can't dismiss your own objection: a colleague can.")


def recipient(case: Case, actor: Actor, command: Any) -> None:
    """A tool with the right to ask for permits, for itself; or the author, to post by hand."""
    standing = case.review.draft.standing
    if actor.service and "permit" in actor.scopes and command.audience == actor.id:
        if standing is None or not standing.users or actor.id in standing.users:
            return
    elif not actor.service and command.audience == f"person:{actor.id}":
        users = authors(case.review) if standing is None else standing.users or case.brand.people
        if actor.id in users:
            return
    raise NotAllowed("Only the publishing tool itself, or the author posting by hand, gets a go-ahead.")


def may_use(case: Case, actor: Actor, command: IssueUse) -> bool:
    """Do the terms of a text for repeated use let this actor ask for one use, whoever may see its draft."""
    try:
        recipient(case, actor, command)
    except NotAllowed:
        return False
    return True


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
