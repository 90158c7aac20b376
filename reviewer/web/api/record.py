"""Media, the record, and what a problem means."""

from flask import Response

from reviewer.errors import NotFound, TooLarge, UnsupportedMedia
from reviewer.service.media import LARGEST
from reviewer.web import answers, bodies, problems
from reviewer.web.api.surface import DRAFT_READERS, NEXT, V1, api, next_page
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Header, Reply, limited_body

BYTES = "application/octet-stream"


@api.post(
    f"{V1}/media",
    answer=answers.MediaOut,
    status=201,
    scopes=("draft:write",),
    takes=BYTES,
    refusals=(TooLarge, UnsupportedMedia),
)
def upload_media(caller: Caller, query: bodies.InBrand) -> answers.MediaOut:
    """Keep a picture, video or document; its SHA-256 is what drafts refer to it by.

    The bytes are the body. What kind of file it is, is read from them.
    """
    brand = caller.brand(query.brand)
    data = limited_body(LARGEST)
    return answers.MediaOut.model_validate(services().media.put(caller.actor(brand), brand, data))


@api.get(
    f"{V1}/media/<sha256>",
    answer=None,
    gives=BYTES,
    scopes=DRAFT_READERS,
    response_headers=(Header("X-Media-Type", "What kind of file it is."),),
)
def get_media(caller: Caller, sha256: str, query: bodies.InBrand) -> Response:
    """The bytes of a stored file."""
    brand = caller.brand(query.brand)
    stored, data = services().media.get(caller.actor(brand), brand, sha256)
    answer = Response(data, content_type=BYTES)
    answer.headers["Content-Disposition"] = f'attachment; filename="{stored.sha256}"'
    answer.headers["X-Media-Type"] = stored.mime
    return answer


@api.get(f"{V1}/events", answer=answers.EventsOut, scopes=("audit:read",), response_headers=NEXT)
def list_events(caller: Caller, query: bodies.EventsQuery) -> Reply:
    """The record of a draft or of the whole brand, oldest first; refusals included."""
    brand = caller.brand(query.brand)
    events = services().audit.events(
        caller.actor(brand), brand, query.draft, after=query.cursor, limit=query.limit + 1
    )
    page, more = events[: query.limit], len(events) > query.limit
    return Reply(answers.EventsOut.of(page), next_page(page[-1].seq or 0) if more else {})


@api.get(f"{V1}/problems/<code>", answer=answers.ProblemTypeOut)
def get_problem_type(code: str) -> answers.ProblemTypeOut:
    """What the `type` of a refusal means."""
    if code not in problems.TITLES:
        raise NotFound("There is no such kind of problem: docs/api.md lists them.")
    return answers.ProblemTypeOut(code=code, title=problems.TITLES[code])
