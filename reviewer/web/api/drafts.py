"""Checking, and drafts: make, list, read and wait for, edit."""

import hashlib
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from reviewer.errors import (
    EditConflict,
    Invalid,
    Malformed,
    PreconditionRequired,
    Problem,
    TooMany,
    WrongState,
)
from reviewer.service.repeats import Once
from reviewer.web import answers, bodies
from reviewer.web.api.surface import DRAFT_READERS, NEXT, TAGS, V1, act, api, next_page, shown, tags
from reviewer.web.callers import Caller, services
from reviewer.web.openapi import Header, Reply
from reviewer.workflow import Edit

POLL = 0.5
"""Seconds between two looks at a draft that somebody waits for."""

_IDEMPOTENCY_KEY = Header(
    "Idempotency-Key", "Your own name for this call: within 24 hours it makes one draft, not two."
)
_IF_MATCH = Header("If-Match", 'The `ETag` of the version that was edited, like `"3"`; else 428.')
_IF_NONE_MATCH = Header("If-None-Match", "The last `X-Activity`, in quotes; 304 while it is the same.")


@api.post(f"{V1}/check", answer=answers.VerdictOut, scopes=("check", "draft:write"))
def check(caller: Caller, query: bodies.InBrand, body: bodies.CheckRequest) -> answers.VerdictOut:
    """Read a text and say what was found.

    Nothing of it is kept: the linter for forms, editors and schedulers. Send `text` (with `channel`
    and `kind`) or a whole `variant`.
    """
    verdict = services().checking.check(body.content(), caller.brand(query.brand))
    return answers.VerdictOut.of(verdict)


@api.post(
    f"{V1}/drafts",
    answer=answers.DraftOut,
    status=201,
    scopes=("draft:write",),
    request_headers=(_IDEMPOTENCY_KEY,),
    response_headers=(Header("Location", "Where the draft is."), *TAGS),
)
def create_draft(caller: Caller, body: bodies.DraftRequest) -> Reply:
    """Make a draft; it is checked at once and waits until it is submitted."""
    brand = caller.brand(body.brand)
    view = services().drafts.create(caller.actor(brand), brand, body.draft(), once=_once())
    reply = shown(caller, view)
    return Reply(reply.body, {**reply.headers, "Location": f"{V1}/drafts/{view.review.id}"})


@api.get(f"{V1}/drafts", answer=answers.DraftsOut, scopes=DRAFT_READERS, response_headers=NEXT)
def list_drafts(caller: Caller, query: bodies.ListQuery) -> Reply:
    """One box of the inbox: riskiest first, then by deadline."""
    brand = caller.brand(query.brand)
    rows = services().drafts.inbox(caller.actor(brand), brand, query.box)
    start = 0
    if query.cursor is not None:
        ids = [row.id for row in rows]
        if query.cursor not in ids:
            gone = Problem("/cursor", "That draft is not in this box any more: begin again.", "cursor")
            raise Invalid("The list has changed since the last page.", [gone])
        start = ids.index(query.cursor) + 1
    page = rows[start : start + query.limit]
    more = start + len(page) < len(rows)
    return Reply(answers.DraftsOut.of(page), next_page(page[-1].id) if more else {})


@api.get(
    f"{V1}/drafts/<draft_id>",
    answer=answers.DraftOut,
    scopes=DRAFT_READERS,
    also={304: "Nothing happened to the draft since `If-None-Match`."},
    request_headers=(_IF_NONE_MATCH,),
    response_headers=TAGS,
)
def get_draft(caller: Caller, draft_id: str, query: bodies.WaitQuery) -> Reply:
    """A draft with its findings, states and what the caller can do.

    With `If-None-Match` and `wait` the answer comes as soon as something happens to the draft, or as
    304 when the time is over: for tools that cannot receive webhooks.
    """
    drafts, actor = services().drafts, caller.actor(query.brand)
    activity = drafts.version_tag(actor, draft_id)
    known = activity in request.if_none_match
    if known and query.wait:
        with _a_place_to_wait():
            end = time.monotonic() + query.wait
            while known and (left := end - time.monotonic()) > 0:
                time.sleep(min(POLL, left))
                activity = drafts.version_tag(actor, draft_id)
                known = activity in request.if_none_match
    if known:
        return Reply(None, {"X-Activity": activity}, 304)
    # the tag is older than the view, never newer: a tool hears of something twice rather than never
    view = drafts.view(actor, draft_id)
    return Reply(answers.DraftOut.of(view), tags(view, activity))


@api.put(
    f"{V1}/drafts/<draft_id>",
    answer=answers.DraftOut,
    scopes=("draft:write",),
    refusals=(WrongState, EditConflict, PreconditionRequired),
    request_headers=(_IF_MATCH,),
    response_headers=TAGS,
)
def edit_draft(caller: Caller, draft_id: str, body: bodies.DraftRequest) -> Reply:
    """Replace the draft by a new version.

    Variants that stay as they were keep their sign-offs; the others need new ones.
    """
    return act(caller, draft_id, Edit(_base(), body.draft()), brand=body.brand)


# --- headers -------------------------------------------------------------------------------------


def _once() -> Once | None:
    """The caller's name for this call, with a digest over the bytes that came with it."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not re.fullmatch(r"[!-~]{1,255}", key):
        raise Malformed("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    return Once(key, hashlib.sha256(request.get_data()).hexdigest())


def _base() -> int:
    """The version number in `If-Match`."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired("Send the ETag of the version that you edited as `If-Match`.")
    match = re.fullmatch(r'"([0-9]{1,9})"', given.strip())
    if match is None:
        raise EditConflict('`If-Match` is one version in quotes, like "3": read the draft again.')
    return int(match[1])


# --- waiting -------------------------------------------------------------------------------------

_places: dict[int, threading.BoundedSemaphore] = {}


@contextmanager
def _a_place_to_wait() -> Iterator[None]:
    """At most a quarter of a process's threads may wait for something to happen."""
    count = max(1, services().settings.threads // 4)
    places = _places.setdefault(count, threading.BoundedSemaphore(count))
    if not places.acquire(blocking=False):
        raise TooMany("Too many are waiting already: ask again in some seconds.", retry_after=5)
    try:
        yield
    finally:
        places.release()
