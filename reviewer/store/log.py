"""Events into the append-only log, in the order of commits; and media, which are never changed either."""

import hashlib
import json
from collections.abc import Generator
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import func, insert, text, update
from sqlmodel import col, select

from reviewer.errors import Gone, NotFound
from reviewer.model import Event
from reviewer.store import tables as t
from reviewer.store.codec import refuse_nul
from reviewer.store.part import StorePart
from reviewer.store.values import Head, StoredMedia

APPENDING = 0x5245564C
"""PostgreSQL's advisory lock that is held from numbering events to the commit; any constant will do."""


class Log(StorePart):
    """Events and media."""

    def append(self, event: Event) -> None:
        """Write an event into the log when this transaction commits.

        It is found by draft where its subject is the draft, or `detail` names it as `draft`.
        """
        self.events_to_append.append(event)

    def events(
        self,
        brand: str | None = None,
        draft_id: str | None = None,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> list[Event]:
        """Events in order, with their `seq`, from the one after `after`."""
        self.flush_events()
        query = select(t.Events).where(col(t.Events.seq) > after)
        if brand is not None:
            query = query.where(t.Events.brand_id == brand)
        if draft_id is not None:
            query = query.where(t.Events.draft_id == draft_id)
        return [event(row) for row in self.session.exec(query.order_by(col(t.Events.seq)).limit(limit))]

    def leaves(self, after: int = 0, *, upto: int | None = None) -> Generator[tuple[int, bytes]]:
        """(seq, canonical bytes) of every event after `after`, in order: the leaves of the audit tree."""
        query = select(t.Events.seq, t.Events.body).where(col(t.Events.seq) > after)
        if upto is not None:
            query = query.where(col(t.Events.seq) <= upto)
        rows = self.session.exec(query.order_by(col(t.Events.seq)).execution_options(yield_per=1000))
        try:
            for seq, body in rows:
                yield seq, body.encode()
        finally:
            rows.close()  # whoever needs only the first ones leaves no cursor open on the server

    def last_seq(self, draft_id: str, action: str, jti: str) -> int:
        """The number of the last event of this kind about a permit; raises NotFound."""
        query = select(t.Events.seq, t.Events.body).where(
            t.Events.draft_id == draft_id, t.Events.action == action
        )
        for seq, body in self.session.exec(query.order_by(col(t.Events.seq).desc())):
            if json.loads(body)["detail"].get("jti") == jti:
                return seq
        raise NotFound("There is no such entry in the log.")

    def heads(self, after: int = -1, *, limit: int | None = None) -> list[Head]:
        """The signed heads of the audit tree over more than `after` events, smallest first."""
        query = select(t.Heads).where(col(t.Heads.size) > after).order_by(col(t.Heads.size)).limit(limit)
        return [Head(r.size, r.root, r.token, r.at) for r in self.session.exec(query)]

    def head(self, size: int) -> Head | None:
        """The signed head over the first `size` events, where there is one."""
        row = self.session.get(t.Heads, size)
        return Head(row.size, row.root, row.token, row.at) if row else None

    def keep_head(self, head: Head) -> Head:
        """Keep a signed head, one for each size, and return the one that is kept."""
        known = self.head(head.size)
        if known is not None:
            return known
        self.session.execute(
            insert(t.Heads).values(size=head.size, root=head.root, token=head.token, at=head.at)
        )
        return head

    def flush_events(self) -> None:
        """Number and write the events appended so far; called before the commit."""
        if not self.events_to_append:
            return
        postgres = self.session.get_bind().dialect.name == "postgresql"
        if postgres:
            self.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPENDING})
        rows: list[dict[str, Any]] = []
        for event in self.events_to_append:
            if postgres:
                seq = self.session.execute(text("SELECT nextval('events_seq')")).scalar_one()
            else:
                last = rows[-1]["seq"] if rows else self.session.exec(select(func.max(t.Events.seq))).one()
                seq = (last or 0) + 1
            rows.append(_row(seq, event))
        self.session.execute(insert(t.Events), rows)
        self.events_to_append.clear()

    # --- media -----------------------------------------------------------------------------------

    def put_media(self, brand: str, data: bytes, mime: str, at: datetime) -> StoredMedia:
        """Keep bytes under their SHA-256; the same bytes twice are kept once, with their first type."""
        sha256 = hashlib.sha256(data).hexdigest()
        row = self.session.get(t.Media, (brand, sha256))
        if row is None:
            row = t.Media(brand_id=brand, sha256=sha256, mime=mime, size=len(data), data=data, created_at=at)
            self.session.add(row)
            self.session.flush()
        elif not row.data:  # it was deleted since: the same bytes again
            one = (col(t.Media.brand_id) == brand, col(t.Media.sha256) == sha256)
            self.session.execute(update(t.Media).where(*one).values(data=data))
        return StoredMedia(row.sha256, row.mime, row.size)

    def media(self, brand: str, sha256: str) -> tuple[StoredMedia, bytes]:
        """What is kept under a digest, and its bytes; raises NotFound, and Gone where they were deleted."""
        row = self.session.get(t.Media, (brand, sha256))
        if row is None:
            raise NotFound("There is no such file here: upload it first.")
        if not row.data:
            raise Gone("This file was deleted, as the brand keeps files only for a time: upload it again.")
        return StoredMedia(row.sha256, row.mime, row.size), row.data


def _row(seq: int, event: Event) -> dict[str, Any]:
    body = rfc8785.dumps(
        {
            "v": 1,
            "seq": seq,
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "brand": event.brand,
            "actor": event.actor,
            "action": event.action,
            "subject": {"type": event.subject[0], "id": event.subject[1]},
            "digests": list(event.digests),
            "seen": list(event.seen),
            "detail": dict(event.detail),
        }
    ).decode()
    refuse_nul(body)
    draft = event.subject[1] if event.subject[0] == "draft" else event.detail.get("draft")
    return {
        "seq": seq,
        "brand_id": event.brand or None,
        "draft_id": draft,
        "action": event.action,
        "body": body,
    }


def event(row: t.Events) -> Event:
    """A row of the log as a value."""
    body = json.loads(row.body)
    return Event(
        at=datetime.fromisoformat(body["at"]),
        brand=body["brand"],
        actor=body["actor"],
        action=body["action"],
        subject=(body["subject"]["type"], body["subject"]["id"]),
        digests=tuple(body["digests"]),
        seen=tuple(body["seen"]),
        detail=body["detail"],
        seq=row.seq,
    )
