"""What every part of a verification needs: the rows of one agency, read in portions, and a list of what is wrong.

What it does not do: it judges nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from docflow.audit import LogFinding, LogFindingCode
from docflow.store.leaf_rows import Key
from docflow.store.prepared import Prepared
from docflow.store.tables import owner_column

ROWS_AT_ONCE = 500
"""Rows read at once; so many of one kind of stranger are named."""


class Examination:
    """One agency's rows, and the findings so far."""

    def __init__(self, connection: sa.Connection, *, agency: str) -> None:
        self.connection = connection
        self.agency = agency
        self.findings: list[LogFinding] = []

    def all(self, table: sa.Table, *, order: sa.Column[Any] | None = None) -> Iterator[dict[str, Any]]:
        """Yield the agency's rows of a table."""
        return self._stream(_rows_of(table, order))

    def owners(self, table: sa.Table) -> frozenset[str]:
        """Return the agencies of all rows of a table."""
        column = owner_column(table)
        return frozenset(row[column] for row in self._stream(_owners_of(table)))

    def _stream(self, prepared: Prepared) -> Iterator[dict[str, Any]]:
        text, bind = prepared.for_dialect(self.connection.dialect)
        options = {"yield_per": ROWS_AT_ONCE}
        rows = self.connection.exec_driver_sql(text, bind({"examined": self.agency}), execution_options=options)
        return (dict(row) for row in rows.mappings())

    def changed(self, table: sa.Table, row: Mapping[str, Any], column: str, *, detail: str = "") -> None:
        """Note that a column does not hold what was logged."""
        self.add(LogFindingCode.VALUE_CHANGED, table.name, name_row(table, row), column=column, detail=detail)

    def add(self, code: LogFindingCode, table: str, key: str, *, column: str | None = None, detail: str = "") -> None:
        """Note something wrong."""
        self.findings.append(LogFinding(code=code, table=str(table), key=key, column=column, detail=detail))


# Compiled once in a process: an office that is opened brings an engine of its own, which knows no statement yet.


@functools.cache
def _rows_of(table: sa.Table, order: sa.Column[Any] | None) -> Prepared:
    query = sa.select(table).where(table.c[owner_column(table)] == sa.bindparam("examined"))
    return Prepared(query if order is None else query.order_by(order))


@functools.cache
def _owners_of(table: sa.Table) -> Prepared:
    return Prepared(sa.select(table.c[owner_column(table)]).distinct())


def name_row(table: sa.Table, row: Mapping[str, Any]) -> str:
    """Return a row's key as a reader sees it."""
    return name_key(table, tuple(row[column.name] for column in table.primary_key.columns))


def name_key(table: sa.Table, key: Key) -> str:
    """Return a key as a reader sees it."""
    return ", ".join(f"{c.name}={value}" for c, value in zip(table.primary_key.columns, key, strict=False))
