"""The record: who did what, to what, having seen what; and the proof that it is whole."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviewer import release
from reviewer.errors import NotAllowed, NotFound
from reviewer.ledger import Tree, leaf_hash
from reviewer.model import Actor, Event
from reviewer.service.drafts import Drafts
from reviewer.service.permits import Permits
from reviewer.store import Head, Store, Tx
from reviewer.workflow import signing_groups


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
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
                known = {head.size: head for head in tx.heads()}
            size, now = len(self._tree), self._clock()
            if size in known:
                return known[size]
            root = self._tree.root().hex()
            token = release.audit_head(size, root, issuer=self._issuer, key=self._permits.keys()[0], now=now)
            head = Head(size, root, token, now)
        self._store.write(lambda tx: tx.add_head(head))
        return head

    def prove(self, actor: Actor, seq: int) -> Proof:
        """The inclusion proof of an event that the actor may read."""
        head = self.head()
        with self._store.read() as tx:
            _check_reader(tx, actor, actor.brand)
            found = [body for number, body in tx.leaves(seq - 1, upto=seq) if number == seq]
        if not found or json.loads(found[0])["brand"] != actor.brand:
            raise NotFound("There is no such event in this brand's log.")
        with self._growing:
            index = self._seqs.index(seq)
            path = self._tree.inclusion(index, head.size)
        return Proof(
            seq, found[0].decode(), index, head.size, head.root, tuple(h.hex() for h in path), head.token
        )

    def consistency(self, old: int, new: int) -> tuple[str, ...]:
        """The proof that the log of `new` events begins with the log of `old` (hashes in hex)."""
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
            if not 0 < old <= new <= len(self._tree):
                raise NotFound(f"The log has {len(self._tree)} events: choose sizes up to that.")
            return tuple(h.hex() for h in self._tree.consistency(old, new))

    def export(self) -> Iterator[str]:
        """The whole log as JSON lines: what it is, every event as it was hashed, every signed head."""
        self.head()
        with self._store.read() as tx:
            yield _line({"reviewer": "audit", "v": 1, "issuer": self._issuer, "jwks": self._permits.jwks()})
            for _seq, body in tx.leaves():
                yield body.decode()
            for head in tx.heads():
                yield _line({"head": head.token})

    def _grow(self, tx: Tx) -> None:
        """Take up the events that were written since."""
        for seq, body in tx.leaves(self._seqs[-1] if self._seqs else 0):
            self._tree.append(leaf_hash(body))
            self._seqs.append(seq)


def _check_reader(tx: Tx, actor: Actor, brand_slug: str) -> None:
    brand = tx.brand(brand_slug)
    signs = brand.groups_of(actor.id) & signing_groups(brand)
    reads = signs or actor.roles & {"auditor", "brand_admin"} or "audit:read" in actor.scopes
    if actor.brand != brand_slug or not reads:
        raise NotAllowed("Only auditors, brand admins and signing groups read the whole log.")


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
