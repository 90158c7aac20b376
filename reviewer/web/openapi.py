"""A thin layer over a Flask blueprint: a view says what it takes and gives, and that is also the document.

    @surface.post("/drafts", answer=DraftOut, status=201, scopes=("draft:write",), refusals=(Conflict,))
    def create_draft(caller: Caller, body: DraftBody) -> Reply: ...

The parameters' annotations are what is read: `caller` is whoever asks, `body` a pydantic model of the
JSON body, `query` one of the query string, the rest are the path's. Operation ids are function names.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from flask import Blueprint, Response, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from reviewer.errors import (
    Gone,
    Invalid,
    Malformed,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Refusal,
    TooLarge,
    TooMany,
    UnsupportedMedia,
)
from reviewer.integrations.reading import Strict, read, read_json
from reviewer.web import problems

MAX_BODY = 1_000_000
"""Bytes of a JSON body. A text of 100 kB may come as escapes, six bytes for one."""

_PATH_PART = re.compile(r"<(int:)?(\w+)>")
"""A part of an address that the caller fills in, a number or any text."""

Headers = Mapping[str, str]
Who = Callable[[tuple[str, ...]], Any]


@dataclass(frozen=True)
class Reply:
    """What a view gives back: a model (None for no content), more headers, perhaps another status."""

    body: BaseModel | None
    headers: Headers = field(default_factory=dict)
    status: int | None = None


@dataclass(frozen=True)
class Header:
    """A request or response header, for the document."""

    name: str
    description: str
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One row of the document."""

    method: str
    path: str
    view: Callable[..., Any]
    answer: type[BaseModel] | None
    status: int
    scopes: tuple[str, ...]
    refusals: tuple[type[Refusal], ...]
    body: type[Strict] | None
    query: type[Strict] | None
    needs_caller: bool
    takes: str | None
    gives: str
    also: Mapping[int, str]
    request_headers: tuple[Header, ...]
    response_headers: tuple[Header, ...]

    @property
    def refused_with(self) -> frozenset[int]:
        """Every status of a refusal that this operation can answer with."""
        found = {error.status for error in self.refusals} | {500, 503}
        if self.needs_caller:
            found |= {NotSignedIn.status, NotAllowed.status, NotFound.status, TooMany.status}
        if self.method != "GET":
            found |= {Malformed.status, TooLarge.status, UnsupportedMedia.status}
        if self.body is not None or self.query is not None:
            found |= {Malformed.status, Invalid.status}
        if "<" in self.path:
            found.add(NotFound.status)
        if "<draft_id>" in self.path or "<sha256>" in self.path:
            found.add(Gone.status)
        return frozenset(found)


class Surface:
    """A blueprint and the operations that it serves.

    Args:
        blueprint: where the views are registered.
        who: gives the caller, or raises `NotSignedIn`; the scopes are what a key must have one of.
    """

    def __init__(self, blueprint: Blueprint, who: Who) -> None:
        self.blueprint, self._who = blueprint, who
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        return self._operation("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        return self._operation("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        return self._operation("PUT", path, **options)

    def _operation(
        self,
        method: str,
        path: str,
        *,
        answer: type[BaseModel] | None,
        status: int = 200,
        scopes: tuple[str, ...] = (),
        refusals: tuple[type[Refusal], ...] = (),
        takes: str | None = None,
        gives: str = "application/json",
        also: Mapping[int, str] | None = None,
        request_headers: tuple[Header, ...] = (),
        response_headers: tuple[Header, ...] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
        def register(view: Callable[..., Any]) -> Callable[..., Response]:
            hints = get_type_hints(view)
            operation = Operation(
                method=method,
                path=path,
                view=view,
                answer=answer,
                status=status,
                scopes=scopes,
                refusals=refusals,
                body=hints.get("body"),
                query=hints.get("query"),
                needs_caller="caller" in hints,
                takes=takes,
                gives=gives,
                also=also or {},
                request_headers=request_headers,
                response_headers=response_headers,
            )
            self.operations.append(operation)
            serve = functools.wraps(view)(functools.partial(self._serve, operation))
            self.blueprint.add_url_rule(path, view.__name__, serve, methods=[method])
            return serve

        return register

    def _serve(self, operation: Operation, **path: str | int) -> Response:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UnsupportedMedia("Compressed bodies are not read: send the body as it is.")
        arguments: dict[str, Any] = dict(path)
        if operation.needs_caller:
            arguments["caller"] = self._who(operation.scopes)
        if operation.query is not None:
            arguments["query"] = read(operation.query, _query())
        if operation.body is not None:
            arguments["body"] = read(operation.body, _json())
        elif operation.method != "GET" and operation.takes is None:
            _nothing()
        reply = operation.view(**arguments)
        if isinstance(reply, Response):
            return reply
        if not isinstance(reply, Reply):
            reply = Reply(reply)
        body = b"" if reply.body is None else reply.body.model_dump_json().encode()
        response = Response(body, reply.status or operation.status, content_type=operation.gives)
        response.headers.update(reply.headers)
        return response

    def document(self, *, title: str, version: str, description: str) -> dict[str, Any]:
        """The OpenAPI 3.1 document of every operation."""
        names, schemas = _schemas(self.operations)
        paths: dict[str, dict[str, Any]] = {}
        for operation in self.operations:
            full = (self.blueprint.url_prefix or "") + operation.path
            entry = paths.setdefault(_PATH_PART.sub(r"{\2}", full), {})
            entry[operation.method.lower()] = _described(operation, names)
        return {
            "openapi": "3.1.1",
            "info": {"title": title, "version": version, "description": description},
            "paths": paths,
            "components": {
                "schemas": {**schemas, "Problem": PROBLEM},
                "securitySchemes": {
                    "key": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "The key of a service account; scopes say what it may ask for.",
                    },
                    "session": {
                        "type": "apiKey",
                        "in": "cookie",
                        "name": "__Host-reviewer",
                        "description": "A signed-in person; every call but GET also sends `X-CSRFToken`.",
                    },
                },
            },
        }


PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457 problem details. `code` is stable; what was sent is never repeated.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": list(problems.TITLES)},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901, into the body or query."},
                    "detail": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
        "missing": {"type": "array", "items": {"type": "string"}},
        "changed": {"type": "array", "items": {"type": "string"}},
        "why": {"type": "string"},
    },
}


