"""Later work, written in the transaction that causes it, and leased to one worker at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from reviewer.store import tables as t
from reviewer.store.part import StorePart
from reviewer.store.values import Job


class Outbox(StorePart):
    """The outbox side of a transaction."""

    def enqueue(
        self, kind: str, key: str, payload: Mapping[str, Any], due: datetime, *, now: datetime
    ) -> None:
        """Have something done at `due`; nothing where the same kind and key is waiting already."""
        open_one = select(t.Jobs.id).where(
            t.Jobs.kind == kind,
            t.Jobs.key == key,
            col(t.Jobs.done_at).is_(None),
            col(t.Jobs.dead_at).is_(None),
        )
        if self.session.exec(open_one).first() is None:
            self.session.add(t.Jobs(kind=kind, key=key, payload=dict(payload), due=due, created_at=now))
            self.session.flush()

    def lease(self, now: datetime, length: timedelta = timedelta(minutes=5)) -> Job | None:
        """The job that has been due longest, for this worker alone until the lease ends."""
        query = (
            select(t.Jobs)
            .where(
                col(t.Jobs.done_at).is_(None),
                col(t.Jobs.dead_at).is_(None),
                col(t.Jobs.due) <= now,
                or_(col(t.Jobs.leased_until).is_(None), col(t.Jobs.leased_until) <= now),
            )
            .order_by(col(t.Jobs.due), col(t.Jobs.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.session.exec(query).first()
        if row is None:
            return None
        row.leased_until, row.attempts = now + length, row.attempts + 1
        self.session.flush()
        return Job(row.id or 0, row.kind, row.key, row.payload, row.due, row.attempts)

    def finish(self, job: Job, at: datetime) -> bool:
        """Mark a job done; False when its lease had ended and another worker has taken it."""
        return self._settle(job, done_at=at, leased_until=None, error=None)

    def retry(self, job: Job, error: str, due: datetime) -> bool:
        """Have a failed job tried again at `due`; False as in `finish`."""
        return self._settle(job, error=error, due=due, leased_until=None)

    def bury(self, job: Job, error: str, at: datetime) -> bool:
        """Give a job up; it stays to be seen. False as in `finish`."""
        return self._settle(job, error=error, dead_at=at, leased_until=None)

    def _settle(self, job: Job, **values: Any) -> bool:
        """`attempts` is the fence: a worker whose lease was taken over settles nothing."""
        settled = self.session.execute(
            update(t.Jobs)
            .where(
                col(t.Jobs.id) == job.id,
                col(t.Jobs.attempts) == job.attempts,
                col(t.Jobs.done_at).is_(None),
                col(t.Jobs.dead_at).is_(None),
            )
            .values(**values)
        )
        return bool(settled.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one
