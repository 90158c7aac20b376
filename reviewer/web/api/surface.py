"""The blueprint that every part of the API is served by, and what the parts share."""

from urllib.parse import urlencode

from flask import Blueprint, request

from reviewer.service.drafts import DraftView
from reviewer.web import answers
from reviewer.web.callers import Caller, caller, services
from reviewer.web.openapi import Header, Reply, Surface
from reviewer.workflow import Command

V1 = "/api/v1"
DRAFT_READERS = ("draft:write", "permit")
"""Scopes that let a key read what it may see."""

TAGS = (
    Header("ETag", "The version, for `If-Match` on edits."),
    Header("X-Activity", "Moves with any version, sign-off or change of state, for `If-None-Match`."),
)
NEXT = (Header("Link", '`rel="next"` leads to the next page.'),)

blueprint = Blueprint("api", __name__)
api = Surface(blueprint, caller)


def act(caller: Caller, draft_id: str, command: Command, *, brand: str | None) -> Reply:
    """Take one step and show what came of it."""
    return shown(caller, services().drafts.act(caller.actor(brand), draft_id, command))


def shown(caller: Caller, view: DraftView) -> Reply:
    """The draft, with its tags."""
    tag = services().drafts.version_tag(caller.actor(view.review.brand), view.review.id)
    return Reply(answers.DraftOut.of(view), tags(view, tag))


def tags(view: DraftView, activity: str) -> dict[str, str]:
    """The headers by which a caller names what it saw."""
    return {"ETag": f'"{view.review.version.number}"', "X-Activity": activity}


def next_page(cursor: str | int) -> dict[str, str]:
    """The `Link` header of a page that is not the last."""
    query = request.args.to_dict() | {"cursor": str(cursor)}
    return {"Link": f'<{request.path}?{urlencode(query)}>; rel="next"'}
