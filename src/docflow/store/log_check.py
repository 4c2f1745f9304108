"""The log by itself: leaves that open, the tree over them, checkpoints that are signed and agree with it.

Invariants:
    - What the leaves say of rows and registers is replayed while they are read, and comes back in :class:`Replayed`.

What it does not do: it looks at no row of the work, no register and no file (:mod:`docflow.store.record_check`).

Source: docs/spec/audit-log.md §4, §6; RFC 9162 §2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from docflow.audit import (
    Checkpoint,
    Frontier,
    Leaf,
    LogFindingCode,
    OpenedLeaf,
    RegisterLink,
    VerifierKey,
    append_leaf,
    commit_payload,
    hash_leaf,
    root_of,
    verify_checkpoint,
)
from docflow.audit.leaves import SALT_BYTES
from docflow.errors import DocflowError
from docflow.model import REGISTER_OPENED
from docflow.store.examination import ROWS_AT_ONCE, Examination, name_key, name_row
from docflow.store.leaf_rows import Key, founded_agencies, key_of, open_or_none
from docflow.store.tables import (
    AGENCY,
    AUDIT_CHECKPOINT,
    AUDIT_HEAD,
    AUDIT_LEAF,
    AUDIT_NODE,
    METADATA,
    REGISTER_ENTRY,
    owner_column,
)

DATES = {"register_entry": "issued_on", "incoming_entry": "registered_on", "copy_entry": "issued_on"}
"""Tables with the lines of registers, and the column of their date."""
_OUTSIDE = "checkpoint"


@dataclass(slots=True)
class Replayed:
    """What the leaves say, one after the other: rows as they should be, registers' last number, its leaf and date."""

    rows: dict[tuple[str, Key], Mapping[str, object]] = field(default_factory=dict)
    registers: dict[Key, tuple[int, bytes, str | None]] = field(default_factory=dict)


