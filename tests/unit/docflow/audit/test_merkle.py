"""The tree against published vectors and against the definition."""

from __future__ import annotations

import pytest

from docflow.audit import (
    EMPTY_ROOT,
    Frontier,
    append_leaf,
    hash_leaf,
    hash_node,
    parse_frontier,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from docflow.errors import DocflowError, ErrorCode

# The test tree of the Certificate Transparency reference implementation (RFC 6962).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]


def grow(leaves: list[bytes]) -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    """Return the root of every size and all nodes."""
    frontier, roots, nodes = Frontier(), [EMPTY_ROOT], {}
    for leaf in leaves:
        frontier, grown = append_leaf(frontier, hash_leaf(leaf))
        nodes.update({(node.level, node.position): node.hash for node in grown})
        roots.append(root_of(frontier))
    return roots, nodes


def test_the_roots_are_those_of_the_published_tree() -> None:
    """RFC 9162 §2.1.1: roots of the reference tree, from the empty one to eight leaves."""
    roots, _ = grow(LEAVES)
    assert [root.hex() for root in roots] == ROOTS


def test_the_inclusion_path_is_the_published_one() -> None:
    """RFC 9162 §2.1.3.1: the first leaf of eight."""
    roots, nodes = grow(LEAVES)
    path = prove_inclusion(0, 8, read_node=lambda level, position: nodes[level, position])
    assert [item.hex() for item in path] == PATH_0_OF_8
    verify_inclusion(hash_leaf(LEAVES[0]), 0, 8, path=path, root=roots[8])


def test_a_leaf_cannot_pass_for_a_node() -> None:
    """RFC 9162 §2.1.1: prefixes 0x00 and 0x01 keep them apart."""
    left, right = hash_leaf(b"a"), hash_leaf(b"b")
    assert hash_leaf(left + right) != hash_node(left, right)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4), (9, 4)])
def test_nothing_is_proven_of_a_leaf_outside_the_tree(index: int, size: int) -> None:
    """An index beyond the size is a mistake of the caller, and no proof for a verifier."""
    with pytest.raises(DocflowError) as caught:
        prove_inclusion(index, size, read_node=lambda _level, _position: bytes(32))
    assert caught.value.code is ErrorCode.BAD_ARGUMENT
    with pytest.raises(DocflowError) as caught:
        verify_inclusion(bytes(32), index, size, path=(), root=bytes(32))
    assert caught.value.code is ErrorCode.EVIDENCE_BROKEN


def test_consistency_with_the_empty_tree_is_refused() -> None:
    """RFC 9162 §2.1.4 is defined for 0 < m: an empty tree says nothing about a log."""
    with pytest.raises(DocflowError):
        prove_consistency(0, 4, read_node=lambda _level, _position: bytes(32))
    with pytest.raises(DocflowError):
        verify_consistency(0, 4, old_root=EMPTY_ROOT, new_root=bytes(32), path=())


@pytest.mark.parametrize("path", [(b"short",), (bytes(32), bytes(31))])
def test_a_path_of_other_lengths_is_refused(path: tuple[bytes, ...]) -> None:
    """Hashes have 32 bytes: otherwise two of them could be read as three."""
    with pytest.raises(DocflowError):
        verify_inclusion(bytes(32), 0, 4, path=path, root=bytes(32))
    with pytest.raises(DocflowError):
        verify_consistency(1, 4, old_root=bytes(32), new_root=bytes(32), path=path)


def test_a_path_too_long_is_refused_also_if_it_leads_to_the_root() -> None:
    """RFC 9162 §2.1.3.2 step 4: a tree of one leaf has no siblings, whatever root somebody made up for it."""
    leaf_hash, sibling = hash_leaf(b"leaf"), hash_leaf(b"sibling")
    with pytest.raises(DocflowError):
        verify_inclusion(leaf_hash, 0, 1, path=(sibling,), root=hash_node(sibling, leaf_hash))


def test_a_consistency_path_too_short_is_refused_also_if_it_leads_to_the_root() -> None:
    """RFC 9162 §2.1.4.2 step 8: from 2 to 8 leaves there are two hashes, also if the made-up root needs one."""
    old_root, sibling = hash_leaf(b"old"), hash_leaf(b"sibling")
    with pytest.raises(DocflowError):
        verify_consistency(2, 8, old_root=old_root, new_root=hash_node(old_root, sibling), path=(sibling,))


@pytest.mark.parametrize(("size", "length"), [(-1, 0), (0, 32), (1, 0), (3, 32), (3, 63), (4, 64)])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, length: int) -> None:
    """One peak for each 1-bit of the size."""
    with pytest.raises(DocflowError):
        parse_frontier(size, bytes(length))
