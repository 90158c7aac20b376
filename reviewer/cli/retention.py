"""`reviewer retention`: how long contents are kept, legal holds, and deleting what its time is over for."""

from typing import TYPE_CHECKING

import click

from reviewer.config import load

if TYPE_CHECKING:
    from reviewer.model import Actor
    from reviewer.service.retention import Retention


def _retention() -> "Retention":
    from reviewer.service import utc_now  # half a second of imports that `check` does not need
    from reviewer.service.retention import Retention
    from reviewer.store import Store

    settings = load()
    store = Store(settings.database_url, timeout=settings.database_timeout)
    store.check()
    return Retention(store, utc_now, settings.kept_days)


def operator(brand: str) -> "Actor":
    """Whoever runs commands on the server, for one brand."""
    from reviewer.model import Actor
    from reviewer.service.people import OPERATOR

    return Actor(OPERATOR, "Whoever runs the server", brand, roles=frozenset({"auditor"}))


@click.group()
def retention() -> None:
    """What is kept and for how long. The record itself is never shortened."""


@retention.command("run")
def run() -> None:
    """Delete the contents whose time is over, as the worker does once a day."""
    taken = _retention().run()
    for (brand, kind), count in sorted(taken.counts.items()):
        click.echo(f"{brand or '(server)'}  {kind}: {count:,}")
    click.echo(f"{taken.total:,} deleted", err=True)


@retention.command("show")
@click.argument("brand")
def show(brand: str) -> None:
    """How long BRAND keeps each class of contents, and its legal holds."""
    service, actor = _retention(), operator(brand)
    for kept in service.kept(actor):
        words = "for good" if kept.days is None else f"{kept.days:,} days"
        click.echo(f"{kept.kind:12} {words}{'' if kept.own else '  (of the server)'}")
    for hold in service.holds(actor):
        over = f"lifted {hold.lifted_at:%Y-%m-%d}" if hold.lifted_at else "stands"
        click.echo(f"legal hold {hold.id}  {hold.draft or 'the whole brand'}  {over}  {hold.reason}")


@retention.command("set")
@click.argument("brand")
@click.argument("kind")
@click.argument("days", metavar="DAYS|always")
def set_(brand: str, kind: str, days: str) -> None:
    """Keep KIND of BRAND for so many days, or `always`."""
    from reviewer.errors import Invalid

    if days != "always" and not (days.isascii() and days.isdecimal() and len(days) < 7):
        raise Invalid("Write a number of days, or always.")
    _retention().set(operator(brand), kind, None if days == "always" else int(days))
    click.echo(f"{brand}: {kind} {'for good' if days == 'always' else f'for {int(days):,} days'}.")


@retention.command("hold")
@click.argument("brand")
@click.argument("reason")
@click.option("--draft", metavar="ID", help="Only this post; the whole brand if not given.")
def hold(brand: str, reason: str, draft: str | None) -> None:
    """Delete nothing of BRAND, or of one post, until somebody else lifts it."""
    placed = _retention().hold(operator(brand), reason, draft)
    click.echo(f"Nothing of {draft or brand} is deleted any more. Legal hold {placed.id}.")


@retention.command("lift")
@click.argument("brand")
@click.argument("hold_id", metavar="HOLD")
def lift(brand: str, hold_id: str) -> None:
    """Lift a legal hold that an auditor or brand admin placed; one placed by command is lifted by them."""
    _retention().lift(operator(brand), hold_id)
    click.echo("Lifted: from the next run on contents are deleted again.")
