"""What every part of a verification needs: the rows of one agency, read in portions, and what is wrong.

Invariants:
    - What is kept does not grow with the office: rows pass by, and of one kind of fault so many are kept.

What it does not do: it judges nothing.
"""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa

from docflow.audit import LogFinding, LogFindingCode
from docflow.store.engines.prepared import Prepared
from docflow.store.mapping.leaf_rows import Key
from docflow.store.tables import METADATA, owner_column

ROWS_AT_ONCE = 500
"""Rows read at once; so many of one kind of stranger are named."""
NAMED_OF_A_KIND = 1_000
"""Findings of one code, table and column that are named; more are counted."""
_SILENT_S = 10.0
"""A server ends a transaction that asks nothing for a minute (:data:`docflow.store.engines.postgres.SETTINGS`)."""


class VerifyStage(StrEnum):
    """What a verification is at; the value is shown to whoever waits."""

    LEAVES = "leaves"
    ROWS = "rows"
    COMPARING = "rows compared"
    FILES = "files"


Tick: TypeAlias = Callable[[str, int, int | None], object]
"""Told the stage (:class:`VerifyStage`), how many of it are done, and of how many, if that is known."""


class Examination:
    """One agency's rows, and the findings so far.

    Attributes:
        findings: What is wrong, each once, in the order in which it was found.
        left_out: Findings beyond :data:`NAMED_OF_A_KIND` of their kind.
        notes: What is nothing wrong, in the order in which it was found.
    """

    def __init__(self, connection: sa.Connection, *, agency: str, tick: Tick | None = None) -> None:
        self.connection = connection
        self.agency = agency
        self.findings: dict[LogFinding, None] = {}
        self.left_out = 0
        self.notes: list[str] = []
        self._kinds: Counter[tuple[LogFindingCode, str, str | None]] = Counter()
        self._tick = tick
        self._asked_s = time.monotonic()

    def all(self, table: sa.Table, *, in_order: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the agency's rows of a table; ``in_order`` of their keys."""
        return self.stream(_rows_of(table, in_order=in_order))

    def stream(self, prepared: Prepared, **values: object) -> Iterator[dict[str, Any]]:
        """Yield what a statement gives, read in portions; the agency is its parameter ``examined``."""
        text, bind = prepared.for_dialect(self.connection.dialect)
        # Said to the statement: said to the connection, it would hold for every later one too.
        options = {"yield_per": ROWS_AT_ONCE}
        values = {"examined": self.agency, **values}
        with self.connection.exec_driver_sql(text, bind(values), execution_options=options) as streamed:
            yield from map(dict, streamed.mappings())

    def find(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> dict[str, Any] | None:
        """Return one of the agency's rows, or None."""
        query = sa.select(table).where(table.c[owner_column(table)] == self.agency, *where)
        row = self.connection.execute(query).mappings().first()
        return None if row is None else dict(row)

    def come_to(self, stage: VerifyStage, done: int, total: int | None = None) -> None:
        """Say how far the verification is, and let the server see that somebody is there."""
        if self._tick is not None:
            self._tick(stage, done, total)
        self.stay_awake()

    def stay_awake(self) -> None:
        """Ask the database something if it was not asked for a while: work of our own may take long."""
        if time.monotonic() - self._asked_s > _SILENT_S:
            self.connection.execute(sa.select(1)).close()
            self._asked_s = time.monotonic()

    def changed(self, table: sa.Table, row: Mapping[str, Any], column: str, *, detail: str = "") -> None:
        """Note that a column does not hold what was logged."""
        self.add(LogFindingCode.VALUE_CHANGED, table.name, name_row(table, row), column=column, detail=detail)

    def note(self, text: str) -> None:
        """Note what is nothing wrong."""
        if len(self.notes) < NAMED_OF_A_KIND:
            self.notes.append(text)

    def add(self, code: LogFindingCode, table: str, key: str, *, column: str | None = None, detail: str = "") -> None:
        """Note something wrong."""
        finding = LogFinding(code=code, table=str(table), key=key, column=column, detail=detail)
        if finding in self.findings:
            return
        # Leaves may speak of tables without number: those that are none count as one.
        kind = (code, table if table in METADATA.tables else "", column)
        self._kinds[kind] += 1
        if self._kinds[kind] > NAMED_OF_A_KIND:
            self.left_out += 1
        else:
            self.findings[finding] = None


@functools.cache
def _rows_of(table: sa.Table, *, in_order: bool) -> Prepared:
    """Compiled once in a process: an office that is opened brings an engine of its own, which knows no statement."""
    query = sa.select(table).where(table.c[owner_column(table)] == sa.bindparam("examined"))
    return Prepared(query.order_by(*table.primary_key.columns) if in_order else query)


def name_row(table: sa.Table, row: Mapping[str, Any]) -> str:
    """Return a row's key as a reader sees it."""
    return name_key(table, tuple(row[column.name] for column in table.primary_key.columns))


def name_key(table: sa.Table, key: Key) -> str:
    """Return a key as a reader sees it."""
    return ", ".join(f"{c.name}={value}" for c, value in zip(table.primary_key.columns, key, strict=False))
