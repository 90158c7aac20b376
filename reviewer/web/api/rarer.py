"""The rarer steps: suggestions, exceptions' neighbours, pauses, consent, removals, repeated use."""

from reviewer.errors import (
    AlreadyRedeemed,
    EditConflict,
    Held,
    NotApproved,
    NotFound,
    OwnDraft,
    StaleContent,
    WrongState,
)
from reviewer.integrations.drafts import suggested
from reviewer.service.drafts import new_id
from reviewer.web import answers, bodies
from reviewer.web.api.surface import TAGS, V1, act, api
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Reply
from reviewer.workflow import (
    AskRemoval,
    Consent,
    NewSlot,
    OpenEmergency,
    Respond,
    Resume,
    Suggest,
    TakeSuggestion,
)


@api.post(
    f"{V1}/drafts/<draft_id>/suggestions",
    answer=answers.DraftOut,
    status=201,
    refusals=(StaleContent, WrongState),
    response_headers=TAGS,
)
def suggest_words(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.SuggestionRequest
) -> Reply:
    """Other words for one variant; whoever writes the post takes them over, or not."""
    actor = caller.actor(query.brand)
    present = services().drafts.view(actor, draft_id).review.draft.by_digest.get(body.content_sha256)
    if present is None:
        raise StaleContent("The post changed after you opened it. Read it again.", changed=("the text",))
    words = suggested(present, body.variant)
    return act(
        caller, draft_id, Suggest(new_id(), body.content_sha256, words, body.comment), brand=query.brand
    )


@api.post(
    f"{V1}/drafts/<draft_id>/suggestions/<suggestion_id>/take",
    answer=answers.DraftOut,
    refusals=(EditConflict, WrongState),
    response_headers=TAGS,
)
def take_suggestion(
    caller: Caller, draft_id: str, suggestion_id: str, query: bodies.InBrand, body: bodies.TakeRequest
) -> Reply:
    """Take a reviewer's words over, as a new version."""
    return act(caller, draft_id, TakeSuggestion(suggestion_id, body.version), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/emergency",
    answer=answers.DraftOut,
    refusals=(WrongState,),
    response_headers=TAGS,
)
def open_emergency(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ReasonRequest) -> Reply:
    """The emergency lane: stand-ins may act at once. It never needs fewer people."""
    return act(caller, draft_id, OpenEmergency(body.reason), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/resume",
    answer=answers.DraftOut,
    refusals=(Held, OwnDraft, StaleContent, WrongState),
    response_headers=TAGS,
)
def resume_after_pause(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ItemsRequest
) -> Reply:
    """After a pause: somebody who did not write it confirms that it may go on."""
    return act(caller, draft_id, Resume(body.digests, body.reason), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/response",
    answer=answers.DraftOut,
    refusals=(NotFound, WrongState),
    response_headers=TAGS,
)
def respond_to_pause(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.RespondRequest
) -> Reply:
    """Mark a draft as the response to a pause: with comms it goes out through it."""
    return act(caller, draft_id, Respond(body.pause), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/consent",
    answer=answers.DraftOut,
    refusals=(StaleContent, WrongState),
    response_headers=TAGS,
)
def give_consent(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ConsentRequest) -> Reply:
    """The person in whose name an account speaks agrees; it counts for no group."""
    return act(caller, draft_id, Consent(body.seen), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/removal",
    answer=answers.DraftOut,
    refusals=(StaleContent, WrongState),
    response_headers=TAGS,
)
def ask_removal(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ItemsRequest) -> Reply:
    """Have something taken down at once: marketing, comms, or the post's author, alone."""
    return act(caller, draft_id, AskRemoval(body.digests, body.reason), brand=query.brand)


@api.post(
    f"{V1}/drafts/<draft_id>/slot",
    answer=answers.DraftOut,
    refusals=(OwnDraft, WrongState),
    response_headers=TAGS,
)
def new_slot(caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.SlotRequest) -> Reply:
    """A slot that was missed while everything was signed goes out at a new time, sign-offs kept."""
    return act(caller, draft_id, NewSlot(body.at), brand=query.brand)


@api.post(
    f"{V1}/permits/uses",
    answer=answers.IssuedOut,
    status=201,
    scopes=("permit",),
    refusals=(NotFound, NotApproved, Held, AlreadyRedeemed, StaleContent, WrongState),
)
def issue_use(caller: Caller, query: bodies.InBrand, body: bodies.UseRequest) -> answers.IssuedOut:
    """A permit for one use of a text that was signed for repeated use."""
    target = body.target.on(body.account.partition(":")[0]) if body.target else None
    issued = services().release.issue_use(
        caller.actor(query.brand), body.draft, body.content_sha256, body.account, target
    )
    return answers.IssuedOut.of(issued)
