"""The log by itself: leaves that open, the tree over them, checkpoints that are signed and agree with it.

Invariants:
    - Leaves pass by once: what they say of rows goes to :mod:`docflow.store.checking.last_writes`, registers keep
      their heads.

What it does not do: it looks at no row of the work, no register and no file
(:mod:`docflow.store.checking.record_check`).

Source: docs/spec/audit-log.md §4, §6; RFC 9162 §2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from docflow.audit import (
    Frontier,
    Leaf,
    LogFindingCode,
    OpenedLeaf,
    RegisterLink,
    VerifierKey,
    commit_payload,
    hash_leaf,
)
from docflow.audit.leaves import SALT_BYTES
from docflow.model import REGISTER_OPENED
from docflow.store.checking.checkpoint_check import CheckpointCheck
from docflow.store.checking.examination import ROWS_AT_ONCE, Examination, VerifyStage, name_key, name_row
from docflow.store.checking.last_writes import LastWrites
from docflow.store.checking.tree_check import TreeCheck
from docflow.store.mapping.leaf_rows import Key, founded_agencies, next_agency, open_or_none
from docflow.store.tables import AGENCY, AUDIT_HEAD, AUDIT_LEAF, METADATA, REGISTER_ENTRY, owner_column

DATES = {"register_entry": "issued_on", "incoming_entry": "registered_on", "copy_entry": "issued_on"}
"""Tables with the lines of registers, and the column of their date."""

RegisterHeads: TypeAlias = dict[Key, tuple[int, bytes, str | None]]
"""Of each register its last number, the leaf that took it and the latest date, as the leaves say."""


class LogCheck:
    """Steps (1)…(3) of :func:`docflow.store.checking.verification.verify_store`."""

    def __init__(self, found: Examination, *, vkey: VerifierKey, writes: LastWrites) -> None:
        self._found = found
        self._vkey = vkey
        self._writes = writes
        self._registers: RegisterHeads = {}
        self._opened: set[Key] = set()
        self._tree = TreeCheck(found)
        self.checkpoints = 0

    @property
    def frontier(self) -> Frontier:
        """The tree over the leaves that were read."""
        return self._tree.frontier

    def run(self, outside: str | None) -> RegisterHeads:
        """Check keys, leaves, tree, checkpoints and head; return what the leaves say of registers."""
        self._check_key()
        self._check_strangers()
        signed = CheckpointCheck(self._found, vkey=self._vkey, outside=outside)
        total = self._claimed_size()
        for expected, row in enumerate(self._found.all(AUDIT_LEAF, in_order=True)):
            self._check_leaf(row, expected)
            signed.judge(row, self.frontier)
            if expected % ROWS_AT_ONCE == 0:
                self._found.come_to(VerifyStage.LEAVES, expected, total)
        signed.check_rest(self.frontier.size)
        self.checkpoints = signed.count
        self._tree.check_rest()
        if self.frontier.size == 0:
            self._found.add(LogFindingCode.LOG_EMPTY, AUDIT_LEAF.name, "")
        return self._registers

    def _claimed_size(self) -> int | None:
        """Return how many leaves there should be: for whoever waits, and believed by nobody."""
        head = self._found.find(AUDIT_HEAD)
        return None if head is None else int(head["size"])

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
        founded = founded_agencies(self._found.connection)
        for table in METADATA.sorted_tables:
            left, code = ROWS_AT_ONCE, next_agency(self._found.connection, table, None)
            while code is not None and left > 0:
                if code not in founded:
                    left -= self._name_strangers(table, code, limit=left)
                code = next_agency(self._found.connection, table, code)

    def _name_strangers(self, table: sa.Table, code: str, *, limit: int) -> int:
        query = sa.select(table).where(table.c[owner_column(table)] == code).limit(limit)
        rows = self._found.connection.execute(query).mappings().all()
        for row in rows:
            self._found.add(LogFindingCode.ROW_UNKNOWN, table.name, name_row(table, dict(row)), detail="no such agency")
        return len(rows)

    # ---- (1) leaves

    def _check_leaf(self, row: Mapping[str, Any], expected: int) -> None:
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
            self._writes.note_leaf(opened, row["position"])
            if opened.link is not None:
                self._follow(opened, opened.link, leaf_hash)
        self._tree.append(leaf_hash)

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

    def _follow(self, opened: OpenedLeaf, link: RegisterLink, leaf_hash: bytes) -> None:
        """(5) Each number is one more than the number before, and names its leaf; an opening may follow an opening."""
        key: Key = (opened.agency, link.register, link.year)
        number, previous, last = self._registers.get(key, (0, None, None))
        is_first = previous is None or key in self._opened
        is_opening = opened.type == REGISTER_OPENED and is_first and link.number >= 1
        if (link.number != number + 1 and not is_opening) or link.previous != previous:
            detail = f"number {link.number} does not follow number {number}"
            self._found.add(
                LogFindingCode.REGISTER_BROKEN, REGISTER_ENTRY.name, name_key(REGISTER_ENTRY, key), detail=detail
            )
        (self._opened.add if is_opening else self._opened.discard)(key)
        dates = [row.values[DATES[row.table]] for row in opened.rows if DATES.get(row.table) in row.values]
        # The head keeps the latest date: a permitted date out of order does not turn it back.
        self._registers[key] = (
            link.number,
            leaf_hash,
            max((str(day) for day in (*dates, last) if day), default=None),
        )
