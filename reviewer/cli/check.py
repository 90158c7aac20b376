"""`reviewer check`: the findings of one text."""

import json
import sys

import click

from reviewer import advice
from reviewer.cli.bulk import written
from reviewer.cli.reading import judge_with
from reviewer.errors import Malformed
from reviewer.integrations.drafts import parse_text
from reviewer.model import KINDS, Decision

SERIOUS = (Decision.BLOCK, Decision.NEEDS_APPROVAL, Decision.UNCHECKED, Decision.WARN)


@click.command()
@click.argument("text", default="-")
@click.option("--channel", default="generic", show_default=True, help="Where it is to be posted.")
@click.option("--kind", type=click.Choice(KINDS), default="post", show_default=True)
@click.option("--brand", metavar="SLUG", help="Add this brand's rules and lists from the database.")
@click.option(
    "--rules", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Only these rules."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, in the form of `bulk`.")
def check(text: str, channel: str, kind: str, brand: str | None, rules: str | None, as_json: bool) -> None:
    """Say what was found in TEXT (`-`, or nothing, reads the standard input).

    Exit status: 0 nothing but tips; 1 something to fix or to agree; 2 wrong usage or unreadable text;
    3 rules or database not ready.
    """
    if text == "-":
        text = _standard_input()
    variant = parse_text(text, channel, kind)
    verdict = judge_with(brand, rules)(variant)
    if as_json:
        click.echo(json.dumps(written(verdict, text), ensure_ascii=False))
    else:
        told = advice.explain(verdict, variant)
        click.echo(told.headline)
        for note in told.notes:
            quote = f" “{note.finding.quote}”" if note.finding.quote else ""
            click.echo(f"\n{note.label}{quote} ({note.finding.rule})\n  {note.what}")
            for line in (note.why, note.instead):
                if line:
                    click.echo(f"  {line}")
        for lacking in verdict.reduced:
            click.echo(f"\nNot looked at: {lacking}")
        if verdict.of(*SERIOUS):
            click.echo(f"\nSign-off needed: {', '.join(verdict.requires)}")
    if verdict.of(*SERIOUS):
        sys.exit(1)


def _standard_input() -> str:
    try:
        text = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The text is not UTF-8: save it as UTF-8.") from None
    return text.removesuffix("\n")
