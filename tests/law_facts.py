"""The facts of a review as flat relations: what the oracle of the law knows, and all that it knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reviewer.model import (
    Brand,
    Draft,
    Review,
    Standing,
    Variant,
    Verdict,
)

# --- facts: one flat relation for each kind of thing that happened ------------------------------------


class Wrote(NamedTuple):
    """A version: who made it, of which digests, for when, in whose name, under which terms."""

    number: int
    by: str
    at: datetime
    answerable: frozenset[str]
    digests: tuple[str, ...]
    mode: str
    slot: datetime | None
    named: str | None
    terms: str
    lent_by: str | None


class Submitted(NamedTuple):
    number: int
    by: str
    at: datetime


class Confirmed(NamedTuple):
    by: str
    on: str


class Signed(NamedTuple):
    by: str
    group: str
    act: str
    on: str
    verdict: str
    seen: frozenset[str]
    at: datetime
    start: datetime
    end: datetime
    finding: str | None
    terms: str


class Objected(NamedTuple):
    id: str
    by: str
    group: str
    act: str
    on: str
    near: str
    at: datetime


class Dismissed(NamedTuple):
    objection: str
    by: str
    at: datetime


class Issued(NamedTuple):
    jti: str
    on: str
    audience: str
    at: datetime
    start: datetime
    end: datetime
    expires: datetime
    epochs: frozenset[tuple[str, int]]
    standing: str


class Suggested(NamedTuple):
    id: str
    by: str
    on: str
    offered: str


class Facts(NamedTuple):
    """Everything that happened to one draft. Only versions and sign-offs have an order."""

    author: str
    wrote: tuple[Wrote, ...]
    submitted: frozenset[Submitted]
    confirmed: frozenset[Confirmed]
    signed: tuple[Signed, ...]
    objected: frozenset[Objected]
    lifted: frozenset[tuple[str, datetime]]
    dismissed: frozenset[Dismissed]
    issued: frozenset[Issued]
    redeemed: frozenset[tuple[str, datetime]]
    revoked: frozenset[tuple[str, datetime]]
    reported: frozenset[tuple[str, str]]
    reissued: frozenset[str]
    suggested: frozenset[Suggested]
    taken: frozenset[tuple[str, str]]
    emergency: datetime | None
    responds: str | None
    reslotted: frozenset[tuple[datetime, datetime, datetime]]
    withdrawn: str | None
    inherited: frozenset[tuple[str, str]]
    target_authors: frozenset[str]
    removed: frozenset[str]


def read(review: Review) -> Facts:
    """The facts that a review records."""
    return Facts(
        review.author,
        tuple(written(v.number, v.by, v.at, v.answerable, v.draft, v.suggested_by) for v in review.versions),
        frozenset(
            Submitted(v.number, v.submitted_by or "", v.submitted_at)
            for v in review.versions
            if v.submitted_at
        ),
        frozenset(Confirmed(c.by, c.content_sha256) for c in review.confirmations),
        tuple(
            Signed(
                s.by,
                "" if s.act in ("resume", "consent", "remove") else s.group,
                s.act,
                s.content_sha256,
                s.verdict if s.act != "resume" else "",
                s.seen if s.act == "approve" else frozenset(),
                s.at,
                s.window.start,
                s.window.end,
                s.finding,
                s.terms,
            )
            for s in review.sign_offs
        ),
        frozenset(
            Objected(o.id, o.by, o.group, o.act, o.content_sha256, o.near_sha256, o.at)
            for o in review.objections
        ),
        frozenset((o.id, o.lifted_at) for o in review.objections if o.lifted_at),
        frozenset(Dismissed(o.id, d.by, d.at) for o in review.objections for d in o.dismissals),
        frozenset(
            Issued(
                p.jti,
                p.content_sha256,
                p.audience,
                p.issued_at,
                p.window.start,
                p.window.end,
                p.expires_at,
                frozenset((scope, n) for scope, n in p.epochs.items() if n),
                p.standing_sha256 or "",
            )
            for p in review.permits
        ),
        frozenset((p.jti, p.redeemed_at) for p in review.permits if p.redeemed_at),
        frozenset((p.jti, p.revoked_at) for p in review.permits if p.revoked_at),
        frozenset((p.jti, p.id) for p in review.publications if p.jti),
        frozenset(r.jti for r in review.reissues),
        frozenset(
            Suggested(s.id, s.by, s.content_sha256, s.variant.content_sha256) for s in review.suggestions
        ),
        frozenset((s.id, s.accepted_by) for s in review.suggestions if s.accepted_by),
        review.emergency.at if review.emergency else None,
        review.responds_to,
        frozenset((r.old, r.new, r.at) for r in review.reslots),
        review.withdrawn_by,
        frozenset((on, by) for on, people in review.inherited.items() for by in people),
        review.target_authors,
        review.removed,
    )


def written(
    number: int, by: str, at: datetime, answerable: frozenset[str], draft: Draft, lent_by: str | None
) -> Wrote:
    slot = draft.schedule.at if draft.schedule.mode == "at" else None
    terms = draft.standing.sha256 if draft.standing else ""
    return Wrote(
        number,
        by,
        at,
        answerable,
        draft.digests,
        draft.schedule.mode,
        slot,
        draft.on_behalf_of,
        terms,
        lent_by,
    )


@dataclass(frozen=True)
class World:
    """The facts of one draft and what surrounds them: all that a decision may depend on.

    `variants` and `terms` are dictionaries of everything that may be written, by digest.
    """

    facts: Facts
    brand: Brand
    verdicts: Mapping[str, Verdict]
    variants: Mapping[str, Variant]
    terms: Mapping[str, Standing]
    now: datetime
    on_topic: Mapping[str, frozenset[str]]
