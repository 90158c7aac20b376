"""A server in this process with people, a tool and a clock; every answer is held to the OpenAPI document."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

from reviewer import policy
from reviewer.config import load
from reviewer.model import Brand
from reviewer.service import Services, build
from reviewer.service.people import Founder
from reviewer.web import create_app

PASSWORD = "a few words in a row"
SCOPES = ("check", "draft:write", "permit", "publication:write", "audit:read")
ACCOUNTS = frozenset({"x:acme", "linkedin:company/acme"})
TEXT = "We open on Monday at nine."


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class World:
    """Brand `acme` with Ada (marketing), Ben (legal), Emil (author), and its tools."""

    def __init__(self, folder: Path, **settings: str) -> None:
        environ = {"REVIEWER_DATA_DIR": str(folder), **settings}
        self.clock = Clock()
        self.services: Services = build(load(environ), clock=self.clock)
        self.services.store.migrate()
        approvals = policy.load_base().approvals
        people = self.services.people
        people.add_brand(Brand("acme", "Acme", approvals, accounts=ACCOUNTS))
        people.add_brand(Brand("rival", "Rival", approvals, accounts=frozenset({"x:rival"})))
        groups = {"ada": ("marketing",), "ben": ("legal",), "emil": (), "dora": ("comms",)}
        founders = [Founder(n.title(), f"{n}@acme.example", PASSWORD, may) for n, may in groups.items()]
        self.ids = {p.name.lower(): p.id for p in people.found("acme", founders)}
        people.add_person("rival", "emil@acme.example", "Emil", PASSWORD)
        people.add_service("acme", "publisher", "Publisher")
        people.add_service("acme", "other", "Another tool")
        self.app = create_app(self.services)
        self.app.testing = True
        self.key = self.key_of("publisher")
        self.document: dict[str, Any] = self.app.test_client().get("/api/v1/openapi.json").get_json()
        self.used: set[tuple[str, int]] = set()

    def key_of(self, service: str, scopes: tuple[str, ...] = SCOPES, days: int = 365) -> str:
        return self.services.people.make_key("acme", service, scopes, "emil@acme.example", days)

    def tool(self, key: str | None = None) -> "Asker":
        return Asker(self, {"Authorization": f"Bearer {key or self.key}"})

    def nobody(self) -> "Asker":
        return Asker(self, {})

    def person(self, name: str) -> "Asker":
        """Somebody who signed in as a browser does."""
        asker = Asker(self, {})
        page = asker.client.get("/sign-in")
        form = {"email": f"{name}@acme.example", "password": PASSWORD, "csrf_token": csrf_of(page.text)}
        assert asker.client.post("/sign-in", data=form).status_code == 302
        asker.headers["X-CSRFToken"] = csrf_of(asker.client.get("/", follow_redirects=True).text)
        return asker

    def hold_to_document(self, method: str, path: str, answer: TestResponse) -> None:
        """The status is declared for this operation, and the body fits what is declared for it."""
        operation = operation_of(self.document, method, path.partition("?")[0])
        declared = operation["responses"].get(str(answer.status_code))
        assert declared, f"{operation['operationId']} does not declare {answer.status_code}: {answer.text}"
        self.used.add((operation["operationId"], answer.status_code))
        content = declared.get("content", {})
        if not content:
            assert answer.data == b""
            return
        assert answer.mimetype in content, f"{operation['operationId']} gives {answer.mimetype}"
        schema = content[answer.mimetype].get("schema")
        if schema:
            root = {**schema, "components": self.document["components"]}
            Draft202012Validator(root).validate(answer.get_json())


@dataclass
class Asker:
    """Somebody or something that asks the API."""

    world: World
    headers: dict[str, str]

    def __post_init__(self) -> None:
        app: Flask = self.world.app
        self.client = app.test_client()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        content_type: str | None = None,
    ) -> TestResponse:
        if body is not None:
            data, content_type = json.dumps(body).encode(), "application/json"
        answer = self.client.open(
            path,
            method=method,
            data=data,
            content_type=content_type,
            headers={**self.headers, **(headers or {})},
        )
        self.world.hold_to_document(method, path, answer)
        if status is not None:
            assert answer.status_code == status, answer.text
        return answer

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **{"status": 200, **more}).get_json()

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        return self.ask("POST", path, body, **more).get_json()

    # --- shorthands for the steps ---

    def draft(self, text: str = TEXT, **more: Any) -> Any:
        body = {"variants": [variant(text)], **more}
        return self.post("/api/v1/drafts", body, status=201)

    def submitted(self, text: str = TEXT, **more: Any) -> Any:
        return self.post(f"/api/v1/drafts/{self.draft(text, **more)['id']}/submit", status=200)

    def sees(self, draft_id: str) -> dict[str, str]:
        """What a decision sends as seen."""
        found = self.get(f"/api/v1/drafts/{draft_id}")["variants"]
        return {v["content_sha256"]: v["verdict"]["sha256"] for v in found}

    def approves(self, draft_id: str, *, status: int = 201, **more: Any) -> Any:
        body = {"group": "marketing", "seen": self.sees(draft_id), **more}
        return self.post(f"/api/v1/drafts/{draft_id}/sign-offs", body, status=status)


def variant(text: str = TEXT, account: str = "x:acme", **more: Any) -> dict[str, Any]:
    channel = account.partition(":")[0]
    return {"channel": channel, "account": account, "parts": [{"text": text}], **more}


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no CSRF token on the page"
    return found[1]


def operation_of(document: dict[str, Any], method: str, path: str) -> dict[str, Any]:
    for template in sorted(document["paths"], key=lambda t: t.count("{")):
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in document["paths"][template]:
            found: dict[str, Any] = document["paths"][template][method.lower()]
            return found
    raise AssertionError(f"{method} {path} is not in the document")
