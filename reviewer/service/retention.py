"""How long contents are kept, legal holds, and the deleting itself, which a worker does once a day.

What goes is what people wrote; digests, decisions and the record stay, so that whatever is proven stays
proven. A brand decides for itself over what the server keeps by default; while a legal hold stands on the
brand or on a draft, nothing of it is deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reviewer.config import RETENTION_KINDS
from reviewer.errors import Invalid, NotAllowed, NotFound, Problem
from reviewer.model import Actor, Event, Json
from reviewer.service.drafts import new_id
from reviewer.service.people import OPERATOR
from reviewer.service.publications import compare
from reviewer.store import Deletion, LegalHold, Store, Tx

KEEPERS = frozenset({"auditor", "brand_admin"})
SHORTEST_DAYS = 30
"""What is kept for less is no record: somebody could write, publish and delete within one review."""
LONGEST_DAYS = 36_500
AT_ONCE = 20
"""Drafts deleted in one transaction, so that nobody waits long for a turn to write."""
MOST = 10_000
"""Drafts deleted in one run; the rest goes in the next."""


@dataclass(frozen=True)
class Kept:
    """How a brand keeps one class: `days` in force (None: for good), and whether the brand chose them."""

    kind: str
    days: int | None
    own: bool


@dataclass
class Taken:
    """How much one run deleted, by brand and class ("" for the whole server)."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, brand: str, kind: str, count: int) -> None:
        """Count what was deleted."""
        if count:
            self.counts[brand, kind] = self.counts.get((brand, kind), 0) + count

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Retention:
    """Deciding what is kept for how long, and deleting the rest."""

    def __init__(self, store: Store, clock: Callable[[], datetime], default: Mapping[str, int]) -> None:
        self._store, self._clock, self._default = store, clock, dict(default)

    # --- by people ----------------------------------------------------------------------------------

    def kept(self, actor: Actor) -> list[Kept]:
        """How long each class is kept; for auditors and brand admins."""
        _check_keeper(actor)
        with self._store.read() as tx:
            return self._kept(tx, actor.brand)

    def set(self, actor: Actor, kind: str, days: int | None) -> None:
        """Keep a class for so many days (None: for good); for brand admins.

        Raises Invalid for an unknown class, or for days that are no time to review anything.
        """
        if "brand_admin" not in actor.roles and actor.id != OPERATOR:
            raise NotAllowed("How long things are kept is for brand admins: ask one.")
        if kind not in RETENTION_KINDS:
            raise Invalid(
                f"There is no class {kind}: choose from {', '.join(RETENTION_KINDS)}.",
                [Problem("/kind", "Unknown class.", "unknown-kind")],
            )
        if kind not in OF_BRANDS:
            raise Invalid(f"{kind} is the whole server's: set REVIEWER_RETENTION.")
        if days is not None and not SHORTEST_DAYS <= days <= LONGEST_DAYS:
            raise Invalid(
                f"Keep them for {SHORTEST_DAYS} to {LONGEST_DAYS:,} days, or for good.",
                [Problem("/days", "Out of range.", "range")],
            )

        def run(tx: Tx) -> None:
            before, now = tx.retention(actor.brand).get(kind, self._default.get(kind)), self._clock()
            tx.set_retention(actor.brand, kind, days, actor.id, now)
            detail: dict[str, Json] = {"kind": kind, "days": days, "before": before}
            tx.append(
                Event(now, actor.brand, actor.id, "retention.set", ("brand", actor.brand), detail=detail)
            )

        self._store.write(run)

    def holds(self, actor: Actor) -> list[LegalHold]:
        """The brand's legal holds, also those that were lifted."""
        _check_keeper(actor)
        with self._store.read() as tx:
            return tx.legal_holds(actor.brand)

    def hold(self, actor: Actor, reason: str, draft_id: str | None = None) -> LegalHold:
        """From now on delete nothing of the brand, or of one draft; one auditor or brand admin is enough."""
        _check_keeper(actor)
        if not reason.strip():
            raise Invalid("Write why nothing may be deleted.", [Problem("/reason", "Empty.", "empty")])
        hold = LegalHold(new_id(), draft_id, reason.strip(), actor.id, self._clock())

        def run(tx: Tx) -> None:
            if draft_id is not None and tx.review(draft_id).brand != actor.brand:
                raise NotFound("There is no such post in this brand.")
            tx.add_legal_hold(actor.brand, hold)
            self._log(tx, actor, "retention.hold_placed", hold)

        self._store.write(run)
        return hold

    def lift(self, actor: Actor, hold_id: str) -> None:
        """Let a legal hold end: somebody else than who placed it, so that it takes two."""
        _check_keeper(actor)

        def run(tx: Tx) -> None:
            hold = next((h for h in tx.legal_holds(actor.brand) if h.id == hold_id), None)
            if hold is None or hold.lifted_at is not None:
                raise NotFound("There is no such legal hold, or it was lifted already.")
            brand = tx.brand(actor.brand)
            if brand.human(hold.by) == brand.human(actor.id):
                raise NotAllowed("You placed this legal hold: another auditor or brand admin lifts it.")
            tx.lift_legal_hold(actor.brand, hold_id, actor.id, self._clock())
            self._log(tx, actor, "retention.hold_lifted", hold)

        self._store.write(run)

    # --- by the worker ------------------------------------------------------------------------------

    def run(self, now: datetime | None = None) -> Taken:
        """Delete whatever its time is over for; run again after an interruption, it goes on where it was."""
        at, taken = now or self._clock(), Taken()
        with self._store.read() as tx:
            kept = {slug: {k.kind: k.days for k in self._kept(tx, slug)} for slug in tx.brands()}
        for brand, days_of in kept.items():
            for kind, days in days_of.items():
                if days is not None and kind in OF_BRANDS:
                    taken.add(brand, kind, OF_BRANDS[kind](self, brand, kind, days, at))
        for kind in ("sign_ins", "later_work"):
            if (days := self._default.get(kind)) is not None:
                before = at - timedelta(days=days)
                taken.add("", kind, self._store.write(_OF_THE_SERVER[kind](before)))
        return taken

    def _drafts(self, brand: str, kind: str, days: int, at: datetime) -> int:
        before, public = at - timedelta(days=days), kind == "published"
        with self._store.read() as tx:
            due = tx.untouched_since(brand, before, public=public, limit=MOST)
            compared = compare(tx, brand, at) if public and due else ()

        def run(tx: Tx, ids: list[str]) -> int:
            done = 0
            for draft in ids:
                if not tx.untouched_since(brand, before, public=public, limit=1, only=draft):
                    continue  # somebody came back to it, or it is held now
                review = tx.review(draft)
                standing = review.draft.standing
                if standing is not None and standing.until >= before:
                    continue
                theirs = [m for m in compared if m.seen and m.signed and m.signed.draft == draft]
                said: dict[str, Json] = {m.seen.id: str(m.outcome) for m in theirs if m.seen}
                why = Deletion("retention", OPERATOR, at, {"kind": kind, "days": days, "outcomes": said})
                tx.take_contents(brand, draft, why)
                detail: dict[str, Json] = {"why": "retention", "kind": kind, "days": days}
                if said:
                    detail["outcomes"] = said
                tx.append(
                    Event(
                        at,
                        brand,
                        OPERATOR,
                        "contents.deleted",
                        ("draft", draft),
                        review.draft.digests,
                        detail=detail,
                    )
                )
                done += 1
            return done

        return sum(self._store.write(lambda tx, ids=ids: run(tx, ids)) for ids in _chunks(due))  # type: ignore[misc]

    def _comments(self, brand: str, kind: str, days: int, at: datetime) -> int:
        before = at - timedelta(days=days)
        with self._store.read() as tx:
            due = tx.talked_before(brand, before, limit=MOST)

        def run(tx: Tx, ids: list[str]) -> int:
            still = [draft for draft in ids if tx.talked_before(brand, before, limit=1, only=draft)]
            for draft in still:
                tx.take_comments(brand, draft, Deletion("retention", OPERATOR, at, {"kind": kind}))
                self._note(tx, brand, draft, kind, days, at)
            return len(still)

        return sum(self._store.write(lambda tx, ids=ids: run(tx, ids)) for ids in _chunks(due))  # type: ignore[misc]

    def _media(self, brand: str, kind: str, days: int, at: datetime) -> int:
        before = at - timedelta(days=days)

        def run(tx: Tx) -> int:
            if tx.kept_by_law(brand):
                return 0
            due = tx.unused_media(brand, before, limit=AT_ONCE)
            for sha256 in due:
                tx.take_media(brand, sha256, Deletion("retention", OPERATOR, at, {"kind": kind}))
                detail: dict[str, Json] = {"why": "retention", "kind": kind, "days": days}
                event = Event(at, brand, OPERATOR, "contents.deleted", ("media", sha256), detail=detail)
                tx.append(event)
            return len(due)

        total = 0
        while done := self._store.write(run):
            total += done
        return total

    def _invitations(self, brand: str, _kind: str, days: int, at: datetime) -> int:
        return self._store.write(
            lambda tx: 0 if tx.kept_by_law(brand) else tx.take_invitations(brand, at - timedelta(days=days))
        )

    def _kept(self, tx: Tx, brand: str) -> list[Kept]:
        own = tx.retention(brand)
        return [Kept(k, own.get(k, self._default.get(k)), k in own) for k in RETENTION_KINDS]

    def _note(self, tx: Tx, brand: str, draft: str, kind: str, days: int, at: datetime) -> None:
        detail: dict[str, Json] = {"why": "retention", "kind": kind, "days": days}
        tx.append(Event(at, brand, OPERATOR, "contents.deleted", ("draft", draft), detail=detail))

    def _log(self, tx: Tx, actor: Actor, action: str, hold: LegalHold) -> None:
        subject = ("draft", hold.draft) if hold.draft else ("brand", actor.brand)
        detail: dict[str, Json] = {"hold": hold.id}
        tx.append(Event(self._clock(), actor.brand, actor.id, action, subject, detail=detail))


OF_BRANDS: Mapping[str, Callable[[Retention, str, str, int, datetime], int]] = {
    "drafts": Retention._drafts,
    "published": Retention._drafts,
    "comments": Retention._comments,
    "media": Retention._media,
    "invitations": Retention._invitations,
}
"""The classes that a brand decides about; media last of the contents, for they follow their drafts."""
_OF_THE_SERVER: Mapping[str, Callable[[datetime], Callable[[Tx], int]]] = {
    "sign_ins": lambda before: lambda tx: tx.take_sign_ins(before),
    "later_work": lambda before: lambda tx: tx.take_jobs(before),
}


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _check_keeper(actor: Actor) -> None:
    if not actor.roles & KEEPERS and actor.id != OPERATOR:
        raise NotAllowed("What is kept and for how long is for auditors and brand admins: ask one of them.")
