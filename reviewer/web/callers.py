"""Who asks the API: a service account by its key, or a signed-in person by session and CSRF token."""

from dataclasses import dataclass
from typing import Protocol

from flask import current_app, request
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from reviewer.errors import NotAllowed, NotFound, NotSignedIn
from reviewer.model import Actor
from reviewer.service import Services
from reviewer.web.login import actor_in, person_id


def services() -> Services:
    """The use cases of this server."""
    found: Services = current_app.extensions["reviewer"]
    return found


class Caller(Protocol):
    """Whoever asks. A key belongs to one brand; a person may belong to several."""

    def brand(self, named: str | None = None) -> str:
        """The brand that is meant, by its slug."""

    def actor(self, brand: str | None = None) -> Actor:
        """The caller as the law sees them in that brand."""


@dataclass(frozen=True)
class Tool:
    """A service account, by its key."""

    account: Actor

    def brand(self, named: str | None = None) -> str:
        if named not in (None, self.account.brand):
            raise NotFound("This key belongs to another brand: leave the brand out.")
        return self.account.brand

    def actor(self, brand: str | None = None) -> Actor:
        self.brand(brand)
        return self.account


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in, by session."""

    user_id: str

    def brand(self, named: str | None = None) -> str:
        brands = services().people.brands_of(self.user_id)
        if named is None and len(brands) == 1:
            return next(iter(brands))
        if named is None:
            raise NotFound("Say which brand you mean: add ?brand= and its short name.")
        if named not in brands:
            raise NotFound("There is no such brand, or you don't belong to it: ask its brand admin.")
        return named

    def actor(self, brand: str | None = None) -> Actor:
        return actor_in(self.brand(brand))


def caller(scopes: tuple[str, ...]) -> Caller:
    """Whoever sent this request.

    Args:
        scopes: a key must have one of these; none are asked of people.

    Raises:
        NotSignedIn: no session, or a key that is wrong, ended or revoked.
        NotAllowed: the key is not good for this, or a session without its CSRF token.
    """
    header = request.headers.get("Authorization")
    if header is not None:
        return _tool(header, scopes)
    person = person_id()
    if person is None:
        raise NotSignedIn("Send the key of a service account as `Authorization: Bearer …`, or sign in.")
    if request.method not in ("GET", "HEAD"):
        _check_csrf()
    return Person(person)


def _tool(header: str, scopes: tuple[str, ...]) -> Tool:
    scheme, _, key = header.partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotSignedIn("Send the key as `Authorization: Bearer …`.")
    account = services().people.actor_for_key(key.strip())
    if scopes and not account.scopes & set(scopes):
        raise NotAllowed(f"This key is not good for that: it needs the scope {' or '.join(scopes)}.")
    return Tool(account)


def _check_csrf() -> None:
    try:
        validate_csrf(request.headers.get("X-CSRFToken", ""))
    except ValidationError:
        raise NotAllowed("Send the page's CSRF token as `X-CSRFToken`; a key needs none.") from None
