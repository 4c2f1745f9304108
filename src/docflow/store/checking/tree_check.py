"""The tree over the leaves, made anew leaf by leaf, and the stored nodes and head beside it.

Invariants:
    - Nodes are read for :data:`_LEAVES_AT_ONCE` leaves at once: what these complete, and no other.

What it does not do: it looks at no leaf; it is given their hashes.

Source: docs/spec/audit-log.md §4; RFC 9162 §2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from docflow.audit import Frontier, LogFindingCode, append_leaf
from docflow.store.checking.examination import Examination, name_row
from docflow.store.engines.prepared import Prepared
from docflow.store.tables import AUDIT_HEAD, AUDIT_NODE

_LEAVES_AT_ONCE = 4096
_FARTHEST = 2**63 - 1
_NODES = sa.select(AUDIT_NODE).where(AUDIT_NODE.c.agency == sa.bindparam("examined"))
_ON_A_LEVEL = Prepared(
    _NODES.where(
        AUDIT_NODE.c.level == sa.bindparam("level"),
        AUDIT_NODE.c.position.between(sa.bindparam("first"), sa.bindparam("last")),
    ).order_by(AUDIT_NODE.c.position)
)
_ON_NO_LEVEL = Prepared(_NODES.where(sa.or_(AUDIT_NODE.c.level < 1, AUDIT_NODE.c.level > sa.bindparam("highest"))))


class TreeCheck:
    """Step (2) of :func:`docflow.store.checking.verification.verify_store`."""

    def __init__(self, found: Examination) -> None:
        self._found = found
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.frontier = Frontier()

    def append(self, leaf_hash: bytes) -> None:
        """Append a leaf, and compare what it completes with what is stored."""
        if self.frontier.size % _LEAVES_AT_ONCE == 0:
            self._nodes = dict(self._read(self.frontier.size))
        self.frontier, grown = append_leaf(self.frontier, leaf_hash)
        for node in grown[1:]:
            stored = self._nodes.get((node.level, node.position))
            where = f"agency={self._found.agency}, level={node.level}, position={node.position}"
            if stored is None:
                self._found.add(LogFindingCode.ROW_MISSING, AUDIT_NODE.name, where)
            elif stored != node.hash:
                self._found.add(LogFindingCode.TREE_CHANGED, AUDIT_NODE.name, where, column="hash")

    def _read(self, start: int) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield the nodes that the next leaves complete: on each level those that end among these leaves."""
        end = start + _LEAVES_AT_ONCE
        for level in range(1, end.bit_length()):
            first, last = start >> level, (end >> level) - 1
            if first <= last:
                for row in self._found.stream(_ON_A_LEVEL, level=level, first=first, last=last):
                    yield (level, row["position"]), row["hash"]

    def check_rest(self) -> None:
        """Name nodes that no leaf completes, and compare the head; every leaf was appended."""
        size = self.frontier.size
        highest = size.bit_length()
        self._name_unknown(self._found.stream(_ON_NO_LEVEL, highest=highest))
        for level in range(1, highest + 1):
            for first, last in ((-_FARTHEST, -1), (size >> level, _FARTHEST)):
                self._name_unknown(self._found.stream(_ON_A_LEVEL, level=level, first=first, last=last))
        self._check_head()

    def _name_unknown(self, rows: Iterator[dict[str, Any]]) -> None:
        for row in rows:
            self._found.add(LogFindingCode.ROW_UNKNOWN, AUDIT_NODE.name, name_row(AUDIT_NODE, row))

    def _check_head(self) -> None:
        heads = list(self._found.all(AUDIT_HEAD))
        if not heads and self.frontier.size:
            self._found.add(LogFindingCode.ROW_MISSING, AUDIT_HEAD.name, f"agency={self._found.agency}")
        for row in heads:
            for column, value in (("size", self.frontier.size), ("peaks", self.frontier.to_bytes())):
                if row[column] != value:
                    self._found.add(
                        LogFindingCode.TREE_CHANGED, AUDIT_HEAD.name, name_row(AUDIT_HEAD, row), column=column
                    )
