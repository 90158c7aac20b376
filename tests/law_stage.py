"""A whole server with people, tools and several brands, on which the law is tried by HTTP requests."""

import itertools
import json
import os
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from flask import Flask

from reviewer import policy
from reviewer.config import load
from reviewer.model import NOTHING, Actor, Approvals, Brand, GroupRule
from reviewer.service import Services, build
from reviewer.service.people import Founder
from reviewer.web import create_app
from tests.web_world import PASSWORD, small_policy

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
ROLES = ("policy_owner", "brand_admin", "auditor", "system_admin")
PEOPLE = {
    "eve": ("marketing", "legal", "comms", *ROLES),
    "ada": ("marketing",),
    "ben": ("marketing",),
    "lea": ("legal",),
    "cleo": ("comms",),
    "joe": (),
    "ceo": ("system_admin", "brand_admin"),
    "aud": ("auditor",),
    "pat": ("policy_owner",),
}
"""Everybody of every brand, with their groups and roles; Eve holds all of them."""
TOOLS = {
    "tool": ("draft:write", "permit", "publication:write"),
    "other": ("permit", "publication:write"),
    "mute": ("draft:write", "check"),
    "bare": ("check",),
}
GROUPS = {"marketing": GroupRule(), "legal": GroupRule(), "comms": GroupRule()}
BRANDS = {
    "acme": Approvals(groups=GROUPS),
    "strict": Approvals(
        profile="regulated",
        groups={**GROUPS, "marketing": GroupRule(signs=2)},
        capacities="distinct",
        suggestion_costs_vote=True,
    ),
    "ghost": Approvals(profile="small", groups={**GROUPS, "marketing": GroupRule(1, ("comms",), "4h")}),
}
"""One brand of each kind of approvals; in `ghost` Joe is asked for consent, and stand-ins sign after 4 h."""


