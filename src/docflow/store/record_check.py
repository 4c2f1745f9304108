"""What the log speaks of: rows as the last leaf wrote them, registers without gap, files with the bytes of their names.

What it does not do: it looks at no leaf; it is told what the leaves say (:mod:`docflow.store.log_check`).

Source: docs/spec/audit-log.md §4, §6.
"""

from __future__ import annotations

import hashlib

from docflow.audit import LogFindingCode
from docflow.errors import DocflowError
from docflow.model import COPY_REGISTER, INCOMING_REGISTER
from docflow.ports import EntryKind
from docflow.store.blobs import BlobFolder
from docflow.store.erasing import list_erased, list_stored_anew
from docflow.store.examination import Examination, name_key, name_row
from docflow.store.leaf_rows import Key, key_of, value_filled_in
from docflow.store.log_check import DATES, Replayed
from docflow.store.logged import logged_row
from docflow.store.tables import BLOB, METADATA, REGISTER_COUNTER, REGISTER_ENTRY, Proof

_LINES = {INCOMING_REGISTER: "incoming_entry", COPY_REGISTER: "copy_entry"}


class RecordCheck:
    """Steps (4)…(6) of :func:`docflow.store.verification.verify_store`."""

    def __init__(self, found: Examination, replayed: Replayed, blobs: BlobFolder) -> None:
        self._found = found
        self._written = dict(replayed.rows)
        self._registers = replayed.registers
        self._folder = blobs
        self.rows = 0
        self.numbers = 0
        self.blobs = 0

    def run(self) -> None:
        """Check rows, registers and files."""
        self._check_rows()
        self._check_counters()
        self._check_entries()
        self._check_blobs()

    # ---- (4) rows

    def _check_rows(self) -> None:
        for table in METADATA.sorted_tables:
            if not any(column.info["proof"] is Proof.ROWS for column in table.columns):
                continue
            for row in self._found.all(table):
                self.rows += 1
                logged = logged_row(table, row)
                expected = self._written.pop((logged.table, key_of(logged, self._found.agency)), None)
                if expected is None:
                    self._found.add(LogFindingCode.ROW_UNKNOWN, logged.table, name_row(table, row))
                    continue
                for column, value in logged.values.items():
                    said = expected[column] if column in expected else value_filled_in(table.name, column, row)
                    if said != value:
                        self._found.changed(table, row, column, detail=f"logged was {said!r}")
        for name, key in self._written:
            table_there = METADATA.tables.get(name)
            where = name_key(table_there, key) if table_there is not None else str(key)
            self._found.add(LogFindingCode.ROW_MISSING, name, where)

    # ---- (5) registers

    def _check_counters(self) -> None:
        expected = dict(self._registers)
        for row in self._found.all(REGISTER_COUNTER):
            register = expected.pop((row["agency"], row["register"], row["year"]), None)
            if register is None:
                self._found.add(LogFindingCode.ROW_UNKNOWN, REGISTER_COUNTER.name, name_row(REGISTER_COUNTER, row))
                continue
            number, leaf_hash, day = register
            for column, value in (("last_number", number), ("last_leaf_hash", leaf_hash), ("last_date", day)):
                if row[column] != value:
                    self._found.changed(REGISTER_COUNTER, row, column, detail="not what the chain of leaves gives")
        for key in expected:
            self._found.add(LogFindingCode.ROW_MISSING, REGISTER_COUNTER.name, name_key(REGISTER_COUNTER, key))

    def _check_entries(self) -> None:
        """(5) Without its sub-numbers a register runs from 1, or from the number that a book before it ended with."""
        numbers: dict[Key, list[int]] = {}
        starts: dict[Key, int] = {}
        for table in (METADATA.tables[name] for name in DATES):
            for row in self._found.all(table):
                key: Key = (row["agency"], row["register"], row["year"])
                self.numbers += 1
                if row.get("kind") == EntryKind.OPENING:
                    starts[key] = row["number"]
                if not row.get("suffix"):
                    numbers.setdefault(key, []).append(row["number"])
        for key, found in numbers.items():
            start = starts.get(key, 1)
            missing = set(range(start, start + len(found))) - set(found)
            if missing:
                detail = f"numbers run {start}..{max(found)} without {', '.join(map(str, sorted(missing)[:10]))}"
                where = name_key(REGISTER_ENTRY, key)
                name = _LINES.get(str(key[1]), str(REGISTER_ENTRY.name))
                self._found.add(LogFindingCode.REGISTER_BROKEN, name, where, column="number", detail=detail)

    # ---- (6) files

    def _check_blobs(self) -> None:
        erased = {*list_erased(self._found.connection, self._found.agency)} - list_stored_anew(
            self._found.connection, self._found.agency
        )
        for row in self._found.all(BLOB):
            self.blobs += 1
            if row["sha256"] in erased and not self._folder.path_of(row["sha256"]).exists():
                continue
            try:
                data = self._folder.path_of(row["sha256"]).read_bytes()
            except (OSError, DocflowError) as exc:
                self._found.add(LogFindingCode.BLOB_MISSING, "blobs", str(row["sha256"]), detail=str(exc)[:200])
                continue
            if len(data) != row["size"] or hashlib.sha256(data).hexdigest() != row["sha256"]:
                detail = f"{len(data)} bytes on disk, {row['size']} recorded"
                self._found.add(LogFindingCode.BLOB_CHANGED, "blobs", row["sha256"], detail=detail)
