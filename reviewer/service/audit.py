"""The record: who did what, to what, having seen what; and the proof that it is whole."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice

from reviewer import transcript
from reviewer.errors import NotAllowed
from reviewer.model import Actor, Event
from reviewer.service.drafts import Drafts
from reviewer.service.permits import Permits
from reviewer.service.tree import Proof
from reviewer.store import Head, Store, Tx
from reviewer.workflow import signing_groups


class Audit:
    """Reading, proving and exporting the append-only log."""

    def __init__(self, store: Store, drafts: Drafts, permits: Permits) -> None:
        self._store, self._drafts, self._tree = store, drafts, permits.tree

    def events(
        self,
        actor: Actor,
        brand_slug: str,
        draft_id: str | None = None,
        *,
        after: int = 0,
        limit: int = 1000,
    ) -> list[Event]:
        """The events of a draft that the actor may see, or of the whole brand; oldest first.

        At most `limit`, from the one after the number `after`.
        """
        with self._store.read() as tx:
            brand = tx.brand(brand_slug)
        reads = brand.groups_of(actor.id) & signing_groups(brand)
        reads_log = reads or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
        if actor.brand != brand_slug:
            raise NotAllowed("You act for another brand: switch to it first.")
        if not reads_log and draft_id is None:
            raise NotAllowed("Only auditors, brand admins and signing groups read the whole log.")
        if not reads_log and draft_id is not None:
            self._drafts.view(actor, draft_id)
        with self._store.read() as tx:
            return tx.events(brand_slug, draft_id, after=after, limit=limit)

    def head(self) -> Head:
        """A signed head over the whole log as it stands; kept, once for each size."""
        return self._tree.head()

    def heads(self, after: int = -1, limit: int = 100) -> list[Head]:
        """The heads that are kept, over more than `after` events, smallest first."""
        with self._store.read() as tx:
            return tx.heads(after, limit=limit)

    def prove(self, actor: Actor, seq: int) -> Proof:
        """The inclusion proof of an event that the actor may read."""
        with self._store.read() as tx:
            _check_reader(tx, actor)
        return self._tree.proof(seq, brand=actor.brand)

    def proof(self, seq: int) -> Proof:
        """The inclusion proof of any event, for whoever runs the server."""
        return self._tree.proof(seq)

    def consistency(self, old: int, new: int) -> tuple[str, ...]:
        """The proof that the log of `new` events begins with the log of `old` (hashes in hex)."""
        return self._tree.consistency(old, new)

    def export(self) -> Iterator[bytes]:
        """The lines of `reviewer.transcript`, without line ends: the log up to a head that is signed now."""
        last = self.head()
        with self._store.read() as tx:
            heads = [(head.size, head.token) for head in tx.heads() if head.size <= last.size]
            with closing(tx.leaves()) as leaves:
                events = (body for _, body in islice(leaves, last.size))
                yield from transcript.write(events, last.size, heads)


def _check_reader(tx: Tx, actor: Actor) -> None:
    brand = tx.brand(actor.brand)
    signs = brand.groups_of(actor.id) & signing_groups(brand)
    reads = signs or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
    if not reads:
        raise NotAllowed("Only auditors, brand admins and signing groups read the whole log.")
