"""Later work, written in the transaction that causes it, and leased to one worker at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlmodel import col, select

from reviewer.errors import NotFound
from reviewer.store import tables as t
from reviewer.store.part import StorePart
from reviewer.store.values import Job

ROUND = 100
"""`attempts` only grows, because it fences workers off; a job that is revived begins the next hundred."""
OPEN = (col(t.Jobs.done_at).is_(None), col(t.Jobs.dead_at).is_(None))
"""Not done, and not given up."""


class Outbox(StorePart):
    """The outbox side of a transaction."""

    def enqueue(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        due: datetime,
        *,
        now: datetime,
        brand: str | None = None,
    ) -> None:
        """Have something done at `due`; nothing where the same kind and key is waiting already.

        `brand` is whose work it is: its admins see it where it fails. None is the server's own.
        """
        open_one = select(t.Jobs.id).where(t.Jobs.kind == kind, t.Jobs.key == key, *OPEN)
        if self.session.exec(open_one).first() is None:
            self.session.add(
                t.Jobs(brand_id=brand, kind=kind, key=key, payload=dict(payload), due=due, created_at=now)
            )
            self.session.flush()

    def is_due(self, now: datetime) -> bool:
        """Is there anything that a worker could take now; asked without a lock."""
        return self.session.exec(select(t.Jobs.id).where(*_takeable(now)).limit(1)).first() is not None

    def lease(self, now: datetime, length: timedelta = timedelta(minutes=5)) -> Job | None:
        """The job that has been due longest, for this worker alone until the lease ends."""
        query = (
            select(t.Jobs)
            .where(*_takeable(now))
            .order_by(col(t.Jobs.due), col(t.Jobs.id))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.session.exec(query).first()
        if row is None:
            return None
        row.leased_until, row.attempts = now + length, row.attempts + 1
        self.session.flush()
        return _job(row)

    def finish(self, job: Job, at: datetime) -> bool:
        """Mark a job done; False when its lease had ended and another worker has taken it.

        What it carried goes: a mail's address and its link are nobody's business any more.
        """
        return self._settle(job, done_at=at, leased_until=None, error=None, payload={})

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
            .where(col(t.Jobs.id) == job.id, col(t.Jobs.attempts) == job.attempts, *OPEN)
            .values(**values)
        )
        return bool(settled.rowcount)  # type: ignore[attr-defined]  # an UPDATE has one

    # --- for whoever looks after it --------------------------------------------------------------

    def jobs(self, brand: str | None = None, *, dead: bool = False, limit: int = 200) -> list[Job]:
        """What waits, or what was given up (newest first); of one brand where it is named."""
        which = (col(t.Jobs.dead_at).is_not(None),) if dead else OPEN
        query = select(t.Jobs).where(*which)
        if brand is not None:
            query = query.where(t.Jobs.brand_id == brand)
        order = col(t.Jobs.dead_at).desc() if dead else col(t.Jobs.due)
        return [_job(row) for row in self.session.exec(query.order_by(order, col(t.Jobs.id)).limit(limit))]

    def revive(self, job_id: int, now: datetime, *, brand: str | None = None) -> Job:
        """Have a job that was given up tried again, from the first attempt; raises NotFound.

        Where the same kind and key waits anew, that one is the one, and this stays as it is.
        """
        row = self.session.get(t.Jobs, job_id)
        if row is None or row.dead_at is None or (brand is not None and row.brand_id != brand):
            raise NotFound("Nothing of this number was given up: look at the list again.")
        again = select(t.Jobs).where(t.Jobs.kind == row.kind, t.Jobs.key == row.key, *OPEN)
        waiting = self.session.exec(again).first()
        if waiting is not None:
            return _job(waiting)
        row.dead_at, row.due, row.attempts = None, now, (row.attempts // ROUND + 1) * ROUND
        self.session.flush()
        return _job(row)


def _takeable(now: datetime) -> tuple[Any, ...]:
    free = or_(col(t.Jobs.leased_until).is_(None), col(t.Jobs.leased_until) <= now)
    return (*OPEN, col(t.Jobs.due) <= now, free)


def _job(row: t.Jobs) -> Job:
    return Job(
        id=row.id or 0,
        kind=row.kind,
        key=row.key,
        payload=row.payload,
        due=row.due,
        attempts=row.attempts,
        tries=row.attempts % ROUND,
        brand=row.brand_id,
        error=row.error,
        leased_until=row.leased_until,
        dead_at=row.dead_at,
    )
