"""The Merkle tree of RFC 9162: hashing, appending, proving, verifying.

Invariants:
    - A leaf is hashed with prefix 0x00, a node with 0x01: neither can pass for the other.
    - A :class:`Frontier` holds one hash per 1-bit of the size, largest subtree first: all that appending needs.
    - Verification recomputes; it trusts no length, no index and no hash that it was given.

What it does not do: it stores nothing; where nodes come from is the caller's business (:data:`NodeReader`).

Source: RFC 9162 §2.1.1 to §2.1.4 (the same tree as RFC 6962 §2.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import msgspec

from docflow.errors import ErrorCode, InputError, UsageError

HASH_BYTES = 32
"""SHA-256."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""RFC 9162 §2.1.1: the hash of an empty list."""

NodeReader = Callable[[int, int], bytes]
"""``(level, position) -> hash`` of the full subtree over leaves [position·2^level, (position+1)·2^level)."""


def hash_leaf(data: bytes) -> bytes:
    """Return the leaf hash of an entry.

    Source: RFC 9162 §2.1.1.
    """
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node.

    Source: RFC 9162 §2.1.1.
    """
    return hashlib.sha256(b"\x01" + left + right).digest()


class Node(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A full subtree that an append completed; ``level`` 0 is the leaf itself."""

    level: int
    position: int
    hash: bytes


class Frontier(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The compact form of a tree: roots of its full subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count() or any(len(p) != HASH_BYTES for p in self.peaks):
            raise UsageError(
                ErrorCode.BAD_ARGUMENT,
                f"a frontier of size {self.size} has one 32-byte hash per 1-bit of its size",
                vi="Biên của cây Merkle không đúng.",
            )

    def to_bytes(self) -> bytes:
        """Return the peaks one after another."""
        return b"".join(self.peaks)


def parse_frontier(size: int, data: bytes) -> Frontier:
    """Read what :meth:`Frontier.to_bytes` wrote.

    Raises:
        InputError: ``MALFORMED_INPUT``; the length does not fit the size.
    """
    if size < 0 or len(data) != HASH_BYTES * size.bit_count():
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"the frontier of a tree of {size} leaves cannot have {len(data)} bytes",
            vi="Biên của cây Merkle không đúng độ dài.",
        )
    return Frontier(size=size, peaks=tuple(data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)))


def append_leaf(frontier: Frontier, leaf_hash: bytes) -> tuple[Frontier, tuple[Node, ...]]:
    """Append one leaf; return the new frontier and every subtree that became full, the leaf first.

    Source: RFC 9162 §2.1.1.
    """
    after, above = append_leaves(frontier, (leaf_hash,))
    return after, (Node(level=0, position=frontier.size, hash=leaf_hash), *above)


def append_leaves(frontier: Frontier, leaf_hashes: Iterable[bytes]) -> tuple[Frontier, tuple[Node, ...]]:
    """Append leaves; return the new frontier and every subtree above a leaf that became full, in order.

    Source: RFC 9162 §2.1.1.
    """
    size, peaks, nodes = frontier.size, list(frontier.peaks), []
    for leaf_hash in leaf_hashes:
        level, position, current = 0, size, leaf_hash
        while position & 1:
            current = hash_node(peaks.pop(), current)
            level, position = level + 1, position >> 1
            nodes.append(Node(level=level, position=position, hash=current))
        peaks.append(current)
        size += 1
    return Frontier(size=size, peaks=tuple(peaks)), tuple(nodes)


def root_of(frontier: Frontier) -> bytes:
    """Return the root hash of a tree.

    Source: RFC 9162 §2.1.1.
    """
    if not frontier.peaks:
        return EMPTY_ROOT
    root = frontier.peaks[-1]
    for peak in reversed(frontier.peaks[:-1]):
        root = hash_node(peak, root)
    return root


def prove_inclusion(index: int, size: int, *, read_node: NodeReader) -> tuple[bytes, ...]:
    """Return the inclusion path of a leaf in a tree of ``size`` leaves, the leaf's sibling first.

    Raises:
        UsageError: ``BAD_ARGUMENT``; the leaf is not in the tree.
    Source: RFC 9162 §2.1.3.1.
    """
    if not 0 <= index < size:
        raise _not_in_tree(index, size)
    path: list[bytes] = []
    start, width = 0, size
    while width > 1:
        split = _split(width)
        if index - start < split:
            path.append(_range_hash(start + split, width - split, read_node))
            width = split
        else:
            path.append(_range_hash(start, split, read_node))
            start, width = start + split, width - split
    return tuple(reversed(path))


