"""What an audit leaf says of a row: its key and its evidence, each value looked at.

What it does not do: it makes no leaf (:mod:`docflow.audit`) and runs no statement.

Source: docs/spec/audit-log.md §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from docflow.audit import PlainInteger
from docflow.errors import ErrorCode, InputError
from docflow.ports import LoggedRow, WrittenRow
from docflow.store.tables import METADATA, Proof

_PLAIN = str | PlainInteger | None
"""What a column may hold that a leaf tells of: what has a canonical form whatever surrounds it."""


class _Logged:
    """What the audit leaf says of the rows of a table."""

    __slots__ = ("key", "keys", "name", "names", "values")

    def __init__(self, table: sa.Table) -> None:
        # str(): SQLAlchemy's names are a subclass of str, which has no canonical form.
        self.name = str(table.name)
        self.keys = tuple(str(c.name) for c in table.columns if c.primary_key)
        self.names = tuple(str(c.name) for c in table.columns if not c.primary_key and c.info["proof"] is Proof.ROWS)
        self.key, self.values = (
            msgspec.defstruct(f"{self.name}_{what}", [(name, _PLAIN) for name in sorted(names)], frozen=True, gc=False)
            for what, names in (("key", self.keys), ("values", self.names))
        )


_LOGGED = {table: _Logged(table) for table in METADATA.sorted_tables}
_COLUMNS = {logged.name: logged.names for logged in _LOGGED.values()}


def logged_row(table: sa.Table, row: Mapping[str, Any]) -> LoggedRow:
    """Return what the audit leaf says of a row: key columns and every other evidence column proved by rows."""
    logged = _LOGGED[table]
    return LoggedRow(
        table=logged.name,
        key={name: row[name] for name in logged.keys},
        values={name: row[name] for name in logged.names},
    )


def logged_keys(table: sa.Table) -> tuple[str, ...]:
    """Return the columns of a table's key in their order."""
    return _LOGGED[table].keys


def logged_columns(table: str) -> tuple[str, ...]:
    """Return the columns of :attr:`LoggedRow.values` in their order; none of what is no table."""
    return _COLUMNS.get(table, ())


def written_row(table: sa.Table, row: dict[str, Any]) -> WrittenRow:
    """Return :func:`logged_row` on its way into a leaf.

    Raises:
        InputError: ``MALFORMED_INPUT``; a column holds what has no canonical form.
    """
    logged = _LOGGED[table]
    try:
        # Takes the columns by name, leaves the others, and looks at each value: all in one call.
        return WrittenRow(
            key=msgspec.convert(row, logged.key), table=logged.name, values=msgspec.convert(row, logged.values)
        )
    except msgspec.ValidationError as exc:
        raise InputError(
            ErrorCode.MALFORMED_INPUT,
            f"a row of {logged.name} cannot be logged: {exc}",
            vi="Dữ liệu không ghi được vào nhật ký.",
        ) from exc
