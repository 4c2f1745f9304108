"""Is the journal whole, does the record say what the journal says, and are the tables guarded as they were made?

Invariants:
    - Any rows give findings or none, never an exception about them.
    - A row of an append-only table is told by exactly one entry, and is today what it was then.
    - Name, address and settings of the authority are those that the newest entry about them states.

What it does not do: see :mod:`vnsign.authority.database.journal`: a chain written anew as a whole is found out only by
a head kept elsewhere. It does not verify certificates or lists. Of the authority's row, the time of founding and what
stretches the passphrase (``created_at``, ``key_salt``, ``key_cost``) are told by no entry: of these, the first decides
nothing, and with other values of the others no passphrase opens the keys.

Source: docs/spec/authority-journal.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, cast, select

from vnsign.authority.database.guards import changed_guards
from vnsign.authority.database.journal import NO_HASH, Made, entry_hash, made
from vnsign.authority.database.tables import (
    AUTHORITY,
    CERTIFICATE,
    CRL,
    JOURNAL,
    OWN_KEY,
    REQUEST,
    REQUEST_EVENT,
    STATUS_EVENT,
)

#: Tables whose every row an entry must tell of.
TOLD_TABLES: tuple[Table, ...] = (REQUEST, REQUEST_EVENT, CERTIFICATE, STATUS_EVENT, OWN_KEY, CRL)
#: What entries state of the authority's one row, which is no history of its own.
STATED_COLUMNS = ("name", "organization", "base_url", "settings")
#: What reading rows that this program did not write may raise.
_ROW_FAULTS = (ValueError, TypeError, KeyError, OverflowError, AttributeError, RecursionError)


class JournalProblem(StrEnum):
    """What is wrong with the journal, or between it and the record."""

    #: sequence numbers do not run 1, 2, 3 …
    GAP = "gap"
    #: an entry is not what its hash says, or does not follow the entry before it
    WRONG_HASH = "wrong_hash"
    #: an entry cannot be read
    UNREADABLE = "unreadable"
    #: the head kept elsewhere is not in the chain
    HEAD_NOT_FOUND = "head_not_found"
    #: a row no entry tells of
    ROW_NOT_TOLD = "row_not_told"
    #: a row is not what its entry says
    ROW_CHANGED = "row_changed"
    #: an entry tells of a row that is not there
    ROW_MISSING = "row_missing"
    #: a trigger, an index or a table is not as it was made
    SCHEMA_CHANGED = "schema_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFinding:
    """One thing that is wrong.

    Attributes:
        where: ``entry 7``, or table and key of a row: ``certificate 1a2b``, or kind and name of a part of the schema:
            ``trigger crl_no_update``.
    """

    problem: JournalProblem
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """What a check came to; no findings means whole.

    Attributes:
        entries: How many there are.
        head: Hash of the newest; 32 zero bytes if there is none.
    """

    entries: int
    head: bytes
    findings: tuple[JournalFinding, ...]

    def __bool__(self) -> bool:
        """Refuse a truth value: read ``findings``."""
        raise TypeError("a report has no truth value; read its findings")


def check_journal(connection: Connection, *, expect: tuple[int, bytes] | None = None) -> JournalReport:
    """Compute every hash anew and compare every row with its entry.

    Args:
        expect: Sequence number and hash of an entry, as kept elsewhere; the chain must hold it.
    """
    checked = _Check(expect)
    for row in _rows(connection, JOURNAL, order_by=JOURNAL.c.seq):
        checked.add_entry(row)
    checked.check_expected()
    for row in _rows(connection, AUTHORITY):
        checked.check_authority(row)
    for table in TOLD_TABLES:
        for row in _rows(connection, table):
            checked.add_row(table, row)
    for name in changed_guards(connection):
        checked.add_changed_guard(name)
    return checked.report()


def _rows(
    connection: Connection, table: Table, *, order_by: Column[Any] | None = None
) -> Iterator[Mapping[str, object]]:
    """Yield every row; a text that is no UTF-8, which SQLite keeps and its driver refuses, as bytes."""
    is_sqlite = connection.dialect.name == "sqlite"
    columns = [
        cast(c, LargeBinary).label(c.name) if is_sqlite and isinstance(c.type, Text) else c for c in table.columns
    ]
    texts = {column.name for column in table.columns if isinstance(column.type, Text)}
    for row in connection.execute(select(*columns).order_by(order_by)):
        yield {name: _text(value) if name in texts else value for name, value in row._asdict().items()}


def _text(value: object) -> object:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


class _Check:
    """What was seen so far."""

    def __init__(self, expect: tuple[int, bytes] | None) -> None:
        self._expect = expect
        self._is_met = expect is None
        self._entries = 0
        self._head = NO_HASH
        self._told: dict[tuple[str, str], str] = {}
        self._stated: dict[str, object] = {}
        self._findings: list[JournalFinding] = []

    def add_entry(self, row: Mapping[str, object]) -> None:
        self._entries += 1
        where = f"entry {row['seq']}"
        if row["seq"] != self._entries:
            self._find(JournalProblem.GAP, where)
        try:
            _check_texts(JOURNAL, row)
            digest = _hash_of(row, self._head)
            details = json.loads(str(row["details"]))
            told = tuple(_told_rows(details))
        except _ROW_FAULTS:
            self._find(JournalProblem.UNREADABLE, where)
            return
        if digest != row["hash"] or row["previous"] != self._head:
            self._find(JournalProblem.WRONG_HASH, where)
        self._stated |= {name: details[name] for name in STATED_COLUMNS if name in details}
        for item in told:
            # The first to tell of a row is believed: a later entry cannot cover up a change.
            self._told.setdefault((item.table, item.key), item.sha256)
        self._head = digest
        self._is_met = self._is_met or (row["seq"], digest) == self._expect

    def add_changed_guard(self, name: str) -> None:
        self._find(JournalProblem.SCHEMA_CHANGED, name)

    def check_expected(self) -> None:
        if not self._is_met and self._expect is not None:
            self._find(JournalProblem.HEAD_NOT_FOUND, f"entry {self._expect[0]}")

    def check_authority(self, row: Mapping[str, object]) -> None:
        if any(row[name] != self._stated.get(name) for name in STATED_COLUMNS):
            self._find(JournalProblem.ROW_CHANGED, "authority 1")

    def add_row(self, table: Table, row: Mapping[str, object]) -> None:
        try:
            _check_texts(table, row)
            found = made(table, row)
        except _ROW_FAULTS:
            key = "/".join(str(row[column.name]) for column in table.primary_key)
            self._find(JournalProblem.ROW_CHANGED, f"{table.name} {key}")
            return
        told = self._told.pop((found.table, found.key), None)
        if told is None:
            self._find(JournalProblem.ROW_NOT_TOLD, f"{found.table} {found.key}")
        elif told != found.sha256:
            self._find(JournalProblem.ROW_CHANGED, f"{found.table} {found.key}")

    def report(self) -> JournalReport:
        for table, key in self._told:
            self._find(JournalProblem.ROW_MISSING, f"{table} {key}")
        return JournalReport(entries=self._entries, head=self._head, findings=tuple(self._findings))

    def _find(self, problem: JournalProblem, where: str) -> None:
        self._findings.append(JournalFinding(problem=problem, where=where))


def _check_texts(table: Table, row: Mapping[str, object]) -> None:
    for column in table.columns:
        if isinstance(column.type, Text) and isinstance(row[column.name], bytes):
            raise TypeError(f"{table.name}.{column.name} holds no text")


def _hash_of(row: Mapping[str, object], previous: bytes) -> bytes:
    seq, at = row["seq"], row["at"]
    if not isinstance(seq, int) or not isinstance(at, int):
        raise TypeError("an entry without number or time")
    return entry_hash(
        seq,
        at,
        by=str(row["by"]),
        why=str(row["why"]),
        act=str(row["act"]),
        details=str(row["details"]),
        previous=previous,
    )


def _told_rows(details: Mapping[str, Any]) -> Iterator[Made]:
    for table, key, sha256 in details["rows"]:
        yield Made(table=str(table), key=str(key), sha256=str(sha256))
