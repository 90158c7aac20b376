"""`reviewer rules`: rule files listed, proven, linted with, and added to a brand."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import click

from reviewer import policy
from reviewer.cli.bulk import Post, Unreadable, read_post
from reviewer.cli.people import propose
from reviewer.cli.reading import FOLDER, in_force
from reviewer.errors import Malformed
from reviewer.policy import backtest as backtesting
from reviewer.policy import guide as guides
from reviewer.policy import lint as linting
from reviewer.policy import packages, proof
from reviewer.rules import Rule, RuleSet
from reviewer.rules.loading import gathered

LEVELS = ("suggestion", "warning", "error")


@click.group()
def rules() -> None:
    """Look after rule files; none of it needs a database but `add`."""


@rules.command("list")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--pack", help="Only this pack.")
def list_(folder: str | None, pack: str | None) -> None:
    """The rules of FOLDER (the built-in ones, if not given): id, name, decision, owner, status, entries."""
    ruleset = _loaded(folder)
    for rule in ruleset.rules:
        if pack in (None, rule.pack):
            stance = rule.stance
            entries = len(rule.entries or ())
            columns = (stance.id, rule.name, stance.decision, stance.owner, stance.status, str(entries))
            click.echo("\t".join(columns))


@rules.command()
@click.argument("name")
@click.argument("folder", type=FOLDER, required=False)
def show(name: str, folder: str | None) -> None:
    """One rule, by its name (Pack.Rule) or id: what it looks for, what it asks and why, its cases."""
    ruleset = _loaded(folder)
    rule = next((rule for rule in ruleset.rules if name in (rule.name, rule.stance.id)), None)
    if rule is None:
        raise click.BadParameter(f"there is no rule {name}; `reviewer rules list` names them.")
    click.echo(_described(rule))


@rules.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--pack", help="Only this pack.")
def test(folder: str | None, pack: str | None) -> None:
    """Run the cases inside the rules of FOLDER (the built-in ones, if not given).

    Exit status: 0 all pass; 1 some don't; 3 a rule file can't be trusted.
    """
    results = [
        result for result in proof.run_tests(_loaded(folder)) if pack in (None, result.rule.partition(".")[0])
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


@rules.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--pack", help="Only this pack.")
@click.option("--all", "every", is_flag=True, help="Entries that fire in some case, too.")
def coverage(folder: str | None, pack: str | None, every: bool) -> None:
    """Which entries (words of a list, keys of a swap) fire in no case of their rule."""
    found = [one for one in proof.coverage(_loaded(folder)) if pack in (None, one.rule.partition(".")[0])]
    for one in found:
        if every or not one.cases:
            click.echo(f"{one.rule}\t{one.cases}\t{one.entry}")
    covered = sum(one.cases > 0 for one in found)
    click.echo(f"{covered} of {len(found)} entries fire in a case")


@rules.command()
@click.argument("folder", type=FOLDER, required=False)
@click.option("--all", "every", is_flag=True, help="All rules, not only those that block.")
def mutate(folder: str | None, every: bool) -> None:
    """Delete one entry after the other: whatever no case notices is named.

    Exit status: 0 each deletion fails a case; 1 some don't.
    """
    survivors = proof.mutate(_loaded(folder), every=every)
    for survivor in survivors:
        click.echo(f"{survivor.path}: {survivor.rule} passes without {survivor.entry}")
    click.echo(f"{len(survivors)} entries can go without a case noticing")
    if survivors:
        sys.exit(1)


@rules.command()
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--rules", "folder", metavar="DIR", type=FOLDER, help="The rules of this folder.")
def guide(target: Path, folder: str | None) -> None:
    """Write the guide for employees, made from the rules' reasons and examples, into DIR."""
    target.mkdir(parents=True, exist_ok=True)
    pages = guides.guide(_loaded(folder))
    for name, page in pages.items():
        (target / name).write_text(page, "utf-8")
    click.echo(f"{len(pages)} pages in {target}")


@rules.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--rules", "folder", metavar="DIR", type=FOLDER, help="Only these rules.")
@click.option("--output", type=click.Choice(["line", "JSON"]), default="line", show_default=True)
@click.option("--min-level", type=click.Choice(LEVELS), default="suggestion", show_default=True)
def lint(paths: tuple[str, ...], folder: str | None, output: str, min_level: str) -> None:
    """Lint text files as Vale does: PATH:LINE:COLUMN:RULE:MESSAGE, for editors and for CI.

    Folders are searched for .txt and .md files; all are read as plain text. Exit status: 0 no errors;
    1 errors (what blocks or needs approval, and what could not be checked); 2 a file can't be read.
    """
    loaded = in_force(folder)
    alerts = [
        alert
        for path in _files(paths)
        for alert in linting.lint(_words(path), str(path), loaded)
        if LEVELS.index(alert.severity) >= LEVELS.index(min_level)
    ]
    if output == "JSON":
        click.echo(json.dumps(linting.as_json(alerts), ensure_ascii=False, indent=2))
    else:
        for alert in alerts:
            click.echo(str(alert))
    sys.exit(linting.exit_status(alerts))


