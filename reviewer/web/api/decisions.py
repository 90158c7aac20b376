"""The steps of the workflow: what writers do with a draft, what signing groups say about it."""

from reviewer.errors import Blocked, OwnDraft, StaleContent, WrongState
from reviewer.service.drafts import new_id
from reviewer.web import answers, bodies
from reviewer.web.api.surface import TAGS, V1, act, api
from reviewer.web.callers import Caller
from reviewer.web.openapi import Reply
from reviewer.workflow import (
    Accept,
    Approve,
    Command,
    Confirm,
    Dismiss,
    Except,
    Lift,
    ReadWithout,
    Reject,
    RequestChanges,
    Submit,
    Withdraw,
)


@api.post(
    f"{V1}/drafts/<draft_id>/submit",
    answer=answers.DraftOut,
    scopes=("draft:write",),
    refusals=(WrongState,),
    response_headers=TAGS,
)
def submit_draft(caller: Caller, draft_id: str, query: bodies.InBrand) -> Reply:
    """Hand the present version to the reviewers."""
    return act(caller, draft_id, Submit(), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/withdraw",
    answer=answers.DraftOut,
    scopes=("draft:write",),
    refusals=(WrongState,),
    response_headers=TAGS,
)
def withdraw_draft(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ReasonRequest) -> Reply:
    """Take the draft back, with a reason."""
    return act(caller, draft_id, Withdraw(body.reason), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/confirm",
    answer=answers.DraftOut,
    refusals=(WrongState,),
    response_headers=TAGS,
)
def confirm_draft(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ConfirmRequest) -> Reply:
    """Say, signed in, that words written in your name are yours."""
    return act(caller, draft_id, Confirm(body.digests), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/sign-offs",
    answer=answers.DraftOut,
    status=201,
    refusals=(OwnDraft, Blocked, StaleContent, WrongState),
    response_headers=TAGS,
)
def sign_off(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.SignOffRequest) -> Reply:
    """Approve exactly what was seen, agree to one finding, read it without a check that did not run, or
    give one half of an exception for a finding that stops it.

    Only people sign, and nobody what they helped to write. `seen` maps each variant's digest to the
    digest of the verdict as it was shown; if either changed, the answer is 409.
    """
    return act(caller, draft_id, _yes(body), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/objections",
    answer=answers.DraftOut,
    status=201,
    refusals=(StaleContent, WrongState),
    response_headers=TAGS,
)
def object_to_draft(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ObjectionRequest
) -> Reply:
    """Ask for changes, or reject, with a comment; it stands for this content in every draft."""
    ids = tuple(new_id() for _ in body.seen)
    no = RequestChanges if body.act == "request_changes" else Reject
    return act(caller, draft_id, no(body.group, body.comment, body.seen, ids), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/objections/<objection_id>/lift",
    answer=answers.DraftOut,
    refusals=(WrongState,),
    response_headers=TAGS,
)
def lift_objection(caller: Caller, draft_id: str, objection_id: str, query: bodies.InBrand) -> Reply:
    """Take your own request for changes back."""
    return act(caller, draft_id, Lift(objection_id), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/objections/<objection_id>/dismiss",
    answer=answers.DraftOut,
    refusals=(OwnDraft, WrongState),
    response_headers=TAGS,
)
def dismiss_objection(
    caller: Caller, draft_id: str, objection_id: str, query: bodies.InBrand, body: bodies.DismissalRequest
) -> Reply:
    """Set a colleague's objection aside, with a reason; a rejection takes two people."""
    return act(caller, draft_id, Dismiss(objection_id, body.group, body.reason), brand=query.brand)


def _yes(body: bodies.SignOffRequest) -> Command:
    if body.act == "approve":
        return Approve(body.group, body.seen)
    ((digest, verdict),) = body.seen.items()
    about = {"accept": Accept, "read": ReadWithout, "except": Except}
    yes: type[Accept | ReadWithout | Except] = about[body.act]  # type: ignore[assignment]  # of one shape
    return yes(body.group, digest, body.finding or "", body.reason, verdict)
