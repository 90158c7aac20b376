"""`reviewer bulk`: JSON lines in, findings out, one line each, in order; memory stays flat.

The form of both files is frozen (docs/api.md); later versions only add.
"""

import functools
import itertools
import json
import multiprocessing
import os
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import click

from reviewer import channels
from reviewer.cli.reading import Judge, judge_with
from reviewer.errors import Invalid, Malformed
from reviewer.integrations.drafts import parse_text
from reviewer.integrations.reading import lone_surrogate, read_json
from reviewer.model import KINDS, Finding, Variant, Verdict

LONGEST_LINE = 1_000_000
"""Bytes of one line; a text of 100 kB may come as escapes."""
CHUNK = 64
"""Lines that one process takes at a time."""
AHEAD = 4
"""Chunks for each process that may be under way: what bounds the memory."""


class Unreadable(Exception):
    """A line that can't be read; `id` where at least that could be."""

    def __init__(self, why: str, id_: str | int | None = None) -> None:
        super().__init__(why)
        self.id = id_


@dataclass(frozen=True)
class Post:
    """A line as it was read; `reduced` says what could not be taken as it was written."""

    id: str | int
    text: str
    variant: Variant
    reduced: tuple[str, ...]


@dataclass(frozen=True)
class Done:
    """What became of a chunk: its output, and how many lines got which verdict."""

    output: bytes
    counts: Counter[str]


@click.command()
@click.argument("source", metavar="IN", type=click.Path(dir_okay=False, allow_dash=True))
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, allow_dash=True))
@click.option("--brand", metavar="SLUG", help="Add this brand's rules and lists from the database.")
@click.option(
    "--rules", metavar="DIR", type=click.Path(exists=True, file_okay=False), help="Only these rules."
)
@click.option("--processes", type=click.IntRange(1, 256), help="How many; one for each core if not given.")
def bulk(source: str, target: str, brand: str | None, rules: str | None, processes: int | None) -> None:
    """Check every line of IN and write the findings to OUT (`-` for the standard streams).

    IN is JSON lines: {"id", "text", "channel"?, "kind"?, "author"?}. OUT has one line for each, in
    order. A line that can't be read gets an "error" and the run goes on.

    Exit status: 0 every line was read; 1 some were not; 2 wrong usage; 3 rules or database not ready.
    """
    count = processes or len(os.sched_getaffinity(0))
    totals: Counter[str] = Counter()
    try:
        with click.open_file(source, "rb") as lines, _written(target) as out:
            for done in _run(_chunks(lines), count, brand, rules):
                out.write(done.output)
                totals += done.counts
    except BrokenPipeError:  # whoever read the output has enough
        raise
    except OSError as error:
        where = error.filename or (source if source != "-" else target)
        raise click.UsageError(f"{where} can't be read or written ({error.strerror}).") from None
    read = sum(totals.values()) - totals["error"]
    found = ", ".join(f"{name} {number}" for name, number in sorted(totals.items()) if name != "error")
    click.echo(f"{read} read, {totals['error']} not readable. {found}".rstrip(), err=True)
    if totals["error"]:
        sys.exit(1)


# --- one line ------------------------------------------------------------------------------------


def line_of(number: int, line: bytes, judge: Judge) -> dict[str, Any]:
    """What goes out for one line that came in."""
    try:
        return _checked(line, judge)
    except Unreadable as error:
        name: dict[str, Any] = {"line": number} if error.id is None else {"id": error.id}
        return {**name, "error": str(error)}


def _checked(line: bytes, judge: Judge) -> dict[str, Any]:
    post = read_post(line)
    verdict = judge(post.variant)
    whole = replace(verdict, reduced=(*post.reduced, *verdict.reduced))
    return {"id": post.id, **written(whole, post.text)}


def read_post(line: bytes) -> Post:
    """The post of one line; Unreadable says what is wrong with it."""
    if len(line) > LONGEST_LINE:
        raise Unreadable(f"The line is longer than {LONGEST_LINE:,} bytes.")
    try:
        value = read_json(line)
    except Malformed as error:
        raise Unreadable(str(error).replace("The body", "The line")) from None
    if not isinstance(value, dict):
        raise Unreadable("The line is not a JSON object.")
    id_ = value.get("id")
    if (
        not isinstance(id_, str | int)
        or isinstance(id_, bool)
        or (isinstance(id_, str) and lone_surrogate(id_))
    ):
        raise Unreadable("The line has no `id` (a string or a whole number).")
    text = value.get("text")
    if not isinstance(text, str):
        raise Unreadable("The line has no `text` (a string).", id_)
    reduced = []
    channel = value.get("channel") or "generic"
    if not isinstance(channel, str) or channel not in channels.load():
        reduced.append("The channel is not known: checked as generic, without its limits.")
        channel = "generic"
    kind = value.get("kind") or "post"
    if kind not in KINDS:
        reduced.append("The kind is not known: checked as a post.")
        kind = "post"
    try:
        variant = parse_text(text, channel, kind)
    except Invalid as error:
        raise Unreadable(" ".join(p.detail for p in error.problems), id_) from None
    return Post(id_, text, variant, tuple(reduced))


