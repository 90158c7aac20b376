"""What every page has around it: who is signed in, for which brand, and the frame of the page."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, abort, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from reviewer import language
from reviewer.errors import NotFound
from reviewer.model import Actor, Brand, Hold
from reviewer.service import DraftView, Services
from reviewer.web.beside import PauseView, pause
from reviewer.web.login import actor_in, admits, person_id

pages = Blueprint("pages", __name__)
View = str | AnyResponse | tuple[str, int]
THEMES = ("light", "dark")


@dataclass(frozen=True)
class Here:
    """Who is signed in, and for which of their brands."""

    actor: Actor
    brand: Brand
    brands: dict[str, str]


def services() -> Services:
    """The use cases of this server."""
    return cast(Services, current_app.extensions["reviewer"])


def here() -> Here:
    """Who is signed in; only for views behind `_only_signed_in`."""
    return cast(Here, g.here)


@pages.before_request
def _only_signed_in() -> AnyResponse | None:
    """Everything but the theme is for people who are signed in and belong to a brand."""
    if request.endpoint == "pages.set_theme":
        return None
    person = person_id()
    if person is None:
        if request.headers.get("HX-Request"):
            abort(401)
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("security.login", next=target if target != "/" else None))
    _arrive(person)
    return None


@pages.before_app_request
def _frame_of_the_account() -> None:
    """The accounts library's own pages for who is signed in have the same frame."""
    if request.blueprint == "security" and request.path.startswith("/account"):
        person = person_id()
        if person is not None and services().people.brands_of(person):
            _arrive(person)


def _arrive(person: str) -> None:
    theirs = dict(services().people.brands_of(person))
    if not theirs:
        raise NotFound("You don’t belong to a brand yet: ask whoever runs Reviewer for you to add you.")
    brands = {slug: name for slug, name in theirs.items() if admits(slug)} or theirs
    wanted = session.get("brand")
    _be_at(wanted if wanted in brands else min(brands), brands)


def _be_at(slug: str, brands: dict[str, str]) -> None:
    actor = actor_in(slug)
    g.here = Here(actor, services().people.brand(actor), brands)


def look_again() -> None:
    """Read the brand anew, after it was changed in this request."""
    where = here()
    _be_at(where.brand.slug, where.brands)


@pages.app_context_processor
def _frame() -> dict[str, Any]:
    """What the frame of every page shows."""
    theme = request.cookies.get("theme")
    frame: dict[str, Any] = {"theme": theme if theme in THEMES else None, "me": None, "plain": False}
    frame["reduced"] = list(language.reduced(())) if "here" in g else []
    if "here" in g:
        where = here()
        frame |= {
            "me": where.actor,
            "brand": where.brand,
            "brands": where.brands,
            "my_groups": sorted(where.brand.groups_of(where.actor.id)),
            "alone": len(where.brand.people) < 2,
            "needs_you": _waiting_for_me(),
            "rules_seen": services().proposals.sees(where.brand, where.actor),
            "proposals_waiting": len(services().proposals.waiting_for(where.actor)),
            "pauses": [_pause(hold) for hold in where.brand.holds if hold.lifted_at is None],
        }
    return frame


def _pause(hold: Hold) -> PauseView:
    where = here()
    return pause(hold, where.brand, where.actor, where.brand.people)


def _waiting_for_me() -> int:
    if "needs_you" not in g:
        where = here()
        g.needs_you = len(services().drafts.inbox(where.actor, where.brand.slug, "needs_you"))
    return cast(int, g.needs_you)


def find(draft_id: str) -> DraftView:
    """The draft, in whichever of this person's brands it is."""
    where = here()
    for slug in sorted(where.brands, key=lambda slug: slug != where.brand.slug):
        actor = where.actor if slug == where.brand.slug else actor_in(slug)
        try:
            view = services().drafts.view(actor, draft_id)
        except NotFound:
            continue
        if slug != where.brand.slug:
            session["brand"] = slug
            _be_at(slug, where.brands)
        return view
    raise NotFound("There is no such post here, or it is not yours to see. Look in your inbox.")


def number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else 0