class LogCheck:
    """Steps (1)…(3) of :func:`docflow.store.verification.verify_store`."""

    def __init__(self, found: Examination, *, vkey: VerifierKey) -> None:
        self._found = found
        self._vkey = vkey
        self.frontier = Frontier()
        self.replayed = Replayed()
        self.checkpoints = 0

    def run(self, outside: str | None) -> Replayed:
        """Check keys, leaves, tree, checkpoints and head; return what the leaves say."""
        self._check_key()
        self._check_strangers()
        signed = self._read_checkpoints()
        kept = self._read_outside(outside)
        nodes: dict[tuple[int, int], Mapping[str, Any]] = {
            (row["level"], row["position"]): row for row in self._found.all(AUDIT_NODE)
        }
        claimed: set[int] = set()
        for expected, row in enumerate(self._found.all(AUDIT_LEAF, order=AUDIT_LEAF.c.position)):
            self._check_leaf(row, expected, agency=self._found.agency, nodes=nodes)
            self._check_roots(signed, kept)
            claimed.add(row["signed_size"])
            if row["signed_size"] not in signed or row["signed_size"] < expected + 1:
                detail = "its transaction signed a checkpoint of this size, which is not there"
                self._found.add(
                    LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={row['signed_size']}", detail=detail
                )
                self._found.changed(AUDIT_LEAF, row, "signed_size", detail="or the checkpoint was removed")
        self._check_leftovers(nodes, signed, kept, claimed=claimed)
        self._check_head(self._found.agency)
        if self.frontier.size == 0:
            self._found.add(LogFindingCode.LOG_EMPTY, AUDIT_LEAF.name, "")
        return self.replayed

    # ---- (0) what is compared with what

    def _check_key(self) -> None:
        for row in self._found.all(AGENCY):
            if row["vkey"] != str(self._vkey):
                detail = "the verifier key in use is another one"
                self._found.add(
                    LogFindingCode.KEY_CHANGED, AGENCY.name, name_row(AGENCY, row), column="vkey", detail=detail
                )

    def _check_strangers(self) -> None:
        """Rows of agencies that no log speaks of belong to nobody who could miss or disown them."""
        founded = frozenset(founded_agencies(self._found.connection))
        for table in METADATA.sorted_tables:
            strangers = self._found.owners(table) - founded
            if not strangers:
                continue
            is_strange = table.c[owner_column(table)].in_(sorted(strangers))
            query = sa.select(*table.primary_key.columns).where(is_strange).limit(ROWS_AT_ONCE)
            for row in self._found.connection.execute(query).mappings():
                self._found.add(
                    LogFindingCode.ROW_UNKNOWN, table.name, name_row(table, dict(row)), detail="no such agency"
                )

    def _read_checkpoints(self) -> dict[int, Checkpoint | None]:
        signed: dict[int, Checkpoint | None] = {}
        for row in self._found.all(AUDIT_CHECKPOINT, order=AUDIT_CHECKPOINT.c.size):
            self.checkpoints += 1
            key = name_row(AUDIT_CHECKPOINT, row)
            signed[row["size"]] = None
            try:
                checkpoint = verify_checkpoint(row["note"], self._vkey)
            except DocflowError as exc:
                code = LogFindingCode.CHECKPOINT_NOT_SIGNED
                self._found.add(code, AUDIT_CHECKPOINT.name, key, column="note", detail=exc.message)
                continue
            if checkpoint.size != row["size"]:
                code = LogFindingCode.VALUE_CHANGED
                self._found.add(code, AUDIT_CHECKPOINT.name, key, column="size", detail=f"signed was {checkpoint.size}")
            signed[row["size"]] = checkpoint
        return signed

    def _read_outside(self, text: str | None) -> Checkpoint | None:
        if text is None:
            return None
        try:
            return verify_checkpoint(text, self._vkey)
        except DocflowError as exc:
            self._found.add(LogFindingCode.CHECKPOINT_NOT_SIGNED, _OUTSIDE, "from outside", detail=exc.message)
            return None

    # ---- (1) leaves

    def _check_leaf(
        self,
        row: Mapping[str, Any],
        expected: int,
        *,
        agency: str,
        nodes: dict[tuple[int, int], Mapping[str, Any]],
    ) -> None:
        if row["position"] != expected:
            detail = f"the leaf at {expected} is missing, or this one stood there"
            self._found.changed(AUDIT_LEAF, row, "position", detail=detail)
        opened = open_or_none(row["payload"])
        if opened is None:
            self._found.add(
                LogFindingCode.LEAF_NOT_OPENED, AUDIT_LEAF.name, name_row(AUDIT_LEAF, row), column="payload"
            )
        else:
            for column, value in (("type", opened.type), ("subject", opened.subject), ("agency", opened.agency)):
                if row[column] != value:
                    self._found.changed(AUDIT_LEAF, row, column, detail=f"the payload says {value!r}")
        leaf_hash = self._judge_hash(row)
        if opened is not None:
            self._replay(opened, leaf_hash)
        self.frontier, grown = append_leaf(self.frontier, leaf_hash)
        for node in grown[1:]:
            stored = nodes.pop((node.level, node.position), None)
            where = f"agency={agency}, level={node.level}, position={node.position}"
            if stored is None:
                self._found.add(LogFindingCode.ROW_MISSING, AUDIT_NODE.name, where)
                continue
            for column, expected_value in (("hash", node.hash), ("agency", agency)):
                if stored[column] != expected_value:
                    self._found.add(LogFindingCode.TREE_CHANGED, AUDIT_NODE.name, where, column=column)

    def _judge_hash(self, row: Mapping[str, Any]) -> bytes:
        """Say which of opening, leaf and hash contradicts the other two, and return the hash that two agree on."""
        salt, payload = row["salt"], row["payload"]
        committed: Leaf | None = commit_payload(payload, salt) if len(salt) == SALT_BYTES else None
        of_data, of_opening, stored = hash_leaf(row["data"]), committed.hash if committed else None, row["hash"]
        if of_data == of_opening == stored:
            return of_data
        if of_opening == stored:
            wrong: tuple[str, ...] = ("data",)
        elif of_opening == of_data:
            wrong = ("hash",)
        else:
            wrong = ("salt", "payload") if of_data == stored else ("data", "salt", "payload", "hash")
        for column in wrong:
            detail = "" if len(wrong) == 1 else f"one of {', '.join(wrong)}"
            self._found.add(
                LogFindingCode.LEAF_NOT_OPENED, AUDIT_LEAF.name, name_row(AUDIT_LEAF, row), column=column, detail=detail
            )
        return of_opening if of_opening is not None and of_opening in {stored, of_data} else of_data

    def _replay(self, opened: OpenedLeaf, leaf_hash: bytes) -> None:
        for logged in opened.rows:
            self.replayed.rows[logged.table, key_of(logged, opened.agency)] = logged.values
        if opened.link is not None:
            self._follow(opened, opened.link, leaf_hash)

    def _follow(self, opened: OpenedLeaf, link: RegisterLink, leaf_hash: bytes) -> None:
        """(5) Each number is one more than the number before, and names its leaf."""
        key: Key = (opened.agency, link.register, link.year)
        number, previous, last = self.replayed.registers.get(key, (0, None, None))
        is_opening = opened.type == REGISTER_OPENED and previous is None and link.number >= 1
        if (link.number != number + 1 and not is_opening) or link.previous != previous:
            detail = f"number {link.number} does not follow number {number}"
            self._found.add(
                LogFindingCode.REGISTER_BROKEN, REGISTER_ENTRY.name, name_key(REGISTER_ENTRY, key), detail=detail
            )
        dates = [row.values[DATES[row.table]] for row in opened.rows if DATES.get(row.table) in row.values]
        # The head keeps the latest date: a permitted date out of order does not turn it back.
        self.replayed.registers[key] = (
            link.number,
            leaf_hash,
            max((str(day) for day in (*dates, last) if day), default=None),
        )

    # ---- (2), (3) tree and checkpoints

    def _check_roots(self, signed: Mapping[int, Checkpoint | None], kept: Checkpoint | None) -> None:
        size = self.frontier.size
        here = signed.get(size)
        if here is None and (kept is None or kept.size != size):
            return
        root = root_of(self.frontier)
        if here is not None and here.size == size and here.root != root:
            code = LogFindingCode.CHECKPOINT_CONTRADICTED
            self._found.add(
                code, AUDIT_CHECKPOINT.name, f"size={size}", column="note", detail="the leaves give another root"
            )
        if kept is not None and kept.size == size and kept.root != root:
            detail = f"the checkpoint of {size} leaves has another root"
            self._found.add(LogFindingCode.CHECKPOINT_CONTRADICTED, _OUTSIDE, "from outside", detail=detail)

    def _check_leftovers(
        self,
        nodes: Mapping[tuple[int, int], Mapping[str, Any]],
        signed: Mapping[int, Checkpoint | None],
        kept: Checkpoint | None,
        *,
        claimed: set[int],
    ) -> None:
        size = self.frontier.size
        for row in nodes.values():
            self._found.add(LogFindingCode.ROW_UNKNOWN, AUDIT_NODE.name, name_row(AUDIT_NODE, row))
        longest = max(signed, default=0)
        if longest > size:
            detail = f"a checkpoint was signed over {longest} leaves"
            self._found.add(
                LogFindingCode.ROW_MISSING, AUDIT_LEAF.name, f"position={size}..{longest - 1}", detail=detail
            )
        for at in sorted(set(signed) - claimed):
            code = LogFindingCode.LOG_TURNED_BACK if at > size else LogFindingCode.ROW_UNKNOWN
            self._found.add(code, AUDIT_CHECKPOINT.name, f"size={at}", detail=f"the log has {size} leaves")
        if kept is not None and kept.size > size:
            detail = f"it was signed over {kept.size} leaves, the log has {size}"
            self._found.add(LogFindingCode.LOG_TURNED_BACK, _OUTSIDE, "from outside", detail=detail)
        if size and size not in signed:
            self._found.add(
                LogFindingCode.ROW_MISSING, AUDIT_CHECKPOINT.name, f"size={size}", detail="the newest checkpoint"
            )

    def _check_head(self, agency: str) -> None:
        found = list(self._found.all(AUDIT_HEAD))
        if not found and self.frontier.size:
            self._found.add(LogFindingCode.ROW_MISSING, AUDIT_HEAD.name, f"agency={agency}")
        expected = {"agency": agency, "size": self.frontier.size, "peaks": self.frontier.to_bytes()}
        for row in found:
            for column, value in expected.items():
                if row[column] != value:
                    self._found.add(
                        LogFindingCode.TREE_CHANGED, AUDIT_HEAD.name, name_row(AUDIT_HEAD, row), column=column
                    )
