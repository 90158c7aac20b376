"""`reviewer replay`: what was found when somebody decided, found again."""

import sys

import click

from reviewer.config import load


@click.command()
@click.argument("version", metavar="VERSION")
@click.option("--json", "as_json", is_flag=True, help="Print each verdict as it comes out now, one a line.")
def replay(version: str, as_json: bool) -> None:
    """Read VERSION again, a post's id or `ID/NUMBER`, as it was read when somebody decided on it.

    With the words, rules, lists and weights of then. Exit status: 0 the same findings, byte for byte; 1
    not the same; 2 there is nothing to read again, and why.
    """
    from reviewer.errors import Invalid
    from reviewer.service import build  # seconds of imports that other commands do not need

    draft, slash, written = version.partition("/")
    if slash and not (written.isascii() and written.isdigit() and len(written) < 9):
        raise Invalid("Write the post's id, or the id and the number of a version: 4f2a…/2.")
    services = build(load())
    services.store.check()
    odd = 0
    for one in services.replay.replay_any(draft, int(written) if slash else None):
        odd += not one.same
        if as_json:
            click.echo(one.again)
            continue
        click.echo(f"{one.variant.account}  {one.kept.as_of:%Y-%m-%d %H:%M} UTC  {one.kept.verdict[:12]}")
        click.echo("  the same findings, byte for byte" if one.same else "  NOT the same findings")
        for part in (part for part in one.differs if part != "findings"):
            click.echo(f"  {part} differs")
        for note in one.notes:
            click.echo(f"  {note}")
    if odd:
        sys.exit(1)
