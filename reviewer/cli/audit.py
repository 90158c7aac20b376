"""`reviewer audit`: the record as a file that proves itself, checked without the server."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from reviewer.config import load
from reviewer.errors import Invalid

if TYPE_CHECKING:
    from reviewer.service.audit import Audit


def _audit() -> "Audit":
    from reviewer.service import build  # seconds of imports that `verify` does not need

    services = build(load())
    services.store.check()
    return services.audit


@click.group()
def audit() -> None:
    """The record: take it out, check it offline, prove one entry."""


@audit.command("export")
@click.argument("out", type=click.File("wb", atomic=True), default="-")
def export(out: BinaryIO) -> None:
    """Write the whole record to OUT (standard output if not given), under a head that is signed now.

    JSON lines: every event as it was hashed, and the signed heads among them.
    """
    lines = 0
    for line in _audit().export():
        out.write(line + b"\n")
        lines += 1
    click.echo(f"{lines:,} lines", err=True)


@audit.command("verify")
@click.argument("export_file", metavar="EXPORT", type=click.File("rb"))
@click.option(
    "--keys",
    "key_files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    required=True,
    help="The server's public keys (/.well-known/jwks.json), kept elsewhere; several times after a change.",
)
@click.option(
    "--head",
    "head_files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A signed head that was kept elsewhere: the export has to reach it and agree with it.",
)
@click.option("--unsigned", is_flag=True, help="Allow events after the last head, and say how many.")
def verify(
    export_file: BinaryIO, key_files: tuple[Path, ...], head_files: tuple[Path, ...], unsigned: bool
) -> None:
    """Check EXPORT ("-": standard input) with nothing but the public keys.

    Exit status: 0 it is whole; 1 it is not, and the first wrong line is named; 2 keys or heads that
    can't be read.
    """
    from reviewer import transcript

    keys = {"keys": [key for path in key_files for key in _keys(path)]}
    kept = [_token(path) for path in head_files]
    try:
        whole = transcript.verify(export_file, keys, kept=kept, unsigned=unsigned)
    except transcript.NotWhole as wrong:
        click.echo(f"Not whole. {wrong.place}", err=True)
        sys.exit(1)
    click.echo(
        f"Whole: {whole.events:,} events under {whole.heads:,} signed heads, the last of "
        f"{whole.signed_at:%Y-%m-%d %H:%M} UTC by {', '.join(sorted(whole.issuers))}."
    )
    if whole.unsigned:
        click.echo(f"The last {whole.unsigned:,} events are not signed.")
    click.echo(f"Root over {whole.signed:,}: {whole.root}")


@audit.command("prove")
@click.argument("seq", type=click.IntRange(1))
def prove(seq: int) -> None:
    """Print the proof that event number SEQ is in the record, as JSON.

    docs/verify_audit.py checks it with the public keys, without this program.
    """
    proof = _audit().proof(seq)
    click.echo(json.dumps(asdict(proof), ensure_ascii=False, separators=(",", ":")))


@audit.command("report")
@click.option("--brand", required=True, metavar="SLUG")
@click.option("--from", "start", required=True, metavar="DAY", help="The first day, like 2026-01-01 (UTC).")
@click.option("--to", "end", required=True, metavar="DAY", help="The last day, which is in it.")
@click.option("--csv", "as_table", is_flag=True, help="For a spreadsheet.")
def report(brand: str, start: str, end: str, as_table: bool) -> None:
    """What a brand made public in a period, what was not as signed, and every use of a rarer right."""
    from reviewer.cli.retention import operator
    from reviewer.service import utc_now
    from reviewer.service.report import SECTIONS, Reports, as_csv, day
    from reviewer.store import Store

    settings = load()
    store = Store(settings.database_url, timeout=settings.database_timeout)
    store.check()
    made = Reports(store, utc_now).period(operator(brand), day(start), day(end, end=True))
    if as_table:
        click.echo(as_csv(made), nl=False)
        return
    for section in SECTIONS:
        lines = made.section(section)
        click.echo(f"{section}: {len(lines):,}")
        for line in lines:
            words = (line.what, line.who, line.account, line.where, line.draft, line.note)
            click.echo(f"  {line.at:%Y-%m-%d %H:%M}  " + "  ".join(" ".join(w.split()) for w in words if w))


def _keys(path: Path) -> list[dict[str, Any]]:
    value = _json(path)
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise Invalid(f"{path} holds no keys: save what /.well-known/jwks.json answers.")
    return keys


def _token(path: Path) -> str:
    """A head as the API answers it, or its token alone."""
    text = path.read_text(encoding="utf-8").strip()
    if not text.startswith("{"):
        return text
    value = _json(path)
    if not isinstance(value, dict) or not isinstance(value.get("token"), str):
        raise Invalid(f"{path} holds no head: save what /api/v1/record/head answers.")
    return str(value["token"])


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise Invalid(f"{path} is not JSON: save it exactly as the server answers.") from error
