"""Rows of many acts in one transaction, written together: inserting sixty rows at once costs as much as ten one by one.

Invariants:
    - Whoever reads through :attr:`Page.connection` sees every row added before.
    - An act that fails leaves no row of its own, and every row of the acts before it.
    - The journal's chain is the one that acts written one by one would have made.

What it does not do: it begins and commits no transaction. A row that the database refuses when it is written at last
ends the whole transaction: promises of the tables are to be looked up before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Insert, NestedTransaction, Table
from sqlalchemy.exc import SQLAlchemyError

from vnsign.authority.database.journal import COUNTED, read_head
from vnsign.authority.database.tables import METADATA
from vnsign.authority.records import RequestRecord
from vnsign.errors import VnsignError

#: Rows that others point to come first.
_ORDER = {table.name: place for place, table in enumerate(METADATA.sorted_tables)}


class Page:
    """Rows not written yet. For one thread, in one write transaction.

    Attributes:
        requests: Requests looked up for a whole chunk; each is good for one act, which takes it out.
    """

    def __init__(self, connection: Connection) -> None:
        """Begin with nothing."""
        self.requests: dict[int, RequestRecord] = {}
        self._connection = connection
        self._rows: list[tuple[Table, dict[str, object]]] = []
        self._head: tuple[int, bytes] | None = None
        self._act_begins: int | None = None
        self._savepoint: NestedTransaction | None = None

    @property
    def connection(self) -> Connection:
        """The transaction, with every row written."""
        self.write()
        return self._connection

    @property
    def head(self) -> tuple[int, bytes]:
        """Number and hash of the newest journal entry, written or not."""
        if self._head is None:
            self._head = read_head(self._connection)
        return self._head

    @head.setter
    def head(self, head: tuple[int, bytes]) -> None:
        self._head = head

    def add(self, table: Table, row: dict[str, object]) -> None:
        """Add a whole row whose primary key is known."""
        self._rows.append((table, row))

    @contextmanager
    def act(self) -> Iterator[None]:
        """One act: all of its rows, or none if it raises."""
        head = self._head
        self._act_begins = len(self._rows)
        try:
            yield
            if self._savepoint is not None:
                self._savepoint.commit()
        except BaseException as exc:
            del self._rows[self._act_begins :]
            self._head = head
            self._take_back(exc)
            raise
        finally:
            self._act_begins = self._savepoint = None

    def _take_back(self, reason: BaseException) -> None:
        if self._savepoint is None:
            return
        try:
            self._savepoint.rollback()
        except SQLAlchemyError:
            # A full disk takes the whole transaction back, savepoints included: what is told is the full disk. After a
            # refusal others would go on, in a transaction that is none.
            if isinstance(reason, VnsignError):
                raise

    def write(self) -> None:
        """Write what is not written yet. An act that gets here has a savepoint from then on."""
        if self._act_begins is not None and self._savepoint is None:
            self._insert(self._rows[: self._act_begins])
            del self._rows[: self._act_begins]
            self._act_begins = 0
            self._savepoint = self._connection.begin_nested()
        self._insert(self._rows)
        self._rows.clear()

    def _insert(self, rows: list[tuple[Table, dict[str, object]]]) -> None:
        tables = {table.name: table for table, _ in rows}
        for name in sorted(tables, key=_ORDER.__getitem__):
            wanted = [row for table, row in rows if table.name == name]
            inserted = self._connection.execute(insert_into(tables[name]), wanted, execution_options=COUNTED)
            check_inserted(inserted, tables[name], count=len(wanted))


def check_inserted(inserted: CursorResult[Any], table: Table, *, count: int) -> None:
    """Refuse to go on after a database that reports success and did not take every row.

    Raises:
        ValueError: A planted trigger or rule swallows them: the record is not what this program writes.
    """
    if inserted.rowcount != count:
        raise ValueError(f"of {count} rows the table {table.name} took {inserted.rowcount}")


@cache
def insert_into(table: Table) -> Insert:
    """Return the statement that adds rows to ``table``: building one takes longer than running it."""
    return table.insert()
