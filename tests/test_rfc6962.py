"""The audit tree against the known answers of RFC 6962 logs: eight inputs, their roots and their proofs.

The inputs are the ones with which implementations of Certificate Transparency have compared each other
since 2013; RFC 9162 hashes the same way.
"""

from typing import Any

import pytest

from reviewer.ledger import (
    EMPTY,
    NotConsistent,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    bytes.fromhex(text)
    for text in (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
]
LEAVES = [leaf_hash(data) for data in INPUTS]
TREE = Tree(LEAVES)
H = bytes.fromhex
LEAF_1 = H("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7")
TWO_THREE = H("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e")
FOUR_TO_SEVEN = H("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
LEAF_4 = H("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")
SIX_SEVEN = H("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0")
FOUR_FIVE = H("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a")

INCLUSION: list[tuple[int, int, list[bytes]]] = [  # index from 0, size, path
    (0, 1, []),
    (0, 8, [LEAF_1, TWO_THREE, FOUR_TO_SEVEN]),
    (5, 8, [LEAF_4, SIX_SEVEN, ROOTS[3]]),
    (2, 3, [ROOTS[1]]),
    (1, 5, [ROOTS[0], TWO_THREE, LEAF_4]),
]
CONSISTENCY: list[tuple[int, int, list[bytes]]] = [
    (1, 1, []),
    (1, 8, [LEAF_1, TWO_THREE, FOUR_TO_SEVEN]),
    (6, 8, [FOUR_FIVE, SIX_SEVEN, ROOTS[3]]),
    (2, 5, [TWO_THREE, LEAF_4]),
    (6, 7, [FOUR_FIVE, leaf_hash(INPUTS[6]), ROOTS[3]]),
]


def refused(answer: Any) -> bool:
    """False, or an exception of ours: what does not hold is never let through, nor breaks anything."""
    try:
        return answer() is False
    except NotConsistent:
        return True


def test_the_hashes_of_an_empty_log_of_a_leaf_and_of_a_node() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert (
        node_hash(b"N123", b"N456").hex()
        == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
    )


def test_the_roots_of_the_first_one_to_eight_inputs() -> None:
    assert [TREE.root(n) for n in range(1, 9)] == ROOTS
    assert TREE.root(0) == EMPTY


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_the_known_audit_paths(index: int, size: int, path: list[bytes]) -> None:
    assert TREE.inclusion(index, size) == path
    assert verify_inclusion(index, size, LEAVES[index], path, ROOTS[size - 1]) is True


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_the_known_consistency_proofs(old: int, new: int, path: list[bytes]) -> None:
    assert TREE.consistency(old, new) == path
    assert verify_consistency(old, new, ROOTS[old - 1], ROOTS[new - 1], path) is True


def corrupted(path: list[bytes], root: bytes) -> list[list[bytes]]:
    """Other proofs: something more before, after and within, something less, changed, in another order."""
    zero = bytes(32)
    found = [[zero, *path], [*path, zero], [*path, root], [root, *path], [*path, *path, zero]]
    for place, step in enumerate(path):
        found.append([*path[:place], *path[place + 1 :]])
        found.append([*path[:place], zero, *path[place:]])
        found.append([*path[:place], bytes([step[0] ^ 8]) + step[1:], *path[place + 1 :]])
        found.append([*path[:place], step[:31] + bytes([step[31] ^ 1]), *path[place + 1 :]])
        found += [[*path[:place], other, *path[place + 1 :]] for other in (b"", step[:-1], step + b"\0")]
    if len(set(path)) > 1:
        found.append(path[::-1])
    return found


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_nothing_but_the_audit_path_leads_there(index: int, size: int, path: list[bytes]) -> None:
    leaf, root = LEAVES[index], ROOTS[size - 1]
    others = corrupted(path, root)
    for other in others:
        assert refused(lambda other=other: verify_inclusion(index, size, leaf, other, root)), other
    for wrong in {index - 1, index + 1, index ^ 2, index + 8, -1, -size, size, size + 1, 1 << 62, 1 << 64}:
        assert refused(lambda w=wrong: verify_inclusion(w, size, leaf, path, root)), wrong
    for wrong in {size * 2, size // 2, 0, -1, -size}:
        assert refused(lambda w=wrong: verify_inclusion(index, w, leaf, path, root)), wrong
    for wrong_hash in (EMPTY, b"", leaf[:31], leaf + b"\0", b"leaf", bytes(32)):
        assert refused(lambda w=wrong_hash: verify_inclusion(index, size, w, path, root))
        assert refused(lambda w=wrong_hash: verify_inclusion(index, size, leaf, path, w))


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_nothing_but_the_consistency_proof_connects_them(old: int, new: int, path: list[bytes]) -> None:
    first, second = ROOTS[old - 1], ROOTS[new - 1]
    for other in corrupted(path, second) + ([[]] if path else []):
        assert refused(lambda other=other: verify_consistency(old, new, first, second, other)), other
    for wrong in {old - 1, old + 1, old ^ 2, 0, -1, new + 1, 1 << 64} - {old}:
        assert refused(lambda w=wrong: verify_consistency(w, new, first, second, path)), wrong
    for wrong in {new * 2, new // 2 if new > 1 else 0, 0, -1, old - 1} - {new}:
        assert refused(lambda w=wrong: verify_consistency(old, w, first, second, path)), wrong
    for wrong_hash in (EMPTY, b"", first[:31], second + b"\0", b"root", bytes(32)):
        assert refused(lambda w=wrong_hash: verify_consistency(old, new, w, second, path))
        assert refused(lambda w=wrong_hash: verify_consistency(old, new, first, w, path))
    if first != second:
        assert refused(lambda: verify_consistency(old, new, second, first, path))


OTHER = leaf_hash(b"another log")


@pytest.mark.parametrize(
    ("old", "new", "first", "second", "path", "holds"),
    [
        (0, 0, EMPTY, EMPTY, [], True),
        (1, 1, OTHER, OTHER, [], True),
        (0, 0, EMPTY, OTHER, [], False),
        (0, 0, EMPTY, EMPTY, [EMPTY], False),
        (0, 1, EMPTY, OTHER, [], False),  # a proof from nothing says nothing
        (0, 1, EMPTY, EMPTY, [], False),
        (0, 1, EMPTY, OTHER, [OTHER], False),
        (1, 1, OTHER, EMPTY, [], False),
        (1, 1, OTHER, OTHER, [EMPTY], False),
        (1, 0, OTHER, EMPTY, [], False),  # a log does not shrink
        (2, 1, OTHER, EMPTY, [], False),
        (1, 2, OTHER, EMPTY, [], False),  # an empty proof
        (1, 2, OTHER, OTHER, [], False),
        (-1, 1, OTHER, OTHER, [], False),
        (-1, -1, OTHER, OTHER, [], False),
    ],
)
def test_sizes_at_the_edges(
    old: int, new: int, first: bytes, second: bytes, path: list[bytes], holds: bool
) -> None:
    assert refused(lambda: verify_consistency(old, new, first, second, path)) is not holds


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(0, 0, []), (0, 1, [EMPTY]), (1, 0, []), (2, 1, []), (-1, 0, []), (-1, 1, [])],
)
def test_indices_at_the_edges(index: int, size: int, path: list[bytes]) -> None:
    for leaf, root in ((EMPTY, EMPTY), (OTHER, OTHER), (OTHER, EMPTY)):
        assert refused(lambda leaf=leaf, root=root: verify_inclusion(index, size, leaf, path, root))


@pytest.mark.parametrize("wrong", [None, "00" * 32, 7, 0.0, bytearray(32), [1], True, b"", b"\0" * 33])
def test_what_is_not_a_hash_is_refused_wherever_it_stands(wrong: Any) -> None:
    _, _, path = INCLUSION[1]
    for place in range(3):
        broken = [*path[:place], wrong, *path[place + 1 :]]
        assert refused(lambda broken=broken: verify_inclusion(0, 8, LEAVES[0], broken, ROOTS[7]))
        assert refused(lambda broken=broken: verify_consistency(1, 8, ROOTS[0], ROOTS[7], broken))
    assert refused(lambda: verify_inclusion(0, 1, wrong, [], LEAVES[0]))
    assert refused(lambda: verify_inclusion(0, 1, LEAVES[0], [], wrong))
    assert refused(lambda: verify_consistency(1, 1, wrong, wrong, []))


@pytest.mark.parametrize("wrong", [None, "1", 1.0, True, b"\x01"])
def test_what_is_not_a_number_is_refused_as_an_index_and_as_a_size(wrong: Any) -> None:
    assert refused(lambda: verify_inclusion(wrong, 8, LEAVES[1], TREE.inclusion(1), ROOTS[7]))
    assert refused(lambda: verify_inclusion(0, wrong, LEAVES[0], [], LEAVES[0]))
    assert refused(lambda: verify_consistency(wrong, 8, ROOTS[0], ROOTS[7], CONSISTENCY[1][2]))
    assert refused(lambda: verify_consistency(1, wrong, ROOTS[0], ROOTS[0], []))


@pytest.mark.parametrize("wrong", [None, 7, b"\0" * 32, "proof", {1: 2}])
def test_what_is_not_a_list_of_hashes_is_refused_as_a_proof(wrong: Any) -> None:
    assert refused(lambda: verify_inclusion(0, 8, LEAVES[0], wrong, ROOTS[7]))
    assert refused(lambda: verify_consistency(1, 8, ROOTS[0], ROOTS[7], wrong))


def test_a_proof_of_a_million_steps_is_refused_at_once() -> None:
    long = [bytes(32)] * 1_000_000
    assert refused(lambda: verify_inclusion(0, 8, LEAVES[0], long, ROOTS[7]))
    assert refused(lambda: verify_consistency(1, 8, ROOTS[0], ROOTS[7], long))


def test_every_pair_of_sizes_up_to_eight_agrees_with_its_proof_and_no_other_pair() -> None:
    for new in range(1, 9):
        for old in range(1, new + 1):
            path = TREE.consistency(old, new)
            agree = [
                (a, b)
                for b in range(1, 9)
                for a in range(1, b + 1)
                if (a < b or not path)
                and not refused(
                    lambda a=a, b=b, path=path: verify_consistency(a, b, ROOTS[a - 1], ROOTS[b - 1], path)
                )
            ]
            assert agree == ([(n, n) for n in range(1, 9)] if old == new else [(old, new)])
