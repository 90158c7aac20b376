"""Texts from the command line, and the rules to judge them by; no database is asked unless a brand is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from reviewer import policy
from reviewer.errors import RuleError
from reviewer.model import Variant, Verdict
from reviewer.policy import Policy

FOLDER = click.Path(exists=True, file_okay=False)
Judge = Callable[[Variant], Verdict]


def in_force(folder: str | None) -> Policy:
    """The built-in policy, or that of a folder; what of it had to be left out is said on the error stream.

    Raises:
        RuleError: a rule file can't be trusted, or there is no rule at all: nothing found would say nothing.
    """
    loaded = policy.load_base(Path(folder) if folder else None)
    for error in loaded.ruleset.refused:
        click.echo(f"reviewer: left out: {error}", err=True)
    if folder and not loaded.ruleset.rules:
        raise RuleError("No rule here can run: name the folder that holds <Pack>/<Rule>.yml.", path=folder)
    return loaded


def judge_with(brand: str | None, rules: str | None) -> Judge:
    """What judges a variant: the built-in rules, those of a folder, or a brand's from the database.

    Raises:
        RuleError: a rule file can't be trusted.
        ReviewerError: the database is away, or there is no such brand.
    """
    if brand is not None:
        from reviewer.config import load
        from reviewer.service import build  # only here: the database's packages take half a second

        services = build(load())
        return lambda variant: services.checking.check(variant, brand)
    loaded, at = in_force(rules), datetime.now(UTC)
    return lambda variant: policy.judge(variant, loaded, at=at)
