"""Later work as the people of a brand see it: what waits, what was given up, having it done again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reviewer.errors import NotAllowed
from reviewer.model import Actor, Event
from reviewer.store import Job, Store, Tx


@dataclass(frozen=True)
class Work:
    """The later work of a brand."""

    waiting: tuple[Job, ...]
    given_up: tuple[Job, ...]


class Later:
    """The use cases of later work; doing it is `reviewer.jobs`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def work(self, actor: Actor) -> Work:
        """What waits and what was given up, for the brand's admins and auditors."""
        _check(actor)
        with self._store.read() as tx:
            return Work(tuple(tx.jobs(actor.brand)), tuple(tx.jobs(actor.brand, dead=True)))

    def retry(self, actor: Actor, number: int) -> None:
        """Have something that was given up done again; raises NotFound."""
        _check(actor)

        def run(tx: Tx) -> None:
            now = self._clock()
            job = tx.revive(number, now, brand=actor.brand)
            detail = {"kind": job.kind}
            tx.append(Event(now, actor.brand, actor.id, "job.revived", ("job", str(number)), detail=detail))

        self._store.write(run)


def _check(actor: Actor) -> None:
    if actor.service or not actor.roles & {"brand_admin", "auditor", "system_admin"}:
        raise NotAllowed("Brand admins look after later work: ask one.")