def written(verdict: Verdict, text: str) -> dict[str, Any]:
    """A verdict in the frozen form; offsets are code points of `text` as it came in."""
    places = _as_typed(text)
    return {
        "verdict": verdict.worst or "clean",
        "findings": [_finding(finding, places) for finding in verdict.findings],
        "requires": list(verdict.requires),
        "sentiment": {"compound": verdict.sentiment, "sentences": list(verdict.sentences)},
        "tone": dict(verdict.tone),
        "checks": {"ran": verdict.ran, "failed": list(verdict.failed), "reduced": list(verdict.reduced)},
        "policy_digest": verdict.policy_sha256,
    }


def _finding(finding: Finding, places: Callable[[int], int]) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "id": finding.id,
        "decision": finding.decision,
        "owner": finding.owner,
        "area": list(finding.area),
        "start": places(finding.at.start),
        "end": places(finding.at.end),
        "quote": finding.quote,
        "how": finding.how,
        "message": finding.message,
        "reason": finding.reason,
        "instead": finding.instead,
    }


def _as_typed(text: str) -> Callable[[int], int]:
    """From offsets in the text as it is read (line ends are LF) to offsets as it came in."""
    if "\r\n" not in text:
        return lambda offset: offset
    kept = [at for at, char in enumerate(text) if not (char == "\n" and text[at - 1 : at] == "\r")]
    return lambda offset: kept[offset] if offset < len(kept) else len(text)


# --- many lines ----------------------------------------------------------------------------------

_Chunk = list[tuple[int, bytes]]


def _chunks(lines: IO[bytes]) -> Iterator[_Chunk]:
    """Numbered lines, some at a time; blank ones are left out, over-long ones are cut off."""
    numbered = ((number, line) for number, line in enumerate(_lines(lines), start=1) if line.strip())
    while chunk := list(itertools.islice(numbered, CHUNK)):
        yield chunk


def _lines(lines: IO[bytes]) -> Iterator[bytes]:
    while line := lines.readline(LONGEST_LINE + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):  # too long, or the end of the file
            rest = lines.readline(LONGEST_LINE)
        yield line.rstrip(b"\r\n") if len(line) <= LONGEST_LINE + 1 else line


def _run(chunks: Iterable[_Chunk], processes: int, brand: str | None, rules: str | None) -> Iterator[Done]:
    _judge.cache_clear()  # the rules as they are now
    _judge(brand, rules)  # before there are processes: a fault is told once, and forks share the rules
    check = functools.partial(_check_chunk, brand, rules)
    chunks = iter(chunks)
    first = list(itertools.islice(chunks, 2))
    if processes == 1 or len(first) < 2:
        yield from map(check, itertools.chain(first, chunks))
        return
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else None)
    with ProcessPoolExecutor(processes, context) as pool:
        under_way: deque[Future[Done]] = deque()
        try:
            for chunk in itertools.chain(first, chunks):
                under_way.append(pool.submit(check, chunk))
                if len(under_way) >= processes * AHEAD:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool:
            raise click.ClickException("A process ended unexpectedly (out of memory?): try fewer.") from None


@functools.lru_cache(maxsize=1)
def _judge(brand: str | None, rules: str | None) -> Judge:
    """The rules of this process, loaded once; a forked process has its parent's."""
    return judge_with(brand, rules)


def _check_chunk(brand: str | None, rules: str | None, chunk: _Chunk) -> Done:
    judge = _judge(brand, rules)
    answers = [line_of(number, line, judge) for number, line in chunk]
    output = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    return Done(output.encode(), Counter(str(answer.get("verdict", "error")) for answer in answers))


@contextmanager
def _written(target: str) -> Iterator[IO[bytes]]:
    """The output file, which appears whole or not at all; streams and devices are written as they are."""
    path = Path(target)
    if target == "-" or (path.exists() and not path.is_file()):
        with click.open_file(target, "wb") as out:
            yield out
        return
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as out:
            yield out
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
