"""The command line: thin over the same services as everything else.

Exit statuses: 0 done; 1 something was found, or some lines could not be read; 2 wrong usage or
unreadable input; 3 the rules or the database are not ready.
"""

import sys

import click

from reviewer import __version__
from reviewer.cli.audit import audit
from reviewer.cli.bulk import bulk
from reviewer.cli.check import check
from reviewer.cli.jobs import jobs, worker
from reviewer.cli.people import reconcile, user
from reviewer.cli.person import person
from reviewer.cli.replay import replay
from reviewer.cli.retention import retention
from reviewer.cli.rules import rules
from reviewer.cli.server import demo, init, migrate, serve
from reviewer.errors import Invalid, NotApproved, Refusal, ReviewerError

NOT_READY = 3


class Commands(click.Group):
    """Turns refusals into one line on the error stream and an exit status."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ReviewerError as error:
            click.echo(f"reviewer: {error.detail}", err=True)
            if isinstance(error, Invalid):
                for problem in error.problems:
                    click.echo(f"  {problem.pointer or '/'}: {problem.detail}", err=True)
            if isinstance(error, NotApproved):
                for line in error.missing:
                    click.echo(f"  {line}", err=True)
            sys.exit(2 if isinstance(error, Refusal) else NOT_READY)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reviewer")
def main() -> None:
    """Posts are checked, signed off, released and accounted for.

    `check`, `bulk` and `rules` need no database. Exit status: 0 done; 1 something was found; 2 wrong
    usage or unreadable input; 3 the rules or the database are not ready.
    """


for command in (
    check,
    bulk,
    rules,
    reconcile,
    audit,
    replay,
    user,
    retention,
    person,
    init,
    migrate,
    demo,
    serve,
    worker,
    jobs,
):
    main.add_command(command)
