"""Texts from the command line, and the rules to judge them by; no database is asked unless a brand is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from reviewer import policy
from reviewer.model import Variant, Verdict

FOLDER = click.Path(exists=True, file_okay=False)
Judge = Callable[[Variant], Verdict]


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
    in_force, at = policy.load_base(Path(rules) if rules else None), datetime.now(UTC)
    return lambda variant: policy.judge(variant, in_force, at=at)
