"""Statements compiled once and run straight on the driver's cursor.

SQLAlchemy's own way from a statement to the driver costs more than the database needs to carry it out; a transaction of
an office has some fifteen statements, always the same ones. They are written with SQLAlchemy Core, compiled once for
each dialect, and run without it.

Invariants:
    - What is run here is part of the transaction that the SQLAlchemy connection is in.

What it does not do: it begins and commits nothing; it translates no error (see
:mod:`docflow.store.engines.errors`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

Values = Mapping[str, Any]


def pick(names: Sequence[str]) -> Callable[[Values], tuple[Any, ...]]:
    """Return the function that takes the values of some columns out of a row, in this order."""
    if len(names) > 1:
        return itemgetter(*names)
    if names:
        only = names[0]
        return lambda values: (values[only],)
    return lambda _values: ()


class Prepared:
    """One statement, compiled for each dialect at its first use."""

    def __init__(self, statement: sa.Executable, *, columns: Sequence[str] = ()) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[str, Callable[[Values], Any]]] = {}
        selected = statement.selected_columns if isinstance(statement, sa.Select) else ()
        self.columns = tuple(columns) or tuple(str(column.name) for column in selected)

    def for_dialect(self, dialect: sa.Dialect) -> tuple[str, Callable[[Values], Any]]:
        """Return the SQL text, and the function that puts values into the driver's form."""
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: sa.Dialect) -> tuple[str, Callable[[Values], Any]]:
        compiled: Any = self._statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        given = {name: value for name, value in compiled.params.items() if value is not None}
        names = compiled.positiontup
        if names is None:
            return compiled.string, (lambda values: {**given, **values}) if given else dict
        if given:
            return compiled.string, lambda values: tuple(values.get(name, given.get(name)) for name in names)
        return compiled.string, pick(names)


class Runner:
    """Runs prepared statements on one connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._dialect = connection.dialect
        self._cursor: Any = connection.connection.cursor()

    def run(self, prepared: Prepared, values: Values) -> int:
        """Carry out a statement and return how many rows it concerned."""
        text, bind = prepared.for_dialect(self._dialect)
        self._cursor.execute(text, bind(values))
        count: int = self._cursor.rowcount
        return count

    def run_many(self, prepared: Prepared, rows: Sequence[Values]) -> int:
        """Carry out a statement once for each row and return how many rows it concerned in all."""
        if len(rows) == 1:
            return self.run(prepared, rows[0])
        text, bind = prepared.for_dialect(self._dialect)
        self._cursor.executemany(text, [bind(row) for row in rows])
        count: int = self._cursor.rowcount
        return count

    def one(self, prepared: Prepared, values: Values) -> dict[str, Any] | None:
        """Return the first row by column, or None."""
        text, bind = prepared.for_dialect(self._dialect)
        # To the end: a cursor that stops before keeps hold of its statement, which pysqlite3 shares among the cursors
        # of a connection. Whoever ran it next was now and then refused, or given a row without columns.
        rows = self._cursor.execute(text, bind(values)).fetchall()
        return dict(zip(prepared.columns, rows[0], strict=True)) if rows else None

    def all(self, prepared: Prepared, values: Values) -> list[dict[str, Any]]:
        """Return every row by column."""
        text, bind = prepared.for_dialect(self._dialect)
        rows = self._cursor.execute(text, bind(values)).fetchall()
        return [dict(zip(prepared.columns, row, strict=True)) for row in rows]

    def run_text(self, text: str) -> None:
        """Carry out a statement without values, e.g. ``SAVEPOINT``."""
        self._cursor.execute(text)

    def close(self) -> None:
        """Give the cursor back."""
        self._cursor.close()
