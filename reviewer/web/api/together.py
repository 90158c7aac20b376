"""What people do together: pauses, comments, claims, feedback on findings, proofs of the record."""

from reviewer.errors import Conflict, NotFound, WrongState
from reviewer.web import answers, bodies
from reviewer.web.api.surface import NEXT, V1, api, next_page
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Reply


@api.get(f"{V1}/pauses", answer=answers.PausesOut)
def list_pauses(caller: Caller, query: bodies.InBrand) -> answers.PausesOut:
    """The pauses that stand now."""
    return answers.PausesOut.of(services().pauses.present(caller.actor(query.brand)))


@api.post(f"{V1}/pauses", answer=answers.PlacedOut, status=201)
def place_pause(caller: Caller, query: bodies.InBrand, body: bodies.PauseRequest) -> answers.PlacedOut:
    """Stop a brand, account, channel or topic, alone and at once.

    New permits are refused, outstanding ones fail. `out_of_reach` names the permits that a tool had
    used already: those posts may appear.
    """
    placed = services().pauses.place(caller.actor(query.brand), body.scope, body.reason, topic=body.topic)
    return answers.PlacedOut.of(placed)


@api.post(f"{V1}/pauses/<pause_id>/lift", answer=answers.PauseOut, refusals=(NotFound, WrongState))
def lift_pause(caller: Caller, pause_id: str, query: bodies.InBrand) -> answers.PauseOut:
    """Agree that a pause may end: the second person ends it, and nothing goes out by that."""
    return answers.PauseOut.model_validate(services().pauses.lift(caller.actor(query.brand), pause_id))


@api.get(f"{V1}/drafts/<draft_id>/comments", answer=answers.CommentsOut)
def list_comments(caller: Caller, draft_id: str, query: bodies.InBrand) -> answers.CommentsOut:
    """What was said about a draft."""
    return answers.CommentsOut.of(services().talk.comments(caller.actor(query.brand), draft_id))


@api.post(f"{V1}/drafts/<draft_id>/comments", answer=answers.CommentOut, status=201)
def add_comment(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.CommentRequest
) -> answers.CommentOut:
    """Say something to the author, or among reviewers."""
    said = services().talk.comment(caller.actor(query.brand), draft_id, body.text, body.audience)
    return answers.CommentOut.model_validate(said)


@api.post(f"{V1}/drafts/<draft_id>/claim", answer=answers.ClaimOut, refusals=(Conflict,))
def claim_draft(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.ClaimRequest
) -> answers.ClaimOut:
    """Look at a draft for half an hour, or ask a colleague to."""
    held = services().talk.claim(caller.actor(query.brand), draft_id, person=body.person)
    return answers.ClaimOut.model_validate(held)


@api.post(f"{V1}/drafts/<draft_id>/ratings", answer=answers.RatedOut, status=201)
def rate_finding(
    caller: Caller, draft_id: str, query: bodies.InBrand, body: bodies.RatingRequest
) -> answers.RatedOut:
    """Say that a finding was right, or a false alarm; it becomes the rule's precision."""
    actor = caller.actor(query.brand)
    services().talk.rate(actor, draft_id, body.finding, false_alarm=body.false_alarm)
    return answers.RatedOut(finding=body.finding, false_alarm=body.false_alarm)


@api.get(f"{V1}/record/head", answer=answers.HeadOut)
def get_head(caller: Caller) -> answers.HeadOut:
    """A signed head over the whole record as it stands: keep it somewhere else."""
    del caller
    return answers.HeadOut.model_validate(services().audit.head())


@api.get(f"{V1}/record/heads", answer=answers.HeadsOut, response_headers=NEXT)
def list_heads(caller: Caller, query: bodies.HeadsQuery) -> Reply:
    """The signed heads that are kept: one an hour, and one for each receipt. `cursor` is a size."""
    del caller
    heads = services().audit.heads(query.cursor, query.limit + 1)
    page, more = heads[: query.limit], len(heads) > query.limit
    found = answers.HeadsOut(items=tuple(map(answers.HeadOut.model_validate, page)))
    return Reply(found, next_page(page[-1].size) if more else {})


@api.get(f"{V1}/record/<int:seq>/proof", answer=answers.ProofOut, scopes=("audit:read",))
def prove_event(caller: Caller, seq: int, query: bodies.InBrand) -> answers.ProofOut:
    """That an event is in the record under a signed head (RFC 9162 inclusion proof)."""
    return answers.ProofOut.model_validate(services().audit.prove(caller.actor(query.brand), seq))


@api.get(f"{V1}/record/consistency", answer=answers.ConsistencyOut)
def prove_consistency(caller: Caller, query: bodies.ConsistencyQuery) -> answers.ConsistencyOut:
    """That the record of `new` events begins with that of `old` (RFC 9162 consistency proof)."""
    del caller
    return answers.ConsistencyOut(path=services().audit.consistency(query.old, query.new))
