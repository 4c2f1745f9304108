"""Rows on their way into the database: kept until somebody must see them, then written many at once.

Invariants:
    - Every row with evidence that is written is remembered for the leaf.
    - Every row is the office's own agency's: another agency's key is refused, not written.
    - What is asked of the database sees what was written before (:meth:`RowWriter.flush`).
    - Of several pieces of work in one transaction, one that fails leaves nothing and takes no other with it.

What it does not do: it begins and commits no transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from docflow.errors import ErrorCode, StoreUnavailable
from docflow.ports import NewLeaf, WrittenRow
from docflow.store.engines.prepared import Prepared, Runner
from docflow.store.mapping import rows
from docflow.store.mapping.logged import written_row
from docflow.store.tables import METADATA, owner_column

_Record = TypeVar("_Record")
_Result = TypeVar("_Result")
_SAVEPOINT = "docflow_piece"

_Change = tuple[tuple[str, ...], rows.Row]
"""The columns of a row that get new values, and the row."""


def by_key(table: sa.Table) -> sa.ColumnElement[bool]:
    """Match a row by its key, bound to ``k_<column>`` so as not to meet the values of an UPDATE."""
    return sa.and_(*(column == sa.bindparam(f"k_{column.name}") for column in table.primary_key.columns))


def owned(table: sa.Table) -> sa.ColumnElement[bool]:
    """Match the rows of one agency, bound to ``owner``."""
    return table.c[owner_column(table)] == sa.bindparam("owner")


INSERTS = {table.name: Prepared(sa.insert(table)) for table in METADATA.sorted_tables}
"""Statement that adds a row, by table; those that others refer to stand first."""


@cache
def update_of(name: str, columns: tuple[str, ...]) -> Prepared:
    """Return the statement that gives columns of one row of a table new values."""
    table = METADATA.tables[name]
    return Prepared(sa.update(table).where(by_key(table)).values({column: sa.bindparam(column) for column in columns}))


SELECTS = {table.name: Prepared(sa.select(table).where(by_key(table))) for table in METADATA.sorted_tables}
"""Statement that finds a row by its key, by table."""

_CHANGEABLE = {
    table.name: tuple(str(column.name) for column in table.columns if not column.primary_key)
    for table in METADATA.sorted_tables
}
_KEYS = {table.name: tuple(column.name for column in table.primary_key.columns) for table in METADATA.sorted_tables}
_OWNERS = {table.name: owner_column(table) for table in METADATA.sorted_tables}
_ASKED = {
    name: (f"k_{_OWNERS[name]}", *(f"k_{column}" for column in columns if column != _OWNERS[name]))
    for name, columns in _KEYS.items()
}
_BOUND = {name: tuple((f"k_{column}", column) for column in columns) for name, columns in _KEYS.items()}


@dataclass(slots=True)
class _Piece:
    """Where a piece of work began, so that it can be undone."""

    inserts: dict[str, int]
    updates: dict[str, int]
    leaves: int
    is_saved: bool = False
    before: list[tuple[dict[Any, Any], Any, Any]] = field(default_factory=list)


class RowWriter:
    """Keeps the rows of one transaction; :class:`docflow.store.writing.unit.SqlUnitOfWork` completes it."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        self._runner = Runner(connection)
        self._agency = agency
        self._inserts: dict[str, list[rows.Row]] = {}
        self._updates: dict[str, list[_Change]] = {}
        self._leaves: list[NewLeaf] = []
        self._written: dict[msgspec.Struct, WrittenRow] = {}
        self._piece: _Piece | None = None

    # ---- pieces of work

    def attempt(self, run: Callable[[Any], _Result]) -> _Result:
        """Carry out one of several pieces of work on this unit: an exception undoes this piece alone.

        Raises:
            StoreUnavailable: The database failed; then the whole transaction is lost.
        """
        began = {name: len(waiting) for name, waiting in self._inserts.items()}
        changed = {name: len(waiting) for name, waiting in self._updates.items()}
        piece = self._piece = _Piece(inserts=began, updates=changed, leaves=len(self._leaves))
        try:
            result = run(self)
            self._check_told()
        except StoreUnavailable:
            raise
        except BaseException:
            self._undo(piece)
            raise
        finally:
            self._piece = None
        if piece.is_saved:
            self._runner.run_text(f"RELEASE SAVEPOINT {_SAVEPOINT}")
        return result

    def _check_told(self) -> None:
        if self._written:
            raise lost("a row was written without an audit leaf")

    def _undo(self, piece: _Piece) -> None:
        for name, inserts in self._inserts.items():
            del inserts[piece.inserts.get(name, 0) :]
        for name, updates in self._updates.items():
            del updates[piece.updates.get(name, 0) :]
        del self._leaves[piece.leaves :]
        self._written.clear()
        for known, key, value in reversed(piece.before):
            if value is None:
                known.pop(key, None)
            else:
                known[key] = value
        if piece.is_saved:
            self._runner.run_text(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}")
            self._runner.run_text(f"RELEASE SAVEPOINT {_SAVEPOINT}")

    def _keep(self, cache: dict[Any, Any], key: object, value: object) -> None:
        """Remember something as it will be, and how to undo that."""
        if self._piece is not None:
            self._piece.before.append((cache, key, cache.get(key)))
        cache[key] = value

    # ---- writing

    def flush(self) -> None:
        """Hand everything that waits to the database."""
        piece = self._piece
        if piece is not None and not piece.is_saved and (self._inserts or self._updates):
            # What earlier pieces wrote goes first, so that this one can be undone without them.
            self._send(
                {name: found[: piece.inserts.get(name, 0)] for name, found in self._inserts.items()},
                {name: found[: piece.updates.get(name, 0)] for name, found in self._updates.items()},
            )
            for name, inserts in self._inserts.items():
                del inserts[: piece.inserts.get(name, 0)]
            for name, updates in self._updates.items():
                del updates[: piece.updates.get(name, 0)]
            piece.inserts, piece.updates, piece.is_saved = {}, {}, True
            self._runner.run_text(f"SAVEPOINT {_SAVEPOINT}")
        if self._inserts or self._updates:
            self._send(self._inserts, self._updates)
            self._inserts.clear()
            self._updates.clear()

    def _send(self, inserts: Mapping[str, list[rows.Row]], updates: Mapping[str, list[_Change]]) -> None:
        if inserts:
            for name, statement in INSERTS.items():
                if found := inserts.get(name):
                    self._runner.run_many(statement, found)
        for name, changes in updates.items():
            # In the order in which they were made: of two that concern one row, the later one holds.
            for columns, group in groupby(changes, key=itemgetter(0)):
                found = [row for _, row in group]
                if self._runner.run_many(update_of(name, columns), found) != len(found):
                    raise lost("a row that was read is no longer as it was")

    def _insert(self, table: sa.Table, row: rows.Row) -> None:
        name = self._own(table, row)
        waiting = self._inserts.get(name)
        if waiting is None:
            waiting = self._inserts[name] = []
        waiting.append(row)

    def _update(self, table: sa.Table, row: rows.Row, *, columns: tuple[str, ...] | None = None) -> None:
        """Give a row new values; only ``columns`` differ, if that is known."""
        name = self._own(table, row)
        if not columns:
            # Of a row that stays as it is a column is written all the same: that it is still there must be seen.
            columns = _CHANGEABLE[name] if columns is None else _CHANGEABLE[name][:1]
        for bound, column in _BOUND[name]:
            row[bound] = row[column]
        self._updates.setdefault(name, []).append((columns, row))

    def _own(self, table: sa.Table, row: rows.Row) -> str:
        """See to it that a row is this agency's, remember it for the leaf, and return its table's name."""
        name: str = table.name
        owner = _OWNERS[name]
        if row.setdefault(owner, self._agency) != self._agency:
            raise lost(f"a row of {row[owner]} was to be written in the office of {self._agency}")
        written = written_row(table, row)
        self._written[written.key] = written
        return name

    # ---- asking

    def _one(self, prepared: Prepared, **values: object) -> dict[str, Any] | None:
        self.flush()
        return self._runner.one(prepared, {"owner": self._agency, **values})

    def _all(self, prepared: Prepared, **values: object) -> list[dict[str, Any]]:
        self.flush()
        return self._runner.all(prepared, {"owner": self._agency, **values})

    def _now(self, prepared: Prepared, **values: object) -> None:
        """Carry out a statement that leaves no evidence."""
        self.flush()
        self._runner.run(prepared, {"owner": self._agency, **values})

    def _find_row(self, table: sa.Table, *key: object) -> dict[str, Any] | None:
        """Return the agency's row with this key, the owner left out, or None."""
        self.flush()
        return self._peek_row(table, *key)

    def _peek_row(self, table: sa.Table, *key: object) -> dict[str, Any] | None:
        """As :meth:`_find_row` for one who knows by himself what still waits to be written."""
        bound = dict(zip(_ASKED[table.name], (self._agency, *key), strict=True))
        return self._runner.one(SELECTS[table.name], bound)

    def _find(self, table: sa.Table, kind: type[_Record], *key: object) -> _Record | None:
        row = self._find_row(table, *key)
        return None if row is None else rows.read_plain(kind, row)


def lost(reason: str) -> StoreUnavailable:
    """Return the error of a transaction that must not be kept."""
    return StoreUnavailable(
        ErrorCode.STORE_UNUSABLE,
        f"{reason}; nothing was kept",
        vi="Giao dịch bị hủy, chưa ghi gì.",
        way_out="repeat the same call",
    )
