"""The period report: what a brand made public, what was not as signed, and every use of a rarer right.

For auditors and brand admins. As a page to print, or as CSV that a spreadsheet cannot take for formulas.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from reviewer.errors import Invalid, NotAllowed, Problem
from reviewer.model import Actor, Event, Permit, Publication
from reviewer.reconcile import Match, Outcome
from reviewer.service.people import OPERATOR
from reviewer.service.publications import compare, settled
from reviewer.store import Store, Tx

SECTIONS = ("public", "unsigned", "altered", "missing", "exceptions", "emergencies", "roles")
"""In the order of the report; `public` holds everything that is, the next two what was not as signed."""
ALTERED = frozenset({Outcome.ALTERED, Outcome.WRONG_ACCOUNT, Outcome.OUTSIDE_WINDOW})
ROLES = ("group.", "role.", "person.", "brand.founder_added", "signer.", "identity.", "service.", "key.")
"""Beginnings of the events that say who could do what, since when."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula."""


@dataclass(frozen=True)
class Line:
    """One line of the report; what does not apply is empty. `who` is by name, `id` as in the record."""

    section: str
    at: datetime
    what: str
    who: str = ""
    id: str = ""
    account: str = ""
    where: str = ""
    draft: str = ""
    digest: str = ""
    signed_by: str = ""
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A brand's report over a half-open span of time."""

    brand: str
    start: datetime
    end: datetime
    made_at: datetime
    lines: tuple[Line, ...]

    def section(self, name: str) -> tuple[Line, ...]:
        """The lines of one section, oldest first."""
        return tuple(line for line in self.lines if line.section == name)


class Reports:
    """Making the report."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def period(self, actor: Actor, start: datetime, end: datetime) -> Report:
        """The report of the actor's brand from `start` up to `end`, which is not in it.

        Raises NotAllowed, and Invalid for a span that ends before it begins.
        """
        reads = actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
        if not reads and actor.id != OPERATOR:
            raise NotAllowed("The report is for auditors and brand admins: ask one of them.")
        if start >= end:
            raise Invalid("The report ends before it begins.", [Problem("/to", "Too early.", "range")])
        now = self._clock()
        with self._store.read() as tx:
            lines = [
                *_public(tx, actor.brand, start, end, now),
                *_rights(tx, actor.brand, start, end),
                *_roles(tx, actor.brand, start, end),
            ]
            names = tx.names(frozenset(line.id for line in lines))
        order = {name: place for place, name in enumerate(SECTIONS)}
        named = (_named(line, names) for line in lines)
        done = tuple(sorted(named, key=lambda line: (order[line.section], line.at, line.draft, line.what)))
        return Report(actor.brand, start, end, now, done)


def as_csv(report: Report) -> str:
    """The report for spreadsheets: one table, every cell quoted, none a formula."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(Line.__dataclass_fields__)
    for line in report.lines:
        table.writerow([_cell(_shown(value)) for value in astuple(line)])
    return out.getvalue()


def day(text: str, *, end: bool = False) -> datetime:
    """The beginning of a day in UTC, `YYYY-MM-DD`; raises Invalid for anything else.

    The last day of a report is in it: `end` gives the beginning of the day after.
    """
    try:
        at = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"{text!r} is not a day: write it like 2026-03-31.") from None
    return at.replace(hour=0) if not end else datetime.fromtimestamp(at.timestamp() + 86_400, UTC)


def _cell(text: str) -> str:
    """A cell that no spreadsheet reads as a formula, wherever it looks for the beginning of one."""
    return f"'{text}" if text.lstrip(" \u00a0\ufeff").startswith(FORMULA) else text


def _shown(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _public(tx: Tx, brand: str, start: datetime, end: datetime, now: datetime) -> Iterable[Line]:
    """What was reported or seen to be public, how it compares, and what never appeared."""
    matches = compare(tx, brand, now)
    compared = {m.seen.id: m.outcome for m in matches if m.seen} | settled(tx, brand)
    of = {m.seen.id: m.signed.permit for m in matches if m.seen and m.signed}
    permits = {permit.jti: (draft, permit) for draft, permit in tx.permits(brand)}
    for draft, seen in tx.publications(brand):
        if not start <= seen.at < end:
            continue
        permit = of.get(seen.id) or (permits[seen.jti][1] if seen.jti in permits else None)
        outcome = compared.get(seen.id, Outcome.UNSIGNED)
        line = _line("public", seen, draft or (permits[permit.jti][0] if permit else ""), permit, outcome)
        yield line
        if outcome is Outcome.UNSIGNED:
            yield _line("unsigned", seen, line.draft, permit, outcome)
        elif outcome in ALTERED:
            yield _line("altered", seen, line.draft, permit, outcome)
    yield from (_missing(m) for m in matches if m.seen is None and m.signed and _within(m, start, end))


def _line(section: str, seen: Publication, draft: str, permit: Permit | None, outcome: Outcome) -> Line:
    return Line(
        section,
        seen.at,
        str(outcome),
        id=seen.by,
        account=seen.account,
        where=seen.url,
        draft=draft,
        digest=permit.content_sha256 if permit else seen.content_sha256 or "",
        signed_by=" ".join(f"{group}:{who}" for who, group, _ in permit.signers) if permit else "",
        note=seen.source,
    )


def _within(match: Match, start: datetime, end: datetime) -> bool:
    return match.signed is not None and start <= _used(match.signed.permit) < end


def _used(permit: Permit) -> datetime:
    return permit.redeemed_at or permit.issued_at


def _missing(match: Match) -> Line:
    assert match.signed is not None  # noqa: S101  # asked before
    permit = match.signed.permit
    return Line(
        "missing",
        _used(permit),
        str(match.outcome),
        id=permit.issued_to,
        account=permit.account,
        draft=match.signed.draft,
        digest=permit.content_sha256,
        signed_by=" ".join(f"{group}:{who}" for who, group, _ in permit.signers),
    )


def _rights(tx: Tx, brand: str, start: datetime, end: datetime) -> Iterable[Line]:
    """Exceptions and what was read without a check, and the emergency lane."""
    for draft, said in tx.rarer_sign_offs(brand, start, end):
        yield Line(
            "exceptions",
            said.at,
            {"except": "exception", "read": "read without the check"}.get(said.act, said.act),
            id=said.by,
            draft=draft,
            digest=said.content_sha256,
            signed_by=said.group,
            note=said.reason,
        )
    for draft, opened in tx.emergencies(brand, start, end):
        yield Line("emergencies", opened.at, "opened", id=opened.by, draft=draft, note=opened.reason)


def _roles(tx: Tx, brand: str, start: datetime, end: datetime) -> Iterable[Line]:
    """Who got, lost or was refused which group or role."""
    for event in tx.events_like(brand, ROLES):
        if start <= event.at < end:
            yield Line("roles", event.at, event.action, id=event.actor, note=_told(event))


def _told(event: Event) -> str:
    said = [f"{event.subject[0]} {event.subject[1]}"]
    said += [f"{name} {_words(value)}" for name, value in event.detail.items() if value not in (None, "", [])]
    return ", ".join(said)


def _words(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _named(line: Line, names: Mapping[str, str]) -> Line:
    values = {**{name: getattr(line, name) for name in Line.__dataclass_fields__}}
    return Line(**{**values, "who": names.get(line.id, line.id)})
