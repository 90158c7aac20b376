"""The audit tree: what it proves holds, and nothing else does."""

import hashlib
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.ledger import (
    EMPTY,
    Frontier,
    NotConsistent,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(f"event {n}".encode()) for n in range(130)]
TREE = Tree(LEAVES)


def reference(leaves: list[bytes]) -> bytes:
    """The tree hash, straight from its definition in RFC 9162, 2.1.1."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(reference(leaves[:k]), reference(leaves[k:]))


def test_the_root_is_what_the_rfc_defines() -> None:
    assert [TREE.root(n) for n in range(131)] == [reference(LEAVES[:n]) for n in range(131)]


def test_known_answer() -> None:
    """Hashes of the log with the leaves "" and 0x00: worked out by hand from the definition."""
    first, second = hashlib.sha256(b"\x00").digest(), hashlib.sha256(b"\x00\x00").digest()

    assert (
        Tree([leaf_hash(b""), leaf_hash(b"\x00")]).root() == hashlib.sha256(b"\x01" + first + second).digest()
    )
    assert Tree().root() == EMPTY


def test_every_event_is_proven_in_every_size() -> None:
    for size in range(1, 131):
        for index in range(size):
            assert verify_inclusion(index, size, LEAVES[index], TREE.inclusion(index, size), TREE.root(size))


def test_every_log_is_proven_to_grow_from_every_earlier_one() -> None:
    for new in range(1, 131):
        for old in range(1, new + 1):
            assert verify_consistency(old, new, TREE.root(old), TREE.root(new), TREE.consistency(old, new))


@given(st.integers(2, 130), st.data())
def test_nothing_else_is_proven_included(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof, root = TREE.inclusion(index, size), TREE.root(size)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))

    assert not verify_inclusion(index, size, LEAVES[other], proof, root)
    assert not verify_inclusion(other, size, LEAVES[index], proof, root)
    assert not verify_inclusion(index, size, LEAVES[index], proof[:-1], root)
    assert not verify_inclusion(index, size, LEAVES[index], [*proof, root], root)
    assert not verify_inclusion(index, size, LEAVES[index], changed(proof, data), root)
    assert not verify_inclusion(-1, size, LEAVES[index], proof, root)
    assert not verify_inclusion(size, size, LEAVES[index], proof, root)


@given(st.integers(2, 130), st.data())
def test_no_other_history_is_proven(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof, first, second = TREE.consistency(old, new), TREE.root(old), TREE.root(new)

    assert not verify_consistency(old, new, second, first, proof)
    assert not verify_consistency(old, new, first, second, proof[:-1])
    assert not verify_consistency(old, new, first, second, [*proof, first])
    assert not verify_consistency(old, new, first, second, changed(proof, data))
    assert not verify_consistency(new, old, second, first, proof)
    assert not verify_consistency(old, new, LEAVES[0][::-1], second, proof)


def changed(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """The proof with one bit of it the other way round."""
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    flipped = bytearray(proof[at])
    flipped[bit // 8] ^= 1 << bit % 8
    return [*proof[:at], bytes(flipped), *proof[at + 1 :]]


def test_equal_logs_need_no_proof_and_an_empty_one_proves_nothing() -> None:
    assert verify_consistency(5, 5, TREE.root(5), TREE.root(5), [])
    assert verify_consistency(0, 0, EMPTY, EMPTY, [])
    assert not verify_consistency(5, 5, TREE.root(5), TREE.root(6), [])
    assert not verify_consistency(5, 5, TREE.root(5), TREE.root(5), [TREE.root(5)])
    assert not verify_consistency(0, 5, EMPTY, TREE.root(5), [])
    assert not verify_consistency(0, 0, TREE.root(5), TREE.root(5), [])


@pytest.mark.parametrize("hashed", [b"", b"x" * 31, b"x" * 33])
def test_a_hash_of_another_length_is_refused(hashed: bytes) -> None:
    with pytest.raises(NotConsistent):
        verify_inclusion(0, 1, hashed, [], LEAVES[0])
    with pytest.raises(NotConsistent):
        verify_inclusion(0, 2, LEAVES[0], [hashed], LEAVES[0])
    with pytest.raises(NotConsistent):
        verify_consistency(1, 2, LEAVES[0], LEAVES[1], [hashed])


def test_proofs_stay_short() -> None:
    """At most 2 kB for a log of 100,000 events."""
    rng = random.Random(1)  # noqa: S311  # a test that repeats
    tree = Tree(leaf_hash(rng.randbytes(8)) for _ in range(100_000))

    longest = max(len(tree.inclusion(n)) for n in rng.sample(range(100_000), 500))

    assert longest * 32 <= 2048
    assert len(tree.consistency(65_537)) * 32 <= 2048


def test_a_log_that_only_grows_has_the_roots_of_the_tree() -> None:
    log = Frontier()
    for n, leaf in enumerate(LEAVES):
        assert (log.size, log.root()) == (n, TREE.root(n))
        log = log.with_leaf(leaf)
        assert len(log.peaks) == (n + 1).bit_count()
    with pytest.raises(NotConsistent):
        log.with_leaf(b"short")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: TREE.root(131),
        lambda: TREE.root(-1),
        lambda: TREE.inclusion(130),
        lambda: TREE.inclusion(-1),
        lambda: TREE.inclusion(7, 7),
        lambda: TREE.inclusion(0, 0),
        lambda: TREE.inclusion(0, 131),
        lambda: TREE.consistency(0),
        lambda: TREE.consistency(0, 0),
        lambda: TREE.consistency(-1),
        lambda: TREE.consistency(8, 7),
        lambda: TREE.consistency(1, 131),
    ],
)
def test_what_is_not_in_the_log_has_no_proof_at_all(ask: Callable[[], object]) -> None:
    with pytest.raises(IndexError):
        ask()


def test_a_proof_for_a_place_or_size_that_cannot_be_holds_nowhere() -> None:
    root, path = TREE.root(), TREE.inclusion(0)

    assert not verify_inclusion(-1, 130, LEAVES[0], path, root)
    assert not verify_inclusion(130, 130, LEAVES[0], path, root)
    assert not verify_inclusion(0, 0, LEAVES[0], [], LEAVES[0])
    assert not verify_inclusion(0, 1, LEAVES[0], [LEAVES[1]], LEAVES[0])
    assert not verify_inclusion(0, 130, LEAVES[0], [*path, LEAVES[1]], root)
    assert not verify_inclusion(0, 130, LEAVES[0], path[:-1], root)
    assert not verify_consistency(-1, 130, root, root, [])
    assert not verify_consistency(131, 130, root, root, [])
    assert not verify_consistency(0, 130, EMPTY, root, TREE.consistency(1))
    assert not verify_consistency(5, 5, TREE.root(5), TREE.root(5), [LEAVES[0]])
    assert not verify_consistency(5, 5, TREE.root(5), TREE.root(6), [])
    assert not verify_consistency(0, 0, LEAVES[0], LEAVES[0], [])
    assert verify_consistency(0, 0, EMPTY, EMPTY, [])
    for old in (1, 2, 64, 127):
        proof = TREE.consistency(old)
        assert not verify_consistency(old, 130, TREE.root(old), root, [])
        assert not verify_consistency(old, 130, TREE.root(old), root, [*proof, LEAVES[0]])
        assert not verify_consistency(old, 130, LEAVES[9], root, proof)
        assert not verify_consistency(old, 130, TREE.root(old), LEAVES[9], proof)


def test_only_whole_hashes_make_a_tree() -> None:
    for wrong in (b"short", b"x" * 33, "x" * 32):
        with pytest.raises(NotConsistent):
            Tree([wrong])  # type: ignore[list-item]
