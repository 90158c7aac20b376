"""`reviewer worker` and `reviewer jobs`: later work, done and looked after."""

import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from reviewer.config import load

if TYPE_CHECKING:
    from reviewer.service import Services
    from reviewer.store import Job


def _services() -> "Services":
    from reviewer.service import build  # seconds of imports that `--help` does not need

    services = build(load())
    services.store.check()
    return services


@click.command()
@click.option("--idle", is_flag=True, help="Stop when nothing is due any more.")
@click.option(
    "--lease",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="After how long another worker takes the work of one that was lost.",
)
def worker(idle: bool, lease: float) -> None:
    """Do later work: heads of the record, reminders, expiry. Any number of workers may run."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):  # before the seconds that loading takes
        signal.signal(name, lambda *_: stop.set())

    from reviewer.jobs import Worker
    from reviewer.web import logs

    logs.set_up(load().log_level)
    working = Worker(_services(), lease=timedelta(seconds=lease))
    if not idle:
        working.run(stop)
        return
    working.begin()
    while not stop.is_set() and working.work():
        pass


@click.group()
def jobs() -> None:
    """Later work that waits, and what was given up."""


@jobs.command("list")
@click.option("--dead", is_flag=True, help="What was given up instead of what waits.")
def list_jobs(dead: bool) -> None:
    """One line for each job: number, kind, when it is due, how often it was tried, what went wrong."""
    with _services().store.read() as tx:
        found = tx.jobs(dead=dead)
    for job in found:
        click.echo(_line(job))
    if not found:
        click.echo("Nothing was given up." if dead else "Nothing is waiting.")


@jobs.command("retry")
@click.argument("number", type=click.IntRange(1))
def retry(number: int) -> None:
    """Have a job that was given up done again."""
    services = _services()
    job = services.store.write(lambda tx: tx.revive(number, services.clock()))
    click.echo(f"Waiting again: {_line(job)}")


def _line(job: "Job") -> str:
    at = f"{job.dead_at or job.due:%Y-%m-%d %H:%M:%S}"
    said = f"  {job.error}" if job.error else ""
    return f"{job.id:>6}  {job.kind:16} {job.key:32} {at}  {job.tries} tries{said}"
