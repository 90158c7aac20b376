"""The application factory: parts put together, headers on every answer, refusals as friendly pages."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import structlog
from flask import Blueprint, Flask, Response, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from reviewer import language
from reviewer.errors import Refusal, ReviewerError, TooMany, Unavailable
from reviewer.model import State
from reviewer.service import DraftRow, Services
from reviewer.service.media import LARGEST
from reviewer.web import api, door, health, hooks, login, logs, problems, show, words
from reviewer.web.pages import here, pages

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
FORM_MEMORY = 4 * 1024 * 1024
"""Bytes of form fields without files: a long thread for every network fits many times."""

log = structlog.get_logger()


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo brand, as the sign-in page names them."""

    name: str
    email: str
    about: str = ""


@dataclass(frozen=True)
class Demo:
    """Given only by `reviewer serve --demo`: the sign-in page then says how to come in."""

    password: str
    people: tuple[DemoPerson, ...]


def create_app(services: Services, *, demo: Demo | None = None) -> Flask:
    """The WSGI application over these services; `demo` puts its people and password on the sign-in page."""
    settings = services.settings
    app = Flask("reviewer.web", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=settings.secret(),
        PUBLIC_URL=settings.public_url,
        THREADS=settings.threads,
        MAX_CONTENT_LENGTH=LARGEST + FORM_MEMORY,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=2000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["reviewer"] = services
    csrf = CSRFProtect(app)
    login.set_up(app, services, secure=settings.secure)
    door.set_up(app, settings)
    app.register_blueprint(pages)
    for blueprint in _machine_blueprints():
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    _name_words(app, services, demo)
    _refuse_kindly(app)
    app.after_request(_with_headers(secure=settings.secure))
    for lacking in language.reduced(()):
        log.warning("checks.reduced", lacking=lacking, next="install Reviewer anew, or run: make models")
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def _machine_blueprints() -> list[Blueprint]:
    """The JSON API, the hooks and the probes: they answer to keys and signatures, not to forms."""
    return [api.blueprint, hooks.blueprint, health.blueprint]


def _with_headers(*, secure: bool) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response

    return add


# --- words for the templates ------------------------------------------------------------------------


def _name_words(app: Flask, services: Services, demo: Demo | None) -> None:
    def timezone() -> str:
        return here().brand.timezone if "here" in g else "UTC"

    def moment(at: datetime) -> str:
        return words.moment(at, timezone())

    def ago(at: datetime) -> str:
        return words.ago(at, services.clock())

    def past(at: datetime) -> bool:
        return at <= services.clock()

    def clock(at: datetime) -> str:
        return words.clock(at, services.clock(), timezone())

    def worst(row: DraftRow) -> str:
        return words.worst(row.worst, row.findings)

    app.jinja_env.filters.update(
        moment=moment,
        ago=ago,
        past=past,
        clock=clock,
        worst=worst,
        writer=words.writer,
        state=lambda state: words.STATES[State(state)],
        kind=lambda kind: words.KINDS[kind],
        channel=show.channel_title,
        listed=words.listed,
        clip=words.clip,
        ended=words.ended,
        sentence=words.sentence,
    )
    app.jinja_env.globals.update(asset=_asset(app), demo=demo)
    app.jinja_env.undefined = StrictUndefined  # a misspelt name must not look like nothing to show
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _asset(app: Flask) -> Callable[[str], str]:
    """The address of a static file, with a piece of its hash, so that browsers may keep it for long."""
    folder = Path(str(app.static_folder))

    @cache
    def version(name: str) -> str:
        file = folder / name
        if not file.is_file():
            log.warning("asset.missing", file=name, next="run: npm ci --ignore-scripts && npm run vendor")
            return ""
        return hashlib.sha256(file.read_bytes()).hexdigest()[:10]

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=version(name) or None)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code == 200:
            kept = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
            response.headers["Cache-Control"] = kept
        return response

    return asset


# --- refusals ---------------------------------------------------------------------------------------

TITLES: Mapping[int, str] = {
    400: "That could not be read",
    401: "Please sign in",
    403: "That is not yours to do",
    404: "There is nothing here",
    405: "There is nothing here",
    409: "It changed meanwhile",
    413: "That is too large",
    429: "Too many attempts",
    503: "Just a moment",
}


def _refuse_kindly(app: Flask) -> None:
    """Every refusal and every fault is a page that says what to do next."""

    @app.errorhandler(CSRFError)
    def form_too_old(_: CSRFError) -> tuple[str, int]:
        return _error_page(
            400,
            "The form was open for too long, or your browser keeps no cookies. "
            "Go back, reload the page, and send it again.",
        )

    @app.errorhandler(ReviewerError)
    def refused(error: ReviewerError) -> Response | tuple[str, int]:
        if not isinstance(error, Refusal | Unavailable):
            return broken(error)
        page, status = _error_page(error.status, error.detail)
        response = app.make_response((page, status))
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.errorhandler(HTTPException)
    def not_served(error: HTTPException) -> Response | tuple[str, int]:
        # what fails before a view is reached (a session that can't be read) comes wrapped
        cause = getattr(error, "original_exception", None)
        if isinstance(cause, ReviewerError):
            return refused(cause)
        if cause is not None:
            return broken(cause)
        detail = {
            401: "You were signed out. Sign in again; what you typed in another tab stays there.",
            404: "The address is wrong, or what was here is not yours to see.",
            405: "This address does not take that.",
            413: f"Files may have {LARGEST // 1024 // 1024} MB together. Choose smaller ones.",
        }.get(error.code or 500, "Your browser sent something that can’t be read. Go back and try again.")
        return _error_page(error.code or 500, detail)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        logs.fault(error, problems.request_id())
        return _error_page(
            500,
            "It is our fault and it is written down. Try again; what you typed before is not lost.",
            request_id=problems.request_id(),
        )


def _error_page(status: int, detail: str, request_id: str = "") -> tuple[str, int]:
    said = {
        "title": TITLES.get(status, "Something went wrong"),
        "detail": detail,
        "request_id": request_id,
    }
    try:
        signed_in = login.person_id() is not None
        return _with_frame(said, signed_in=signed_in), status
    except Exception:
        # the frame asks the database too, which may be what is away: say it without
        template = current_app.jinja_env.get_template("error.html")
        again = {"next_address": "/", "next_step": "Try again", "signed_in": False}
        return template.render(**said, **again, theme=None, me=None, reduced=(), plain=True), status


def _with_frame(said: Mapping[str, str], *, signed_in: bool) -> str:
    return render_template(
        "error.html",
        **said,
        signed_in=signed_in,
        next_address=url_for("pages.start") if signed_in else url_for("security.login"),
        next_step="To your posts" if signed_in else "Sign in",
    )