# --- reading a request ---------------------------------------------------------------------------


def limited_body(limit: int) -> bytes:
    """The bytes of the body, at most `limit` of them.

    Raises:
        TooLarge: there are more.
    """
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        raise TooLarge(f"At most {limit:,} bytes: send less.")
    return request.get_data()


def _json() -> object:
    if request.mimetype != "application/json":
        raise UnsupportedMedia("Send the body as application/json.")
    return read_json(limited_body(MAX_BODY))


def _nothing() -> None:
    if limited_body(MAX_BODY).strip() not in (b"", b"{}"):
        raise Malformed("This call takes no body: leave it out.")


def _query() -> dict[str, str]:
    twice = [Problem("", "Give each parameter once.", "twice") for _, v in request.args.lists() if len(v) > 1]
    if twice:
        raise Invalid("A parameter comes twice in the query.", twice)
    return request.args.to_dict()


# --- the document --------------------------------------------------------------------------------

_Names = Mapping[Any, str]


def _schemas(operations: list[Operation]) -> tuple[_Names, dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for operation in operations:
        if operation.body is not None:
            wanted[operation.body, "validation"] = None
        if operation.answer is not None:
            wanted[operation.answer, "serialization"] = None
    references, document = models_json_schema(list(wanted), ref_template="#/components/schemas/{model}")
    names: dict[Any, str] = {key: str(reference["$ref"]) for key, reference in references.items()}
    return names, document.get("$defs", {})


def _described(operation: Operation, names: _Names) -> dict[str, Any]:
    title, _, rest = inspect.cleandoc(operation.view.__doc__ or "").partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.view.__name__,
        "summary": title.rstrip("."),
        "description": rest.strip() or title,
        "parameters": _parameters(operation),
        "responses": _responses(operation, names),
        "security": [{"key": list(operation.scopes)}, {"session": []}] if operation.needs_caller else [],
    }
    if operation.body is not None:
        schema = {"$ref": names[operation.body, "validation"]}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    elif operation.takes is not None:
        described["requestBody"] = {"required": True, "content": {operation.takes: {}}}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if kind else {"type": "string"},
        }
        for kind, name in _PATH_PART.findall(operation.path)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema()
        for name, value in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            found.append({"name": name, "in": "query", "required": required, "schema": value})
    found += [
        {
            "name": header.name,
            "in": "header",
            "required": header.required,
            "description": header.description,
            "schema": {"type": "string"},
        }
        for header in operation.request_headers
    ]
    return found


def _responses(operation: Operation, names: _Names) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done."}
    if operation.answer is not None:
        schema = {"$ref": names[operation.answer, "serialization"]}
        success["content"] = {operation.gives: {"schema": schema}}
    elif operation.status != 204:
        success["content"] = {operation.gives: {}}
    if operation.response_headers:
        success["headers"] = {
            h.name: {"description": h.description, "schema": {"type": "string"}}
            for h in operation.response_headers
        }
    problem = {"content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    responses: dict[str, Any] = {str(operation.status): success}
    for status, description in operation.also.items():
        responses[str(status)] = {"description": description}
    for status in sorted(operation.refused_with):
        responses[str(status)] = {"description": _REFUSED[status], **problem}
    return responses


_REFUSED: Mapping[int, str] = {
    400: "The request can't be read.",
    401: "Nobody is signed in, or the key is not valid.",
    403: "Not for this caller, or not signed off.",
    404: "There is no such thing, or it is not yours to see.",
    409: "It changed since you looked, or is not in that state.",
    410: "The contents were deleted.",
    412: "Somebody else saved first.",
    413: "The body is too large.",
    415: "Not a media type that is read here, or compressed.",
    422: "Readable, but not acceptable: see `errors`.",
    428: "Send `If-Match`.",
    429: "Too many requests: see `Retry-After`.",
    500: "Something broke on our side; it is logged under `request_id`.",
    503: "The database is busy or away; nothing was written.",
}
