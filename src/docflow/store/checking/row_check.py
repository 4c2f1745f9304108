"""Rows as the last leaf wrote them: each compared, what differs read again and named by its columns.

What it does not do: it reads a leaf only where a row differs from it (:mod:`docflow.store.checking.last_writes`).

Source: docs/spec/audit-log.md §4, §6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from docflow.audit import LogFindingCode
from docflow.store.checking.examination import NAMED_OF_A_KIND, ROWS_AT_ONCE, Examination, VerifyStage, name_key
from docflow.store.checking.last_writes import Difference, LastWrites
from docflow.store.checking.scratch import BUCKETS
from docflow.store.mapping.leaf_rows import key_of, open_or_none, value_filled_in
from docflow.store.mapping.logged import logged_row
from docflow.store.tables import AUDIT_LEAF, METADATA, Proof

_PLACES = {str(table.name): place for place, table in enumerate(METADATA.sorted_tables)}
_NO_TABLE = len(_PLACES)


class RowCheck:
    """Step (4) of :func:`docflow.store.checking.verification.verify_store`."""

    def __init__(self, found: Examination, writes: LastWrites) -> None:
        self._found = found
        self._writes = writes
        self.count = 0

    def run(self) -> None:
        """Compare every row; leaves were noted before."""
        for table in METADATA.sorted_tables:
            if any(column.info["proof"] is Proof.ROWS for column in table.columns):
                self._note(table)
        for difference in self._differences():
            self._name(difference)

    def _note(self, table: sa.Table) -> None:
        for row in self._found.all(table):
            self._writes.note_row(table, row, agency=self._found.agency)
            if self.count % ROWS_AT_ONCE == 0:
                self._found.come_to(VerifyStage.ROWS, self.count)
            self.count += 1

    def _differences(self) -> list[Difference]:
        """Return what is not as logged: by table and key what is there, then what is missing as the log has it."""
        found: defaultdict[tuple[int, bool, bool], list[Difference]] = defaultdict(list)
        buckets = 0
        for difference in self._writes.differences():
            if difference is None:
                buckets += 1
                self._found.come_to(VerifyStage.COMPARING, buckets, BUCKETS)
                continue
            kind = (_PLACES.get(difference.table, _NO_TABLE), difference.is_there, difference.position is None)
            if len(found[kind]) < NAMED_OF_A_KIND:
                found[kind].append(difference)
            else:
                self._found.left_out += 1
        return sorted((item for kind in found.values() for item in kind), key=_in_order)

    def _name(self, difference: Difference) -> None:
        table = METADATA.tables.get(difference.table)
        where = name_key(table, difference.key) if table is not None else str(difference.key)
        if table is None or not difference.is_there:
            self._found.add(LogFindingCode.ROW_MISSING, difference.table, where)
            return
        row = None if difference.position is None else self._read_row(table, difference)
        if row is None or difference.position is None:
            self._found.add(LogFindingCode.ROW_UNKNOWN, difference.table, where)
            return
        expected = self._read_logged(difference, difference.position)
        for column, value in logged_row(table, row).values.items():
            said = expected[column] if column in expected else value_filled_in(difference.table, column, row)
            if said != value:
                self._found.changed(table, row, column, detail=f"logged was {said!r}")

    def _read_row(self, table: sa.Table, difference: Difference) -> Mapping[str, Any] | None:
        key = zip(table.primary_key.columns, difference.key, strict=True)
        return self._found.find(table, *(column == value for column, value in key))

    def _read_logged(self, difference: Difference, position: int) -> Mapping[str, object]:
        """Return what a leaf says last of a row."""
        leaf = self._found.find(AUDIT_LEAF, AUDIT_LEAF.c.position == position)
        opened = open_or_none(leaf["payload"]) if leaf is not None else None
        said: Mapping[str, object] = {}
        if opened is not None:
            for logged in opened.rows:
                if logged.table == difference.table and key_of(logged, opened.agency) == difference.key:
                    said = logged.values
        return said


def _in_order(difference: Difference) -> tuple[bool, int, int, list[tuple[str, Any]]]:
    key = [(type(part).__name__, part) for part in difference.key]
    place = _PLACES.get(difference.table, _NO_TABLE)
    if difference.is_there:
        return False, place, 0, key
    return True, 0, difference.position or 0, [("", difference.table), *key]
