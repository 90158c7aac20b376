"""The audit tree of the log as it stands: signed heads, where an event is in it, proofs (RFC 9162)."""

import json
import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from joserfc.jwk import OKPKey

from reviewer import release
from reviewer.errors import NotFound
from reviewer.ledger import Tree, leaf_hash
from reviewer.store import Head, Store, Tx

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


@dataclass(frozen=True)
class Place:
    """Where an event is: leaf `index` of a tree of `size` events with this root (hex)."""

    index: int
    size: int
    root: str


class LogTree:
    """One process's copy of the tree, which grows with the log."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime], issuer: str, key: Callable[[], OKPKey]
    ) -> None:
        self._store, self._clock, self._issuer, self._key = store, clock, issuer, key
        self._tree, self._seqs = Tree(), list[int]()
        self._growing = threading.Lock()

    def head(self) -> Head:
        """A signed head over the whole log as it stands; kept, once for each size."""
        key = self._key()
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
                known = tx.head(len(self._tree))
            if known is not None:
                return known
            size, root, now = len(self._tree), self._tree.root().hex(), self._clock()
        token = release.audit_head(size, root, issuer=self._issuer, key=key, now=now)
        return self._store.write(lambda tx: tx.keep_head(Head(size, root, token, now)))

    def place(self, seq: int) -> Place:
        """Where an event is in the tree as it stands; nothing is signed."""
        with self._growing:
            with self._store.read() as tx:
                self._grow(tx)
            return Place(bisect_left(self._seqs, seq), len(self._tree), self._tree.root().hex())

    def proof(self, seq: int, *, brand: str | None = None) -> Proof:
        """The inclusion proof of an event, of one brand where it is named; raises NotFound."""
        with self._store.read() as tx:
            event = _event(tx, seq)
        if brand is not None and json.loads(event)["brand"] != brand:
            raise NotFound(NO_EVENT)
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

    def _grow(self, tx: Tx) -> None:
        """Take up the events that were written since."""
        for seq, body in tx.leaves(self._seqs[-1] if self._seqs else 0):
            self._tree.append(leaf_hash(body))
            self._seqs.append(seq)


def _event(tx: Tx, seq: int) -> bytes:
    if not 0 < seq <= LAST_SEQ:
        raise NotFound(NO_EVENT)
    for _, body in tx.leaves(seq - 1, upto=seq):
        return body
    raise NotFound(NO_EVENT)
