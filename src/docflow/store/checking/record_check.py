"""What the log speaks of: rows as the last leaf wrote them, registers without gap, files with the bytes of their names.

What it does not do: it looks at no leaf; it is told what the leaves say (:mod:`docflow.store.checking.log_check`).

Source: docs/spec/audit-log.md §4, §6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby, islice, pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from docflow.audit import LogFindingCode
from docflow.errors import DocflowError
from docflow.model import COPY_REGISTER, INCOMING_REGISTER
from docflow.ports import EntryKind
from docflow.store.blobs import BlobFolder
from docflow.store.checking.examination import ROWS_AT_ONCE, Examination, VerifyStage, name_key, name_row
from docflow.store.checking.last_writes import LastWrites
from docflow.store.checking.log_check import DATES, RegisterHeads
from docflow.store.checking.row_check import RowCheck
from docflow.store.engines.prepared import Prepared
from docflow.store.erasing import list_erased, list_stored_anew
from docflow.store.mapping.leaf_rows import Key
from docflow.store.tables import BLOB, METADATA, REGISTER_COUNTER, REGISTER_ENTRY

_BYTES_AT_ONCE = 1 << 20
_NAMED_NUMBERS = 10
_OPENINGS = Prepared(
    sa.select(REGISTER_ENTRY)
    .where(REGISTER_ENTRY.c.agency == sa.bindparam("examined"), REGISTER_ENTRY.c.kind == EntryKind.OPENING.value)
    .order_by(*REGISTER_ENTRY.primary_key.columns)
)
_WITH_SYMBOL = (REGISTER_ENTRY.c.agency == sa.bindparam("examined"), REGISTER_ENTRY.c.symbol != "")
_REPEATED = Prepared(
    sa.select(REGISTER_ENTRY)
    .where(
        *_WITH_SYMBOL,
        sa.tuple_(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.symbol).in_(
            sa.select(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.symbol)
            .where(*_WITH_SYMBOL)
            .group_by(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.symbol)
            .having(sa.func.count() > sa.literal_column("1"))
        ),
    )
    .order_by(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.symbol, *REGISTER_ENTRY.primary_key.columns)
)
_LINES = {INCOMING_REGISTER: "incoming_entry", COPY_REGISTER: "copy_entry"}


class RecordCheck:
    """Steps (4)…(6) of :func:`docflow.store.checking.verification.verify_store`."""

    def __init__(self, found: Examination, blobs: BlobFolder, *, registers: RegisterHeads, writes: LastWrites) -> None:
        self._found = found
        self._registers = registers
        self._rows = RowCheck(found, writes)
        self._folder = blobs
        self.numbers = 0
        self.blobs = 0

    @property
    def rows(self) -> int:
        """Rows compared."""
        return self._rows.count

    def run(self) -> None:
        """Check rows, registers and files."""
        self._rows.run()
        self._check_counters()
        self._check_entries()
        self._check_symbols()
        self._check_blobs()

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
        starts: dict[Key, int] = {}
        for row in self._found.stream(_OPENINGS):
            starts[row["register"], row["year"]] = row["number"]
        lines = merge(*(self._read_lines(METADATA.tables[name]) for name in DATES))
        for key, numbers in groupby(lines, key=itemgetter(0, 1)):
            missing, highest = _missing((number for _, _, number in numbers), start=starts.get(key, 1))
            if missing:
                detail = f"numbers run {starts.get(key, 1)}..{highest} without {', '.join(map(str, missing))}"
                where = name_key(REGISTER_ENTRY, (self._found.agency, *key))
                name = _LINES.get(key[0], str(REGISTER_ENTRY.name))
                self._found.add(LogFindingCode.REGISTER_BROKEN, name, where, column="number", detail=detail)

    def _check_symbols(self) -> None:
        """(5) A symbol stands for one number of a year; older versions could give it twice, in two registers."""
        for first, row in pairwise(self._found.stream(_REPEATED)):
            if (first["year"], first["symbol"]) == (row["year"], row["symbol"]):
                detail = f"document {first['document_id']} and document {row['document_id']} are both {row['symbol']}"
                where = name_row(REGISTER_ENTRY, row)
                self._found.add(
                    LogFindingCode.SYMBOL_REPEATED, REGISTER_ENTRY.name, where, column="symbol", detail=detail
                )

    def _read_lines(self, table: sa.Table) -> Iterator[tuple[str, int, int]]:
        """Yield register, year and number of a table's lines in their order, and count them all."""
        for row in self._found.all(table, in_order=True):
            if row.get("kind") == EntryKind.CORRECTED:
                continue
            self.numbers += 1
            if not row.get("suffix"):
                yield row["register"], row["year"], row["number"]

    # ---- (6) files

    def _check_blobs(self) -> None:
        files = self._found.all(BLOB, in_order=True)
        anew: frozenset[str] | None = None
        while portion := list(islice(files, ROWS_AT_ONCE)):
            self._found.come_to(VerifyStage.FILES, self.blobs)
            within = portion[0]["sha256"], portion[-1]["sha256"]
            erased = set(list_erased(self._found.connection, self._found.agency, within=within))
            if erased and anew is None:
                anew = list_stored_anew(self._found.connection, self._found.agency)
            for row in portion:
                self.blobs += 1
                self._check_blob(row, is_erased=row["sha256"] in erased - (anew or frozenset()))

    def _check_blob(self, row: Mapping[str, Any], *, is_erased: bool) -> None:
        name = row["sha256"]
        try:
            path = self._folder.path_of(name)
            if is_erased and not path.exists():
                return
            size, digest = self._measure(path)
        except (OSError, DocflowError) as exc:
            self._found.add(LogFindingCode.BLOB_MISSING, "blobs", str(name), detail=str(exc)[:200])
            return
        if size != row["size"] or digest != name:
            detail = f"{size} bytes on disk, {row['size']} recorded"
            self._found.add(LogFindingCode.BLOB_CHANGED, "blobs", name, detail=detail)

    def _measure(self, path: Path) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        with path.open("rb") as file:
            while data := file.read(_BYTES_AT_ONCE):
                size += len(data)
                digest.update(data)
                self._found.stay_awake()
        return size, digest.hexdigest()


def _missing(numbers: Iterable[int], *, start: int) -> tuple[list[int], int]:
    """Return the first numbers that a run lacks, and the highest that it has; it is as long as there are numbers.

    Args:
        numbers: In ascending order.
    """
    missing: list[int] = []
    count = highest = 0
    follows = start
    for number in numbers:
        missing += range(follows, min(number, follows + _NAMED_NUMBERS - len(missing)))
        count, highest, follows = count + 1, number, max(follows, number + 1)
    end = start + count
    missing += range(follows, min(end, follows + _NAMED_NUMBERS - len(missing)))
    return [number for number in missing if number < end], highest
