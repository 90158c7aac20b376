"""Who is there, who is asked next, and until when an answer is wanted. It changes nobody's right to sign."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from reviewer.model import Brand, Presence, State
from reviewer.workflow import hours
from reviewer.workflow.facts import Case, contributors, may_sign_for, reads, wrote
from reviewer.workflow.state import open_groups, state

FAST = frozenset({"reply", "comment"})
"""Kinds with a lane of their own: somebody out there is waiting."""
NEXT_PERSON = timedelta(minutes=3)
"""How long unacknowledged work waits in the fast lane before the next person is asked."""
WEEK = timedelta(days=7)
MOST_CHANGES = 400
"""Comings and goings of one person that are looked through before they count as gone."""

Roster = tuple[Presence, ...]


def here(brand: Brand, roster: Roster, person: str, at: datetime) -> bool:
    """Can this person be asked at `at`: not away, and at work or on call."""
    if person not in brand.people or _covered(brand, roster, person, "away", at):
        return False
    return hours.next_open(brand, at) == at or _covered(brand, roster, person, "on_call", at)


def next_here(brand: Brand, roster: Roster, people: Iterable[str], at: datetime) -> datetime | None:
    """When the first of them is here, `at` itself where somebody is; None where nobody will be."""
    moments = (_next_here(brand, roster, person, at) for person in people)
    return min((moment for moment in moments if moment is not None), default=None)


def on_call(brand: Brand, roster: Roster, at: datetime) -> frozenset[str]:
    """Who is on call at `at` and not away."""
    called = {p.person for p in roster if _covered(brand, roster, p.person, "on_call", at)}
    return frozenset(p for p in called if not _covered(brand, roster, p, "away", at))


def turns(brand: Brand, presence: Presence, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans of a presence that end after `since`: one, or one a week at the same time on the wall."""
    if not presence.weekly:
        if presence.end > since:
            yield presence.start, presence.end
        return
    zone = ZoneInfo(brand.timezone)
    wall, length = presence.start.astimezone(zone).replace(tzinfo=None), presence.end - presence.start
    first = max(0, (since - length - presence.start) // WEEK)
    for n in range(first, first + 4):
        start = (wall + n * WEEK).replace(tzinfo=zone).astimezone(UTC)
        if start + length > since:
            yield start, start + length


def _covered(brand: Brand, roster: Roster, person: str, kind: str, at: datetime) -> bool:
    return any(
        start <= at < end
        for one in roster
        if one.person == person and one.kind == kind
        for start, end in turns(brand, one, at)
    )


def _next_here(brand: Brand, roster: Roster, person: str, at: datetime) -> datetime | None:
    for _ in range(MOST_CHANGES):
        if here(brand, roster, person, at):
            return at
        at_next = min(_changes(brand, roster, person, at), default=None)
        if at_next is None:
            return None
        at = at_next
    return None


def _changes(brand: Brand, roster: Roster, person: str, at: datetime) -> Iterator[datetime]:
    """The moments after `at` at which this person may come."""
    opens = hours.next_open(brand, at)
    if opens is not None and opens > at:
        yield opens
    for one in roster:
        if one.person == person:
            for start, end in turns(brand, one, at):
                yield from (moment for moment in (start, end) if moment > at)


# --- one draft -----------------------------------------------------------------------------------


def fast(case: Case) -> bool:
    """Is this draft in the fast lane: a reply or comment, or an emergency."""
    kinds = {variant.kind for variant in case.review.draft.variants}
    return bool(kinds & FAST) or case.review.emergency is not None


def wanted_by(case: Case) -> datetime | None:
    """Until when the brand's service levels want an answer; None before it was handed in."""
    since, levels = case.review.version.submitted_at, case.brand.approvals.service_levels
    if since is None:
        return None
    kinds = {v.kind if v.kind in levels else "post" for v in case.review.draft.variants}
    asked = [hours.duration(levels[kind], case.brand) for kind in kinds if kind in levels]
    return hours.after(case.brand, since, min(asked)) if asked else None


def wanted_from(case: Case, person: str) -> frozenset[str]:
    """The groups for which this person could sign now something that is still wanting."""
    wanted: set[str] = set()
    for digest in case.review.draft.digests:
        if state(case, digest) is not State.IN_REVIEW or person in contributors(case.review, digest):
            continue
        if wrote(case, person, digest) or not reads(case, person):
            continue
        wanted |= {g for g in open_groups(case, digest) if may_sign_for(case, person, g, digest, case.now)}
    return frozenset(wanted)


def able(case: Case) -> frozenset[str]:
    """Everybody who could sign something that is still wanting."""
    return frozenset(person for person in case.brand.people if wanted_from(case, person))


def to_ask(case: Case, roster: Roster) -> tuple[str, ...]:
    """Whoever is here and could sign what is still wanting: those on call first, then in an order that
    differs from post to post, so that nobody is always the first."""
    called = on_call(case.brand, roster, case.now)
    present = [person for person in able(case) if here(case.brand, roster, person, case.now)]
    return tuple(sorted(present, key=lambda person: (person not in called, _lot(case.review.id, person))))


def _lot(draft: str, person: str) -> bytes:
    return hashlib.sha256(f"{draft} {person}".encode()).digest()
