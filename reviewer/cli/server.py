"""`reviewer init`, `migrate`, `demo` and `serve`: a server on this machine."""

import re
import secrets
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from reviewer.config import Settings, load
from reviewer.errors import Invalid

if TYPE_CHECKING:
    from flask import Flask

    from reviewer.service import Services
    from reviewer.service.demo import Loaded
    from reviewer.service.people import People
    from reviewer.store import Store

DEMO_FOLDER = Path("demo")
WRITTEN = "'NAME <EMAIL>=GROUP,ROLE'"
Profile = Literal["small", "company"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PERSON = re.compile(r"(?P<name>[^<>=]+)<(?P<email>[^<>=]+)>(?:=(?P<may>[\w,-]*))?")


@click.command()
def migrate() -> None:
    """Bring the database to this version; safe to repeat."""
    settings = load()
    _store(settings).migrate(settings.database_owner_url)
    click.echo(f"The database is up to date: {_where(settings)}")


@click.command()
@click.option("--brand", metavar="SLUG", help="Short name of the first brand, for addresses.")
@click.option("--name", help="Its name as people say it; the short name if not given.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA name, like Europe/Berlin.")
@click.option("--profile", type=click.Choice(["small", "company"]), default="company", show_default=True)
@click.option("--account", "accounts", multiple=True, metavar="CHANNEL:NAME", help="One of its accounts.")
@click.option("--person", "people", multiple=True, metavar=WRITTEN, help="Somebody, and what they are.")
def init(
    brand: str | None,
    name: str | None,
    timezone: str,
    profile: Profile,
    accounts: tuple[str, ...],
    people: tuple[str, ...],
) -> None:
    """Set up a real, empty instance: folder, secret, database; with --brand also the first people.

    The first people are brought in once, while there is nobody; it is in the log. Their passwords are
    made here and shown once.
    """
    from reviewer.service import utc_now
    from reviewer.service.people import People

    settings = load()
    settings.secret()
    store = _store(settings)
    store.migrate(settings.database_owner_url)
    click.echo(f"Ready: {_where(settings)}")
    if brand is None:
        click.echo(f"Next: reviewer init --brand SLUG --account CHANNEL:NAME --person {WRITTEN}")
        return
    people_here = People(store, utc_now)
    if people_here.everybody():
        raise Invalid("There are people here already: go on with `reviewer user`.")
    _bootstrap(people_here, brand, name or brand, timezone, profile, accounts, people)
    click.echo("Next: reviewer serve")


@click.command()
def demo() -> None:
    """Load the demo brand, its people and its posts into the folder `demo`."""
    from reviewer.service.demo import load as load_demo

    services = _services(_demo_settings(load()))
    services.store.migrate()
    services.proposals.pin_base()
    loaded = load_demo(services)
    click.echo(f"{'Loaded' if loaded.fresh else 'There already'}: {_where(services.settings)}")
    _tell(loaded)


@click.command()
@click.option("--demo", "as_demo", is_flag=True, help="With the demo brand, in the folder `demo`.")
@click.option("--host", help="Address to listen on; REVIEWER_HOST, else this machine only.")
@click.option("--port", type=click.IntRange(1, 65535), help="REVIEWER_PORT, else 8000.")
def serve(as_demo: bool, host: str | None, port: int | None) -> None:
    """Serve the web pages, the API and the hooks until it is stopped."""
    from reviewer import language
    from reviewer.web import logs

    settings = load()
    logs.set_up(settings.log_level)
    if as_demo:
        settings = _demo_settings(settings)
    settings = _listening(settings, host, port)
    if as_demo and settings.host not in LOOPBACK:
        raise Invalid("The demo's passwords are known to everybody: it is served on this machine only.")
    _check_port(settings)
    services = _services(settings)
    if as_demo:
        services.store.migrate()
    services.store.check()
    if waiting := services.proposals.pin_base():
        brands = "1 brand" if waiting == 1 else f"{waiting} brands"
        click.echo(f"This release changes built-in rules: a proposal waits for {brands}.", err=True)
    services.replay.keep_weights()
    app = _application(services, as_demo=as_demo)
    services.store.close()  # what is open here must not be shared by the processes that are forked
    for lacking in language.reduced(()):
        click.echo(f"Warning: {lacking} Install Reviewer anew, or run `make models`.", err=True)
    click.echo(f"Reviewer is at {settings.public_url} (stop it with Ctrl-C)", err=True)
    _run(app, services)


# --- settings ------------------------------------------------------------------------------------


def _store(settings: Settings) -> "Store":
    from reviewer.store import Store  # half a second of imports that `check` does not need

    return Store(settings.database_url, timeout=settings.database_timeout)


def _services(settings: Settings) -> "Services":
    from reviewer.service import build

    return build(settings)


def _demo_settings(settings: Settings) -> Settings:
    return settings.having(data_dir=DEMO_FOLDER, database_url="")


def _listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with another place to listen on; the public address follows where none was chosen."""
    untouched = settings.public_url == Settings.model_fields["public_url"].default
    settings = settings.having(host=host or settings.host, port=port or settings.port)
    if untouched and settings.host in LOOPBACK:
        shown = "127.0.0.1" if settings.host == "localhost" else settings.host
        shown = f"[{shown}]" if ":" in shown else shown
        settings = settings.having(public_url=f"http://{shown}:{settings.port}")
    return settings


def _check_port(settings: Settings) -> None:
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        raise Invalid(
            f"Can't listen on {settings.host}:{settings.port} ({error.strerror}): choose another --port."
        ) from None


def _where(settings: Settings) -> str:
    """The database without its password."""
    return re.sub(r"//([^/:@]+):[^/@]+@", r"//\1:…@", settings.database_url)


# --- the first people ----------------------------------------------------------------------------


def _bootstrap(
    people_here: "People",
    slug: str,
    name: str,
    timezone: str,
    profile: Profile,
    accounts: tuple[str, ...],
    people: tuple[str, ...],
) -> None:
    from reviewer import channels, policy
    from reviewer.model import Brand
    from reviewer.service.people import ROLES, Founder

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", slug):
        raise Invalid("A short name has small letters, digits and hyphens, like acme-kitchens.")
    for account in accounts:
        channel, _, handle = account.partition(":")
        if channel not in channels.load() or not handle:
            raise Invalid(f"{account} is not CHANNEL:NAME; channels are {', '.join(channels.load())}.")
    built_in = policy.load_approvals((policy.folder() / "approvals.yml").read_bytes())
    approvals = replace(built_in, profile=profile)
    first = [_person(written, (*approvals.groups, *ROLES)) for written in people]
    if len({email.lower() for _, email, _ in first}) < len(first):
        raise Invalid("One address comes twice among the people: name each of them once.")
    brand = Brand(slug, name, approvals, accounts=frozenset(accounts), timezone=timezone)
    people_here.add_brand(brand)
    founders = [Founder(name, email, secrets.token_urlsafe(12), may) for name, email, may in first]
    people_here.found(slug, founders)
    for founder in founders:
        click.echo(f"{founder.name} <{founder.email}> signs in with: {founder.password}")
    if not any("marketing" in may for _, _, may in first):
        click.echo(f"Nobody signs for marketing yet: reviewer user grant {slug} EMAIL marketing", err=True)


def _person(written: str, known: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    match = _PERSON.fullmatch(written.strip())
    if match is None or not re.fullmatch(r"[^@\s]+@[^@\s]+", match["email"]):
        raise Invalid(f"Write a person as {WRITTEN}, like 'Ada <ada@example.com>=marketing'.")
    may = tuple(what for what in (match["may"] or "").split(",") if what)
    unknown = [what for what in may if what not in known]
    if unknown:
        raise Invalid(f"There is no group or role {', '.join(unknown)}: choose from {', '.join(known)}.")
    return match["name"].strip(), match["email"], may


# --- serving -------------------------------------------------------------------------------------


def _application(services: "Services", *, as_demo: bool) -> "Flask":
    from reviewer.integrations.drafts import parse_text
    from reviewer.web import Demo, DemoPerson, create_app

    shown = None
    if as_demo:
        from reviewer.service.demo import load as load_demo

        loaded = load_demo(services)
        _tell(loaded)
        shown = Demo(loaded.password, tuple(DemoPerson(p.name, p.email, p.about) for p in loaded.people))
    # the language package loads at its first text: once here, and not in every process
    services.checking.check(parse_text("Good morning."))
    return create_app(services, demo=shown)


def _tell(loaded: "Loaded") -> None:
    click.echo("")
    for person in loaded.people:
        click.echo(f"  {person.email:28} {person.about}")
    click.echo(f"  All of them sign in with the password: {loaded.password}")
    if loaded.key:
        click.echo(f"  The demo's publishing tool has the key: {loaded.key}")
    click.echo("")


def _run(app: "Flask", services: "Services") -> None:
    from gunicorn.app.base import BaseApplication

    settings = services.settings

    class Server(BaseApplication):  # type: ignore[misc]  # the library ships no types
        """gunicorn with these settings instead of a file or a command line."""

        def load_config(self) -> None:
            for name, value in _gunicorn(settings).items():
                self.cfg.set(name, value)
            if settings.embedded_worker:
                self.cfg.set("post_fork", lambda _server, _worker: _work(services))

        def load(self) -> "Flask":
            return app

    try:
        Server().run()
    except KeyboardInterrupt:
        sys.exit(0)


def _work(services: "Services") -> None:
    """Later work in a thread of this server process; what it is at when the process ends is leased, so
    that it is done elsewhere."""
    from reviewer.jobs import Worker

    threading.Thread(
        target=Worker(services).run, args=(threading.Event(),), name="later work", daemon=True
    ).start()


def _gunicorn(settings: Settings) -> Mapping[str, object]:
    from reviewer.web import logs

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return {
        "bind": f"{host}:{settings.port}",
        "worker_class": "gthread",
        "workers": settings.workers,
        "threads": settings.threads,
        "preload_app": True,
        "control_socket_disable": True,
        "timeout": 60,
        "graceful_timeout": 30,
        "keepalive": 5,
        "limit_request_line": 8190,
        "loglevel": settings.log_level,
        "logconfig_dict": logs.config(settings.log_level),
        "proc_name": "reviewer",
    }
