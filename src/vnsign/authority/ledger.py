"""One act of the authority: rows added, and the journal entry that tells of all of them.

Invariants:
    - What was added and not told of is refused at the end of the transaction: no row without an entry.

What it does not do: it begins and commits no transaction (see ``store``), and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.exc import IntegrityError

from vnsign.authority.journal import Detail, Made, append, made
from vnsign.authority.records import Act, JournalAct, JournalEntry


class Ledger:
    """Adds rows in one write transaction. Use :meth:`vnsign.authority.store.AuthorityStore.acting`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._untold: list[Made] = []

    def add(self, table: Table, **values: object) -> Mapping[str, object]:
        """Add a row and return it whole, with the number the database gave it.

        Columns left out are null.

        Raises:
            IntegrityError: (of SQLAlchemy) it breaks a promise of the tables.
        """
        row = {**dict.fromkeys(table.columns.keys()), **values}
        inserted = self.connection.execute(_insert_into(table), values)
        for column, value in zip(table.primary_key, inserted.inserted_primary_key or (), strict=True):
            row[column.name] = value
        self._untold.append(made(table, row))
        return row

    def try_add(self, table: Table, **values: object) -> Mapping[str, object] | None:
        """Add a row, or return None if it breaks a promise of the tables; the transaction goes on."""
        try:
            with self.connection.begin_nested():
                return self.add(table, **values)
        except IntegrityError:
            return None

    def tell(self, what: JournalAct, *, at: datetime, act: Act, **details: Detail) -> JournalEntry:
        """Write the journal entry of everything added since the last one."""
        entry = append(self.connection, at=at, act=act, what=what, rows=self._untold, details=details)
        self._untold = []
        return entry

    def check_told(self) -> None:
        """Refuse to leave rows that no entry tells of.

        Raises:
            RuntimeError: A mistake in this program.
        """
        if self._untold:
            raise RuntimeError(f"no journal entry tells of {self._untold[0].table} {self._untold[0].key}")


@cache
def _insert_into(table: Table) -> Insert:
    # Built once: building a statement takes longer than running it.
    return table.insert()
