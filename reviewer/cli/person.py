"""`reviewer person`: one person's data, to hand out or to erase."""

import json
from typing import TYPE_CHECKING, TextIO

import click

from reviewer.cli.retention import operator
from reviewer.config import load

if TYPE_CHECKING:
    from reviewer.service.personal import PersonalData


def _personal() -> "PersonalData":
    from reviewer.service import utc_now  # half a second of imports that `check` does not need
    from reviewer.service.personal import PersonalData
    from reviewer.store import Store

    settings = load()
    store = Store(settings.database_url, timeout=settings.database_timeout)
    store.check()
    return PersonalData(store, utc_now)


@click.group()
def person() -> None:
    """What is here about one person. Both commands stand in the record."""


@person.command("export")
@click.argument("email")
@click.argument("out", type=click.File("w", encoding="utf-8", atomic=True), default="-")
def export(email: str, out: TextIO) -> None:
    """Write everything about somebody to OUT (standard output if not given), as JSON."""
    service = _personal()
    found = service.export(operator(""), service.find(email).id)
    json.dump(found, out, ensure_ascii=False, indent=1)
    out.write("\n")


@person.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do it. Without this it is only said what would go.")
@click.option("--keep-mentions", is_flag=True, help="Leave texts that name them; their address goes anyway.")
def erase(email: str, yes: bool, keep_mentions: bool) -> None:
    """Take away who somebody was; shut them out first. The record keeps their id, and stays whole.

    Exit status: 2 it can't be done now, and what to do first.
    """
    service = _personal()
    known, actor = service.find(email).id, operator("")
    act = service.erase if yes else service.plan
    erased = act(actor, known, mentions=not keep_mentions)
    click.echo(f"{'Erased' if yes else 'Would be erased'}: {erased.person}")
    click.echo(f"  the contents of {len(erased.drafts):,} posts, {erased.texts:,} other texts")
    for draft in erased.drafts:
        click.echo(f"  {draft}")
    for table in erased.remains:
        click.echo(f"  still named in {table}: a brand's own rules and lists, or the name of an account")
    if not yes:
        click.echo("Nothing was changed. Add --yes to do it; it cannot be undone.", err=True)
