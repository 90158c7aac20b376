"""Refusals as RFC 9457 problems: one shape for everything that the API says no to."""

import json
import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from reviewer.errors import (
    Invalid,
    NotApproved,
    PermitRefused,
    Refusal,
    ReviewerError,
    StaleContent,
    TooMany,
    Unavailable,
)
from reviewer.web import logs

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "refused": "The request is refused",
        "malformed": "The request can't be read",
        "not-signed-in": "Nobody is signed in",
        "not-allowed": "Not yours to do",
        "own-draft": "Nobody signs off what they helped to write",
        "not-approved": "Not signed off",
        "stale-sign-in": "Prove again who you are",
        "blocked": "A rule does not let this out",
        "held": "A pause is on",
        "permit-refused": "The permit does not cover this",
        "not-found": "There is no such thing here",
        "method-not-allowed": "This address does not take that method",
        "conflict": "It does not fit what is there",
        "stale": "It changed since you looked",
        "wrong-state": "Not in this state",
        "already-redeemed": "A permit is used once",
        "gone": "The contents were deleted",
        "edit-conflict": "Somebody else saved first",
        "too-large": "Too large",
        "unsupported-media": "Not a media type that is read here",
        "invalid": "Something in the request is not acceptable",
        "precondition-required": "Say which version you mean",
        "too-many": "Too many requests",
        "error": "Something broke on our side",
        "unavailable": "The database is busy or away",
        "rule-error": "The rules can't be read",
        "bad-setting": "A setting of the server is wrong",
    }
)
"""One title for each code; it is the same for every occurrence, the detail is not."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HTTP_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "malformed",
        404: "not-found",
        405: "method-not-allowed",
        413: "too-large",
        415: "unsupported-media",
        429: "too-many",
        503: "unavailable",
    }
)


def request_id() -> str:
    """The caller's `X-Request-ID` where it is a plain name, else one of ours; the same all along."""
    if "request_id" not in g:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    return str(g.request_id)


def type_of(code: str) -> str:
    """The address of the explanation of a code; it names the kind of problem (RFC 9457, 3.1.1)."""
    root: str = current_app.extensions["reviewer"].settings.public_url
    return f"{root}/api/v1/problems/{code}"


def refused(error: ReviewerError) -> Response:
    """A refusal of ours; nothing of the input is repeated but pointers into it."""
    problem: dict[str, Any] = {}
    headers: dict[str, str] = {}
    match error:
        case Invalid():
            problem["errors"] = [
                {"pointer": p.pointer, "detail": p.detail, "code": p.code} for p in error.problems
            ]
        case NotApproved():
            problem["missing"] = list(error.missing)
        case StaleContent():
            problem["changed"] = list(error.changed)
        case PermitRefused():
            problem["why"] = error.why
        case TooMany():
            headers["Retry-After"] = str(error.retry_after)
        case Unavailable():
            headers["Retry-After"] = "2"
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="reviewer"'
    detail = error.detail
    if not isinstance(error, Refusal | Unavailable):
        # a fault of the server is logged, not told: it may name files
        logs.fault(error, request_id())
        detail = "It is logged under this id."
    return _response(error.status, error.code, detail, problem, headers)


def broken(error: HTTPException) -> Response:
    """What the framework refuses, in the same shape."""
    status = error.code or 500
    code = _HTTP_CODES.get(status, "refused" if status < 500 else "error")
    detail = {
        404: "There is no such address: see /api/v1/openapi.json for the ones there are.",
        405: "See /api/v1/openapi.json for the methods of this address.",
        413: "The body is larger than this address takes: send less.",
    }.get(status, "It is logged under this id." if status >= 500 else "The request can't be read.")
    allowed: list[str] = sorted(getattr(error, "valid_methods", None) or ())
    return _response(status, code, detail, {}, {"Allow": ", ".join(allowed)} if allowed else {})


def fault(error: Exception) -> Response:
    """What nobody foresaw: logged with its places, told without them."""
    logs.fault(error, request_id())
    return _response(500, "error", "It is logged under this id.", {}, {})


def _response(
    status: int, code: str, detail: str, more: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    problem = {
        "type": type_of(code),
        "title": TITLES[code],
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id(),
        **more,
    }
    response = Response(json.dumps(problem, ensure_ascii=False), status, content_type=MEDIA_TYPE)
    response.headers.update(headers)
    return response