@rules.command()
@click.argument("change", metavar="RULE.yml|DIR", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--posts",
    metavar="FILE",
    type=click.File("rb"),
    required=True,
    help="Earlier posts, as `bulk` reads them.",
)
@click.option(
    "--rules", "folder", metavar="DIR", type=FOLDER, help="What is in force, if not the built-in rules."
)
def backtest(change: Path, posts: IO[bytes], folder: str | None) -> None:
    """What RULE.yml, or the rules of DIR, would have found in earlier posts; nothing is changed.

    A rule file belongs to the pack that its folder is called after. It is added to the rules in force,
    or takes the place of the rule of that name. Exit status: 0 all posts read; 1 some were not.
    """
    files = gathered(Path(folder) if folder else policy.folder())
    read, unread = _posts(posts)
    told = backtesting.backtest(
        [post.variant for post in read],
        policy.load_files(files),
        policy.load_files({**files, **_brought(change)}),
    )
    click.echo(
        f"{told.posts} posts. Asking more than a tip: {told.above_before} before, {told.above_after} after."
    )
    for one in told.changes:
        click.echo(
            f"{one.rule}: {one.volume_before} before, {one.volume_after} after,"
            f" {one.new} new, {one.lost} lost"
        )
        for sign, examples in (("+", one.new_examples), ("-", one.lost_examples)):
            for example in examples:
                click.echo(f"  {sign} {read[example.post].id}: {' '.join(example.quote.split())}")
    if not told.changes:
        click.echo("These rules are in force already: nothing changes.")
    if unread:
        click.echo(f"reviewer: lines that could not be read and were left out: {unread}", err=True)
        sys.exit(1)


@rules.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option("--brand", metavar="SLUG", required=True, help="The brand whose rules these become.")
@click.option(
    "--policy",
    "overlay",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Decisions, owners and reasons for a package of one pack: becomes <Pack>/policy.yml.",
)
@click.option("--reason", default="A package, added on the server.", help="What those who agree read.")
def add(package: Path, brand: str, overlay: Path | None, reason: str) -> None:
    """Add a Vale package, a folder or a .zip from disk, to a brand's rules as a new policy version.

    At once while no two people sign for the brand; after that it is a proposal that two of them agree to.
    Rules that extend something not supported here are left out and named; the rest of the pack runs.
    """
    from reviewer.config import load
    from reviewer.service import build  # only here: the database's packages take half a second
    from reviewer.service.policies import Policies

    files = packages.opened(package)
    if overlay is not None:
        brought = packages.packs(files)
        if len(brought) != 1:
            raise click.UsageError(f"--policy is for one pack, and this package has {', '.join(brought)}.")
        files = packages.overlaid(files, overlay.read_bytes(), brought[0])
    services = build(load())
    policies = Policies(services.store, services.clock)
    if services.people.founded(brand):
        propose(brand, "policy", policies.change(brand, files), reason)
        return
    added = policies.add(brand, files)
    for error in added.refused:
        click.echo(f"reviewer: left out: {error}", err=True)
    click.echo(f"{added.rules} rules of {', '.join(added.packs)} are in force for {brand}.")
    click.echo(f"policy version {added.sha256}")


def _loaded(folder: str | None) -> RuleSet:
    return in_force(folder).ruleset


def _posts(lines: Iterable[bytes]) -> tuple[list[Post], int]:
    """The posts that can be read, and how many lines can't."""
    read, unread = [], 0
    for line in lines:
        try:
            read.extend([read_post(line.strip())] if line.strip() else [])
        except Unreadable:
            unread += 1
    return read, unread


def _brought(change: Path) -> dict[str, bytes]:
    if change.is_dir():
        return packages.opened(change)
    return {f"{change.resolve().parent.name}/{change.name}": change.read_bytes()}


def _files(paths: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, paths):
        inside = [file for file in sorted(path.rglob("*")) if file.suffix in (".txt", ".md")]
        found.extend(inside if path.is_dir() else [path])
    return found


def _words(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"{path} is not UTF-8: save it as UTF-8.") from error


def _described(rule: Rule) -> str:
    stance = rule.stance
    lines = [
        f"{rule.name} ({stance.id}), {rule.path}",
        f"decision   {stance.decision}, owner {stance.owner}, {stance.status}",
        f"finds      {rule.check}, {len(rule.entries or ())} entries, scope {', '.join(rule.scope)}",
        f"message    {rule.message}",
        f"reason     {stance.reason or '-'}",
        f"instead    {stance.instead or '-'}",
        f"area       {', '.join(stance.area) or '-'}",
        f"channels   {', '.join(stance.channels) or 'all'}",
        f"kinds      {', '.join(stance.kinds) or 'all'}",
    ]
    if stance.expires:
        lines.append(f"expires    {stance.expires}")
    lines.extend(f"case       {case.name}: {case.input.strip()}" for case in rule.tests)
    return "\n".join(lines)
