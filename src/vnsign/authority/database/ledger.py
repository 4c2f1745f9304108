"""One act of the authority: rows added, and the journal entry that tells of all of them.

Invariants:
    - What was added and not told of is refused at the end of the transaction: no row without an entry.

What it does not do: it begins and commits no transaction (see ``store``), and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Table
from sqlalchemy.exc import IntegrityError

from vnsign.authority.database.journal import COUNTED, Detail, Made, append, compose, made, row_of
from vnsign.authority.database.page import Page, check_inserted, insert_into
from vnsign.authority.database.tables import JOURNAL
from vnsign.authority.records import Act, JournalAct, JournalEntry, RequestRecord


class Ledger:
    """Adds rows in one write transaction. Use :meth:`vnsign.authority.database.store.AuthorityStore.acting`."""

    def __init__(self, connection: Connection, *, page: Page | None = None) -> None:
        """Add to ``page`` what can wait; without one every row is written at once."""
        self._connection = connection
        self._page = page
        self._untold: list[Made] = []

    @property
    def connection(self) -> Connection:
        """The transaction; whoever reads through it sees every row added."""
        return self._connection if self._page is None else self._page.connection

    def take_request(self, number: int) -> RequestRecord | None:
        """Return a request that was looked up for many acts at once, one time; None if it was not."""
        return None if self._page is None else self._page.requests.pop(number, None)

    def add(self, table: Table, **values: object) -> Mapping[str, object]:
        """Add a row and return it whole, with the number the database gave it.

        Columns left out are null.

        Raises:
            IntegrityError: (of SQLAlchemy) it breaks a promise of the tables; perhaps not before the page is written.
            ValueError: The database did not take it: somebody planted a trigger.
        """
        if self._page is None or not all(column.name in values for column in table.primary_key):
            return self._add_at_once(table, values)
        row = _whole(table, values)
        self._page.add(table, row)
        self._untold.append(made(table, row))
        return row

    def try_add(self, table: Table, **values: object) -> Mapping[str, object] | None:
        """Add a row, or return None if it breaks a promise of the tables; the transaction goes on."""
        try:
            with self.connection.begin_nested():
                return self._add_at_once(table, values)
        except IntegrityError:
            return None

    def tell(self, what: JournalAct, *, at: datetime, act: Act, **details: Detail) -> JournalEntry:
        """Write the journal entry of everything added since the last one."""
        rows, self._untold = self._untold, []
        if self._page is None:
            return append(self._connection, at=at, act=act, what=what, rows=rows, details=details)
        entry = compose(self._page.head, at=at, act=act, what=what, rows=rows, details=details)
        self._page.add(JOURNAL, row_of(entry))
        self._page.head = entry.seq, entry.hash
        return entry

    def check_told(self) -> None:
        """Refuse to leave rows that no entry tells of.

        Raises:
            RuntimeError: A mistake in this program.
        """
        if self._untold:
            raise RuntimeError(f"no journal entry tells of {self._untold[0].table} {self._untold[0].key}")

    def _add_at_once(self, table: Table, values: Mapping[str, object]) -> Mapping[str, object]:
        row = _whole(table, values)
        inserted = self.connection.execute(insert_into(table), values, execution_options=COUNTED)
        check_inserted(inserted, table, count=1)
        for column, value in zip(table.primary_key, inserted.inserted_primary_key or (), strict=True):
            row[column.name] = value
        self._untold.append(made(table, row))
        return row


def _whole(table: Table, values: Mapping[str, object]) -> dict[str, object]:
    return {**dict.fromkeys(table.columns.keys()), **values}
