"""A small brand behind the real application, with four rules of its own, so that no test waits on a pack."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from reviewer import policy
from reviewer.config import load
from reviewer.model import Actor, Brand, Draft, Part, Variant
from reviewer.service import DraftView, Services, build
from reviewer.service.people import Founder
from reviewer.web import Demo, create_app
from reviewer.workflow import Command, Submit

PASSWORD = "four lamps in a row"
SLUG = "kettle"
X, LINKEDIN = "x:kettle", "linkedin:company/kettle"

RULES = {
    "Own.Stop": ("block", "legal", "forbidden"),
    "Own.Ask": ("needs_approval", "legal", "miracle"),
    "Own.Fix": ("warn", "marketing", "shiny"),
    "Own.Tip": ("suggest", "marketing", "very"),
}


def small_policy() -> policy.Policy:
    """Four rules, one for each decision, each with the word that sets it off."""
    files = {"approvals.yml": (policy.folder() / "approvals.yml").read_bytes()}
    for number, (name, (decision, owner, word)) in enumerate(RULES.items(), 1):
        files[f"{name.replace('.', '/')}.yml"] = (
            "extends: substitution\n"
            "message: \"Write '%s' instead of '%s'.\"\n"
            "level: error\n"
            "ignorecase: true\n"
            f"swap:\n  {word}: better\n"
            "policy:\n"
            f"  id: OWN-{number:03}\n"
            f"  decision: {decision}\n"
            f"  owner: {owner}\n"
            f"  reason: Because of {word}.\n"
            "tests:\n"
            "  - name: fires\n"
            f"    input: A {word} kettle.\n"
            f"    want: |\n      1:3:{name}:Write 'better' instead of '{word}'.\n"
            "  - name: near miss\n"
            "    input: A kettle.\n"
            '    want: ""\n'
        ).encode()
    return policy.load_files(files)


@dataclass
class Clock:
    """The server's time, which tests may move."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class World:
    """The application, its services, and the ids of its people by name."""

    app: Flask
    services: Services
    clock: Clock
    people: Mapping[str, str]

    def actor(self, name: str, brand: str = SLUG) -> Actor:
        return self.services.people.actor_for(self.people[name], brand)

    def draft(self, text: str, *accounts: str, by: str = "ada", **of: object) -> DraftView:
        """A draft with the same words for each account (X where none is named)."""
        variants = tuple(
            Variant("post", account.partition(":")[0], account, (Part(text),)) for account in accounts or (X,)
        )
        return self.services.drafts.create(self.actor(by), SLUG, replace(Draft(variants), **of))  # type: ignore[arg-type]

    def sent(self, text: str, *accounts: str, by: str = "ada") -> DraftView:
        view = self.draft(text, *accounts, by=by)
        return self.services.drafts.act(self.actor(by), view.review.id, Submit())

    def act(self, name: str, draft_id: str, *commands: Command) -> DraftView:
        return self.services.drafts.act(self.actor(name), draft_id, *commands)

    def view(self, draft_id: str) -> DraftView:
        """The draft as cleo sees it, who signs for two groups."""
        return self.services.drafts.view(self.actor("cleo"), draft_id)

    def client(self, name: str | None = None) -> "Browser":
        """A browser, signed in as somebody."""
        browser = Browser(self.app.test_client())
        if name:
            answer = browser.sign_in(f"{name}@kettle.example", PASSWORD)
            assert answer.status_code == 302, answer.text
        return browser


class Page(HTMLParser):
    """A page as a browser without script sees it: its elements, its words, its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._select: tuple[Form, str] | None = None
        self._area: tuple[Form | None, str] | None = None
        self._typed: list[str] = []
        self._open: Form | None = None
        self._hidden = 0
        self.feed(html)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))

    def form(self, action: str) -> "Form":
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags.append((tag, of))
        if tag in ("script", "style", "template"):
            self._hidden += 1
        if tag == "form":
            self._open = self._by_id.setdefault(str(of.get("id") or len(self.forms)), Form("", []))
            self._open.action = str(of.get("action"))
            self.forms.append(self._open)
        # a field may stand anywhere and name its form, even before it
        form = self._by_id.setdefault(str(of["form"]), Form("", [])) if "form" in of else self._open
        name = of.get("name")
        if tag == "textarea" and name:
            self._area, self._typed = (form, name), []
        elif tag == "select" and form and name:
            self._select = (form, name)
        elif tag == "option" and self._select and "selected" in of:
            self._select[0].fields.append((self._select[1], of.get("value") or ""))
        elif tag == "input" and form and name:
            ticked = of.get("type") not in ("checkbox", "radio") or "checked" in of
            if ticked and of.get("type") != "file":
                form.fields.append((name, of.get("value") or ("on" if of.get("type") == "checkbox" else "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template"):
            self._hidden -= 1
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area:
            form, name = self._area
            # a browser drops the line end directly after the tag
            typed = "".join(self._typed).removeprefix("\n")
            if form is not None:
                form.fields.append((name, typed))
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self._typed.append(data)
        elif not self._hidden:
            self.words.append(data)


@dataclass
class Form:
    """A form and what would be sent with it."""

    action: str
    fields: list[tuple[str, str]]


@dataclass
class Browser:
    """A test client that sends forms as they came, like somebody who presses a button."""

    client: FlaskClient

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def page(self, address: str) -> Page:
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return Page(answer.text)

    def sign_in(self, email: str, password: str) -> TestResponse:
        fields = dict(self.page("/sign-in").form("/sign-in").fields)
        return self.client.post("/sign-in", data=fields | {"email": email, "password": password})

    def press(self, address: str, button: str, action: str | None = None, **typed: object) -> TestResponse:
        """Open a page, type over some fields of its form, press a button."""
        return self.press_on(self.page(address), button, action or address, **typed)

    def press_on(self, page: Page, button: str, action: str, **typed: object) -> TestResponse:
        fields: dict[str, list[object]] = {}
        for name, value in [*page.form(action).fields, ("do", button)]:
            fields.setdefault(name, []).append(value)
        for name, value in typed.items():
            fields[name] = value if isinstance(value, list) else [value]
        return self.client.post(action, data=fields)


@contextmanager
def world_at(folder: Path, *, demo: Demo | None = None, **settings: str) -> Iterator[World]:
    """Kettle & Co: ada writes, ben signs for marketing, cleo for marketing and legal; eve bakes alone."""
    small, clock = small_policy(), Clock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    environ = {"REVIEWER_DATA_DIR": str(folder), **{f"REVIEWER_{k.upper()}": v for k, v in settings.items()}}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "load_base", lambda: small)
        services = build(load(environ), clock=clock)
    services.store.migrate()
    people = {}
    for slug, name, accounts in ((SLUG, "Kettle & Co", {X, LINKEDIN}), ("solo", "Solo Bakery", {"x:solo"})):
        brand = Brand(slug, name, small.approvals, accounts=frozenset(accounts), timezone="Europe/Berlin")
        services.people.add_brand(brand)
    members = {"ada": (), "ben": ("marketing",), "cleo": ("marketing", "legal"), "eve": ("marketing",)}
    for slug in ("solo", SLUG):
        founders = [
            Founder(name.capitalize(), f"{name}@kettle.example", PASSWORD, groups)
            for name, groups in members.items()
            if (name == "eve") == (slug == "solo")
        ]
        people |= {person.name.lower(): person.id for person in services.people.found(slug, founders)}
    clock.at += timedelta(minutes=1)
    yield World(create_app(services, demo=demo), services, clock, people)
    services.store.close()
