"""The JSON API: every view reads, calls one use case and shows what came of it. No decision is made here.

app.register_blueprint(api.blueprint)      # csrf.exempt(api.blueprint): keys need no token, and
                                           # sessions are asked for one in `callers`
"""

import functools
import json

from flask import Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from reviewer import __version__, channels
from reviewer.errors import NotFound, ReviewerError
from reviewer.web import problems
from reviewer.web.api import decisions, drafts, keeping, rarer, record, release, rules, time, together
from reviewer.web.api.surface import V1, api, blueprint

PARTS = (drafts, decisions, rarer, release, together, rules, record, keeping, time)
"""The modules with the views; importing them adds their operations to the surface."""


@api.get(f"{V1}/openapi.json", answer=None)
def openapi() -> Response:
    """This document."""
    return Response(_document(), content_type="application/json")


@functools.cache
def _document() -> str:
    known = ", ".join(f"`{name}`" for name in sorted(channels.load()))
    return json.dumps(
        api.document(
            title="Reviewer",
            version=__version__,
            description="Posts are checked, signed off, released and accounted for. Refusals are RFC 9457"
            f" problems; times are RFC 3339 in UTC. Channels: {known}.",
        )
    )


@blueprint.route("/api/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def no_such_address(rest: str) -> Response:
    """Everything else below /api: 404 or 405, as a problem."""
    rules = Map([Rule(o.path, methods=[o.method], endpoint=o.view.__name__) for o in api.operations])
    rules.bind("").match(f"/api/{rest}", method=request.method)
    raise NotFound("There is no such address: see /api/v1/openapi.json for the ones there are.")


@blueprint.after_request
def _named(response: Response) -> Response:
    response.headers["X-Request-ID"] = problems.request_id()
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


blueprint.register_error_handler(ReviewerError, problems.refused)
blueprint.register_error_handler(HTTPException, problems.broken)
blueprint.register_error_handler(Exception, problems.fault)

__all__ = ["PARTS", "api", "blueprint"]
