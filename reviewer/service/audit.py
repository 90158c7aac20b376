"""The record: who did what, to what, having seen what; and the proof that it is whole."""

import json
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from reviewer import release, transcript
from reviewer.errors import NotAllowed, NotFound
from reviewer.ledger import Tree, leaf_hash
from reviewer.model import Actor, Event
from reviewer.service.drafts import Drafts
from reviewer.service.permits import Permits
from reviewer.store import Head, Store, Tx
from reviewer.workflow import signing_groups

NO_EVENT = "There is no such event in the log: look for its number in the log."
LAST_SEQ = 2**63 - 1
"""The largest number that a database gives."""


@dataclass(frozen=True)
class Proof:
    """That event `seq` is leaf `index` of the tree of `size` events under a signed head (hashes in hex)."""

    seq: int
    event: str
    index: int
    size: int
    root: str
    path: tuple[str, ...]
    head: str


class Audit:
    """Reading, proving and exporting the append-only log."""

    def __init__(
        self, store: Store, drafts: Drafts, permits: Permits, clock: Callable[[], datetime], issuer: str
    ) -> None:
        self._store, self._drafts, self._permits = store, drafts, permits
        self._clock, self._issuer = clock, issuer
        self._tree, self._seqs = Tree(), list[int]()
        self._growing = threading.Lock()

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
        key = self._permits.keys()[0]
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
                known = tx.head(len(self._tree))
            if known is not None:
                return known
            size, root, now = len(self._tree), self._tree.root().hex(), self._clock()
        token = release.audit_head(size, root, issuer=self._issuer, key=key, now=now)
        return self._store.write(lambda tx: tx.keep_head(Head(size, root, token, now)))

    def prove(self, actor: Actor, seq: int) -> Proof:
        """The inclusion proof of an event that the actor may read."""
        with self._store.read() as tx:
            _check_reader(tx, actor)
            event = self._event(tx, seq)
        if json.loads(event)["brand"] != actor.brand:
            raise NotFound(NO_EVENT)
        return self._proof(seq, event)

    def proof(self, seq: int) -> Proof:
        """The inclusion proof of any event, for whoever runs the server."""
        with self._store.read() as tx:
            event = self._event(tx, seq)
        return self._proof(seq, event)

    def _event(self, tx: Tx, seq: int) -> bytes:
        if not 0 < seq <= LAST_SEQ:
            raise NotFound(NO_EVENT)
        for _, body in tx.leaves(seq - 1, upto=seq):
            return body
        raise NotFound(NO_EVENT)

    def _proof(self, seq: int, event: bytes) -> Proof:
        head = self.head()  # taken after the event was read, so the event is below it
        with self._growing:
            index = bisect_left(self._seqs, seq)
            path = self._tree.inclusion(index, head.size)
        hashes = tuple(h.hex() for h in path)
        return Proof(seq, event.decode(), index, head.size, head.root, hashes, head.token)

    def consistency(self, old: int, new: int) -> tuple[str, ...]:
        """The proof that the log of `new` events begins with the log of `old` (hashes in hex)."""
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
            if not 0 < old <= new <= len(self._tree):
                raise NotFound(f"The log has {len(self._tree)} events: choose sizes up to that.")
            return tuple(h.hex() for h in self._tree.consistency(old, new))

    def export(self) -> Iterator[bytes]:
        """The lines of `reviewer.transcript`, without line ends: the log up to a head that is signed now."""
        last = self.head()
        with self._store.read() as tx:
            heads = [(head.size, head.token) for head in tx.heads() if head.size <= last.size]
            events = (body for _, body in islice(tx.leaves(), last.size))
            yield from transcript.write(events, last.size, heads)

    def _grow(self, tx: Tx) -> None:
        """Take up the events that were written since."""
        for seq, body in tx.leaves(self._seqs[-1] if self._seqs else 0):
            self._tree.append(leaf_hash(body))
            self._seqs.append(seq)


def _check_reader(tx: Tx, actor: Actor) -> None:
    brand = tx.brand(actor.brand)
    signs = brand.groups_of(actor.id) & signing_groups(brand)
    reads = signs or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
    if not reads:
        raise NotAllowed("Only auditors, brand admins and signing groups read the whole log.")
