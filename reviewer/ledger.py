"""The audit log as a Merkle tree (RFC 9162, section 2): append, prove, verify.

A leaf is an event's RFC 8785 bytes. Hashes are 32 bytes of SHA-256: 0x00 before a leaf, 0x01 before two
children. Whoever holds a signed head (size and root) can check that an event is in the log, and that a
later log only added to it, without the server.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

SIZE = 32
LONGEST = 65
"""No proof has more hashes: one for each level of a tree of 2⁶⁴ leaves, and one to begin with."""
EMPTY = hashlib.sha256().digest()
"""The root of a log without events."""


class NotConsistent(ValueError):
    """A proof that is not one: a hash of another length, or sizes that make no sense."""


def leaf_hash(event: bytes) -> bytes:
    """The hash of one event's bytes."""
    return hashlib.sha256(b"\x00" + event).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree over leaf hashes; appending costs amortized two hashes, a proof about log2(size)²/2."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash, and every parent that it completes."""
        level, hashed = 0, _of_size(leaf)
        while True:
            self._levels[level].append(hashed)
            if len(self._levels[level]) % 2:
                return
            hashed = node_hash(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves (of all of them by default)."""
        size = self._within(len(self) if size is None else size)
        return self._hash(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The audit path of leaf `index` (from 0) in the tree of the first `size` leaves."""
        size = self._within(len(self) if size is None else size)
        if not 0 <= index < size:
            raise IndexError(f"there is no event {index} among the first {size}")
        return self._path(index, 0, size)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the first `new` leaves begin with the first `old` ones (0 < old <= new)."""
        new = self._within(len(self) if new is None else new)
        if not 0 < old <= new:
            raise IndexError(f"a log of {new} events cannot be compared with one of {old}")
        return self._subproof(old, 0, new, whole=True)

    def _within(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise IndexError(f"the log has {len(self)} events, not {size}")
        return size

    def _hash(self, start: int, end: int) -> bytes:
        size = end - start
        if size & (size - 1) == 0:  # then it begins at a multiple of its size
            return self._levels[size.bit_length() - 1][start // size]
        middle = start + _split(size)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + _split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._hash(middle, end)]
        return [*self._path(index, middle, end), self._hash(start, middle)]

    def _subproof(self, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._hash(start, end)]
        middle = start + _split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, whole=whole), self._hash(middle, end)]
        return [*self._subproof(old, middle, end, whole=False), self._hash(start, middle)]


@dataclass(frozen=True, slots=True)
class Frontier:
    """A log of `size` events that only grows: the roots of its whole subtrees, widest first.

    At most log2(size) + 1 hashes: enough to append and to know the root, for checking a log of any
    length as it is read. `Tree` gives the same roots, and proofs.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def with_leaf(self, leaf: bytes) -> "Frontier":
        """The log with one more leaf hash."""
        peaks, hashed, whole = list(self.peaks), _of_size(leaf), self.size
        while whole % 2:
            hashed, whole = node_hash(peaks.pop(), hashed), whole >> 1
        return Frontier(self.size + 1, (*peaks, hashed))

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self.peaks:
            return EMPTY
        return reduce(lambda right, left: node_hash(left, right), reversed(self.peaks))


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the path lead from leaf `index` (from 0) to the root of a tree of `size` leaves.

    RFC 9162, 2.1.3.2. Raises NotConsistent for hashes that are not 32 bytes long, and for what is no number
    or no list.
    """
    hashed, wanted, path = _of_size(leaf_hash), _of_size(root), _path(proof)
    if not 0 <= _number(index) < _number(size):
        return False
    node, last = index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if node % 2 or node == last:
            hashed = node_hash(sibling, hashed)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = node_hash(hashed, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and hashed == wanted


def verify_consistency(size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> bool:
    """Does the log of `size2` events begin with the whole log of `size1`.

    RFC 9162, 2.1.4.2. A proof from an empty log says nothing and is refused. Raises NotConsistent for
    hashes that are not 32 bytes long, and for what is no number or no list.
    """
    old, new, path = _of_size(root1), _of_size(root2), _path(proof)
    if not 0 <= _number(size1) <= _number(size2):
        return False
    if size1 == size2:
        return not path and old == new and (size1 > 0 or old == EMPTY)
    if size1 == 0 or not path:
        return False
    if size1 & (size1 - 1) == 0:  # the old tree is a whole subtree: its root begins the path
        path.insert(0, old)
    node, last = size1 - 1, size2 - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node % 2 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old and second == new


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _of_size(hashed: bytes) -> bytes:
    if not isinstance(hashed, bytes) or len(hashed) != SIZE:
        raise NotConsistent(f"a hash has {SIZE} bytes")
    return hashed


def _path(proof: Sequence[bytes]) -> list[bytes]:
    if not isinstance(proof, (list, tuple)):
        raise NotConsistent("a proof is a list of hashes")
    if len(proof) > LONGEST:
        raise NotConsistent(f"no proof has more than {LONGEST} hashes")
    return [_of_size(hashed) for hashed in proof]


def _number(size: int) -> int:
    if type(size) is not int:
        raise NotConsistent("an index or a size is a whole number")
    return size