def prove_consistency(old_size: int, new_size: int, *, read_node: NodeReader) -> tuple[bytes, ...]:
    """Return the proof that the tree of ``new_size`` leaves begins with the tree of ``old_size`` leaves.

    Raises:
        UsageError: ``BAD_ARGUMENT``; not 0 < old_size ≤ new_size.
    Source: RFC 9162 §2.1.4.1.
    """
    if not 0 < old_size <= new_size:
        raise _not_in_tree(old_size, new_size)
    path: list[bytes] = []
    start, old, width, is_known_to_verifier = 0, old_size, new_size, True
    while old != width:
        split = _split(width)
        if old <= split:
            path.append(_range_hash(start + split, width - split, read_node))
            width = split
        else:
            path.append(_range_hash(start, split, read_node))
            start, old, width, is_known_to_verifier = start + split, old - split, width - split, False
    if not is_known_to_verifier:
        path.append(_range_hash(start, width, read_node))
    return tuple(reversed(path))


def verify_inclusion(leaf_hash: bytes, index: int, size: int, *, path: Sequence[bytes], root: bytes) -> None:
    """Verify that a leaf stands at ``index`` in the tree of ``size`` leaves with this root.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; the path leads to another root, or is too long or too short.
    Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or len(root) != HASH_BYTES or any(len(item) != HASH_BYTES for item in path):
        raise _broken("inclusion")
    node, last, current = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            raise _broken("inclusion")
        if node & 1 or node == last:
            current = hash_node(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = hash_node(current, sibling)
        node, last = node >> 1, last >> 1
    if last != 0 or current != root:
        raise _broken("inclusion")


def verify_consistency(
    old_size: int, new_size: int, *, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Verify that the tree with ``new_root`` begins with the tree with ``old_root``.

    Raises:
        InputError: ``EVIDENCE_BROKEN``; it does not, or the path is malformed. The empty tree proves nothing: refused.
    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 < old_size <= new_size or any(len(item) != HASH_BYTES for item in path):
        raise _broken("consistency")
    if old_size == new_size:
        if path or old_root != new_root:
            raise _broken("consistency")
        return
    items = list(path)
    if old_size.bit_count() == 1:
        items.insert(0, old_root)
    if not items:
        raise _broken("consistency")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    from_old = from_new = items[0]
    for item in items[1:]:
        if last == 0:
            raise _broken("consistency")
        if node & 1 or node == last:
            from_old, from_new = hash_node(item, from_old), hash_node(item, from_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            from_new = hash_node(from_new, item)
        node, last = node >> 1, last >> 1
    if last != 0 or from_old != old_root or from_new != new_root:
        raise _broken("consistency")


def _split(width: int) -> int:
    """Return the largest power of two smaller than ``width`` (RFC 9162 §2.1.1)."""
    return 1 << ((width - 1).bit_length() - 1)


def _range_hash(start: int, width: int, read_node: NodeReader) -> bytes:
    """Return the tree hash over ``width`` leaves from ``start``, a multiple of the largest power of two ≤ width."""
    hashes: list[bytes] = []
    while width:
        level = width.bit_length() - 1
        hashes.append(read_node(level, start >> level))
        start, width = start + (1 << level), width - (1 << level)
    current = hashes.pop()
    while hashes:
        current = hash_node(hashes.pop(), current)
    return current


def _not_in_tree(index: int, size: int) -> UsageError:
    return UsageError(
        ErrorCode.BAD_ARGUMENT,
        f"no such place in a log of {size} leaves: {index}",
        vi=f"Nhật ký có {size} mục, không có vị trí {index}.",
    )


def _broken(what: str) -> InputError:
    return InputError(
        ErrorCode.EVIDENCE_BROKEN,
        f"the {what} proof does not verify",
        vi="Bằng chứng trong nhật ký không khớp.",
        way_out="ask the log for a new proof; if that fails too, keep both files: they show that the log was changed",
    )
