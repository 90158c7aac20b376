"""`reviewer rules`: the proof inside the rules."""

import sys
from pathlib import Path

import click

from reviewer import policy
from reviewer.cli.reading import FOLDER


@click.group()
def rules() -> None:
    """Look after rule files; none of it needs a database."""


@rules.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--pack", help="Only this pack.")
def test(folder: str | None, pack: str | None) -> None:
    """Run the cases inside the rules of FOLDER (the built-in ones, if not given).

    Exit status: 0 all pass; 1 some don't; 3 a rule file can't be trusted.
    """
    ruleset = policy.load_base(Path(folder) if folder else None).ruleset
    results = [
        result
        for result in policy.run_tests(ruleset)
        if pack is None or result.rule.partition(".")[0] == pack
    ]
    failed = [result for result in results if not result.passed]
    for result in failed:
        click.echo(f"{result.path}:{result.line}: {result.rule}, {result.case}")
        for problem in result.problems or ("passes, though it is marked as to do: take the mark away",):
            click.echo(f"  {problem}")
    named = {result.rule for result in results}
    click.echo(f"{len(results)} cases of {len(named)} rules, {len(failed)} failed")
    if failed or not results:
        sys.exit(1)