@dataclass
class Clock:
    """The server's time, which only goes on when it is told to."""

    at: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and the body where it is JSON."""

    status: int
    body: Any

    @property
    def code(self) -> str:
        """`ok`, or the code of the problem."""
        return "ok" if self.status < 400 else str((self.body or {}).get("code", self.status))


class Wire(Protocol):
    """Somebody's connection to the server; it keeps cookies."""

    def ask(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        """One request with a JSON body, or none."""

    def form(self, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        """A page, or a form sent there: status and text."""


class InProcess:
    """Requests that go through the WSGI application in this process."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def ask(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        kind = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        got = self.client.open(path, method=method, headers=dict(headers), **kind)  # type: ignore[arg-type]
        return Answer(got.status_code, got.get_json(silent=True))

    def form(self, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        got = self.client.get(path) if fields is None else self.client.post(path, data=fields)
        return got.status_code, got.text


class OverHttp:
    """Requests to a server on loopback."""

    def __init__(self, root: str) -> None:
        self.client = httpx.Client(base_url=root, timeout=60)

    def ask(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Answer:
        got = self.client.request(method, path, json=body, headers=dict(headers))
        return Answer(got.status_code, got.json() if "json" in got.headers.get("content-type", "") else None)

    def form(self, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, str]:
        got = self.client.get(path) if fields is None else self.client.post(path, data=dict(fields))
        return got.status_code, got.text


@dataclass
class Stage:
    """The server, its services, and how each actor reaches it."""

    services: Services
    clock: Clock | None
    connect: Any
    ids: dict[tuple[str, str], str]
    keys: dict[tuple[str, str], str]
    app: Flask | None = None
    wires: dict[tuple[str, str], tuple[Wire, str, datetime, datetime]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def now(self) -> datetime:
        return self.services.clock()

    def pass_by(self, **time: float) -> None:
        if self.clock is not None:
            self.clock.at += timedelta(**time)

    def actor(self, name: str, brand: str) -> Actor:
        """As the law sees them. `stranger` is Ada of another brand, `foreign` a tool of another brand."""
        if name in TOOLS:
            of = {"answerable": frozenset({self.ids["ben", brand]}), "scopes": frozenset(TOOLS[name])}
            return Actor(f"service:{name}-{brand}", name, brand, service=True, **of)
        if name == "stranger":
            return Actor(self.ids["stranger", "rival"], "Stranger", "rival")
        roles = {"author", *(r for r in PEOPLE.get(name, ()) if r in ROLES)}
        return Actor(self.ids[name, brand], name.capitalize(), brand, frozenset(roles))

    def ask(
        self, name: str, brand: str, method: str, path: str, body: object = None, **headers: str
    ) -> Answer:
        """One request by a person (session and token) or a tool (key)."""
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        if name == "nobody":
            return self.connect().ask(method, path, body, sent)
        if name in TOOLS:
            sent["Authorization"] = f"Bearer {self.keys[name, brand]}"
            wire: Wire = self.connect()
        else:
            wire, sent["X-CSRFToken"] = self.signed_in(name, "rival" if name == "stranger" else brand)
            edits = method == "PUT" and "/drafts/" in path
            drafts = edits or (method, path) == ("POST", "/api/v1/drafts")
            if name == "stranger" and drafts and isinstance(body, dict):
                body = {**body, "brand": brand}
            elif name == "stranger":
                path += f"?brand={brand}"
        return wire.ask(method, path, body, sent)

    def signed_in(self, name: str, brand: str) -> tuple[Wire, str]:
        """The browser of a person, signed in anew before its session ends."""
        wire, token, began, used = self.wires.get((name, brand), (None, "", self.now, self.now))
        if wire is None or self.now - used > timedelta(hours=11) or self.now - began > timedelta(days=6):
            wire, began = self.connect(), self.now
            fields = {"email": address(name, brand), "password": PASSWORD}
            status, _ = wire.form("/sign-in", fields | {"csrf_token": csrf_of(wire.form("/sign-in")[1])})
            assert status == 302, f"{name} can't sign in: {status}"
            token = csrf_of(wire.form("/posts")[1])
        self.wires[name, brand] = (wire, token, began, self.now)
        return wire, token


def address(name: str, brand: str) -> str:
    return f"{name}@{brand}.example"


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no CSRF token on the page"
    return found[1]


Names = dict[tuple[str, str], str]


def furnish(
    services: Services, brands: Iterable[str] = tuple(BRANDS), more: Mapping[str, tuple[str, ...]] = NOTHING
) -> tuple[Names, Names]:
    """Brands with people and tools of their own for an empty server: ids and keys, by name and brand.

    `more` are people besides those of PEOPLE, with their groups and roles.
    """
    people = services.people
    ids: Names = {}
    keys: Names = {}
    for slug in brands:
        accounts = frozenset({f"x:{slug}", f"x:{slug}-shop", f"linkedin:company/{slug}"})
        people.add_brand(Brand(slug, slug.capitalize(), BRANDS[slug], accounts=accounts))
        founders = [
            Founder(n.capitalize(), address(n, slug), PASSWORD, may) for n, may in {**PEOPLE, **more}.items()
        ]
        ids |= {(p.name.lower(), slug): p.id for p in people.found(slug, founders)}
        for tool, scopes in TOOLS.items():
            people.add_service(slug, f"{tool}-{slug}", tool)
            keys[tool, slug] = people.make_key(slug, f"{tool}-{slug}", scopes, address("ben", slug), 3650)
    people.add_brand(Brand("rival", "Rival", BRANDS["acme"], accounts=frozenset({"x:rival"})))
    outside = Founder("Stranger", address("stranger", "rival"), PASSWORD, ("marketing", *ROLES))
    ids["stranger", "rival"] = people.found("rival", [outside])[0].id
    if "ghost" in brands:
        services.store.write(lambda tx: tx.set_consent("linkedin:company/ghost", ids["joe", "ghost"]))
    return ids, keys


def built(folder: Path, url: str, clock: Clock | None) -> Services:
    """The services over a database, with four small rules."""
    small = small_policy()
    environ = {"REVIEWER_DATA_DIR": str(folder), **({"REVIEWER_DATABASE_URL": url} if url else {})}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "load_base", lambda: small)
        services = build(load(environ), clock=clock) if clock else build(load(environ))
    services.store.migrate()
    return services


def stage(
    folder: Path,
    url: str = "",
    *,
    brands: Iterable[str] = tuple(BRANDS),
    more: Mapping[str, tuple[str, ...]] = NOTHING,
) -> Stage:
    """A server in this process with a clock of its own."""
    clock = Clock()
    services = built(folder, url, clock)
    ids, keys = furnish(services, brands, more)
    clock.at += timedelta(minutes=1)
    app = create_app(services)
    app.testing = True
    return Stage(services, clock, lambda: InProcess(app), ids, keys, app)


def over_http(services: Services, root: str) -> Stage:
    """A server that runs elsewhere, at its own time, over the same database."""
    ids, keys = furnish(services)
    return Stage(services, None, lambda: OverHttp(root), ids, keys)


def serve() -> Flask:
    """What a real server imports: the application over the folder and database that it is told."""
    return create_app(built(Path(os.environ["LAW_FOLDER"]), os.environ["LAW_DATABASE"], None))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
